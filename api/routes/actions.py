"""The table of actions."""

from typing import Any, Final

import msgspec
from msgspec import Struct

from api.bodies.counter import QuoteBody
from api.closing import OpenItemsRemainError, close_period
from api.routes import trying, welfare
from api.routes.acting import Action
from api.routes.reading import Asked
from api.routes.tills import sells_own_goods, whose_till
from api.routes.tills import shown as coupons_shown
from api.runs import grant_initial
from ledger import refusals as no
from ledger.deciding import Decision
from ledger.periods.entities import Books
from ledger.points.entities import Account, account_key
from ledger.redemptions.commands import WantedLine
from ledger.redemptions.quoting import quote as quote_of
from ledger.refusals import OpenItemsRemain
from ledger.requests.commands import AcceptClock
from ledger.values import HolderId, ItemId, PeriodName, holder_account


def quote(asked: Asked, body: QuoteBody) -> dict[str, Any]:
    """What a redemption of these lines would cost, line by line, with what stands against each, and how it is paid."""
    asked.caller.must_see("redeem", body.holder, kind="holder", id=body.holder)
    lines = tuple(WantedLine(ItemId(line.item), line.quantity) for line in body.lines)
    view = _as_of_now(asked, body.holder)
    merchant = whose_till(asked.caller, body.merchant) or None
    coupons = coupons_shown(asked.served, body.coupons)
    own = sells_own_goods(asked.caller)
    found = quote_of(lines, HolderId(body.holder), view, view, merchant=merchant, coupons=coupons, own=own)
    shown: dict[str, Any] = msgspec.to_builtins(found)
    for line, quoted in zip(shown["lines"], found.lines, strict=True):
        line |= {"available": quoted.available, "amount": quoted.amount}
    totals = [{"unit": unit, "amount": amount} for unit, amount in found.totals.items()]
    return shown | {"totals": totals, "possible": found.possible}


def _as_of_now(asked: Asked, holder: str) -> Decision:
    """The book with what time has done to this holder's accounts; nothing of it is recorded."""
    ledger = asked.served.ledger
    view = ledger.view()
    due = ledger.registry.dues[Account.KIND]
    for unit in view.scheme(view.today).units:
        entity = view.get(Account, account_key(holder_account(holder), unit))
        due_at = entity.due_at(ledger.zone) if entity is not None else None
        if entity is not None and due_at is not None and due_at <= view.recorded_at:
            view.lapse(due, entity)
    return view


class ClockBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to choose: whoever sends it has looked at the clock."""


def accept_clock(asked: Asked, _body: ClockBody) -> dict[str, Any]:
    """Go on after the clock has jumped, once a person has found it right; each process that serves is asked itself.

    A clock behind the last fact cannot be accepted, only set.
    """
    ledger = asked.served.ledger
    ledger.guard.accept()
    outcome = ledger.submit(AcceptClock(), by=asked.caller.by)
    return {"position": outcome.position, "recorded_at": outcome.envelopes[0].recorded_at}


class CloseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Close the period that the path names; `carry` takes what is undecided into the next."""

    carry: bool = False


def close(asked: Asked, body: CloseBody) -> dict[str, Any]:
    """Fix the cut, seal the totals, turn every holder's month. Sent again after a break it goes on; after it, reads."""
    served = asked.served
    try:
        closed = close_period(
            served.ledger,
            served.projector,
            PeriodName(asked.params["period"]),
            by=asked.caller.by,
            carry=body.carry,
        )
    except OpenItemsRemainError as error:
        raise OpenItemsRemain(items=len(error.items)) from None
    return {
        "period": closed.period,
        "opens": closed.opens,
        "cut": closed.cut,
        "seal": closed.seal._asdict(),
        "totals": closed.totals,
        "after": closed.after,
        "turn": closed.turn._asdict(),
    }


class GrantsBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to choose: everybody on site gets the open period's initial lot, who has it keeps the one he has."""


def initial_grants(asked: Asked, _body: GrantsBody) -> dict[str, Any]:
    """Grant the open period's initial lot to everybody on site, in the bulk lane. Sent again, it goes on."""
    view = asked.served.ledger.view()
    period, books = asked.params["period"], view.the(Books, Books.ID)
    if period != books.period:
        raise no.PeriodNotOpen(period=PeriodName(period), open=books.period)
    if view.scheme(view.today).initial is None:
        raise no.UnknownSchemeTerm(term="initial", value=view.scheme(view.today).name)
    ran = grant_initial(asked.served.ledger, by=asked.caller.by)
    return {"period": period, "granted": ran.done, "had_it": ran.before, "left_out": list(ran.left_out)}


ACTIONS: Final = (
    Action(
        path="/clock/accept",
        name="clock-acceptance",
        body=ClockBody,
        act=accept_clock,
        permission="admin",
        summary="Accept a clock that has jumped 确认时钟",
        refusals=(no.NotEligible, no.ClockUntrusted, no.QueueFull),
    ),
    Action(
        path="/periods/{period}/initial-grants",
        name="initial-grants",
        body=GrantsBody,
        act=initial_grants,
        permission="close",
        summary="Grant the month's starting points 发放初始积分",
        refusals=(no.PeriodNotOpen, no.UnknownSchemeTerm, no.ClockUntrusted, no.QueueFull),
    ),
    Action(
        path="/quotes",
        name="quote",
        body=QuoteBody,
        act=quote,
        permission="redeem",
        own=True,
        summary="What a redemption would cost 试算",
        refusals=(no.UnknownSchemeTerm, no.HolderMerged, no.CodeMistyped),
    ),
    Action(
        path="/periods/{period}/close",
        name="period-close",
        body=CloseBody,
        act=close,
        permission="close",
        summary="Close a period 关账",
        refusals=(
            no.OpenItemsRemain,
            no.PeriodClosed,
            no.PeriodNotOpen,
            no.ClosingUnfinished,
            no.ClockUntrusted,
            no.QueueFull,
        ),
    ),
    *welfare.ACTIONS,
    *trying.ACTIONS,
)

"""Reports of a month and of the shop: control totals, rankings, books, shelf, liability, receipts, cards."""

import re
from typing import Any, Final

import msgspec

from api.printing.badges import Badge as Card
from api.printing.badges import badge_svg
from api.routes.catalogue_reports import REPORTS as OF_GOODS
from api.routes.histories import envelopes_of
from api.routes.money_reports import REPORTS as OF_MONEY
from api.routes.owning import Thing, sees
from api.routes.past import AS_OF, KNOWN_AT, MONTH, month_asked, past_asked, timeline_of
from api.routes.patrol_reports import REPORTS as OF_PATROLS
from api.routes.reading import PERIOD, UNIT, Asked, Parameter, Read, choice_asked
from api.routes.reminders import REPORTS as OF_REMINDERS
from api.routes.service_reports import REPORTS as OF_SERVICES
from api.routes.welfare_reports import REPORTS as OF_COUPONS
from ledger import refusals as no
from ledger.crews.standing import crew_on
from ledger.people.badges import parse_badge, print_form
from ledger.people.entities import Badge, Holder
from ledger.redemptions.receipt import receipt as receipt_of
from ledger.refusals import BadgeRevoked, Malformed, NotFound
from ledger.values import PeriodName, UnitCode
from projections import liability as owed
from projections import rankings, stock
from projections.periods import control_totals
from projections.trial_balance import PROJECTION as TRIAL_BALANCE
from projections.trial_balance import differences, trial_balance, trial_balance_at

SITE: Final = re.compile(r"[^A-Z0-9-]")


def _named(asked: Asked) -> PeriodName:
    said = asked.params["period"]
    if not MONTH.fullmatch(said):
        raise NotFound(kind="period", id=said)
    return PeriodName(said)


def totals(asked: Asked) -> dict[str, Any]:
    """Control totals of a period by unit and by unit and crew; `crew` null is everybody. A sealed one never moves."""
    period = _named(asked)
    with asked.served.projected() as reading:
        found = control_totals(reading, period)
    return {"period": period, "totals": [msgspec.to_builtins(item) | {"adds_up": item.adds_up} for item in found]}


def ranking(asked: Asked) -> dict[str, Any]:
    """Who earned how much in a period's evaluation, people or crews; suspended people are left out."""
    period = _named(asked)
    view = asked.served.ledger.view()
    scheme = view.scheme(view.today)
    unit = scheme.unit(UnitCode(asked.query["unit"])).code
    out = rankings.not_evaluated(scheme)
    crews = choice_asked(asked.query, "of", ("person", "crew")) == "crew"
    heads = choice_asked(asked.query, "by", ("total", "per-head")) == "per-head"
    with asked.served.projected() as reading:
        if crews:
            ranks = rankings.by_crew(reading, period, unit, excluding=out, by="per-head" if heads else "total")
        else:
            ranks = rankings.by_person(reading, period, unit, excluding=out)
    return {"period": period, "unit": unit, "ranking": [rank._asdict() for rank in ranks]}


def books(asked: Asked) -> dict[str, Any]:
    """The trial balance of a period's books, of all, or of any instant; `differences` is empty, or something is broken.

    Every unit sums to zero at every instant, by either clock.
    """
    period, past = month_asked(asked.query), past_asked(asked)
    if period is not None and past is not None:
        raise Malformed(errors=["/?period: unknown-field"])
    with asked.served.projected() as reading:
        position = reading.position(TRIAL_BALANCE)
        if past is None:
            booked = trial_balance(reading, period=period)
        else:
            position = position if past.known is None else past.known
            booked = trial_balance_at(reading, timeline_of(asked.served.ledger), known=position, as_of=past.as_of)
    lines = [item._asdict() | {"balance": item.balance} for item in booked]
    shown = {"period": period, "accounts": lines, "differences": differences(booked)}
    return shown | (past.shown(position) if past else {"position": position})


def shelf(asked: Asked) -> dict[str, Any]:
    """What came onto the shelf, what left it and why; `counted` is what counts found more (or fewer) than expected."""
    period = month_asked(asked.query)
    with asked.served.projected() as reading:
        found = stock.stock(reading, period=period)
    return {"period": period, "items": [item._asdict() | {"on_hand": item.on_hand} for item in found]}


def liability(asked: Asked) -> dict[str, Any]:
    """What could be spent today at the scheme's valuation, in fen. For reports only: nobody is paid by it."""
    view = asked.served.ledger.view()
    with asked.served.projected() as reading:
        found = owed.liability(reading, view.scheme(view.today))
    return {"units": [item._asdict() for item in found]}


def receipt(asked: Asked) -> Any:
    """The slip of one transaction (a sale, a refund), as it was printed: made from its facts alone."""
    tx = asked.params["tx"]
    facts = envelopes_of(asked, tx)
    slip = receipt_of(facts) if facts else None
    if slip is None:
        raise NotFound(kind="transaction", id=tx)
    sees(asked.caller, asked.served.ledger, "read", Thing("transaction", tx, slip.account.partition(":")[2]))
    return slip


def receipts(asked: Asked) -> dict[str, Any]:
    """The slips of a redemption's life, as they were printed; a refund's is found by its transaction."""
    id = asked.params["redemption"]
    ledger = asked.served.ledger
    life = ledger.storage.facts_of("redemption:" + id)
    printed = [receipt_of(ledger.onwards(row.position)) for row in life]
    if not printed:
        raise NotFound(kind="redemption", id=id)
    owner = printed[0].account.partition(":")[2]
    sees(asked.caller, ledger, "read", Thing("redemption", id, owner))
    # What is for money stands on the slip of what is for points, where both moved in one step.
    both = {(slip.tx, slip.kind) for slip in printed if slip.lines}
    slips = [slip for slip in printed if slip.lines or (slip.tx, slip.kind) not in both]
    return {"redemption": id, "receipts": slips}


def card(asked: Asked) -> dict[str, Any]:
    """A card to print: its number with check character, and an SVG with name, crew and QR code."""
    number = parse_badge(asked.params["badge"])
    badge = asked.served.ledger.the(Badge, number)
    if badge.revoked_on is not None:
        raise BadgeRevoked(badge=number, since=badge.revoked_on)
    ledger = asked.served.ledger
    holder, data = ledger.the(Holder, badge.holder), asked.served.vault.person(badge.holder)
    made = Card(
        site=SITE.sub("-", ledger.name.upper())[:16],
        number=number,
        name=(data.name if data else None) or "–",
        crew=crew_on(ledger, holder, ledger.view().today) or "",
    )
    svg = badge_svg(made, language="en" if asked.lang == "en" else "zh-CN")
    return {"badge": print_form(number), "holder": badge.holder, "svg": svg}


BEHIND: Final = (no.ProjectionBehind,)
REPORTS: Final = (
    Read(
        path="/periods/{period}/totals",
        show=totals,
        summary="Control totals by unit and crew 控制总数",
        refusals=BEHIND,
    ),
    Read(
        path="/periods/{period}/ranking",
        show=ranking,
        summary="Ranking of people or crews 评比",
        query=(
            UNIT,
            Parameter("of", "People by default.", {"type": "string", "enum": ["person", "crew"]}),
            Parameter("by", "A crew's total, or a head's share.", {"type": "string", "enum": ["total", "per-head"]}),
        ),
        refusals=(no.UnknownSchemeTerm, *BEHIND),
    ),
    Read(
        path="/trial-balance",
        show=books,
        summary="Trial balance, of a month or of any instant 试算平衡",
        query=(PERIOD, AS_OF, KNOWN_AT),
        refusals=BEHIND,
    ),
    Read(path="/stock", show=shelf, summary="Stock and its movements 库存", query=(PERIOD,), refusals=BEHIND),
    Read(path="/liability", show=liability, summary="What the points are worth 负债", refusals=BEHIND),
    Read(path="/redemptions/{redemption}/receipts", show=receipts, own=True, summary="Slips of a redemption 兑换小票"),
    Read(path="/transactions/{tx}/receipt", show=receipt, own=True, summary="A slip, printed again 小票"),
    Read(
        path="/badges/{badge}/card",
        show=card,
        permission="vault",
        summary="A card to print 打印证件",
        refusals=(no.BadgeCheckDigit, no.BadgeRevoked),
    ),
    *OF_PATROLS,
    *OF_SERVICES,
    *OF_GOODS,
    *OF_COUPONS,
    *OF_REMINDERS,
    *OF_MONEY,
)

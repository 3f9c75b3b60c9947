"""Setting value aside: earmarked lots first, then, on a credit line, a reserve without lots."""

from ledger.accounts.activity import kept_alive
from ledger.holds.commands import PlaceHold
from ledger.holds.entities import Hold
from ledger.holds.facts import HoldPlaced
from ledger.holds.terms import end_of_hold, seconds_held
from ledger.limits.drawing import limited_by_scheme
from ledger.naming import nameable
from ledger.points.decide import whole
from ledger.points.entities import Account
from ledger.points.existing import earns, existing, named, spends
from ledger.points.granting import account_of, moving
from ledger.points.moving import Leaving, fitting, holdable, leaving, within_range
from ledger.refusals import AlreadyExists, NotEligible, SameAccount
from ledger.room import Book, Facts, Now
from ledger.scheme.model import Unit
from ledger.values import HoldId


def place(command: PlaceHold, book: Book, now: Now) -> Facts:
    """Set aside. Checks in this order, after which nothing may fail.

    Amount, time and id (422), unit (422), accounts (404), not one and the same (422), a unit that holders may transfer,
    id not taken, standing of both, frozen or closed, ceiling and limits, funds, no end on lots that do expire (422).
    """
    asked, scheme = whole(command.amount), book.scheme(now.today)
    seconds = seconds_held(command.expires_in, scheme.redemption)
    nameable(command.id)
    unit = scheme.unit(command.unit)
    account, payee = _there(command, book, unit)
    hold = _new_id(command, book, now)
    _may_act(account, payee, book, now)
    amount = min(asked, account.available(unit)) if command.up_to else asked
    if payee is not None and amount:
        # What is promised must arrive later, whatever else was promised by then.
        within_range(payee.received + payee.incoming + fitting(payee, amount))
    counts = limited_by_scheme(book, now, "hold", account.account, unit.code, amount)
    going = leaving(account, unit, amount) if amount else Leaving((), 0)
    yield HoldPlaced(
        account=account.account,
        unit=unit.code,
        amount=amount,
        asked=asked,
        hold=hold,
        to=command.to,
        expires_at=end_of_hold(seconds, account, going.lots, now),
        lots=holdable(going.lots),
        drawn=going.drawn,
        counts=counts,
    )
    if amount:
        yield from kept_alive(book, now, account.account, account.unit, "hold")


def _there(command: PlaceHold, book: Book, unit: Unit) -> tuple[Account, Account | None]:
    """The accounts of both sides: all that is not there is said before anything else about them."""
    sides = [command.account] if command.to is None else [command.account, command.to]
    for name in sides:
        named(book, name, unit.code)
    if command.account == command.to:
        raise SameAccount
    account, *others = (account_of(book, existing(book, name, unit.code), unit) for name in sides)
    if others and not (account.standing or unit.transferable):
        raise NotEligible(reason="not-transferable")
    return account, others[0] if others else None


def _may_act(account: Account, payee: Account | None, book: Book, now: Now) -> None:
    spends(book, account.account, now.today)
    if payee is not None:
        earns(book, payee.account, now.day)
    for side in filter(None, (account, payee)):
        moving(side)


def _new_id(command: PlaceHold, book: Book, now: Now) -> HoldId:
    if command.id is None:
        # One tx may hold twice (an atomic group): the second hold is told apart by its position.
        return HoldId(now.tx if book.get(Hold, now.tx) is None else f"{now.tx}.{now.position}")
    if book.get(Hold, command.id) is not None:
        raise AlreadyExists(kind=Hold.KIND, id=command.id)
    return command.id

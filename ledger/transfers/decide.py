"""Deciding what moves. Checks: shape, unit, existence, status, limits, funds; then nothing may fail."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from ledger.accounts.activity import kept_alive
from ledger.limits.drawing import limit_counters, limited_by_scheme
from ledger.people.entities import Holder
from ledger.points.decide import lapse, whole
from ledger.points.entities import Account, account_key
from ledger.points.existing import earns, existing, named, spends
from ledger.points.granting import account_of, moving
from ledger.points.moving import Arrival, arrivals, fitting, landing, leaving
from ledger.refusals import NotEligible, SameAccount
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.scheme.model import Conversion, Unit
from ledger.transfers.commands import ConvertPoints, TransferPoints
from ledger.transfers.facts import PointsConverted, PointsTransferred
from ledger.values import AccountId, Day


def transfer(command: TransferPoints, book: Book, now: Now) -> Facts:
    """Move value to another account; lots keep their expiry, funding source and terms (4-api).

    Checks: amount, unit (422), both accounts (404), not one and the same (422), a unit that holders may transfer,
    standing of both, frozen or closed, limits, funds.
    """
    asked, unit = whole(command.amount), book.scheme(now.day).unit(command.unit)
    payer, payee = _both(command, book, unit, now)
    amount = min(asked, payer.available(unit)) if command.up_to else asked
    counts = limited_by_scheme(book, now, "transfer", payer.account, unit.code, amount)
    if amount:
        # What moves nothing passes no ceiling, also where the payee is past it already.
        fitting(payee, amount)
    going = leaving(payer, unit, amount)
    landed = landing(payee, arrivals(payer, going), now)
    yield PointsTransferred(
        account=payer.account,
        unit=unit.code,
        amount=amount,
        asked=asked,
        to=payee.account,
        taken=going.lots,
        drawn=going.drawn,
        landed=landed,
        repaid=payee.repayments(item.lot for item in landed),
        counts=counts,
    )
    if amount:
        yield from kept_alive(book, now, payer.account, payer.unit, "transfer")
        yield from kept_alive(book, now, payee.account, payee.unit, None)


def _both(command: TransferPoints, book: Book, unit: Unit, now: Now) -> tuple[Account, Account]:
    """Payer and payee, once all that can be said about them was said: existence first, then status."""
    for account in (command.account, command.to):
        named(book, account, unit.code)
    if command.account == command.to:
        raise SameAccount
    payer, payee = (account_of(book, existing(book, name, unit.code), unit) for name in (command.account, command.to))
    if not (payer.standing or unit.transferable):
        raise NotEligible(reason="not-transferable")
    spends(book, payer.account, now.today)
    earns(book, payee.account, now.day)
    return moving(payer), moving(payee)


def convert(command: ConvertPoints, book: Book, now: Now) -> Facts:
    """Exchange value for another unit; what makes no whole unit stays, expiry as the scheme says (4-api).

    Checks: amount, units and rate (422), account in both units (404), standing, frozen or closed, something to give,
    limits, funds.
    """
    asked, scheme = whole(command.amount), book.scheme(now.day)
    unit, to_unit = scheme.unit(command.from_unit), scheme.unit(command.to_unit)
    rate = scheme.conversion(unit.code, to_unit.code, now.day)
    for code in (unit.code, to_unit.code):
        named(book, command.account, code)
    source, target = (_converting(command.account, book, it, now) for it in (unit, to_unit))
    exchanged = rate.of(asked)
    if not exchanged.given:
        raise NotEligible(reason="below-smallest")
    counts = limited_by_scheme(book, now, "conversion", source.account, unit.code, exchanged.taken)
    fitting(target, exchanged.given)
    going = leaving(source, unit, exchanged.taken)
    own_day = to_unit.lot_life.last_spendable_day(now.day)
    landed = landing(target, _exchanged(arrivals(source, going), rate, own_day), now)
    yield PointsConverted(
        account=source.account,
        unit=unit.code,
        amount=exchanged.taken,
        asked=asked,
        to_unit=to_unit.code,
        to_amount=exchanged.given,
        taken=going.lots,
        drawn=going.drawn,
        landed=landed,
        repaid=target.repayments(item.lot for item in landed),
        counts=counts,
    )
    yield from kept_alive(book, now, source.account, source.unit, "conversion")
    yield from kept_alive(book, now, target.account, target.unit, "conversion")
    if any(item.terms.expires_on is not None and item.terms.expires_on < now.today for item in landed):
        # Recorded after its day: whoever comes next in this turn must not spend it.
        yield from lapse(account_of(book, target.account, to_unit), book, now)


def _converting(account: AccountId, book: Book, unit: Unit, now: Now) -> Account:
    found = account_of(book, existing(book, account, unit.code), unit)
    spends(book, account, now.today)
    earns(book, account, now.day)
    return moving(found)


def _exchanged(parts: Iterable[Arrival], rate: Conversion, own_day: Day | None) -> Iterable[Arrival]:
    """Each part in the other unit: rounded down over all of them together, so that they sum to what is given."""
    before = given = 0
    for part in parts:
        before += part.amount
        amount = rate.of(before).given - given
        given += amount
        if amount:
            yield Arrival(amount, replace(part.terms, expires_on=_last_day(part, rate, own_day)), part.of)


def _last_day(part: Arrival, rate: Conversion, own_day: Day | None) -> Day | None:
    if rate.expiry == "own" or part.terms.expires_on is None:
        return own_day
    return min(part.terms.expires_on, own_day or part.terms.expires_on)


def both_accounts(command: TransferPoints, _book: Book) -> Iterable[Key]:
    """Payer, payee, and their holders."""
    for account in (command.account, command.to):
        yield Account.KIND, account_key(account, command.unit)
        yield Holder.KIND, account.partition(":")[2]


def both_units(command: ConvertPoints, _book: Book) -> Iterable[Key]:
    """The account in both units, and its holder."""
    for unit in (command.from_unit, command.to_unit):
        yield Account.KIND, account_key(command.account, unit)
    yield Holder.KIND, command.account.partition(":")[2]


def drawn_limits(command: TransferPoints | ConvertPoints, book: Book) -> Iterable[Key]:
    """The counters of the scheme's limits."""
    if isinstance(command, TransferPoints):
        return limit_counters(book, "transfer", command.account, command.unit)
    return limit_counters(book, "conversion", command.account, command.from_unit)


HANDLERS: Final = (
    Handler(TransferPoints, transfer, (both_accounts, drawn_limits)),
    Handler(ConvertPoints, convert, (both_units, drawn_limits)),
)

"""Deciding about accounts. Checks in this order: terms, existence, status, limits, funds; then nothing may fail."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from ledger.accounts.activity import kept_alive
from ledger.calendar import day_after, end_of_day
from ledger.limits.drawing import limit_counters, limited_by_scheme
from ledger.people.entities import Holder
from ledger.points import freezing
from ledger.points.commands import DeductPoints, GrantPoints, OpenInitial, TurnMonth
from ledger.points.entities import Account, account_key
from ledger.points.existing import earns, existing
from ledger.points.facts import PointsEarned
from ledger.points.granting import (
    account_of,
    all_open,
    counted_of_deduction,
    deducting,
    earning,
    lapses,
    moving,
)
from ledger.pools import INITIAL, Lot, Terms, amount_of, first_of
from ledger.refusals import (
    AlreadyExists,
    Malformed,
    UnknownSchemeTerm,
)
from ledger.room import Book, Facts, Handler, Key, Now, Stamped
from ledger.scheme.model import Behaviour, Scheme, Unit
from ledger.values import MAX_AMOUNT, Day, PeriodName

_MOST_DAYS: Final = 36_500
_FIRST_DAY: Final = Day("1970-01-01")


def whole(amount: int) -> int:
    """An amount that a command may name: 1 to 2^53 - 1 (4b)."""
    if not 1 <= amount <= MAX_AMOUNT:
        raise Malformed(errors=[f"amount: {amount} is not between 1 and {MAX_AMOUNT}"])
    return amount


def grant(command: GrantPoints, book: Book, now: Now) -> Facts:
    """Open a lot. Checks: amount, unit and codes (422), account (404), left the site, frozen, the scheme's limits."""
    amount, scheme = whole(command.amount), book.scheme(now.day)
    unit = scheme.unit(command.unit)
    if command.behaviour is not None:
        scheme.behaviour(command.behaviour)
    if command.reason is not None:
        scheme.reason(command.reason)
    if command.fund is not None:
        scheme.fund(command.fund)
    account = account_of(book, existing(book, command.to, unit.code), unit)
    if command.behaviour is not None:
        earns(book, account.account, now.day)
    moving(account)
    terms = Terms(expires_on=_last_day(command, unit, now), fund=command.fund)
    counts = limited_by_scheme(
        book,
        now,
        "grant",
        account.account,
        unit.code,
        amount,
        behaviour=command.behaviour,
        reason=command.reason,
        fund=command.fund,
    )
    yield earning(account, amount, now, behaviour=command.behaviour, reason=command.reason, terms=terms, counts=counts)
    yield from kept_alive(book, now, account.account, unit.code, "grant")
    if terms.expires_on is not None and terms.expires_on < now.today:
        # Recorded after its day: whoever comes next in this turn must not spend it.
        yield from lapse(account_of(book, account.account, unit), book, now)


def _last_day(command: GrantPoints, unit: Unit, now: Now) -> Day | None:
    if command.expires_on is not None and command.expires_in_days is not None:
        raise Malformed(errors=["expires_on and expires_in_days: name one of them"])
    if command.expires_in_days is not None:
        if not 0 <= command.expires_in_days <= _MOST_DAYS:
            raise Malformed(errors=[f"expires_in_days: 0 to {_MOST_DAYS}"])
        return day_after(now.day, command.expires_in_days)
    if command.expires_on is not None and not _is_a_day(command.expires_on):
        raise Malformed(errors=[f"expires_on: a day from {_FIRST_DAY} on, such as 2022-06-30"])
    return command.expires_on or unit.lot_life.last_spendable_day(now.day)


def _is_a_day(day: Day) -> bool:
    # What no calendar holds would be written into the book and break every later turn that meets it.
    try:
        return day_after(day, 0) == day >= _FIRST_DAY
    except ValueError:
        return False


def deduct(command: DeductPoints, book: Book, now: Now) -> Facts:
    """Take value. Checks: amount, unit and codes (422), account (404), frozen, limits, then the negative policy."""
    amount, scheme = whole(command.amount), book.scheme(now.day)
    unit = scheme.unit(command.unit)
    scheme.reason(command.reason)
    if command.behaviour is not None:
        scheme.behaviour(command.behaviour)
    account = moving(account_of(book, existing(book, command.account, unit.code), unit))
    behaviour, reason = command.behaviour, command.reason
    moved = counted_of_deduction(account, unit, amount)
    counts = limited_by_scheme(
        book, now, "deduction", account.account, unit.code, moved, behaviour=behaviour, reason=reason
    )
    yield deducting(account, unit, amount, behaviour=behaviour, reason=reason, target=command.target, counts=counts)
    yield from kept_alive(book, now, account.account, unit.code, "deduction")


def named_account(command: GrantPoints | DeductPoints, _book: Book) -> Iterable[Key]:
    """The account and its holder."""
    account = command.to if isinstance(command, GrantPoints) else command.account
    return [(Account.KIND, account_key(account, command.unit)), (Holder.KIND, account.partition(":")[2])]


def drawn_limits(command: GrantPoints | DeductPoints, book: Book) -> Iterable[Key]:
    """The counters of the scheme's limits."""
    unit, behaviour, reason = command.unit, command.behaviour, command.reason
    if isinstance(command, GrantPoints):
        return limit_counters(book, "grant", command.to, unit, behaviour=behaviour, reason=reason, fund=command.fund)
    return limit_counters(book, "deduction", command.account, unit, behaviour=behaviour, reason=reason)


# The month ---------------------------------------------------------------------------------------------------


def open_initial(command: OpenInitial, book: Book, now: Now) -> Facts:
    """Grant the open period's initial lot. Checks: scheme has one (422), holder (404), not granted yet, frozen."""
    behaviour, unit = _initial(book.scheme(now.day))
    account = moving(account_of(book, existing(book, command.account, unit.code), unit))
    if initial_open(account, now.period):
        raise AlreadyExists(kind="initial-grant", id=now.period)
    if all_open(account, INITIAL):
        # An earlier month's lot is still there: it lapses in this same transaction, nobody ever has two.
        yield from turn_month(TurnMonth(account=command.account), book, now)
    else:
        yield _initial_grant(account, behaviour, now)


def turn_month(command: TurnMonth, book: Book, now: Now) -> Facts:
    """The old initial lot lapses and the new one is granted, in one transaction.

    Under a threshold, what filled the base lapses with it: below the base the new month starts at the base,
    whatever order earning and losing came in (3-domain, Value).
    """
    behaviour, unit = _initial(book.scheme(now.day))
    account = moving(account_of(book, existing(book, command.account, unit.code), unit))
    if initial_open(account, now.period):
        raise AlreadyExists(kind="initial-grant", id=now.period)
    lots = _ending_with_the_month(account, unit)
    yield from lapses(account, lots, "month-turn")
    if book.the(Holder, account.account.partition(":")[2]).left_on is None:
        yield _initial_grant(account_of(book, account.account, unit), behaviour, now)


def _initial(scheme: Scheme) -> tuple[Behaviour, Unit]:
    behaviour = scheme.initial
    if behaviour is None:
        raise UnknownSchemeTerm(term="periods.initial", value="")
    return behaviour, scheme.unit(behaviour.unit)


def initial_open(account: Account, period: PeriodName) -> bool:
    """Whether the account was granted the initial lot of that period."""
    return any(pool.terms.kind == INITIAL and pool.terms.terms == period for pool in account.pools)


def _initial_grant(account: Account, behaviour: Behaviour, now: Now) -> PointsEarned:
    terms = Terms(kind=INITIAL, terms=now.period)
    # Whatever ceiling was set for this holder: a month that could not turn would stop the closing for everybody.
    unbounded = replace(account, ceiling=None)
    return earning(unbounded, behaviour.points, now, behaviour=behaviour.code, terms=terms)


def _ending_with_the_month(account: Account, unit: Unit) -> tuple[Lot, ...]:
    initial = all_open(account, INITIAL)
    if unit.spendable.policy != "threshold":
        return initial
    filling = max(0, min(account.balance, unit.spendable.base) - amount_of(initial))
    return initial + first_of(all_open(account), filling)


def initial_account(command: OpenInitial | TurnMonth, book: Book) -> Iterable[Key]:
    """The account in the unit of the initial grant, and its holder."""
    scheme = book.scheme(Day("9999-12-31"))
    unit = scheme.initial.unit if scheme.initial else ""
    return [(Account.KIND, account_key(command.account, unit)), (Holder.KIND, command.account.partition(":")[2])]


# Time ----------------------------------------------------------------------------------------------------------


def lapse(account: Account, _book: Book, now: Now) -> Facts:
    """What ended of an account's open lots by now: one fact per day, at the instant it was due.

    Called by the room of holds, where an account's holds end before its lots do.
    """
    days = sorted({day for pool in account.pools if pool.open and (day := account.last_day(pool))})
    for day in days:
        ended_at = end_of_day(day, now.zone)
        if ended_at > now.recorded_at:
            return
        lots = tuple(
            Lot(pool=pool.id, start=start, end=end)
            for pool in account.pools
            if account.last_day(pool) == day
            for start, end in pool.open
        )
        cause = "left" if day == account.ends_on else "inactive" if day == account.idle_on else "expired"
        for lapsed in lapses(account, lots, cause, day):
            yield Stamped(fact=lapsed, occurred_at=ended_at)


HANDLERS: Final = (
    Handler(GrantPoints, grant, (named_account, drawn_limits)),
    Handler(DeductPoints, deduct, (named_account, drawn_limits)),
    Handler(OpenInitial, open_initial, (initial_account,)),
    Handler(TurnMonth, turn_month, (initial_account,)),
    *freezing.HANDLERS,
)

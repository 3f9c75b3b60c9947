"""Merging two records of one man: value, debt and standing of both in one, with the history of each kept (R28).

Taking a merge back (a split) is done by hand: register the other man anew, and move by granting and deducting, with
the reason `correction`, what the journal says was his. The facts of the old record name what each side had.
"""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from msgspec.structs import replace

from ledger.accounts.activity import kept_alive
from ledger.people.binding import binding, can_bear, unwatched, watching
from ledger.people.commands import MergeHolders
from ledger.people.entities import Holder
from ledger.people.facts import HoldersMerged, Survivor
from ledger.people.standing import living
from ledger.points.entities import Account, Debt, account_key
from ledger.points.facts import AccountJoined, AccountMerged, MovedPool, PointsEarned
from ledger.points.granting import account_of, lapses, moving
from ledger.points.moving import within_range
from ledger.pools import INITIAL, Lot, Pool, amount_of, first_of
from ledger.refusals import NotEligible, SameAccount
from ledger.reversals.originals import Transaction, movement_of, reversed_of
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.scheme.model import Unit
from ledger.values import HolderId, PeriodName, UnitCode, holder_account

T = TypeVar("T", bound=str)


def merge(command: MergeHolders, book: Book, now: Now) -> Facts:
    """All of `old` goes to `into`.

    Checks: reason and two records (422), both exist (404), neither is merged, no account of either is frozen or has
    value set aside by holds on it or towards it, the month has turned for both or for neither, and one account has
    room for the dated bounds and monitors of both.
    """
    scheme = book.scheme(now.day)
    scheme.reason(command.reason)
    if command.old == command.into:
        raise SameAccount
    old, into = living(book, command.old), living(book, command.into)
    units = [unit for unit in scheme.units.values() if _has(book, command.old, unit) or _has(book, command.into, unit)]
    pairs = [(unit, *_both(book, command, unit)) for unit in units]
    for _, here, there in pairs:
        _can_join(here, there, now.period)
    yield HoldersMerged(
        holder=command.old,
        into=command.into,
        reason=command.reason,
        survivor=_survivor(command.old, old, into),
        units=tuple(unit.code for unit in units),
    )
    for unit, here, there in pairs:
        if _has(book, command.old, unit):
            yield from _joining(book, now, unit, here, there)


def _has(book: Book, holder: HolderId, unit: Unit) -> bool:
    return book.get(Account, account_key(holder_account(holder), unit.code)) is not None


def _both(book: Book, command: MergeHolders, unit: Unit) -> tuple[Account, Account]:
    here, there = (account_of(book, holder_account(holder), unit) for holder in (command.old, command.into))
    return here, there


def _can_join(here: Account, there: Account, period: PeriodName) -> None:
    moving(here)
    moving(there)
    if here.held or there.held or here.incoming or there.incoming:
        raise NotEligible(reason="held")
    granted = _initial_periods(here), _initial_periods(there)
    # One turned and one not: the month's turn would find this period's lot and leave the old one standing.
    if any(period in one and other - {period} for one, other in (granted, granted[::-1])):
        raise NotEligible(reason="month-turn-open")
    within_range(there.received + abs(here.balance))
    can_bear(here, there)


def _initial_periods(account: Account) -> set[str]:
    return {pool.terms.terms or "" for pool in account.pools if pool.terms.kind == INITIAL}


def _survivor(id: HolderId, old: Holder, into: Holder) -> Survivor:
    """What holds for both: on site while either is, barred while either is, out of evaluation where either is."""
    here = old.left_on is None or into.left_on is None
    return Survivor(
        crew=into.crew or old.crew,
        joined_on=_first(old.joined_on, into.joined_on),
        left_on=None if here else _last(old.left_on, into.left_on),
        spend_until_on=None if here else _last(old.spend_until_on, into.spend_until_on),
        badge=into.badge or old.badge,
        suspended=tuple(sorted({*old.suspended, *into.suspended})),
        barred_on=_first(old.barred_on, into.barred_on),
        merged_from=(*into.merged_from, id, *old.merged_from),
    )


def _first(*days: T | None) -> T | None:
    return min((day for day in days if day is not None), default=None)


def _last(*days: T | None) -> T | None:
    return max((day for day in days if day is not None), default=None)


# Value -------------------------------------------------------------------------------------------------------


def _joining(book: Book, now: Now, unit: Unit, here: Account, there: Account) -> Facts:
    yield from unwatched(here)
    for pools, debts in _portions(here):
        part = AccountMerged(
            account=here.account, unit=unit.code, amount=0, into=there.account, pools=pools, debts=debts
        )
        yield replace(part, amount=abs(part.net))
    joined = account_of(book, there.account, unit)
    repaid = joined.repayments(joined.penalty(joined.debt, unit))
    amount = amount_of(item.lot for item in repaid)
    yield AccountJoined(account=there.account, unit=unit.code, amount=amount, came_from=here.account, repaid=repaid)
    lots = _second_initial(book, unit, here, there)
    if lots:
        yield from lapses(there, lots, "merged", now.today)
    yield from kept_alive(book, now, there.account, unit.code, None)
    yield from binding(unit, here, there, account_of(book, there.account, unit))


_MOST_PARTS: Final = 300
"""What one fact of a merge names, in hundreds of bytes: a pool counts four, each of its open ranges and a debt one.

Somebody with a thousand coupons has a thousand pools: in one fact they would not fit into its 32,768 bytes.
"""


def _portions(account: Account) -> Iterator[tuple[tuple[MovedPool, ...], tuple[Debt, ...]]]:
    """All pools and debts of an account, in the portions of as many facts as it takes: one for nearly everybody."""
    pools: list[MovedPool] = []
    debts: list[Debt] = []
    left = _MOST_PARTS
    items: list[MovedPool | Debt] = [*_pieces(account), *account.debts]
    for item in items:
        size = 1 if isinstance(item, Debt) else 4 + len(item.open)
        if size > left:
            yield tuple(pools), tuple(debts)
            pools, debts, left = [], [], _MOST_PARTS
        left -= size
        if isinstance(item, Debt):
            debts.append(item)
        else:
            pools.append(item)
    yield tuple(pools), tuple(debts)


def _pieces(account: Account) -> Iterator[MovedPool]:
    """Each pool as it moves; one with more open ranges than a fact can name in several pieces."""
    most = _MOST_PARTS - 4
    for pool in map(_moved, account.pools):
        for start in range(0, max(1, len(pool.open)), most):
            yield replace(pool, open=pool.open[start : start + most])


def _moved(pool: Pool) -> MovedPool:
    lots = tuple(Lot(pool=pool.id, start=start, end=end) for start, end in pool.open)
    return MovedPool(
        pool=pool.id,
        terms=pool.terms,
        opened=pool.opened,
        total=pool.total,
        open=lots,
        reopened=pool.reopened,
    )


def _second_initial(book: Book, unit: Unit, here: Account, there: Account) -> tuple[Lot, ...]:
    """What lapses so that the man has as much as if he had had one record, and so one initial grant, all along.

    The whole of the second grant: what is left of its lot first, then, for what deductions had taken of it, what a
    deduction would take now; never more than is there.
    """
    periods = _initial_periods(there)
    seconds = [pool for pool in here.pools if pool.terms.kind == INITIAL and (pool.terms.terms or "") in periods]
    joined = account_of(book, there.account, unit)
    ids = {pool.id for pool in seconds}
    amount = sum(pool.total - _taken_back(book, pool) for pool in seconds)
    everything = joined.penalty(sum(pool.remaining for pool in joined.pools), unit)
    first = [lot for lot in everything if lot.pool in ids]
    return first_of((*first, *(lot for lot in everything if lot.pool not in ids)), amount)


def _taken_back(book: Book, pool: Pool) -> int:
    given = Transaction(book.past(movement_of(pool.id)))
    grants = (it for it in given.facts if isinstance(it.data, PointsEarned) and it.data.lot.pool == pool.id)
    return sum(reversed_of(book, given.movement(grant)).amount for grant in grants)


# Keys --------------------------------------------------------------------------------------------------------


def accounts_in(book: Book, holder: HolderId) -> Iterator[Key]:
    """A holder's accounts in every unit of the scheme in force."""
    for code in book.scheme(book.today).units:
        yield Account.KIND, account_key(holder_account(holder), UnitCode(code))


def both_records(command: MergeHolders, book: Book) -> Iterable[Key]:
    """Both holders and all their accounts."""
    for holder in (command.old, command.into):
        yield Holder.KIND, holder
        yield from accounts_in(book, holder)


def his_monitors(command: MergeHolders, book: Book) -> Iterable[Key]:
    """Second round: what watches the accounts of the old record."""
    for _, account in accounts_in(book, command.old):
        yield from watching(book.get(Account, account))


HANDLERS: Final = (Handler(MergeHolders, merge, (both_records, his_monitors)),)

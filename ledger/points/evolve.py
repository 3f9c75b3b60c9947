"""How accounts follow the facts about them. Believes the facts: the past has been decided."""

from typing import Final, Protocol

import msgspec

from ledger.limits.evolve import counted
from ledger.points.entities import OVERDRAFT, Account, Debt, Owed, Reversed, account_key
from ledger.points.facts import (
    AccountFact,
    AccountJoined,
    AccountMerged,
    DeductionReversed,
    FreezeFact,
    FreezeLifted,
    FreezePlaced,
    GrantReversed,
    LotsLapsed,
    PointsDeducted,
    PointsEarned,
    own_pool,
)
from ledger.pools import INITIAL, Pool
from ledger.room import Evolution, Meta
from ledger.values import TxId


def accounts(fact: AccountFact, _meta: Meta) -> tuple[str, ...]:
    """The row of the account that a fact is about."""
    return (account_key(fact.account, fact.unit),)


def _opened(account: Account | None, fact: AccountFact) -> Account:
    return account or Account(account=fact.account, unit=fact.unit)


def on_earned(account: Account | None, fact: PointsEarned, meta: Meta, _id: str) -> Account:
    """A lot more; debts less by what of it repaid them."""
    before = _opened(account, fact)
    after = before.granted(fact.lot, fact.pool_terms(), meta.position, received=fact.amount).repaid(fact.repaid)
    # Swept afterwards: a lot that came late joins the ended pool that it was decided for.
    return after.turned() if fact.kind == INITIAL else after.swept(before=meta.day, tx=meta.tx)


def on_deducted(account: Account | None, fact: PointsDeducted, meta: Meta, _id: str) -> Account:
    """Ranges less; what was not there stands as a debt item."""
    before = _opened(account, fact)
    after = before.taken(fact.taken).owing(fact.debt, of=meta.tx)
    return msgspec.structs.replace(after, spent=before.spent + fact.amount)


def on_lapsed(account: Account | None, fact: LotsLapsed, meta: Meta, _id: str) -> Account:
    """Ranges less, counted apart from what was spent; pools that ended are forgotten."""
    before = _opened(account, fact)
    after = before.taken(fact.lots)
    after = after.turned() if fact.ended_on is None else after.swept(before=fact.ended_on, tx=meta.tx)
    return msgspec.structs.replace(after, lapsed=before.lapsed + fact.amount)


def on_deduction_reversed(account: Account | None, fact: DeductionReversed, meta: Meta, _id: str) -> Account:
    """What is still owed of it goes first, then ranges come back at their old places."""
    opened = _opened(account, fact)
    # A deduction in a group is named by its position too, its debt by the transaction alone.
    owed = OVERDRAFT if opened.standing else TxId(fact.of.partition(".")[0])
    after = opened.forgiven(fact.forgiven, of=owed)
    for item in fact.restored:
        if item.pool == own_pool(meta.tx, meta.position):
            # What was drawn below zero, and filled by others since, comes back as a lot of its own.
            after = after.granted(item.lot, item.terms, meta.position)
        else:
            after = after.restored((item.lot,), {item.pool: item.terms}, meta.position)
    return msgspec.structs.replace(after.repaid(fact.repaid), received=opened.received + fact.amount)


def on_grant_reversed(account: Account | None, fact: GrantReversed, meta: Meta, _id: str) -> Account:
    """Ranges less, in the column of what was spent; what was spent meanwhile is owed."""
    before = _opened(account, fact)
    after = before.taken(fact.taken).owing(fact.debt, of=meta.tx)
    return msgspec.structs.replace(after, spent=before.spent + fact.amount)


class Reversing(Protocol):
    """Any fact that takes a movement back."""

    @property
    def of(self) -> TxId:
        """What it takes back."""
        ...

    @property
    def amount(self) -> int:
        """How much of it."""
        ...


def originals(fact: Reversing, _meta: Meta) -> tuple[str, ...]:
    """The movement that a reversal takes back."""
    return (fact.of,)


def on_taken_back(entity: Reversed | None, fact: Reversing, _meta: Meta, _id: str) -> Reversed:
    """How much of the original is gone, after it."""
    before = entity or Reversed()
    restored = tuple(item.lot for item in getattr(fact, "restored", ()))
    return Reversed(amount=before.amount + fact.amount, restored=before.restored + restored)


def debts_repaid(fact: PointsEarned | DeductionReversed | AccountJoined, _meta: Meta) -> list[str]:
    """The deductions that a fact repaid; what filled an overdraft is nobody's to give back."""
    if not fact.repaid:
        return []  # as most facts
    return list(dict.fromkeys(item.deduction for item in fact.repaid if item.deduction != OVERDRAFT))


def on_repaid(owed: Owed | None, fact: PointsEarned | DeductionReversed | AccountJoined, _meta: Meta, id: str) -> Owed:
    """The ranges that repaid it, with these."""
    return Owed(lots=(owed.lots if owed else ()) + tuple(item.lot for item in fact.repaid if item.deduction == id))


def both_accounts(fact: AccountMerged, _meta: Meta) -> tuple[str, str]:
    """The account that is emptied and the one that takes over."""
    return account_key(fact.account, fact.unit), account_key(fact.into, fact.unit)


def on_merged(account: Account | None, fact: AccountMerged, _meta: Meta, id: str) -> Account:
    """What it names changes hands; what moved counts as spent on one side and as received on the other."""
    emptied = id == account_key(fact.account, fact.unit)
    before = account or Account(account=fact.account if emptied else fact.into, unit=fact.unit)
    out = fact.net if emptied else -fact.net
    return msgspec.structs.replace(
        before,
        received=before.received + max(0, -out),
        spent=before.spent + max(0, out),
        pools=_pools_left(before, fact) if emptied else _pools_joined(before, fact),
        debts=_debts_left(before, fact) if emptied else _debts_joined(before, fact),
    )


def _pools_left(account: Account, fact: AccountMerged) -> tuple[Pool, ...]:
    """Without the ranges that are named, and without pools that were named and of which nothing is open any more."""
    named = {pool.pool: pool.open for pool in fact.pools}
    left = []
    for pool in account.pools:
        for lot in named.get(pool.id, ()):
            pool = pool.taken(lot)  # noqa: PLW2901 - the pool as it is after each of its ranges
        if pool.open or pool.id not in named:
            left.append(pool)
    return tuple(left)


def _debts_left(account: Account, fact: AccountMerged) -> tuple[Debt, ...]:
    named = {item.deduction for item in fact.debts}
    return tuple(item for item in account.debts if item.deduction not in named)


def _pools_joined(account: Account, fact: AccountMerged) -> tuple[Pool, ...]:
    pools = {pool.id: pool for pool in account.pools}
    for moved in fact.pools:
        # A pool of hundreds of ranges comes in several facts.
        pool = pools.get(moved.pool) or Pool(
            moved.pool, moved.terms, moved.opened, moved.total, reopened=moved.reopened
        )
        for lot in moved.open:
            pool = pool.restored(lot)
        pools[moved.pool] = pool
    return tuple(sorted(pools.values(), key=lambda pool: pool.order))


def _debts_joined(account: Account, fact: AccountMerged) -> tuple[Debt, ...]:
    # By deduction: a group may have cost both records in one tx, and two items of one name would be repaid twice.
    owed: dict[TxId, int] = {}
    for item in (*account.debts, *fact.debts):
        owed[item.deduction] = owed.get(item.deduction, 0) + item.amount
    return tuple(Debt(deduction, amount) for deduction, amount in owed.items())


def on_joined(account: Account, fact: AccountJoined, _meta: Meta, _id: str) -> Account:
    """Debts less by what repaid them."""
    return account.repaid(fact.repaid)


def frozen(fact: FreezeFact, _meta: Meta) -> tuple[str, ...]:
    """The account that stops or moves again."""
    return (account_key(fact.account, fact.unit),)


def on_freeze(account: Account | None, fact: FreezeFact, meta: Meta, _id: str) -> Account:
    """Frozen since it was recorded, or not at all; a holder's account may be frozen before its first use."""
    before = account or Account(account=fact.account, unit=fact.unit)
    frozen_at = meta.recorded_at if isinstance(fact, FreezePlaced) else None
    return msgspec.structs.replace(before, frozen_at=frozen_at)


EVOLUTIONS: Final = (
    Evolution(PointsEarned, Account, accounts, on_earned),
    Evolution(PointsDeducted, Account, accounts, on_deducted),
    Evolution(LotsLapsed, Account, accounts, on_lapsed),
    Evolution(DeductionReversed, Account, accounts, on_deduction_reversed),
    Evolution(DeductionReversed, Reversed, originals, on_taken_back),
    Evolution(GrantReversed, Account, accounts, on_grant_reversed),
    Evolution(GrantReversed, Reversed, originals, on_taken_back),
    Evolution(PointsEarned, Owed, debts_repaid, on_repaid),
    Evolution(DeductionReversed, Owed, debts_repaid, on_repaid),
    Evolution(AccountMerged, Account, both_accounts, on_merged),
    Evolution(AccountJoined, Account, accounts, on_joined),
    Evolution(AccountJoined, Owed, debts_repaid, on_repaid),
    Evolution(FreezePlaced, Account, frozen, on_freeze),
    Evolution(FreezeLifted, Account, frozen, on_freeze),
    counted(PointsEarned),
    counted(PointsDeducted),
)

"""What a reversal gives back to who had paid: what was drawn below zero first, then ranges, the last taken first."""

from typing import NamedTuple

from ledger.people.standing import surviving_account
from ledger.points.entities import OVERDRAFT, Account, Owed
from ledger.points.facts import AccountFact, LotsLapsed, PointsDeducted, Restored, own_pool
from ledger.points.granting import lapse_of_restored, restoring
from ledger.points.moving import Arrival, landing
from ledger.pools import Landed, Lot, Repaid, Terms, last_of, without
from ledger.reversals.originals import Case, Paying, movement_of, reversed_of
from ledger.room import Book


class Return(NamedTuple):
    """What who had paid has back."""

    forgiven: int
    restored: tuple[Restored, ...]
    landed: tuple[Landed, ...]
    repaid: tuple[Repaid, ...]
    lapsed: tuple[LotsLapsed, ...]
    """What of the restored ranges had ended meanwhile: it lapses in the same transaction."""


def returned(case: Case, fact: Paying, account: Account) -> Return:
    """The case's amount of what `fact` took from `account`, which is the survivor where its record was merged."""
    landed: tuple[Landed, ...] = ()
    if account.standing:
        drawn = _drawn(case, fact)
        owed, lots = OVERDRAFT, last_of(_left(case, fact), case.amount - drawn)
        forgiven = min(drawn, sum(item.amount for item in account.debts))
        if drawn > forgiven:
            # Others have filled what was drawn: it comes back as it had arrived with the payee.
            landed = _opened(case, fact, account, drawn - forgiven)
    else:
        owed = case.original.envelope.tx
        # Only a deduction owes: a transfer beside it in the group must not count its debt as given back.
        debts = [item.amount for item in account.debts if item.deduction == owed and isinstance(fact, PointsDeducted)]
        forgiven = min(case.amount, sum(debts))
        lots = last_of(_cost(case, fact, account), case.amount - forgiven)
    repaid = account.forgiven(forgiven, of=owed).repayments((*lots, *(item.lot for item in landed)))
    ended = lapse_of_restored(account, lots, tuple(item.lot for item in repaid), case.now)
    return Return(forgiven, restoring(case.book, account, lots), landed, repaid, (ended,) if ended else ())


def _opened(case: Case, fact: Paying, account: Account, amount: int) -> tuple[Landed, ...]:
    if isinstance(fact, PointsDeducted):
        # Its reversal has no member for new ranges: they are told from restored ones by the pool alone.
        pool = own_pool(case.now.tx, case.now.position)
        return (Landed(pool=pool, start=0, end=amount, terms=Terms()),)
    return landing(account, [Arrival(amount, Terms())], case.now)


def _drawn(case: Case, fact: Paying) -> int:
    """How much of it was drawn below zero by a free-standing account: that comes back before its ranges do."""
    drawn = fact.debt if isinstance(fact, PointsDeducted) else fact.drawn
    return min(case.amount, max(0, drawn - case.gone))


def _left(case: Case, fact: Paying) -> tuple[Lot, ...]:
    return without(fact.taken, reversed_of(case.book, case.original).restored)


def _cost(case: Case, fact: Paying, account: Account) -> tuple[Lot, ...]:
    """Every range that it has cost a holder so far and that was not given back: taken at once, then as repayment.

    Deductions of one group that owed are taken together.
    """
    book, original = case.book, case.original
    mine = original.transaction.owing(book, account.account, account.unit) if isinstance(fact, PointsDeducted) else []
    if not mine:
        return _left(case, fact)
    owed = book.get(Owed, original.envelope.tx)
    repaid = owed.lots if owed else ()
    if not original.transaction.alone:
        repaid = tuple(lot for lot in repaid if _stands_in(book, account, lot))
    # Its own ranges last: they are the first to come back.
    mine = sorted(mine, key=lambda item: item.envelope.pos == original.envelope.pos)
    taken = (lot for item in mine if isinstance(item.fact, PointsDeducted) for lot in item.fact.taken)
    back = [lot for item in mine for lot in reversed_of(book, item).restored]
    return without((*taken, *repaid), back)


def _stands_in(book: Book, account: Account, lot: Lot) -> bool:
    """Whether it is a range of this account, which may have forgotten its pool."""
    if account.pool(lot.pool) is not None:
        return True
    return any(
        unit == account.unit and surviving_account(book, name) == account.account
        for envelope in book.past(movement_of(lot.pool))
        if isinstance(envelope.data, AccountFact) and envelope.data.terms_of_pool(lot.pool)
        for name, unit, _ in envelope.data.states()
    )

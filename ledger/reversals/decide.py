"""Deciding about reversals. Checks: codes, existence, kind, status, what is left, funds; then nothing may fail."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import asdict

from ledger.behaviours.entities import Suspension
from ledger.behaviours.suspending import lifting
from ledger.holds.entities import Hold
from ledger.holds.facts import HoldCaptured
from ledger.limits.drawing import counted_back, returning
from ledger.limits.entities import Counter
from ledger.limits.facts import Count
from ledger.people.entities import Holder
from ledger.people.standing import surviving_account
from ledger.points.decide import whole
from ledger.points.entities import Account, Owed, Reversed, account_key
from ledger.points.facts import (
    BetweenFact,
    DeductionReversed,
    GrantReversed,
    PointsDeducted,
    PointsEarned,
    Restored,
)
from ledger.points.granting import account_of, moving
from ledger.points.moving import fitting
from ledger.refusals import AlreadyReversed, Malformed, NotEligible
from ledger.reversals.commands import ReverseMovement
from ledger.reversals.facts import CaptureReversed, ConversionReversed, MoveReversed, TransferReversed
from ledger.reversals.originals import Case, Moving, Original, case_of, originals, reversed_of
from ledger.reversals.returning import returned
from ledger.reversals.taking import Arrived, Taking, taking
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.transfers.facts import PointsConverted
from ledger.values import AccountId, UnitCode


def reverse(command: ReverseMovement, book: Book, now: Now) -> Facts:
    """Mirror one movement, or every movement of a transaction, the last first: all of them or none.

    Checks: reason and amount (422), original (404), one movement for an amount (422), its kind; then for each frozen
    or closed accounts, amount left, ceiling, funds. What has ended meanwhile lapses in this same transaction.
    """
    book.scheme(now.day).reason(command.reason)
    if command.amount is not None:
        whole(command.amount)
    asked = originals(book, command.of, command.position)
    if len(asked) > 1 and command.amount is not None:
        raise Malformed(errors=[f"amount: the transaction has {len(asked)} movements: name one by its position"])
    for original in _open(book, asked):
        yield from _reversed(command, book, now, original)


def _open(book: Book, asked: tuple[Original, ...]) -> tuple[Original, ...]:
    """Those of which something is left; where nothing is left of any, that is said of all together."""
    if len(asked) == 1:
        return asked
    left = tuple(item for item in asked if reversed_of(book, item).amount < item.fact.amount)
    if not left:
        amount = sum(item.fact.amount for item in asked)
        raise AlreadyReversed(original=amount, reversed=amount)
    return left


def _reversed(command: ReverseMovement, book: Book, now: Now, original: Original) -> Facts:
    fact = original.fact
    account = _side(book, now, fact.account, fact.unit)
    other = fact.other_side() if isinstance(fact, BetweenFact) else None
    there = None if other is None else _side(book, now, *other)
    if there is not None and (there.account, there.unit) == (account.account, account.unit):
        raise NotEligible(reason="merged")
    case = case_of(command, book, now, original)
    if isinstance(fact, PointsEarned):
        yield _granted_back(case, fact, account)
    elif isinstance(fact, PointsDeducted):
        yield from _deducted_back(case, fact, account)
    else:
        yield from _moved_back(case, fact, account, there)
        return
    yield from returning(
        original.id, _limits(case, fact.counts), amount=case.amount, original=fact.amount, before=case.gone
    )


def _side(book: Book, now: Now, account: AccountId, unit: UnitCode) -> Account:
    """One side of a movement as it stands: what concerns a record that was merged since falls to its survivor."""
    return moving(account_of(book, surviving_account(book, account), book.scheme(now.day).unit(unit)))


def _limits(case: Case, counts: Iterable[Count]) -> tuple[Count, ...]:
    """Those of the scheme's limits: caps and budgets count what was done and issued, taken back or not (R09)."""
    limits = case.book.scheme(case.now.day).limits
    return tuple(count for count in counts if count.counter.partition("/")[0] in limits)


# One account ---------------------------------------------------------------------------------------------------


def _granted_back(case: Case, fact: PointsEarned, account: Account) -> GrantReversed:
    part = Arrived((fact.lot,), fact.repaid).part(case.amount, before=case.gone)
    given = taking(account, case.unit(fact.unit), case.amount, part, case.command.if_spent)
    return GrantReversed(
        account=account.account,
        unit=fact.unit,
        amount=case.amount,
        of=case.original.id,
        reason=case.command.reason,
        taken=given.taken,
        debt=given.debt,
    )


def _deducted_back(case: Case, fact: PointsDeducted, account: Account) -> Facts:
    fitting(account, case.amount)
    back = returned(case, fact, account)
    opened = tuple(Restored(item.pool, item.start, item.end, item.terms) for item in back.landed)
    yield DeductionReversed(
        account=account.account,
        unit=fact.unit,
        amount=case.amount,
        of=case.original.id,
        reason=case.command.reason,
        forgiven=back.forgiven,
        restored=back.restored + opened,
        repaid=back.repaid,
    )
    yield from back.lapsed
    if case.whole:
        for suspension in case.original.suspensions():
            yield from lifting(case.book, suspension)


# Two sides -----------------------------------------------------------------------------------------------------


def _moved_back(case: Case, fact: Moving, account: Account, there: Account | None) -> Facts:
    fitting(account, case.amount)
    given = Taking((), 0) if there is None else _given(case, fact, there)
    back = returned(case, fact, account)
    mirror = MoveReversed(
        account=account.account,
        unit=fact.unit,
        amount=case.amount,
        of=case.original.id,
        reason=case.command.reason,
        forgiven=back.forgiven,
        restored=back.restored,
        landed=back.landed,
        repaid=back.repaid,
        taken=given.taken,
        debt=given.debt,
        counts=_counts(case, fact),
    )
    yield _mirrored(mirror, case, fact, there)
    yield from back.lapsed


def _given(case: Case, fact: Moving, there: Account) -> Taking:
    amount, before = _over_there(case, fact, case.amount), _over_there(case, fact, 0)
    part = Arrived(tuple(item.lot for item in fact.landed), fact.repaid).part(amount - before, before=before)
    return taking(there, case.unit(there.unit), amount - before, part, case.command.if_spent)


def _over_there(case: Case, fact: Moving, amount: int) -> int:
    """What the other side has given when `amount` more is reversed: rounded up, so that no holder profits by parts."""
    total = fact.to_amount if isinstance(fact, PointsConverted) else fact.amount
    return -(-(case.gone + amount) * total // fact.amount)


def _counts(case: Case, fact: Moving) -> tuple[Count, ...]:
    if isinstance(fact, HoldCaptured):
        # The hold had drawn on the limits when it was placed, for all of it.
        hold = case.book.the(Hold, fact.hold)
        return counted_back(hold.counts, amount=case.amount, original=hold.amount, before=case.gone)
    return counted_back(fact.counts, amount=case.amount, original=fact.amount, before=case.gone)


def _mirrored(mirror: MoveReversed, case: Case, fact: Moving, there: Account | None) -> MoveReversed:
    """The same as the kind of movement has it."""
    members = asdict(mirror)
    payee = None if there is None else there.account
    if isinstance(fact, HoldCaptured):
        return CaptureReversed(**members, hold=fact.hold, to=payee)
    if isinstance(fact, PointsConverted):
        amount = _over_there(case, fact, case.amount) - _over_there(case, fact, 0)
        return ConversionReversed(**members, to_unit=fact.to_unit, to_amount=amount)
    return TransferReversed(**members, to=payee or fact.to)


# Keys ----------------------------------------------------------------------------------------------------------


def named_facts(command: ReverseMovement, book: Book) -> Iterable[Key]:
    """Whatever the facts that are to be reversed name: known only from the journal."""
    for original in originals(book, command.of, command.position):
        fact = original.fact
        other = fact.other_side() if isinstance(fact, BetweenFact) else None
        for account, unit in ((fact.account, fact.unit), *(() if other is None else (other,))):
            yield Account.KIND, account_key(account, unit)
            yield Holder.KIND, account.partition(":")[2]
        yield Reversed.KIND, original.id
        yield Owed.KIND, original.envelope.tx
        yield from ((Suspension.KIND, suspension) for suspension in original.suspensions())
        if isinstance(fact, HoldCaptured):
            yield Hold.KIND, fact.hold
        yield from ((Counter.KIND, count.counter) for count in fact.counts)


HANDLERS: Final = (Handler(ReverseMovement, reverse, (named_facts,)),)

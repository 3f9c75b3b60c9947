"""Appeals: a deduction contested in time, decided by somebody who had no part in it, given back when granted (R36)."""

from collections.abc import Iterable
from typing import Final

from ledger.approvals.commands import AppealDeduction, DecideAppeal
from ledger.approvals.content import reference
from ledger.approvals.entities import Appeal
from ledger.approvals.facts import AppealDecided, AppealMade
from ledger.approvals.people import by_maker, deciding_person
from ledger.behaviours.entities import Suspension
from ledger.behaviours.suspending import lifting
from ledger.points.entities import Reversed
from ledger.points.facts import PointsDeducted
from ledger.refusals import AlreadyDecided, AlreadyExists, AlreadyReversed, AppealClosed, NotReversible
from ledger.reversals.commands import ReverseMovement
from ledger.reversals.originals import Original, recorded, reversed_of
from ledger.room import Approval, Book, By, Envelope, Facts, Handler, Key, Now
from ledger.values import HolderId, TxId


def appeal(command: AppealDeduction, book: Book, now: Now) -> Facts:
    """Checks: note (422), deduction (404), one appeal each, within its days, something left of it to give back."""
    reference("note", command.note)
    original = _deduction(book, command.of)
    deduction: PointsDeducted = original.envelope.data
    if book.get(Appeal, command.of) is not None:
        raise AlreadyExists(kind="appeal", id=command.of)
    if deduction.appeal_until_at is None or deduction.appeal_until_at <= now.recorded_at:
        raise AppealClosed(until=deduction.appeal_until_at)
    if deduction.amount and not _left(book, original):
        raise AlreadyReversed(original=deduction.amount, reversed=deduction.amount)
    holder = HolderId(deduction.account.removeprefix("holder:"))
    yield AppealMade(appeal=command.of, holder=holder, note=command.note)


def _deduction(book: Book, of: TxId) -> Original:
    transaction = recorded(book, of)
    deductions = [item for item in transaction.facts if isinstance(item.data, PointsDeducted)]
    if len(deductions) != 1:
        raise NotReversible(type=transaction.facts[0].type)
    return transaction.movement(deductions[0])


def _left(book: Book, deduction: Original) -> int:
    return deduction.fact.amount - reversed_of(book, deduction).amount


def decide_appeal(command: DecideAppeal, book: Book, now: Now) -> Facts:
    """Grant or deny. A granted one gives back what is left of the deduction and lifts its suspension.

    The reversal occurs when the deduction did: after the month was closed it stands in the open period and says which
    month it belongs to. Checks: note and reason (422), appeal (404), not decided, a person, who neither recorded nor
    approved the deduction nor made the appeal (403); then those of the reversal.
    """
    reference("note", command.note)
    book.scheme(now.today).reason(command.reason)
    contested = book.the(Appeal, command.appeal)
    if contested.status != "open":
        raise AlreadyDecided(decision=contested.status, position=contested.decided_position)
    judge = deciding_person(now)
    original = _deduction(book, command.appeal)
    deduction = original.envelope
    for taken_part in _involved(deduction, contested):
        by_maker(book, now, taken_part)
    yield AppealDecided(appeal=command.appeal, granted=command.granted, reason=command.reason, note=command.note)
    if not command.granted:
        return
    if _left(book, original):
        yield from now.carry_out(
            ReverseMovement(of=command.appeal, position=deduction.pos, reason=command.reason),
            by=contested.maker,
            occurred_at=deduction.occurred_at,
            approval=Approval(proposal=command.appeal, by=judge, position=contested.position),
        )
    # A deduction that found nothing to take has nothing to give back, yet its suspension ends too.
    yield from lifting(book, command.appeal)


def _involved(deduction: Envelope, contested: Appeal) -> Iterable[By]:
    yield deduction.by
    yield contested.maker
    if deduction.appr is not None:
        yield By(principal=deduction.appr.by, subject=deduction.appr.by)


def contested(command: DecideAppeal, _book: Book) -> Iterable[Key]:
    """The appeal; what it is about is read from the journal."""
    return [(Appeal.KIND, command.appeal), (Reversed.KIND, command.appeal), (Suspension.KIND, command.appeal)]


def appealed(command: AppealDeduction, _book: Book) -> Iterable[Key]:
    """Whether there is one already, and what was given back so far."""
    return [(Appeal.KIND, command.of), (Reversed.KIND, command.of)]


HANDLERS: Final = (
    Handler(AppealDeduction, appeal, (appealed,)),
    Handler(DecideAppeal, decide_appeal, (contested,)),
)

"""Suspensions: which period's evaluation a violation costs, and how giving the deduction back lifts it."""

from ledger.behaviours.entities import Suspension
from ledger.behaviours.facts import EvaluationSuspended, SuspensionLifted
from ledger.calendar import period_of
from ledger.people.standing import survivor
from ledger.room import Book, Facts, Now
from ledger.values import HolderId, TxId


def suspending(holder: HolderId, behaviour: str, book: Book, now: Now) -> EvaluationSuspended:
    """Out of the evaluation of the month in which it happened, or, if that is closed, of the open one.

    A sealed ranking does not move (R17): suspending from it would punish nobody.
    """
    # One tx may suspend two holders (an atomic group): the second is told apart by its position.
    id = now.tx if book.get(Suspension, now.tx) is None else f"{now.tx}.{now.position}"
    return EvaluationSuspended(
        suspension=id, holder=holder, evaluation=max(period_of(now.day), now.period), behaviour=behaviour
    )


def lifting(book: Book, deduction: TxId) -> Facts:
    """Lift what that deduction caused, if it still stands."""
    suspension = book.get(Suspension, deduction)
    if suspension is not None and not suspension.lifted:
        holder = survivor(book, suspension.holder)
        yield SuspensionLifted(suspension=deduction, holder=holder, evaluation=suspension.evaluation)

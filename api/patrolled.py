"""From a patrol's credit to what it was given for: the task, its route, what the review found, and who approved it."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from ledger.journal.ledger import Ledger
from ledger.patrols.entities import Task
from ledger.points.facts import PointsEarned
from ledger.reviews.facts import PatrolApproved
from ledger.room import Envelope
from ledger.values import TxId

SYSTEM: Final = "system"
"""In whose name the credit of an approved patrol is recorded."""


def patrol_in(ledger: Ledger, facts: Iterable[Envelope]) -> dict[str, Any] | None:
    """The patrol that a transaction approved, if it did."""
    approved = next((it for it in facts if isinstance(it.data, PatrolApproved)), None)
    return None if approved is None else _shown(ledger, approved)


def patrol_of(ledger: Ledger, grant: Envelope) -> dict[str, Any] | None:
    """The patrol that a grant was given for, if it was; asked of the journal only where that can be.

    What had to wait for another month's budget was granted later, under the proposal that the approval had made.
    """
    if not isinstance(grant.data, PointsEarned) or grant.data.behaviour is None:
        return None
    found = patrol_in(ledger, ledger.transaction(grant.tx)) if grant.by.principal == SYSTEM else None
    if found is None and grant.appr is not None:
        found = patrol_in(ledger, ledger.transaction(TxId(grant.appr.proposal)))
    return found


def _shown(ledger: Ledger, envelope: Envelope) -> dict[str, Any]:
    approved: PatrolApproved = envelope.data
    task = ledger.the(Task, approved.task)
    return {
        "claim": approved.claim,
        "task": approved.task,
        "route": task.route,
        "on": task.on,
        "slot": task.slot,
        "position": envelope.pos,
        "reviewed_by": approved.reviewed_by,
        "by": msgspec.to_builtins(envelope.by),
        "findings": msgspec.to_builtins(approved.findings),
        "measured": msgspec.to_builtins(approved.measured),
        "reason": approved.reason,
        "corrects": approved.corrects,
    }

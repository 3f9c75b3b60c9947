"""The review of one claim as it stands."""

from typing import ClassVar, Literal

from ledger.reviews.facts import Credited, Finding, Measured, Withheld
from ledger.room import By, Entity
from ledger.values import ClaimId, HolderId, Instant, TaskId

Status = Literal["referred", "approved", "rejected", "appealed", "upheld"]
"""`upheld`: an appeal was denied, the rejection stands."""


class Review(Entity, frozen=True, kw_only=True):
    """What was found in a patrol, who decided it and what became of an appeal. Its id is the claim's."""

    KIND: ClassVar[str] = "review"

    claim: ClaimId
    task: TaskId
    holder: HolderId
    status: Status
    findings: tuple[Finding, ...] = ()
    measured: Measured | None = None
    position: int
    """Of the fact that began it."""
    decided_by: By | None = None
    """Who approved or rejected it, `system` for the machine; not who decided an appeal."""
    decided_at: Instant | None = None
    decided_position: int = 0
    reason: str | None = None
    note: str | None = None
    appeal_until_at: Instant | None = None
    appealed_by: By | None = None
    appealed_at: Instant | None = None
    appealed_position: int = 0
    appeal_decided_by: By | None = None
    appeal_decided_at: Instant | None = None
    appeal_decided_position: int = 0
    appeal_reason: str | None = None
    credited: tuple[Credited, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    corrects: int | None = None

    @property
    def decision(self) -> Literal["approved", "rejected"]:
        """What was decided last; not to be asked while it waits for the first time."""
        return "approved" if self.status == "approved" else "rejected"

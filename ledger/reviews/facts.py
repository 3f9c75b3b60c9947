"""What becomes of a finished patrol: referred to a person, approved, rejected, appealed. Notes are references."""

from typing import ClassVar, Final, Literal

import msgspec

from ledger.limits.facts import Count
from ledger.room import Fact
from ledger.values import ClaimId, HolderId, Instant, TaskId, TxId

Reviewer = Literal["machine", "person"]
FindingCode = Literal[
    "too-short",
    "point-missed",
    "out-of-order",
    "outside-slot",
    "too-fast",
    "implausible-speed",
    "gap",
    "same-recording",
    "no-track",
    "by-scheme",
]


class Passed(msgspec.Struct, frozen=True, gc=False):
    """When a track first came within a patrol point's radius, if it did, and how near it ever came, in whole metres.

    `nearest_m` is rounded up: whoever was outside the radius does not stand on it.
    """

    number: int
    passed_at: Instant | None
    nearest_m: int


class Measured(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was measured in a track: whole numbers, so that judging them needs neither the track nor arithmetic of it.

    Speeds, gaps and distances to points are rounded up, seconds down: exactly at a limit passes, anything beyond does
    not. `…_at` say where in the track a figure was found, if that was noted.
    """

    first_at: Instant
    last_at: Instant
    seconds: int
    """From the first fix to the last, whole ones."""
    points: tuple[Passed, ...]
    """Every patrol point of the route, by number."""
    fastest_kmh: int
    """Over the window of the scheme; single steps are noise."""
    fastest_step_kmh: int
    longest_gap_seconds: int
    fixes: int
    walked_m: int
    fastest_at: Instant | None = None
    fastest_step_at: Instant | None = None
    longest_gap_at: Instant | None = None


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One reason why a patrol is not simply approved: what was measured, and the limit that it is held against.

    Units by code: too-short minutes, point-missed metres (nearest, radius), too-fast and implausible-speed km/h, gap
    seconds, same-recording how many other patrols it was handed in for, and never whose. `at` is the first fix of one
    outside its slot, else where it was found.
    """

    code: FindingCode
    point: int | None = None
    measured: int | None = None
    limit: int | None = None
    at: Instant | None = None


class Credited(msgspec.Struct, frozen=True, gc=False):
    """One award of the scheme that stands beside the approval as points earned."""

    behaviour: str
    unit: str
    amount: int


class Withheld(msgspec.Struct, frozen=True, gc=False):
    """One award that was not credited, and the code of what stood in the way; `limit` where that was a number."""

    behaviour: str
    code: str
    limit: int | None = None


class ReviewFact(Fact, frozen=True, kw_only=True):
    """A fact about the review of one claim."""

    claim: ClaimId
    task: TaskId
    holder: HolderId
    """The record that answers for the walker when this is recorded."""

    def stream(self, tx: TxId) -> str:
        """The life of the review."""
        del tx
        return "review:" + self.claim


class PatrolReferred(ReviewFact, frozen=True, kw_only=True):
    """The machine does not decide this one: a person sees everything that was found."""

    TOPIC: ClassVar[str] = "patrol-referred.v1"

    findings: tuple[Finding, ...]
    measured: Measured | None


class PatrolApproved(ReviewFact, frozen=True, kw_only=True):
    """It counts. What it credits stands in the same transaction as points earned, once for the claim."""

    TOPIC: ClassVar[str] = "patrol-approved.v1"

    reviewed_by: Reviewer
    measured: Measured | None
    findings: tuple[Finding, ...]
    """What a person approved nevertheless; none where the machine approved."""
    credited: tuple[Credited, ...]
    withheld: tuple[Withheld, ...]
    """Awards that a cap, a budget or the account's state kept back; the approval stands all the same."""
    corrects: int | None
    """The position of the rejection that a granted appeal corrects."""
    reason: str | None
    note: str | None
    counts: tuple[Count, ...]
    """Once for each task and person, where the scheme names awards: two merged records earn once on one task."""


class PatrolRejected(ReviewFact, frozen=True, kw_only=True):
    """It does not count, for every reason that was found; a person may name one of the scheme besides."""

    TOPIC: ClassVar[str] = "patrol-rejected.v1"

    reviewed_by: Reviewer
    findings: tuple[Finding, ...]
    measured: Measured | None
    reason: str | None
    note: str | None
    appeal_until_at: Instant
    """The end, exclusive, of the last local day on which it can be appealed."""


class PatrolAppealed(ReviewFact, frozen=True, kw_only=True):
    """A rejection is contested, in time."""

    TOPIC: ClassVar[str] = "patrol-appealed.v1"

    note: str | None


class PatrolAppealDecided(ReviewFact, frozen=True, kw_only=True):
    """Somebody who had no part in the rejection decided; when granted, the approval stands beside this."""

    TOPIC: ClassVar[str] = "patrol-appeal-decided.v1"

    granted: bool
    reason: str
    note: str | None


FACTS: Final = (PatrolReferred, PatrolApproved, PatrolRejected, PatrolAppealed, PatrolAppealDecided)

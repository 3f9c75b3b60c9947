"""Wishes about finished patrols. Notes are references into the vault, never text."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from ledger.reviews.facts import Measured
from ledger.room import Command
from ledger.values import ClaimId


class ReviewPatrol(Command, frozen=True, kw_only=True):
    """Judge a finished patrol by what was measured in its track; by `system` alone, never from outside.

    `measured` is None when there is no track to measure: none came in time, or it could not be read. `commitment` is
    that of the track that was measured, as the claim knows it. `elsewhere` counts the other patrols for which the very
    same recording was handed in; not said at all where there are none, so that a review of before, sent again, is the
    same request.
    """

    ROUTE: ClassVar[str] = "review"

    claim: ClaimId
    measured: Measured | None = None
    commitment: str | None = None
    elsewhere: int | UnsetType = UNSET


class ApprovePatrol(Command, frozen=True, kw_only=True):
    """Approve a patrol that was referred to a person."""

    ROUTE: ClassVar[str] = "patrol-approval"

    claim: ClaimId
    reason: str | None = None
    note: str | None = None


class RejectPatrol(Command, frozen=True, kw_only=True):
    """Reject a patrol that was referred to a person, for a reason of the scheme."""

    ROUTE: ClassVar[str] = "patrol-rejection"

    claim: ClaimId
    reason: str
    note: str | None = None


class AppealPatrol(Command, frozen=True, kw_only=True):
    """Contest a rejection: by the walker, or by somebody for him."""

    ROUTE: ClassVar[str] = "patrol-appeal"

    claim: ClaimId
    note: str | None = None


class DecidePatrolAppeal(Command, frozen=True, kw_only=True):
    """Grant or deny the appeal against a rejection, for a reason of the scheme."""

    ROUTE: ClassVar[str] = "patrol-appeal-decision"

    claim: ClaimId
    granted: bool
    reason: str
    note: str | None = None

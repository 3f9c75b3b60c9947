"""Wishes about tracks that the vault keeps."""

from typing import ClassVar

from ledger.patrols.commands import OnClaim


class DeleteTrack(OnClaim, frozen=True, kw_only=True):
    """Record that the track of a patrol is deleted, its time being over; by `system` alone, never from outside."""

    ROUTE: ClassVar[str] = "track-deletion"

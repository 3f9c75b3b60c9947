"""Wishes at the counter."""

from typing import ClassVar

import msgspec

from ledger.room import Command
from ledger.values import HolderId, ItemId, RedemptionId


class WantedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many pieces of one item."""

    item: ItemId
    quantity: int


class PlaceRedemption(Command, frozen=True, kw_only=True):
    """Take goods for points, all lines or none; prices are those of the instant."""

    ROUTE: ClassVar[str] = "redemption"

    holder: HolderId
    lines: tuple[WantedLine, ...]
    id: RedemptionId | None = None
    """The caller's own id, in batches; else the transaction's."""

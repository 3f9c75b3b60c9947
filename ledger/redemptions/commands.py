"""Wishes at the counter."""

from typing import ClassVar, Literal

import msgspec
from msgspec import UNSET, UnsetType

from ledger.room import Command
from ledger.values import HolderId, ItemId, RedemptionId

Restore = Literal["keep", "extend", "reissue"]
"""How value comes back: with its old expiry, with that day moved on, or dated from today."""


class WantedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many pieces of one item."""

    item: ItemId
    quantity: int


class PlaceRedemption(Command, frozen=True, kw_only=True):
    """Take goods for points and for money, all lines or none; prices are those of the instant.

    What is priced in a unit of coupons is paid with those of the shown coupons that cover most of it, and the rest
    outside: `tender` names exactly that rest.
    """

    ROUTE: ClassVar[str] = "redemption"

    holder: HolderId
    lines: tuple[WantedLine, ...]
    id: RedemptionId | None = None
    """The caller's own id, in batches; else the transaction's."""
    hold: bool = False
    """Set points, pieces and limits aside, to be fulfilled or cancelled later."""
    expires_in: int | None = None
    """Seconds that the hold lasts; None: the scheme's default."""
    confirmation: Literal["pin", "supervisor"] | None = None
    """How the sale was confirmed; a PIN is checked before, outside the ledger."""
    confirmed_by: str | None = None
    """The subject who confirmed: with `supervisor` it must be named."""
    # What came after the first release is unset, not None: a key's fingerprint stays what it was before.
    merchant: str | UnsetType = UNSET
    """At whose till; unset: that of whoever supplies the goods."""
    coupons: tuple[str, ...] | UnsetType = UNSET
    """Ids, or `code:<MAC>` for what was typed or scanned."""
    tender: int | UnsetType = UNSET
    """What is paid outside; unset: nothing."""
    own_goods: bool | UnsetType = UNSET
    """Whether this is the merchant's own till, at which nobody's goods are not sold for points."""


class FulfilRedemption(Command, frozen=True, kw_only=True):
    """Hand over what a hold has set aside."""

    ROUTE: ClassVar[str] = "fulfilment"

    redemption: RedemptionId


class CancelRedemption(Command, frozen=True, kw_only=True):
    """Undo: a hold is released; a sale of today is given back in whole, its goods onto the shelf."""

    ROUTE: ClassVar[str] = "cancellation"

    redemption: RedemptionId
    reason: str


class ReturningLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many pieces that come back: onto the shelf, or as scrap."""

    item: ItemId
    quantity: int
    restock: bool = False


class RefundRedemption(Command, frozen=True, kw_only=True):
    """Give value back for returned pieces (`lines`) or without any (`amount`, of `unit`): one of the two."""

    ROUTE: ClassVar[str] = "refund"

    redemption: RedemptionId
    reason: str
    lines: tuple[ReturningLine, ...] = ()
    amount: int | None = None
    unit: str | UnsetType = UNSET
    """Of the amount; unset: the unit of what was taken for points, or of the bill where that was all."""
    restore: Restore = "keep"

"""Wishes about coupons."""

from typing import ClassVar

import msgspec

from ledger.funds.entities import Share
from ledger.redemptions.commands import Restore
from ledger.room import Command
from ledger.values import Day, HolderId


class DraftBatch(Command, frozen=True, kw_only=True):
    """Begin a batch: nobody gets anything yet.

    `fund` is one of the ledger's, `shares` are several that pay together, else `source` says whose money it is.
    """

    ROUTE: ClassVar[str] = "coupon-batch"

    id: str
    kind: str
    occasion: str
    fund: str | None = None
    source: str | None = None
    of: str | None = None
    members_on: Day | None = None
    occasion_on: Day | None = None
    valid_from_on: Day | None = None
    expires_on: Day | None = None
    shares: tuple[Share, ...] = ()


class DraftedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """So many pieces of one face value for one holder."""

    holder: HolderId
    face: int
    pieces: int = 1


class DraftLines(Command, frozen=True, kw_only=True):
    """Add lines to a draft, all or none; a holder stands in a batch once."""

    ROUTE: ClassVar[str] = "coupon-lines"

    batch: str
    lines: tuple[DraftedLine, ...]


class StrikeLines(Command, frozen=True, kw_only=True):
    """Take holders out of a batch that is not approved yet: a list may be good but for one line."""

    ROUTE: ClassVar[str] = "coupon-strike"

    batch: str
    holders: tuple[HolderId, ...]
    reason: str


class SubmitBatch(Command, frozen=True, kw_only=True):
    """Close a draft to further lines: it waits for another person."""

    ROUTE: ClassVar[str] = "coupon-submission"

    batch: str


class ApproveBatch(Command, frozen=True, kw_only=True):
    """Let a batch be issued as it stands: `digest` binds the approver to the lines that he saw."""

    ROUTE: ClassVar[str] = "coupon-approval"

    batch: str
    digest: str


class RejectBatch(Command, frozen=True, kw_only=True):
    """End a batch that was not approved."""

    ROUTE: ClassVar[str] = "coupon-rejection"

    batch: str
    reason: str


class Issuing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One holder's line, with a MAC for each piece that has a code."""

    holder: HolderId
    codes: tuple[str, ...] = ()


class IssueCoupons(Command, frozen=True, kw_only=True):
    """Issue lines of an approved batch; what is issued already stays as it is, what a cap refuses says so."""

    ROUTE: ClassVar[str] = "coupon-issue"

    batch: str
    lines: tuple[Issuing, ...]


class FinishBatch(Command, frozen=True, kw_only=True):
    """Say that no line waits any more; what was not issued is free in the fund again."""

    ROUTE: ClassVar[str] = "coupon-batch-finish"

    batch: str


class VoidCoupon(Command, frozen=True, kw_only=True):
    """Take back what is left of a coupon."""

    ROUTE: ClassVar[str] = "coupon-void"

    coupon: str
    reason: str


class ReplaceCode(Command, frozen=True, kw_only=True):
    """Let another code stand for a coupon: the old one was lost or seen by others."""

    ROUTE: ClassVar[str] = "coupon-code"

    coupon: str
    code: str
    reason: str


class BoughtLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """So much money for goods of one group."""

    goods: str
    amount: int


class SpendCoupons(Command, frozen=True, kw_only=True):
    """Pay a bill at a merchant's with coupons, all or none; the rest is paid outside and recorded as tender.

    `coupons` are ids, or `code:<MAC>` for what was typed or scanned. `tender`, if named, must be exactly the rest.
    """

    ROUTE: ClassVar[str] = "purchase"

    id: str | None = None
    merchant: str
    lines: tuple[BoughtLine, ...]
    coupons: tuple[str, ...]
    holder: HolderId | None = None
    tender: int | None = None


class RefundPurchase(Command, frozen=True, kw_only=True):
    """Give back what coupons paid, `amount` of it or all that is left, into these coupons.

    `keep`: with their old day; `extend`: until `expires_on`, or as late as the scheme lets; `reissue`: as new coupons,
    with `codes` (MACs) of their own.
    """

    ROUTE: ClassVar[str] = "purchase-refund"

    purchase: str
    amount: int | None = None
    reason: str
    restore: Restore = "keep"
    expires_on: Day | None = None
    codes: tuple[str, ...] = ()

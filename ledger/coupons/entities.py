"""A batch, its lines, a coupon, what was bought with coupons, and what a merchant has to come for it."""

import re
from typing import ClassVar, Final, Literal

import msgspec

from ledger.calendar import day_after, start_of_day
from ledger.limits.facts import Count
from ledger.pools import Lot, Span
from ledger.room import By, Entity
from ledger.stacking import Stack
from ledger.values import AccountId, Day, HolderId, Instant, RedemptionId, UnitCode

COUPON: Final = "coupon"
"""The kind of the lots: nothing but the commands of this room takes them."""
_POOL: Final = ".coupon"
CODE_MAC: Final = re.compile(r"[0-9a-f]{32,64}")
"""What stands in the ledger for the code of a coupon."""


def is_coupon(pool: str) -> bool:
    """Whether a pool is a coupon: each has one of its own, whose id is the coupon's."""
    return pool.endswith(_POOL)


def coupon_id(tx: str, position: int) -> str:
    """The id of a coupon and of its pool. It begins with the transaction that issued it, where its terms stand."""
    return f"{tx}.{position}{_POOL}"


class Conditions(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where, on what and with what coupons of a batch may be spent, as the scheme said when it was drafted."""

    merchants: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    splittable: bool = False
    stack: Stack = "equal-face"
    most: int = 20
    from_amount: int = 0
    personal: bool = True
    remind_days: tuple[int, ...] = ()


class Funding(msgspec.Struct, frozen=True, gc=False):
    """One of several funds that stand behind a batch: 1 of 1 + 2 is a third of it (S13)."""

    fund: str
    source: str
    """Whose money it is, as the scheme calls it."""
    weight: int


class Sourced(msgspec.Struct, frozen=True, gc=False):
    """So much of what moved is the money of that source, as the scheme calls it."""

    source: str
    amount: int


class Batch(Entity, frozen=True, kw_only=True):
    """Coupons of one kind for one occasion. `total` is what its lines ask for, less what was struck."""

    KIND: ClassVar[str] = "coupon-batch"

    id: str
    kind: str
    """The scheme's kind of coupon."""
    conditions: Conditions
    unit: UnitCode
    occasion: str
    fund: str | None
    source: str | None
    of: str | None
    """The employer or unit whose members it is for."""
    members_on: Day | None
    """Only who was there on this local day gets one."""
    valid_from_on: Day | None
    expires_on: Day
    maker: By
    digest: str
    """Of all lines drafted and struck so far: what an approval is bound to."""
    lines: int = 0
    waiting: int = 0
    """Lines neither issued, refused nor struck."""
    total: int = 0
    issued: int = 0
    gone: int = 0
    """What of it lapsed or was taken back."""
    status: Literal["draft", "submitted", "approved", "issued", "rejected"] = "draft"
    occasion_on: Day | None = None
    """The local day of the occasion, by which caps and their windows go; None: that of the issue."""
    funding: tuple[Funding, ...] = ()
    """Several funds that stand behind it in fixed shares; empty: `fund` alone, or none."""

    @property
    def funds(self) -> tuple[str, ...]:
        """Every fund behind it."""
        return tuple(funding.fund for funding in self.funding) or ((self.fund,) if self.fund is not None else ())

    @property
    def sources(self) -> tuple[str | None, ...]:
        """Whose money it is, as the scheme calls it: of several funds each once; (None,): it does not say."""
        return tuple(dict.fromkeys(funding.source for funding in self.funding)) or (self.source,)

    @property
    def commitment(self) -> str:
        """Under which the fund has promised it."""
        return f"{self.KIND}:{self.id}"

    def remind_on(self, today: Day) -> tuple[Day, ...]:
        """The days to come on which its holders are reminded: of what came today nobody is."""
        days = (day_after(self.expires_on, -before) for before in self.conditions.remind_days)
        return tuple(day for day in days if day > today)


class Drafts(Entity, frozen=True, kw_only=True):
    """The batches of one unit's members that nobody has approved or rejected yet; its id is the unit's name."""

    KIND: ClassVar[str] = "coupon-drafts"

    batches: tuple[str, ...] = ()


class Line(Entity, frozen=True, kw_only=True):
    """What one holder shall get: so many pieces of one face value. By its id `<batch>.<holder>` nobody stands twice."""

    KIND: ClassVar[str] = "coupon-line"

    holder: HolderId
    face: int
    pieces: int
    status: Literal["drafted", "struck", "refused", "issued"] = "drafted"


def line_id(batch: str, holder: str) -> str:
    """The one place where a line's id is spelled."""
    return f"{batch}.{holder}"


class Coupon(Entity, frozen=True, kw_only=True):
    """face = left + spent + gone + moved. What is spent can come back; what lapsed or was voided is gone."""

    KIND: ClassVar[str] = "coupon"

    id: str
    batch: str
    account: AccountId
    """Whose it was when it was issued; a merge moves its lot, not this."""
    unit: UnitCode
    face: int
    left: int
    gone: int = 0
    code: str | None = None
    """The MAC of what is typed; None: it has none."""
    commitment: str | None = None
    """What the fund promised it under; None: no fund stands behind it."""
    counts: tuple[Count, ...] = ()
    """The limits that it drew on."""
    spent_at: Instant | None = None
    """When the last of it was spent."""
    voided_at: Instant | None = None
    lapsed: int = 0
    """How much of what is gone ended with its day."""
    moved: int = 0
    """What came back of it and went on as a new coupon."""
    expires_on: Day | None = None
    """The last day of its batch, or another since it was extended; its holder's leaving may end it before."""
    remind_on: tuple[Day, ...] = ()
    """The days that are to come on which its holder is reminded, in their order."""

    def due_at(self, zone: str) -> Instant | None:
        """When its holder is to be reminded next; of nothing left nobody is."""
        return start_of_day(self.remind_on[0], zone) if self.remind_on and self.left else None

    run: tuple[Span, ...] = ()
    """Where it stands in what its batch has issued: by that each of its fen is one source's; empty: of one source."""
    ended: tuple[Span, ...] = ()
    """Its ranges that are gone; none of them ever comes back."""
    held: int = 0
    """How much of what is left is set aside for goods that wait at a counter."""
    reserved_until: Instant | None = None
    """When the last of these reservations ends by itself."""

    @property
    def free(self) -> int:
        """What can be spent now."""
        return self.left - self.held

    @property
    def watched(self) -> bool:
        """Always: what ends with its day is told of the coupon too, and given back to the fund behind it."""
        return True


class CouponCode(Entity, frozen=True, kw_only=True):
    """Which coupon a code stands for; its id is the code's MAC. A replaced one still says so."""

    KIND: ClassVar[str] = "coupon-code"

    coupon: str
    replaced_at: Instant | None = None


class Used(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """So much of one coupon, and of which batch that is."""

    coupon: str
    batch: str
    amount: int
    sources: tuple[Sourced, ...] = ()
    """Whose money, where several sources stand behind the batch; else it says whose."""


class Purchase(Entity, frozen=True, kw_only=True):
    """What was bought with coupons at a merchant's."""

    KIND: ClassVar[str] = "purchase"

    account: AccountId
    unit: UnitCode
    merchant: str
    amount: int
    """What coupons paid; the rest of the bill was paid outside."""
    fee: int
    used: tuple[Used, ...]
    paid: tuple[Lot, ...]
    restored: tuple[Lot, ...] = ()
    refunded: int = 0
    fee_back: int = 0
    redemption: RedemptionId | None = None
    """Whose goods of the shelf it paid for: these come back together with it alone."""
    counts: tuple[Count, ...] = ()

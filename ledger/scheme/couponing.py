"""The part of a scheme for coupons: where, on what, and together with what a coupon may be spent."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from ledger.calendar import ExpiryPolicy
from ledger.scheme.words import Amount, Names


class CouponTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of coupon (S07, S09). A batch keeps the terms that it was drafted under, whatever is changed later."""

    code: str
    names: Names
    unit: str
    """A money unit in which nothing else is kept."""
    merchants: tuple[str, ...] = ()
    """Merchants that take it, by id; none: every one that is admitted."""
    goods: tuple[str, ...] = ()
    """Groups of goods that it pays for; none: all."""
    splittable: bool = False
    """Whether a part may be spent and the rest kept; else no change is given."""
    stack: Literal["equal-face", "any", "alone"] = "equal-face"
    """With what it may stand on one bill."""
    most: Annotated[int, Meta(ge=1, le=100)] = 20
    """How many may stand on one bill."""
    from_amount: Amount = 0
    """The least bill on which it may be spent."""
    personal: bool = True
    """Whether only the person it was issued to may spend it; else whoever shows its code."""
    life: ExpiryPolicy | None = None
    """Until when it may be spent, where a batch names no day; None: a batch must."""
    remind_days: tuple[Annotated[int, Meta(ge=1, le=366)], ...] = ()
    """So many days before its last day whoever has something left of it is reminded; none: never."""

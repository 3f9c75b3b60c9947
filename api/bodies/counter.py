"""Bodies of wishes at the counter."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.bodies.shapes import Amount, Code, Count, Id, Pin, Quantity, WriteBody


class LineBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many pieces of one item."""

    item: Id
    quantity: Quantity


Lines = Annotated[tuple[LineBody, ...], Meta(min_length=1, max_length=100)]
Coupon = Annotated[str, Meta(min_length=16, max_length=128, description="A code as typed or scanned, or an id.")]
Coupons = Annotated[tuple[Coupon, ...], Meta(max_length=40)]


class RedemptionBody(WriteBody, frozen=True, kw_only=True):
    """Take goods for points and for money, all lines or none, at the prices of the instant.

    What is priced in a unit of coupons is paid with those of `coupons` that cover most of it; `tender` is exactly the
    rest, which is paid outside. `merchant` says at whose till, where nobody supplies the goods.
    `pin` is the holder's; `confirmation: supervisor` means that the caller, a person who may grant, confirms.
    """

    holder: Id
    lines: Lines
    hold: bool = False
    expires_in: Annotated[int, Meta(ge=1, le=31_536_000, description="Seconds that a hold lasts.")] | None = None
    pin: Pin | None = None
    confirmation: Literal["supervisor"] | None = None
    merchant: Id | None = None
    coupons: Coupons = ()
    tender: Count | None = None


class FulfilmentBody(WriteBody, frozen=True, kw_only=True):
    """Hand over what a hold has set aside."""

    redemption: Id


class CancellationBody(WriteBody, frozen=True, kw_only=True):
    """Undo: a hold is released; a sale of today is given back in whole."""

    redemption: Id
    reason: Code


class ReturningBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many pieces that come back: onto the shelf, or as scrap."""

    item: Id
    quantity: Quantity
    restock: bool = False


class MovedBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So much of one unit."""

    unit: Code
    amount: Amount


class RefundBody(WriteBody, frozen=True, kw_only=True):
    """Give back for returned pieces (`lines`) or without any (`amounts`): one of the two, never above the original."""

    redemption: Id
    reason: Code = "correction"
    lines: Annotated[tuple[ReturningBody, ...], Meta(min_length=1, max_length=100)] | None = None
    amounts: Annotated[tuple[MovedBody, ...], Meta(min_length=1, max_length=1)] | None = None
    restore: Literal["keep", "extend", "reissue"] = "keep"


class QuoteBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a redemption of these lines would cost, which of these coupons would pay, and whether it would be placed."""

    holder: Id
    lines: Lines
    merchant: Id | None = None
    coupons: Coupons = ()

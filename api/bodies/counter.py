"""Bodies of wishes at the counter."""

from typing import Annotated

from msgspec import Meta, Struct

from api.bodies.shapes import Id, Quantity, WriteBody


class LineBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many pieces of one item."""

    item: Id
    quantity: Quantity


Lines = Annotated[tuple[LineBody, ...], Meta(min_length=1, max_length=100)]


class RedemptionBody(WriteBody, frozen=True, kw_only=True):
    """Take goods for points, all lines or none, at the prices of the instant."""

    holder: Id
    lines: Lines

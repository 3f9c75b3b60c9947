"""Bodies of wishes about reported figures."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from api.bodies.coupons import Reference
from api.bodies.patrols import Thing
from api.bodies.shapes import Code, Count, Id, WriteBody

Said = Annotated[str, Meta(min_length=1, max_length=500)]


class FigureBody(WriteBody, frozen=True, kw_only=True):
    """What somebody published, with his sentence and how it is understood; without `adds` it only stands beside."""

    id: Thing
    kind: Code
    amount: Count
    qualifier: Literal["exact", "over", "nearly", "about"] = "exact"
    adds: bool = True
    region: Code | None = None
    from_on: date | None = None
    to_on: date | None = None
    printed: Said | None = None
    reading: Said | None = None
    reference: Reference | None = None


class FigureReadingBody(WriteBody, frozen=True, kw_only=True):
    """How it is understood; what was printed stays."""

    figure: Id
    reading: Said


class FigureWithdrawalBody(WriteBody, frozen=True, kw_only=True):
    """It counts no more."""

    figure: Id
    reason: Code

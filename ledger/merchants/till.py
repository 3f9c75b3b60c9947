"""What a merchant took in one period, whatever it sold: coupons, and offers at a subsidised price."""

from typing import ClassVar

import msgspec
from msgspec.structs import replace

from ledger.room import Entity


class TillPart(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How much of a batch's sales and refunds was the money of one source, as the scheme calls it."""

    source: str
    sold: int = 0
    refunded: int = 0


class Till(Entity, frozen=True, kw_only=True):
    """In one unit and period: `<merchant>/<unit>/<period>`; of one batch or offer alone: `…/<coupon-batch:id>`.

    Refunds stand in the period in which they were recorded: those of a settled period are carried into the next.
    """

    KIND: ClassVar[str] = "till"

    sold: int = 0
    """What it has to come for what it sold, before what the programme keeps."""
    refunded: int = 0
    fees: int = 0
    """What the programme keeps of both."""
    subsidy: int = 0
    """How much of `sold`, less what came back, was paid by a fund and by nobody's coupon."""
    parts: tuple[TillPart, ...] = ()
    """Of a batch behind which several sources stand: what each of them paid and had back."""

    @property
    def payable(self) -> int:
        """What the merchant has to come; below zero when more came back than was sold."""
        return self.sold - self.refunded - self.fees

    def of_source(self, source: str, *, sold: int = 0, refunded: int = 0) -> "Till":
        """With so much more in the part of one source; the caller moves the sums."""
        parts = {part.source: part for part in self.parts}
        part = parts.get(source) or TillPart(source)
        parts[source] = replace(part, sold=part.sold + sold, refunded=part.refunded + refunded)
        return replace(self, parts=tuple(parts[name] for name in sorted(parts)))


def till_id(merchant: str, unit: str, period: str, of: str | None = None) -> str:
    """The one place where a till's id is spelled; `of` is the stream of a batch or an offer."""
    return "/".join((merchant, unit, period) if of is None else (merchant, unit, period, of))

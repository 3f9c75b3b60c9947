"""What a merchant took in one period, whatever it sold: coupons, and offers at a subsidised price."""

from typing import ClassVar

from ledger.room import Entity


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

    @property
    def payable(self) -> int:
        """What the merchant has to come; below zero when more came back than was sold."""
        return self.sold - self.refunded - self.fees


def till_id(merchant: str, unit: str, period: str, of: str | None = None) -> str:
    """The one place where a till's id is spelled; `of` is the stream of a batch or an offer."""
    return "/".join((merchant, unit, period) if of is None else (merchant, unit, period, of))

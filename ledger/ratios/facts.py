"""What happens to ratios. No value moves: a purchase is somebody else's payment that is counted here."""

from typing import ClassVar, Final

from msgspec import UNSET, UnsetType

from ledger.room import Fact
from ledger.values import Day, TxId, UnitCode


class RatioFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one ratio."""

    ratio: str

    def stream(self, tx: TxId) -> str:
        """The life of the ratio."""
        del tx
        return "ratio:" + self.ratio


class RatioOpened(RatioFact, frozen=True, kw_only=True):
    """It counts from now on."""

    TOPIC: ClassVar[str] = "ratio-opened.v1"

    name: str
    unit: UnitCode
    at_least: int
    whole: int | None = None
    above: str | None = None
    coupons: str | None = None
    from_on: Day | UnsetType = UNSET
    to_on: Day | UnsetType = UNSET


class WholeChanged(RatioFact, frozen=True, kw_only=True):
    """Another total was approved."""

    TOPIC: ClassVar[str] = "ratio-whole-changed.v1"

    whole: int
    reference: str


class PurchaseFact(Fact, frozen=True, kw_only=True):
    """A fact about one purchase, which counts in `ratios`: its own and every one above."""

    purchase: str
    ratios: tuple[str, ...]
    amount: int
    aided: int

    def stream(self, tx: TxId) -> str:
        """The life of the purchase."""
        del tx
        return "aided-purchase:" + self.purchase


class PurchaseRecorded(PurchaseFact, frozen=True, kw_only=True):
    """So much was bought, `aided` of it aided goods."""

    TOPIC: ClassVar[str] = "aided-purchase-recorded.v1"

    unit: UnitCode
    reference: str | None = None


class PurchaseWithdrawn(PurchaseFact, frozen=True, kw_only=True):
    """It counts no more."""

    TOPIC: ClassVar[str] = "aided-purchase-withdrawn.v1"

    reason: str


FACTS: Final = (RatioOpened, WholeChanged, PurchaseRecorded, PurchaseWithdrawn)

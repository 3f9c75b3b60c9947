"""What happens to merchants."""

from typing import ClassVar, Final

from msgspec import UNSET, UnsetType

from ledger.room import Fact
from ledger.values import Day, TxId


class MerchantFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one merchant."""

    merchant: str

    def stream(self, tx: TxId) -> str:
        """The life of the merchant."""
        del tx
        return "merchant:" + self.merchant


class MerchantAdmitted(MerchantFact, frozen=True, kw_only=True):
    """It takes part from a local day on; `rate` in hundredths of a per cent."""

    TOPIC: ClassVar[str] = "merchant-admitted.v1"

    name: str
    admitted_from_on: Day
    licence_ends_on: Day | None = None
    goods: tuple[str, ...] = ()
    rate: int
    region: str | UnsetType = UNSET


class MerchantChanged(MerchantFact, frozen=True, kw_only=True):
    """Its goods and the end of its licence from now on, in whole; its region where that is another one."""

    TOPIC: ClassVar[str] = "merchant-changed.v1"

    licence_ends_on: Day | None = None
    goods: tuple[str, ...] = ()
    region: str | UnsetType = UNSET


class MerchantRateChanged(MerchantFact, frozen=True, kw_only=True):
    """What is kept of its sales from a local day on; sales before it keep theirs."""

    TOPIC: ClassVar[str] = "merchant-rate-changed.v1"

    rate: int
    from_on: Day


class MerchantPayeeChanged(MerchantFact, frozen=True, kw_only=True):
    """It is paid to this account from a local day on; bank, number and name stand in the vault."""

    TOPIC: ClassVar[str] = "merchant-payee-changed.v1"

    payee: str
    commitment: str
    from_on: Day


class MerchantSuspended(MerchantFact, frozen=True, kw_only=True):
    """It takes no part; `reason` is a code of the scheme, or `licence-ended` when time did it."""

    TOPIC: ClassVar[str] = "merchant-suspended.v1"

    reason: str


class MerchantResumed(MerchantFact, frozen=True, kw_only=True):
    """It takes part again."""

    TOPIC: ClassVar[str] = "merchant-resumed.v1"

    reason: str
    licence_ends_on: Day | None = None


FACTS: Final = (
    MerchantAdmitted,
    MerchantChanged,
    MerchantRateChanged,
    MerchantPayeeChanged,
    MerchantSuspended,
    MerchantResumed,
)

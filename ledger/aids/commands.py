"""Wishes about benefits."""

from typing import ClassVar

from ledger.aids.entities import Asked
from ledger.room import Command


class ClaimAid(Command, frozen=True, kw_only=True):
    """Claim a benefit for one person or several. `funds` pay, one of each source of the benefit, in its order.

    `payee` is who is paid in their place (a hospital); `debtor` whose debt is advanced; `evidence` a reference.
    """

    ROUTE: ClassVar[str] = "aid-claim"

    id: str | None = None
    benefit: str
    lines: tuple[Asked, ...]
    funds: tuple[str, ...]
    payee: str | None = None
    debtor: str | None = None
    evidence: str | None = None

    def cause_scope(self) -> str:
        """A bill is paid once by a benefit; another benefit may pay for it as well."""
        return f"aid-claim:{self.benefit}"


class ApproveAid(Command, frozen=True, kw_only=True):
    """Decide for it; the last one who is needed promises the money."""

    ROUTE: ClassVar[str] = "aid-approval"

    claim: str


class RejectAid(Command, frozen=True, kw_only=True):
    """Decide against it, or take it back before it is paid: nothing stays promised or drawn."""

    ROUTE: ClassVar[str] = "aid-rejection"

    claim: str
    reason: str


class CollectShare(Command, frozen=True, kw_only=True):
    """The persons have paid what was left to them, to be paid together with the aid."""

    ROUTE: ClassVar[str] = "aid-share"

    claim: str
    reference: str | None = None


class PayAid(Command, frozen=True, kw_only=True):
    """Pay what was decided; `reference` names the transfer."""

    ROUTE: ClassVar[str] = "aid-payment"

    claim: str
    reference: str | None = None


class RecoverAid(Command, frozen=True, kw_only=True):
    """Somebody has paid `amount`: the funds take `back` of it (None: all that they advanced), the rest is passed on."""

    ROUTE: ClassVar[str] = "aid-recovery"

    claim: str
    amount: int
    payer: str
    back: int | None = None
    reference: str | None = None


class WriteOffAid(Command, frozen=True, kw_only=True):
    """Give up what will not come back: `amount` of it, or all."""

    ROUTE: ClassVar[str] = "aid-write-off"

    claim: str
    amount: int | None = None
    reason: str

"""Bodies of wishes about free-standing accounts, and about value that moves between accounts or is set aside."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from api.bodies.shapes import Account, Amount, Code, Id, WriteBody
from ledger.values import MAX_AMOUNT

Floor = Annotated[
    int, Meta(ge=-MAX_AMOUNT, le=0, description="How low the balance may go: -n is a credit line, null no floor.")
]
Ceiling = Annotated[int, Meta(ge=0, le=MAX_AMOUNT, description="How high the balance may go; null: no ceiling.")]
Seconds = Annotated[int, Meta(ge=0, le=31_536_000, description="From now; 0: no end, on lots that never expire alone.")]


class AccountBody(WriteBody, frozen=True, kw_only=True):
    """Open a free-standing account in one unit; it is called `account:<id>` everywhere else."""

    id: Id
    unit: Code
    floor: Floor | None = 0


class ClosingBody(WriteBody, frozen=True, kw_only=True):
    """Close an empty free-standing account in one unit, for good."""

    account: Account
    unit: Code
    reason: Code


class BoundsBody(WriteBody, frozen=True, kw_only=True):
    """Set an account's floor, its ceiling or both anew, now or from a local day on; what is not named stays."""

    account: Account
    unit: Code
    floor: Floor | UnsetType | None = UNSET
    ceiling: Ceiling | UnsetType | None = UNSET
    effective_on: date | None = None


class TransferBody(WriteBody, frozen=True, kw_only=True):
    """Move value to another account; lots keep their expiry. `up_to` takes what is there, possibly nothing."""

    account: Account = field(name="from")
    to: Account
    unit: Code
    amount: Amount
    up_to: bool = False


class ConversionBody(WriteBody, frozen=True, kw_only=True):
    """Exchange at most `amount` of one unit for another at the scheme's rate; the remainder stays."""

    account: Account
    from_unit: Code
    to_unit: Code
    amount: Amount


class HoldBody(WriteBody, frozen=True, kw_only=True):
    """Set value aside until it is captured, voided or expires; captured value goes to `to`, or is redeemed."""

    account: Account = field(name="from")
    to: Account | None = None
    unit: Code
    amount: Amount
    up_to: bool = False
    expires_in: Seconds | None = None


class CaptureBody(WriteBody, frozen=True, kw_only=True):
    """Take held value: `amount` of it, or all that is left; after a `final` capture what is left is free again."""

    hold: Id
    amount: Amount | None = None
    final: bool = False


class VoidBody(WriteBody, frozen=True, kw_only=True):
    """Set free what the hold still holds."""

    hold: Id


class ExtensionBody(WriteBody, frozen=True, kw_only=True):
    """Let the hold end so many seconds from now."""

    hold: Id
    expires_in: Seconds

"""Bodies of wishes about value: grants, deductions, reversals."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from api.bodies.shapes import Account, Amount, Code, Id, WriteBody
from ledger.values import MAX_AMOUNT


class GrantBody(WriteBody, frozen=True, kw_only=True):
    """Give value to an account as a lot; without an expiry the unit's lot life decides."""

    to: Account
    unit: Code
    amount: Amount
    expires_on: date | None = None
    expires_in_days: Annotated[int, Meta(ge=0, le=36500)] | None = None
    behaviour: Code | None = None
    reason: Code | None = None
    fund: Annotated[Code, Meta(description="Which of the scheme's funding sources it is paid from.")] | None = None


class DeductionBody(WriteBody, frozen=True, kw_only=True):
    """Take value under the unit's negative policy."""

    account: Account = field(name="from")
    unit: Code
    amount: Amount
    reason: Code
    behaviour: Code | None = None
    target: Code | None = None


class FactBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fact of a transaction."""

    tx: Id
    position: Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]


class ReversalBody(WriteBody, frozen=True, kw_only=True):
    """Undo a grant, a deduction, a transfer, a conversion or a capture, in part or whole; an atomic group in whole.

    `of` is a transaction, or `{tx, position}` for one fact of it.
    """

    of: Id | FactBody
    amount: Amount | None = None
    reason: Code
    if_spent: Literal["refuse", "debt"] = "refuse"


class FreezeBody(WriteBody, frozen=True, kw_only=True):
    """The account that the path names, in one unit or in every one, and why."""

    account: Account
    unit: Code | None = None
    reason: Code


class SchemeBody(WriteBody, frozen=True, kw_only=True):
    """Let a scheme price what happens from a local day on; `scheme` has the tables of a scheme file."""

    scheme: dict[str, Any]
    effective_from: date

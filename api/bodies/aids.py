"""Bodies of wishes about benefits."""

from typing import Annotated

from msgspec import Meta, Struct

from api.bodies.coupons import Reference
from api.bodies.shapes import Amount, Code, Count, Id, WriteBody


class AidLineBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it cost one person, and what others have paid of it."""

    holder: Id
    amount: Amount
    covered: Count = 0


class AidClaimBody(WriteBody, frozen=True, kw_only=True):
    """Claim a benefit. `funds` pay: one of each source of the benefit, in its order. A bill is named by `cause`."""

    benefit: Code
    lines: Annotated[tuple[AidLineBody, ...], Meta(min_length=1, max_length=200)]
    funds: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=8)]
    payee: Reference | None = None
    debtor: Reference | None = None
    evidence: Reference | None = None


class AidApprovalBody(WriteBody, frozen=True, kw_only=True):
    """Decide for it."""

    claim: Id


class AidRejectionBody(WriteBody, frozen=True, kw_only=True):
    """Decide against it, or take it back before it is paid."""

    claim: Id
    reason: Code


class AidShareBody(WriteBody, frozen=True, kw_only=True):
    """What was left to the persons has come in."""

    claim: Id
    reference: Reference | None = None


class AidPaymentBody(WriteBody, frozen=True, kw_only=True):
    """It was paid."""

    claim: Id
    reference: Reference | None = None


class AidRecoveryBody(WriteBody, frozen=True, kw_only=True):
    """Somebody paid `amount`; the funds take `back` of it, or all that they advanced, and the rest is passed on."""

    claim: Id
    amount: Amount
    payer: Reference
    back: Count | None = None
    reference: Reference | None = None


class AidWriteOffBody(WriteBody, frozen=True, kw_only=True):
    """It will not come back: so much of it, or all."""

    claim: Id
    amount: Amount | None = None
    reason: Code

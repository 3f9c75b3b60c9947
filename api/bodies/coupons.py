"""Bodies of wishes about funds, merchants, coupons and settlements."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.bodies.patrols import Thing
from api.bodies.shapes import Amount, Code, Count, Id, Name, Period, WriteBody

Reference = Annotated[str, Meta(pattern="^[!-~]{1,128}$", description="A number or digest, never text.")]
Typed = Annotated[str, Meta(min_length=16, max_length=64, description="A coupon's code as typed or scanned.")]
BasisPoints = Annotated[int, Meta(ge=0, le=10_000, description="Hundredths of a per cent.")]


# Funds -------------------------------------------------------------------------------------------------------------


class FundBody(WriteBody, frozen=True, kw_only=True):
    """Open a fund of one of the scheme's sources; it is empty."""

    id: Thing
    unit: Code
    source: Code
    revolving: bool = False
    year: Annotated[int, Meta(ge=1970, le=9999)] | None = None


class AppropriationBody(WriteBody, frozen=True, kw_only=True):
    """Put money into a fund; `reference` names the decision."""

    fund: Id
    amount: Amount
    reference: Reference | None = None


class ShareBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fund's part of a promise: 1 of 1 + 2 is a third."""

    fund: Id
    weight: Annotated[int, Meta(ge=1, le=1_000_000)] = 1


class CommitmentBody(WriteBody, frozen=True, kw_only=True):
    """Promise an amount, all funds together or none; odd units go to the last ones."""

    shares: Annotated[tuple[ShareBody, ...], Meta(min_length=1, max_length=8)]
    amount: Amount
    of: Reference | None = None


class ReleaseBody(WriteBody, frozen=True, kw_only=True):
    """Take back what was promised and is not paid: all that is open, or `amount` of it."""

    commitment: Id
    amount: Amount | None = None
    reason: Code


class DisbursementBody(WriteBody, frozen=True, kw_only=True):
    """Pay what was promised: all that is open, or `amount` of it."""

    commitment: Id
    payee: Reference
    amount: Amount | None = None
    reference: Reference | None = None


class RecoveryBody(WriteBody, frozen=True, kw_only=True):
    """Somebody pays back what was advanced: all that is outstanding, or `amount` of it."""

    commitment: Id
    payer: Reference
    amount: Amount | None = None
    reference: Reference | None = None


class WriteOffBody(WriteBody, frozen=True, kw_only=True):
    """Give up what was advanced and will not come back."""

    commitment: Id
    amount: Amount | None = None
    reason: Code


class FundClosingBody(WriteBody, frozen=True, kw_only=True):
    """End a fund with nothing promised; what is free goes back to its source, or is carried forward `into` a fund."""

    fund: Id
    reason: Code
    into: Id | None = None


# Merchants ---------------------------------------------------------------------------------------------------------


class MerchantBody(WriteBody, frozen=True, kw_only=True):
    """Admit a business from a local day on; `rate` is what the programme keeps of its sales."""

    id: Thing
    name: Name
    admitted_from_on: date
    licence_ends_on: date | None = None
    goods: Annotated[tuple[Code, ...], Meta(max_length=100)] = ()
    rate: BasisPoints = 0
    region: Code | None = None


class MerchantChangeBody(WriteBody, frozen=True, kw_only=True):
    """Set its goods and the end of its licence anew: what is not named is any, and no end. Its region stays."""

    merchant: Id
    licence_ends_on: date | None = None
    goods: Annotated[tuple[Code, ...], Meta(max_length=100)] = ()
    region: Code | None = None


class MerchantRateBody(WriteBody, frozen=True, kw_only=True):
    """Set what is kept of its sales from a day to come."""

    merchant: Id
    rate: BasisPoints
    from_on: date


class MerchantSuspensionBody(WriteBody, frozen=True, kw_only=True):
    """It takes no part until it is resumed."""

    merchant: Id
    reason: Code


class MerchantResumptionBody(WriteBody, frozen=True, kw_only=True):
    """It takes part again."""

    merchant: Id
    reason: Code
    licence_ends_on: date | None = None


# Batches -----------------------------------------------------------------------------------------------------------


class BatchBody(WriteBody, frozen=True, kw_only=True):
    """Begin a batch of coupons of one kind for one occasion; nobody gets anything yet.

    Whose money it is: one `fund`, several in `shares`, or a `source` of the scheme without a fund.
    """

    id: Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
    kind: Code
    occasion: Code
    fund: Id | None = None
    source: Code | None = None
    of: Reference | None = None
    members_on: date | None = None
    occasion_on: date | None = None
    valid_from_on: date | None = None
    expires_on: date | None = None
    shares: Annotated[tuple[ShareBody, ...], Meta(max_length=8)] = ()


class DraftedLineBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many pieces of one face value for one holder."""

    holder: Id
    face: Amount
    pieces: Annotated[int, Meta(ge=1, le=50)] = 1


class LinesBody(WriteBody, frozen=True, kw_only=True):
    """Add lines to a draft, all or none."""

    batch: Id
    lines: Annotated[tuple[DraftedLineBody, ...], Meta(min_length=1, max_length=200)]


class StrikeBody(WriteBody, frozen=True, kw_only=True):
    """Take holders out of a batch that is not approved yet."""

    batch: Id
    holders: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=200)]
    reason: Code


class SubmissionBody(WriteBody, frozen=True, kw_only=True):
    """Close a draft: it waits for another person."""

    batch: Id


class BatchApprovalBody(WriteBody, frozen=True, kw_only=True):
    """Let it be issued as it stands: `digest` is that of the lines the approver saw."""

    batch: Id
    digest: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class BatchRejectionBody(WriteBody, frozen=True, kw_only=True):
    """It will not be issued."""

    batch: Id
    reason: Code


class IssuingBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One holder's line, with a code for each piece if it shall have one."""

    holder: Id
    codes: Annotated[tuple[Typed, ...], Meta(max_length=50)] = ()


class IssueBody(WriteBody, frozen=True, kw_only=True):
    """Issue lines of an approved batch; what is issued already stays as it is."""

    batch: Id
    lines: Annotated[tuple[IssuingBody, ...], Meta(min_length=1, max_length=40)]


class BatchFinishBody(WriteBody, frozen=True, kw_only=True):
    """No line waits any more; what was not issued is free again."""

    batch: Id


# Coupons and purchases ---------------------------------------------------------------------------------------------


class VoidCouponBody(WriteBody, frozen=True, kw_only=True):
    """Take back what is left of a coupon."""

    coupon: Id
    reason: Code


class CodeBody(WriteBody, frozen=True, kw_only=True):
    """Let another code stand for a coupon."""

    coupon: Id
    code: Typed
    reason: Code


class BoughtLineBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So much money for goods of one group."""

    goods: Code
    amount: Amount


Bought = Annotated[tuple[BoughtLineBody, ...], Meta(min_length=1, max_length=100)]


class PurchaseBody(WriteBody, frozen=True, kw_only=True):
    """Pay with coupons, named by id or by the codes that were typed; `tender`, if named, is exactly the rest."""

    merchant: Id
    lines: Bought
    coupons: Annotated[tuple[Id, ...], Meta(max_length=100)] = ()
    codes: Annotated[tuple[Typed, ...], Meta(max_length=100)] = ()
    holder: Id | None = None
    tender: Count | None = None


class PurchaseRefundBody(WriteBody, frozen=True, kw_only=True):
    """Give back what coupons paid: all that is left of it, or `amount`.

    With their old last day (`keep`), with a later one, or as new coupons under `codes`: the last two need the
    permission to approve, and last for as long as the scheme lets or until `expires_on`.
    """

    purchase: Id
    amount: Amount | None = None
    reason: Code
    restore: Literal["keep", "extend", "reissue"] = "keep"
    expires_on: date | None = None
    codes: Annotated[tuple[Typed, ...], Meta(max_length=100)] = ()


# Settlements -------------------------------------------------------------------------------------------------------


class SettlementBody(WriteBody, frozen=True, kw_only=True):
    """Begin the settlement of a closed period."""

    merchant: Id
    unit: Code
    period: Period


class SettlementLinesBody(WriteBody, frozen=True, kw_only=True):
    """Say of which batches and offers it is made: `coupon-batch:<id>`, `offer:<id>`."""

    settlement: Id
    of: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=200)]


class SettlementCheckBody(WriteBody, frozen=True, kw_only=True):
    """Find it right, as another person than who drafted it."""

    settlement: Id


class SettlementPaymentBody(WriteBody, frozen=True, kw_only=True):
    """It was paid, under this number."""

    settlement: Id
    reference: Reference
    invoice: Reference | None = None
    invoice_amount: Count | None = None
    """What the invoice is over: what is payable, to the fen."""
    invoiced_on: date | None = None
    payee: Reference | None = None
    """The id of the account that whoever pays has before him; refused unless it is the one that was checked."""


class SettlementWithdrawalBody(WriteBody, frozen=True, kw_only=True):
    """Take it back before it is paid."""

    settlement: Id
    reason: Code


class DisputeBody(WriteBody, frozen=True, kw_only=True):
    """Contest one purchase of it, or decide that."""

    settlement: Id
    purchase: Id
    reason: Code
    note: Reference | None = None

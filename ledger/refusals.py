"""The tree of refusals: each a class in the domain's words, with a stable code and its numbers."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, dataclass_transform

from ledger.values import Day, Instant


@dataclass_transform(kw_only_default=True)
class Refusal(Exception):  # noqa: N818 - a refusal is an answer in the domain's words, not an error of the program
    """What `decide` says instead of facts.

    `status` is the HTTP status, `recorded` says whether it is final for its key (409 and `self-approval`),
    `retryable` whether the same wish can succeed later under a new key.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    recorded: ClassVar[bool] = True
    retryable: ClassVar[bool] = False
    registry: ClassVar[dict[str, type["Refusal"]]] = {}

    def __init_subclass__(cls) -> None:
        """Make each refusal a dataclass and enter its code; a code taken twice would hide one of them."""
        super().__init_subclass__()
        dataclass(kw_only=True, eq=True, unsafe_hash=True)(cls)
        if "code" in cls.__dict__:
            if cls.code in Refusal.registry:
                raise TypeError(f"refusal code {cls.code!r} is taken by {Refusal.registry[cls.code].__name__}")
            Refusal.registry[cls.code] = cls

    def members(self) -> dict[str, Any]:
        """The numbers of this refusal, by name, as they stand in a problem document."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type] # subclasses are dataclasses

    def __str__(self) -> str:
        """Code and numbers; sentences for people are written by the way in."""
        numbers = ", ".join(f"{name}={value!r}" for name, value in self.members().items())
        return f"{self.code}({numbers})"


# 422: can never succeed, whatever the state ---------------------------------------------------------------


class Malformed(Refusal):
    """The wish has a shape or value that no state can accept."""

    code = "malformed"
    status = 422
    recorded = False
    errors: list[str]


class KeyReused(Refusal):
    """The idempotency key was used for another request."""

    code = "idempotency-key-reused"
    status = 422
    recorded = False


class TooManyLots(Refusal):
    """A hold on so many lots could not be ended in one fact: hold less at a time."""

    code = "too-many-lots"
    status = 422
    recorded = False
    lots: int
    limit: int


class UnitMismatch(Refusal):
    """The thing is counted in another unit."""

    code = "unit-mismatch"
    status = 422
    recorded = False
    expected: str
    given: str


class SameAccount(Refusal):
    """Both sides of a movement are one account."""

    code = "same-account"
    status = 422
    recorded = False


class UnknownSchemeTerm(Refusal):
    """The scheme in force does not know this unit, behaviour, reason or item group."""

    code = "unknown-scheme-term"
    status = 422
    recorded = False
    term: str
    value: str


class KindsDiffer(Refusal):
    """Figures of several kinds were to be added up: a purchase, a donation and spending come to no sum."""

    code = "kinds-differ"
    status = 422
    recorded = False
    kinds: list[str]


class AmountOutOfRange(Refusal):
    """A result would pass ±(2^53 - 1)."""

    code = "amount-out-of-range"
    status = 422
    recorded = False


class WeakPin(Refusal):
    """The PIN is not 4 to 8 digits, or the first that anybody would try; `reason` is shape, repeated or sequential."""

    code = "weak-pin"
    status = 422
    recorded = False
    reason: str


class BadgeCheckDigit(Refusal):
    """A badge number was typed or scanned wrong: its check character is missing or does not fit."""

    code = "badge-check-digit"
    status = 422
    recorded = False
    given: str


class CodeMistyped(Refusal):
    """A coupon's code was typed wrong; `place`, from 1, is the one wrong character, 0 when more than one is."""

    code = "code-mistyped"
    status = 422
    recorded = False
    place: int


# The way in: refused before anything was decided -----------------------------------------------------------


class NotJson(Refusal):
    """The body is not a JSON document in UTF-8."""

    code = "not-json"
    status = 400
    recorded = False


class Unauthenticated(Refusal):
    """No key was sent, or it is unknown, revoked or expired."""

    code = "unauthenticated"
    status = 401
    recorded = False


class Forbidden(Refusal):
    """The caller's roles do not allow this."""

    code = "forbidden"
    status = 403
    recorded = False
    permission: str


class MethodNotAllowed(Refusal):
    """The thing is there, but not for this method."""

    code = "method-not-allowed"
    status = 405
    recorded = False


class TooLarge(Refusal):
    """The body, the number of commands in it, or the fact that would come of it is above the limit."""

    code = "too-large"
    status = 413
    recorded = False
    limit: int


# 404 ------------------------------------------------------------------------------------------------------


class NotFound(Refusal):
    """No such thing in this ledger (or not the caller's: the answer is the same)."""

    code = "not-found"
    status = 404
    recorded = False
    kind: str
    id: str


# 409: refused by the present state, recorded, final for its key --------------------------------------------


class AlreadyExists(Refusal):
    """That id is taken under another key."""

    code = "already-exists"
    kind: str
    id: str


class InsufficientFunds(Refusal):
    """Less can be spent now than the wish needs."""

    code = "insufficient-funds"
    retryable = True
    required: int
    available: int
    missing: int


class OutOfStock(Refusal):
    """The shelf holds less than was asked for."""

    code = "out-of-stock"
    retryable = True
    item: str
    requested: int
    available: int


class LimitExceeded(Refusal):
    """A limit of the scheme or the item would be passed; `offered` still fits."""

    code = "limit-exceeded"
    retryable = True
    rule: str
    limit: int
    used: int
    offered: int
    period: str


class RegionalLimitExceeded(LimitExceeded):
    """What a limit allows members of units in this region would be passed; `offered` still fits."""

    code = "regional-limit-exceeded"
    region: str


class FundExhausted(Refusal):
    """A fund has less free than its part of this needs; nothing was taken from any."""

    code = "fund-exhausted"
    retryable = True
    fund: str
    required: int
    available: int


class CouponSpent(Refusal):
    """Nothing is left of the coupon since then."""

    code = "coupon-spent"
    coupon: str
    spent_at: Instant | None


class CouponExpired(Refusal):
    """Its last local day is over."""

    code = "coupon-expired"
    coupon: str
    expired_on: Day


class CouponNotYetValid(Refusal):
    """It can be spent from that local day on."""

    code = "coupon-not-yet-valid"
    retryable = True
    coupon: str
    valid_from_on: Day


class CouponNotValidHere(Refusal):
    """This merchant does not take it, or it does not pay for these goods; what it is for stands beside it."""

    code = "coupon-not-valid-here"
    coupon: str
    merchants: list[str]
    goods: list[str]


class CouponVoid(Refusal):
    """It was taken back, or another code stands for it."""

    code = "coupon-void"
    coupon: str
    since: Instant


class CouponOfAnother(Refusal):
    """It was issued to somebody else, and only that person may spend it."""

    code = "coupon-of-another"
    coupon: str


class CouponReserved(Refusal):
    """All that is left of it is set aside for goods that wait at a counter, until then at the latest."""

    code = "coupon-reserved"
    retryable = True
    coupon: str
    until: Instant


class TenderMismatch(Refusal):
    """Coupons pay `covered` of the `bill`: exactly `required` is paid outside, and `tender` was named."""

    code = "tender-mismatch"
    bill: int
    covered: int
    required: int
    tender: int


class CouponsDoNotStack(Refusal):
    """These coupons may not stand on one bill; `rule` says why: alone, equal-face, most, from-amount or no-change."""

    code = "coupons-do-not-stack"
    rule: str
    limit: int


class MerchantSuspended(Refusal):
    """The merchant takes no part since then."""

    code = "merchant-suspended"
    retryable = True
    merchant: str
    since: Instant


class PayeeChanged(Refusal):
    """The merchant is paid to another account than when the settlement was checked: it must be checked again."""

    code = "payee-changed"
    retryable = True
    merchant: str
    since_on: Day | None


class InvoiceMismatch(Refusal):
    """The merchant's invoice is not over what it has to come."""

    code = "invoice-mismatch"
    invoiced: int
    payable: int


class SaleClosed(Refusal):
    """The item is not on sale at this instant."""

    code = "sale-closed"
    retryable = True
    item: str
    opens_at: Instant | None
    closes_at: Instant | None


class NotEligible(Refusal):
    """The person's or thing's status does not allow this."""

    code = "not-eligible"
    reason: str


class ConfirmationRequired(Refusal):
    """The scheme wants a sale confirmed in one of these ways."""

    code = "confirmation-required"
    allowed: list[str]


class HoldExpired(Refusal):
    """The hold ended by itself; what it had set aside is free."""

    code = "hold-expired"
    expired_at: Instant


class HoldAlreadyCaptured(Refusal):
    """The goods were handed over."""

    code = "hold-already-captured"
    captured_at: Instant


class HoldAlreadyVoided(Refusal):
    """The hold was cancelled."""

    code = "hold-already-voided"
    voided_at: Instant


class ExceedsHold(Refusal):
    """More would be captured than the hold still holds."""

    code = "exceeds-hold"
    held: int


class RefundClosed(Refusal):
    """The last local day on which this sale could be given back, or cancelled, has passed."""

    code = "refund-closed"
    until: Day


class AlreadyReversed(Refusal):
    """Nothing of the original is left to reverse."""

    code = "already-reversed"
    original: int
    reversed: int


class ExceedsOriginal(Refusal):
    """More would be given back than was taken."""

    code = "exceeds-original"
    original: int
    reversed: int
    requested: int


class NotReversible(Refusal):
    """This kind of fact cannot be reversed (a redemption only by refund, a reversal never)."""

    code = "not-reversible"
    type: str


class CauseAlreadyUsed(Refusal):
    """What in the world led to this has paid this account under this rule before."""

    code = "cause-already-used"
    fact: int


class ApprovalRequired(Refusal):
    """The scheme wants a second person for this: make a proposal."""

    code = "approval-required"
    rule: str
    limit: int


class SelfApproval(Refusal):
    """Maker and checker are one person."""

    code = "self-approval"
    status = 403
    maker: str


class ApprovalExpired(Refusal):
    """The proposal lapsed before it was decided."""

    code = "approval-expired"
    expired_at: Instant


class ProposalMismatch(Refusal):
    """The approver saw another content than the proposal's, whose digest this is."""

    code = "proposal-mismatch"
    digest: str


class AppealClosed(Refusal):
    """The days in which this deduction could be appealed are over; None: the scheme grants none."""

    code = "appeal-closed"
    until: Instant | None


class AlreadyDecided(Refusal):
    """The proposal, appeal or run is decided."""

    code = "already-decided"
    decision: str
    position: int


class AccountFrozen(Refusal):
    """The account moves for nobody until it is unfrozen."""

    code = "account-frozen"
    retryable = True
    since: Instant


class AccountClosed(Refusal):
    """The account was closed: it will not move again."""

    code = "account-closed"
    since: Instant


class HolderBarred(Refusal):
    """The person has left the site or may not redeem."""

    code = "holder-barred"
    since: Day


class EntitlementInForce(Refusal):
    """The person has one of this kind, and there is only one at a time; `until` is its last local day, None: no end."""

    code = "entitlement-in-force"
    retryable = True
    until: Day | None


class BookingClosed(Refusal):
    """The last local day on which a place could be booked, or given up, has passed."""

    code = "booking-closed"
    until: Day


class HolderMerged(Refusal):
    """This record was a second one of the same person: `into` answers for both."""

    code = "holder-merged"
    holder: str
    into: str


class PeriodClosed(Refusal):
    """The period that the caller demands is closed."""

    code = "period-closed"
    period: str
    since: Instant


class OpenItemsRemain(Refusal):
    """Something is undecided in the period, and nobody said that it is carried into the next."""

    code = "open-items-remain"
    recorded = False
    retryable = True
    items: int


class PeriodNotOpen(Refusal):
    """The period that the caller demands has not begun; `open` is the one that is open."""

    code = "period-not-open"
    retryable = True
    period: str
    open: str


class ClosingUnfinished(Refusal):
    """The closing of an earlier period has not run to its end: a holder would miss an initial grant."""

    code = "closing-unfinished"
    retryable = True
    period: str


class BadgeRevoked(Refusal):
    """The card is revoked; its points stay with the person."""

    code = "badge-revoked"
    badge: str
    since: Day


class PinWrong(Refusal):
    """The PIN does not match."""

    code = "pin-wrong"
    retryable = True
    tries_left: int


class PinLocked(Refusal):
    """Too many wrong PINs."""

    code = "pin-locked"
    retryable = True
    until: Instant


class TaskTaken(Refusal):
    """All places of the task are taken; one that is given back or not started in time is free again."""

    code = "task-taken"
    retryable = True
    places: int


class SlotClosed(Refusal):
    """It is not the task's time of day: a patrol starts within its slot, and is claimed before it closes."""

    code = "slot-closed"
    retryable = True
    opens_at: Instant
    closes_at: Instant


class ClaimOpen(Refusal):
    """The person has a claim already that is not finished: one at a time."""

    code = "claim-open"
    retryable = True
    claim: str


class ClaimExpired(Refusal):
    """The claim fell back to the pool because it was not started, or not finished, in time."""

    code = "claim-expired"
    expired_at: Instant


class PatrolRunning(Refusal):
    """The patrol was started from another device, which somebody must replace before this one can go on."""

    code = "patrol-running"
    retryable = True
    started_at: Instant


# The turn's own ---------------------------------------------------------------------------------------------


class GroupFailed(Refusal):
    """A neighbour in the atomic group was refused."""

    code = "group-failed"
    recorded = False
    retryable = True


class TooManyRefusals(Refusal):
    """The client's quota of recorded refusals is used up for today."""

    code = "too-many-refusals"
    status = 429
    recorded = False
    retryable = True
    retry_after: int


class QueueFull(Refusal):
    """More commands wait than the ledger takes."""

    code = "queue-full"
    status = 429
    recorded = False
    retryable = True
    retry_after: int


class DeadlinePassed(Refusal):
    """The command waited past its deadline and was not decided."""

    code = "deadline-passed"
    status = 503
    recorded = False
    retryable = True


class StorageUnavailable(Refusal):
    """The database could not be reached; nothing was done."""

    code = "storage-unavailable"
    status = 503
    recorded = False
    retryable = True


class OutcomeUnknown(Refusal):
    """The commit's answer was lost and the database cannot be read yet: retry with the same key."""

    code = "outcome-unknown"
    status = 503
    recorded = False
    retryable = True


class ProjectionBehind(Refusal):
    """What people read has not reached the journal's head within the wait: `projected` of `head` facts."""

    code = "projection-behind"
    status = 503
    recorded = False
    retryable = True
    projected: int
    head: int


class ClockUntrusted(Refusal):
    """The clock stands behind the ledger's head or jumped; an operator must accept it."""

    code = "clock-untrusted"
    status = 503
    recorded = False
    retryable = True


class LedgerInUse(Refusal):
    """Another process holds this directory's file lock."""

    code = "ledger-in-use"
    status = 503
    recorded = False
    retryable = True
    path: str


class InternalError(Refusal):
    """This command alone failed by a defect of ours; an alarm was raised and nothing was recorded."""

    code = "internal-error"
    status = 500
    recorded = False
    retryable = True
    incident: str

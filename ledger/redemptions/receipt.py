"""A receipt, from a transaction's facts alone: a reprint after years is equal to the first print."""

from collections.abc import Iterable
from typing import Final

import msgspec

from ledger.coupons.facts import PurchaseFact
from ledger.points.entities import AccountState
from ledger.points.facts import AccountFact, LotsLapsed
from ledger.redemptions.facts import (
    BillCancelled,
    BillEnding,
    BillExpired,
    BillFact,
    BillFulfilled,
    BillHeld,
    Billing,
    BillPlaced,
    BillRefunded,
    RedemptionCancelled,
    RedemptionExpired,
    RedemptionFact,
    RedemptionFulfilled,
    RedemptionHeld,
    RedemptionPlaced,
    RedemptionRefunded,
    Releasing,
    Taking,
)
from ledger.refusals import NotFound
from ledger.room import Envelope
from ledger.values import AccountId, Instant, ItemId, RedemptionId, TxId, UnitCode

KINDS: Final[dict[type[RedemptionFact], str]] = {
    RedemptionPlaced: "sale",
    RedemptionHeld: "hold",
    RedemptionFulfilled: "fulfilment",
    RedemptionCancelled: "cancellation",
    RedemptionExpired: "expiry",
    RedemptionRefunded: "refund",
    BillPlaced: "sale",
    BillHeld: "hold",
    BillFulfilled: "fulfilment",
    BillCancelled: "cancellation",
    BillExpired: "expiry",
    BillRefunded: "refund",
}
_DIGITS: Final = 4


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """So many pieces of an item at the price of that sale."""

    item: ItemId
    price: int
    quantity: int
    amount: int
    restocked: bool | None = None
    """On a refund: whether they went back onto the shelf."""


class ReceiptCoupon(msgspec.Struct, frozen=True):
    """So much of one coupon."""

    coupon: str
    amount: int


class ReceiptBill(msgspec.Struct, frozen=True, kw_only=True):
    """What was priced in money: coupons paid (or have back) `covered` of `amount`, and `tender` is cash."""

    merchant: str
    unit: UnitCode
    lines: tuple[ReceiptLine, ...]
    amount: int
    covered: int
    tender: int
    coupons: tuple[ReceiptCoupon, ...] = ()
    """Which of them, and how much of each: what pays, is set aside, is free again, or came back."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder takes home. `balance` and `available` are those after it."""

    number: str
    """For people: the position in the ledger, `0002-6713`."""
    kind: str
    """`sale`, `hold`, `fulfilment`, `cancellation`, `expiry` or `refund`."""
    redemption: RedemptionId
    account: AccountId
    unit: UnitCode
    lines: tuple[ReceiptLine, ...]
    amount: int
    """What moved, or was set aside or free again."""
    lapsed: int
    """What of a refund came back into lots that had ended, and lapsed with it."""
    balance: int
    available: int
    debt: int
    tx: TxId
    position: int
    recorded_at: Instant
    occurred_at: Instant
    expires_at: Instant | None
    confirmation: str | None
    bill: ReceiptBill | None = None
    """Beside the part for points; where there was no such part, `lines` are empty and `amount` is 0."""


def receipt(envelopes: Iterable[Envelope], redemption: RedemptionId | None = None) -> Receipt:
    """The receipt of a transaction's redemption: of the named one, or the first; else `not-found`."""
    facts = tuple(envelopes)
    for index, envelope in enumerate(facts):
        fact = envelope.data
        if isinstance(fact, RedemptionFact) and redemption in {None, fact.redemption}:
            return _receipt(envelope, fact, _following(facts[index + 1 :], fact))
    raise NotFound(kind="receipt", id=redemption or (facts[0].tx if facts else ""))


def number_of(position: int) -> str:
    """A position as people read it to each other: at least eight digits, in groups of four."""
    digits = f"{position:08d}"
    head = len(digits) % _DIGITS
    groups = [digits[:head]] * bool(head) + [digits[at : at + _DIGITS] for at in range(head, len(digits), _DIGITS)]
    return "-".join(groups)


def _following(facts: tuple[Envelope, ...], of: RedemptionFact) -> tuple[AccountFact, ...]:
    """What happened to accounts with it, up to the next redemption of a group; its bill is no other redemption."""
    found: list[AccountFact] = []
    for envelope in facts:
        fact = envelope.data
        if isinstance(fact, RedemptionFact) and not (isinstance(fact, BillFact) and fact.redemption == of.redemption):
            break
        if isinstance(fact, AccountFact):
            found.append(fact)
    return tuple(found)


def _receipt(envelope: Envelope, fact: RedemptionFact, following: tuple[AccountFact, ...]) -> Receipt:
    bill = next((item for item in (fact, *following) if isinstance(item, BillFact)), None)
    own = [item for item in following if (item.account, item.unit) == (fact.account, fact.unit)]
    after = _state((fact, *own)[-1])
    return Receipt(
        number=number_of(envelope.pos),
        kind=KINDS[type(fact)],
        redemption=fact.redemption,
        account=fact.account,
        unit=fact.unit,
        lines=() if fact is bill else _lines(fact),
        amount=0 if fact is bill else fact.amount,
        lapsed=sum(item.amount for item in own if isinstance(item, LotsLapsed)),
        balance=after.balance,
        available=max(0, after.spendable - after.held),
        debt=after.debt,
        tx=envelope.tx,
        position=envelope.pos,
        recorded_at=envelope.recorded_at,
        occurred_at=envelope.occurred_at,
        expires_at=fact.expires_at if isinstance(fact, RedemptionHeld | BillHeld) else None,
        confirmation=fact.confirmation if isinstance(fact, Taking | Billing) else None,
        bill=None if bill is None else _bill(bill, following),
    )


def _bill(fact: BillFact, following: Iterable[AccountFact]) -> ReceiptBill:
    """What coupons pay and what comes back into them stands beside it, as a purchase of equal id."""
    beside = (item for item in following if isinstance(item, PurchaseFact) and item.purchase == fact.redemption)
    coupons = fact if isinstance(fact, BillHeld | BillEnding) else next(beside, None)
    return ReceiptBill(
        merchant=fact.merchant,
        unit=fact.unit,
        lines=_lines(fact),
        amount=fact.bill,
        covered=fact.amount,
        tender=fact.tender,
        coupons=tuple(ReceiptCoupon(part.coupon, part.amount) for part in coupons.used) if coupons else (),
    )


def _lines(fact: RedemptionFact) -> tuple[ReceiptLine, ...]:
    if isinstance(fact, RedemptionRefunded | BillRefunded):
        return tuple(
            ReceiptLine(
                item=line.item,
                price=line.price,
                quantity=line.quantity,
                amount=line.price * line.quantity,
                restocked=line.restock,
            )
            for line in fact.lines
        )
    taken = Taking | Releasing | RedemptionFulfilled | Billing | BillEnding
    lines = fact.lines if isinstance(fact, taken) else ()
    return tuple(
        ReceiptLine(item=line.item, price=line.price, quantity=line.quantity, amount=line.price * line.quantity)
        for line in lines
    )


def _state(fact: AccountFact) -> AccountState:
    if fact.after is None:
        raise ValueError(f"{type(fact).__name__} was never recorded: it shows no account")
    return fact.after

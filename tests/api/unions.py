"""A union's June and July, as the reports over HTTP are asked about them."""

from typing import Any

from ledger.coupons.commands import ApproveBatch, FinishBatch, IssueCoupons, Issuing, SubmitBatch, VoidCoupon
from ledger.coupons.entities import Batch
from ledger.coupons.facts import CouponIssued
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.handouts.commands import DefineKit, HandOutKits, ReceiveKits, ReturnKits
from ledger.handouts.entities import Component
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.merchants.commands import AdmitMerchant
from ledger.offers.commands import ClaimOffer, OpenOffer
from ledger.people.commands import RegisterPerson
from ledger.periods.commands import ClosePeriod, FinishClosing, SealPeriod
from ledger.room import By, Command
from ledger.settlements.commands import AddSettlementLines, CheckSettlement, DraftSettlement, PaySettlement
from ledger.values import Day, HolderId, Instant, PeriodName, UnitCode
from tests.api.served import HOLDERS, TESTER
from tests.coupons.gifts import bought, drafting, lines, returned
from tests.given import LEADER

ONE, TWO = map(HolderId, HOLDERS)
CNY, COUPONS = UnitCode("cny"), UnitCode("coupon_cny")
CASHIER = By(principal="client:cashier", subject="person:cashier")
JUNE = PeriodName("2022-06")


class Union:
    """A ledger of coupons with a clock that is moved."""

    def __init__(self, ledger: Ledger, clock: ManualClock) -> None:
        self.ledger, self.clock = ledger, clock

    def do(self, *commands: Command, by: By = TESTER) -> list[Any]:
        return [fact.data for command in commands for fact in self.ledger.submit(command, by=by).envelopes]

    def on(self, at: str) -> None:
        self.clock.move_to(Instant(at if "T" in at else at + "T04:00:00.000000Z"))

    def issued(self, id: str, *wanted: tuple[HolderId, int, int], **terms: Any) -> list[str]:
        """Drafted, submitted, approved by another person and issued."""
        self.do(drafting(id, **terms), lines(*wanted, batch=id), SubmitBatch(batch=id))
        self.do(ApproveBatch(batch=id, digest=self.ledger.the(Batch, id).digest), by=LEADER)
        facts = self.do(IssueCoupons(batch=id, lines=tuple(Issuing(line[0]) for line in wanted)))
        self.do(FinishBatch(batch=id))
        return [fact.coupon for fact in facts if isinstance(fact, CouponIssued)]


def lived(union: Union) -> None:
    """June: 450.00 of a mill, 120.00 of nobody's; four purchases, a refund, an offer, gloves. In July June is paid."""
    union.on("2022-06-01")
    union.do(*(RegisterPerson(holder=holder, joined_on=Day("2022-01-01")) for holder in (ONE, TWO)))
    union.do(OpenFund(id="gifts", unit=CNY, source="union"), AppropriateFund(fund="gifts", amount=100_000))
    for shop, rate in (("lixian", 0), ("corner", 150)):
        union.do(AdmitMerchant(id=shop, name=shop, admitted_from_on=Day("2022-01-01"), rate=rate))
    mill = union.issued("b1", (ONE, 15_000, 2), (TWO, 15_000, 1), of="mill")
    short = union.issued("b2", (ONE, 6_000, 2), expires_on=Day("2022-06-20"), occasion="qingming")
    union.do(VoidCoupon(coupon=short[1], reason="left-unit"))
    union.on("2022-06-03T04:30:01.000000Z")
    for number in (1, 2, 3):
        union.do(bought(mill[0], bill=5_000, merchant="corner", id=f"p{number}", holder=ONE))
    union.do(bought(mill[2], bill=5_001, merchant="corner", id="p4", holder=TWO), returned("p4", 2_000))
    offer = {"opens_at": Instant("2022-06-01T00:00:00.000000Z"), "closes_at": Instant("2022-06-30T00:00:00.000000Z")}
    terms = {"unit": CNY, "price": 100, "supply": 1_250, "stock": 10, "fund": "gifts"}
    union.do(OpenOffer(id="soap", name="一元抢购", merchant="corner", **offer, **terms))  # type: ignore[arg-type] # mypy cannot tell which of the terms are which
    union.do(ClaimOffer(offer="soap", holder=TWO))
    kit = DefineKit(id="gloves", name="手套", unit=CNY, components=(Component("gloves", 2, 350),))
    union.do(kit, ReceiveKits(kit="gloves", depot="mill", pieces=9))
    handed: dict[str, Any] = {"kit": "gloves", "depot": "mill", "occasion": "birthday", "signature": "sheet-1"}
    union.do(HandOutKits(id="g1", pieces=2, holder=ONE, **handed))
    union.do(ReturnKits(hand_out="g1", pieces=1, reason="returned-goods"))
    union.on("2022-06-21")
    union.ledger.writer.sweep()
    settled(union)


def settled(union: Union) -> None:
    """June's books are closed, and what the corner sold is settled by three people."""
    union.on("2022-07-01")
    union.do(ClosePeriod(period=JUNE), SealPeriod(period=JUNE, root="0" * 64, accounts=0, totals=()))
    union.do(FinishClosing(period=JUNE, holders=0, totals=()))
    id = "corner.coupon_cny.2022-06"
    (drafted,) = union.do(DraftSettlement(merchant="corner", unit=COUPONS, period=JUNE))
    union.do(AddSettlementLines(settlement=id, of=("coupon-batch:b1",)))
    union.do(CheckSettlement(settlement=id), by=LEADER)
    invoice = {"invoice": "INV-5", "invoice_amount": drafted.payable}
    union.do(PaySettlement(settlement=id, reference="bank-17", **invoice), by=CASHIER)
    union.do(DraftSettlement(merchant="lixian", unit=COUPONS, period=JUNE))

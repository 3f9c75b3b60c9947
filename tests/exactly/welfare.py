"""Union money that many want at once: the last of a fund, one coupon at many tills, one refund."""

from typing import Final

from ledger.coupons.commands import (
    ApproveBatch,
    BoughtLine,
    DraftBatch,
    DraftedLine,
    DraftLines,
    IssueCoupons,
    Issuing,
    RefundPurchase,
    SpendCoupons,
    SubmitBatch,
)
from ledger.coupons.entities import Batch
from ledger.coupons.facts import CouponIssued
from ledger.deciding import Wish
from ledger.funds.commands import AppropriateFund, CommitFunds, OpenFund
from ledger.funds.entities import Fund, Share
from ledger.journal.ledger import Ledger
from ledger.merchants.commands import AdmitMerchant
from ledger.merchants.till import Till, till_id
from ledger.room import By, Command
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.values import Day, HolderId, UnitCode
from tests.exactly.scenarios import Scenario
from tests.ledgers import COUNTER, stocked

MAKER = By(principal="person:maker", subject="person:maker")
CHECKER = By(principal="person:checker", subject="person:checker")
CNY: Final = UnitCode("cny")
H0: Final = HolderId("h0")
TICKET: Final = 11_900


def union(ledger: Ledger, fund: int) -> None:
    """A union with a fund of so many fen and one shop."""
    stocked(ledger, points=0)
    tables = canonical(load_scheme("conformance")) | {"version": 2}
    welfare = canonical(load_scheme("welfare-coupons"))
    tables["units"] |= {code: welfare["units"][code] for code in ("coupon_cny", "cny")}
    tables |= {name: welfare[name] for name in ("coupons", "goods", "funds")}
    tables["reasons"] |= welfare["reasons"]
    submitted(
        ledger,
        AdoptScheme(scheme=tables, effective_from=Day("2022-06-01")),
        OpenFund(id="ice", unit=CNY, source="union"),
        AppropriateFund(fund="ice", amount=fund),
        AdmitMerchant(id="shop", name="shop", admitted_from_on=Day("2022-06-01")),
    )


def submitted(ledger: Ledger, *commands: Command, by: By = MAKER) -> None:
    for command in commands:
        ledger.submit(command, by=by, key=f"{by.principal} {type(command).__name__}")


def approved(ledger: Ledger) -> None:
    """One coupon of 50.00 for one member, approved and not issued."""
    union(ledger, 5_000)
    drafted = DraftBatch(id="b", kind="face-value", occasion="mid-autumn", fund="ice", expires_on=Day("2022-12-31"))
    submitted(ledger, drafted, DraftLines(batch="b", lines=(DraftedLine(H0, 5_000),)), SubmitBatch(batch="b"))
    submitted(ledger, ApproveBatch(batch="b", digest=ledger.the(Batch, "b").digest), by=CHECKER)


def issued(ledger: Ledger) -> None:
    """The same issued."""
    approved(ledger)
    submitted(ledger, _issue())


def _issue() -> IssueCoupons:
    return IssueCoupons(batch="b", lines=(Issuing(H0),))


def sold(ledger: Ledger) -> None:
    """The same spent."""
    issued(ledger)
    submitted(ledger, _purchase(ledger, "the-purchase"))


def _purchase(ledger: Ledger, id: str) -> SpendCoupons:
    facts = (ledger.mapper.decode(row.state).data for row in ledger.storage.facts(0, 1000))
    coupon = next(fact.coupon for fact in facts if isinstance(fact, CouponIssued))
    return SpendCoupons(id=id, merchant="shop", lines=(BoughtLine("food", 9_000),), coupons=(coupon,), holder=H0)


def claim(ledger: Ledger, number: int) -> Wish:
    ticket = CommitFunds(shares=(Share("ice", 1),), amount=TICKET, of=f"ticket:{number}")
    return ledger.wish(ticket, by=COUNTER, key=f"ticket {number}")


def spend(ledger: Ledger, number: int) -> Wish:
    return ledger.wish(_purchase(ledger, f"p{number}"), by=COUNTER, key=f"till {number}")


def give_back(ledger: Ledger, number: int) -> Wish:
    refund = RefundPurchase(purchase="the-purchase", reason="returned-goods")
    return ledger.wish(refund, by=COUNTER, key=f"refund {number}")


def money(ledger: Ledger) -> tuple[int, int, int]:
    """What of the fund is free, promised and paid."""
    fund = ledger.the(Fund, "ice")
    return fund.free, fund.committed, fund.disbursed


def taken(ledger: Ledger) -> tuple[int, int, int]:
    """What the shop has to come, and what of the fund is promised and paid."""
    till = ledger.get(Till, till_id("shop", "coupon_cny", "2022-06")) or Till()
    return till.payable, *money(ledger)[1:]


def tickets(count: int) -> Scenario:
    """A fund that pays so many tickets, and has 73.00 left then (S11)."""
    fund, promised = count * TICKET + 7_300, count * TICKET
    return Scenario(lambda ledger: union(ledger, fund), claim, count, "fund-exhausted", money, (7_300, promised, 0))


WELFARE: Final = {
    "the last tickets of a fund": tickets(7),
    "one coupon at many tills": Scenario(issued, spend, 1, "coupon-spent", taken, (5_000, 0, 5_000)),
    "one purchase given back": Scenario(sold, give_back, 1, "already-reversed", taken, (0, 5_000, 0)),
}

"""To whom and against what a settlement is paid: the account that was checked, an invoice of its sum, once."""

import pytest
from msgspec.structs import replace

from ledger.approvals.commands import ApproveProposal, BreakGlass
from ledger.approvals.entities import Proposal
from ledger.merchants.commands import ChangeMerchantPayee
from ledger.merchants.entities import Merchant
from ledger.merchants.facts import MerchantPayeeChanged
from ledger.refusals import (
    AlreadyExists,
    InvoiceMismatch,
    Malformed,
    NotEligible,
    NotFound,
    PayeeChanged,
    Refusal,
    SelfApproval,
)
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.settlements.commands import CheckSettlement, PaySettlement
from ledger.settlements.entities import Invoice, Settlement, invoice_id
from ledger.settlements.facts import SettlementChecked, SettlementPaid
from ledger.values import Day, PeriodName, ProposalId
from tests.coupons.gifts import LI, bought, issued, returned, union
from tests.given import LEADER, Story
from tests.settlements.test_settlements import CASHIER, JULY, JUNE, add, check, closed, draft, id_of, june, settled

PAYABLE = 12_806
OLD, NEW = "a" * 64, "b" * 64


def wish(payee: str = "account-1", *, commitment: str = OLD, from_on: str | None = None) -> ChangeMerchantPayee:
    day = None if from_on is None else Day(from_on)
    return ChangeMerchantPayee(merchant="corner", payee=payee, commitment=commitment, from_on=day)


def payee(story: Story, command: ChangeMerchantPayee) -> Story:
    """Proposed by the officer, approved by another person."""
    story.given(command)
    return story.given(ApproveProposal(proposal=ProposalId(story.tx)), by=LEADER)


def checked_for(story: Story) -> Story:
    return story.given(draft(), add("b1", "b2")).given(check(), by=LEADER)


def pay(**terms: object) -> PaySettlement:
    return PaySettlement(settlement=id_of(), reference="bank-17", **terms)  # type: ignore[arg-type] # the tests' own words


def paid(story: Story, command: PaySettlement) -> SettlementPaid:
    fact, *_ = story.when(command, by=CASHIER)
    assert isinstance(fact, SettlementPaid)
    return fact


# The account -----------------------------------------------------------------------------------------------------


def test_an_account_is_another_persons_to_allow_and_begins_on_its_day() -> None:
    story = june()
    (waits,) = story.when(wish(from_on="2022-07-05"))
    assert waits.TOPIC == "proposal-made.v1"
    assert story.the(Merchant, "corner").payees == ()
    approval = ApproveProposal(proposal=ProposalId(story.tx))
    story.refuses(approval, SelfApproval(maker="person:supervisor"))
    story.given(approval, by=LEADER)
    assert story.facts(MerchantPayeeChanged)[0].from_on == "2022-07-05"
    known = story.the(Merchant, "corner")
    assert known.payee(Day("2022-07-04")) is None
    first = known.payee(Day("2022-07-05"))
    assert first is not None
    assert (first.id, first.commitment) == ("account-1", OLD)


def test_approved_late_it_begins_on_the_day_of_its_approval() -> None:
    story = june().given(wish(from_on="2022-07-02"))
    proposal = ProposalId(story.tx)
    story.on("2022-07-09").given(ApproveProposal(proposal=proposal), by=LEADER)
    assert story.facts(MerchantPayeeChanged)[0].from_on == "2022-07-09"


def test_nobody_breaks_glass_over_an_account() -> None:
    value = canonical(load_scheme("welfare-coupons"))
    value["approvals"]["break_glass"] = True
    story = union(checked(value)).given(wish())
    proposal = story.the(Proposal, story.tx)
    glass = BreakGlass(proposal=proposal.id, digest=proposal.digest, reason="correction")
    story.refuses(glass, SelfApproval(maker="person:supervisor"))


def test_it_is_paid_to_the_account_that_was_checked_and_names_its_commitment_never_its_number() -> None:
    story = checked_for(payee(june(), wish()))
    assert story.facts(SettlementChecked)[0].payee == "account-1"
    fact = paid(story, pay(payee="account-1"))
    assert (fact.amount, fact.payee, fact.payee_commitment) == (PAYABLE, "account-1", OLD)


def test_an_account_changed_after_the_check_is_not_paid_to_until_it_is_checked_again() -> None:
    story = checked_for(payee(june(), wish()))
    payee(story, wish("account-2", commitment=NEW))
    refused = PayeeChanged(merchant="corner", since_on=Day("2022-07-01"))
    story.refuses(pay(), refused, by=CASHIER)
    story.refuses(pay(payee="account-1"), refused, by=CASHIER)
    story.refuses(check(), SelfApproval(maker="person:supervisor"))
    story.given(check(), by=LEADER)
    story.refuses(pay(payee="account-1"), refused, by=CASHIER)
    fact = paid(story, pay(payee="account-2"))
    assert (fact.payee, fact.payee_commitment) == ("account-2", NEW)


def test_a_first_account_after_the_check_and_one_whose_day_has_come_meanwhile_are_changes_too() -> None:
    story = payee(checked_for(june()), wish())
    story.refuses(pay(), PayeeChanged(merchant="corner", since_on=Day("2022-07-01")), by=CASHIER)
    story = payee(payee(june(), wish()), wish("account-2", commitment=NEW, from_on="2022-07-03"))
    checked_for(story).on("2022-07-03")
    story.refuses(pay(), PayeeChanged(merchant="corner", since_on=Day("2022-07-03")), by=CASHIER)


def test_one_whose_account_is_as_it_was_is_checked_once() -> None:
    checked_for(payee(june(), wish())).refuses(check(), NotEligible(reason="settlement-checked"), by=LEADER)


def test_without_an_account_it_is_paid_by_hand_and_a_name_that_is_none_is_refused() -> None:
    story = checked_for(june())
    story.refuses(pay(payee="account-9"), PayeeChanged(merchant="corner", since_on=None), by=CASHIER)
    assert paid(story, pay()).payee is None


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (wish("a b"), Malformed(errors=["payee: 1 to 128 visible ASCII characters"])),
        (wish(commitment="6222"), Malformed(errors=["commitment: 64 hexadecimal digits"])),
        (wish(from_on="soon"), Malformed(errors=["soon: not a day such as 2022-06-30"])),
        (ChangeMerchantPayee(merchant="none", payee="a", commitment=OLD), NotFound(kind="merchant", id="none")),
    ],
)
def test_an_account_that_is_wrong_is_said(command: ChangeMerchantPayee, refusal: Refusal) -> None:
    union().refuses(command, refusal)


# The invoice -----------------------------------------------------------------------------------------------------


def test_an_invoice_is_over_what_is_payable_and_stays_with_the_payment() -> None:
    story = checked_for(june())
    story.refuses(
        pay(invoice="INV-7", invoice_amount=13_001), InvoiceMismatch(invoiced=13_001, payable=PAYABLE), by=CASHIER
    )
    fact = paid(story, pay(invoice="INV-7", invoice_amount=PAYABLE, invoiced_on=Day("2022-06-30")))
    assert (fact.invoice, fact.invoice_amount, fact.invoiced_on) == ("INV-7", PAYABLE, "2022-06-30")
    known = story.the(Invoice, invoice_id("corner", "2022-06-30", "INV-7"))
    assert (known.settlement, known.amount) == (id_of(), PAYABLE)


def test_a_merchants_invoice_of_a_year_is_paid_once() -> None:
    story = checked_for(june())
    paid(story, pay(invoice="INV-7", invoice_amount=PAYABLE))
    (coupon,) = issued(story, "b3", (LI, 5_000, 1), occasion="national-day")
    story.given(bought(coupon, bill=5_000, merchant="corner"))
    closed(story, JULY, "2022-08-01").given(draft(JULY), add("b3", period=JULY)).given(check(JULY), by=LEADER)
    again = PaySettlement(settlement=id_of(JULY), reference="bank-18", invoice="INV-7", invoice_amount=4_925)
    story.refuses(again, AlreadyExists(kind="invoice", id="INV-7"), by=CASHIER)
    # Numbers begin anew with the year: one dated in the last December is another invoice.
    last = replace(again, invoiced_on=Day("2021-12-31"))
    assert paid(story, last).amount == 4_925


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"invoice": "INV-7"}, "invoice_amount: together with invoice"),
        ({"invoice_amount": PAYABLE}, "invoice_amount: together with invoice"),
        (
            {"invoiced_on": Day("2022-06-30")},
            "invoiced_on: the day of the invoice, such as 2022-06-30, not after today",
        ),
        (
            {"invoice": "INV-7", "invoice_amount": 1, "invoiced_on": Day("2022-07-02")},
            "invoiced_on: the day of the invoice, such as 2022-06-30, not after today",
        ),
    ],
)
def test_an_invoice_that_says_too_little_is_refused(terms: dict[str, object], words: str) -> None:
    checked_for(june()).refuses(pay(**terms), Malformed(errors=[words]), by=CASHIER)


# Nothing to pay --------------------------------------------------------------------------------------------------


def test_a_period_with_no_sales_is_settled_with_nothing_and_keeps_what_is_carried() -> None:
    """June is paid, July only takes back, in August nothing is sold: what came back waits for September."""
    story = payee(june(), wish())
    settled(story, JUNE, "b1", "b2")
    story.given(returned("p1"), returned("p2"))
    closed(story, JULY, "2022-08-01")
    assert settled(story, JULY, "b1", "b2").carried == -PAYABLE
    closed(story, PeriodName("2022-08"), "2022-09-01")
    fact = settled(story, PeriodName("2022-08"))
    assert (fact.amount, fact.carried, fact.payee, fact.entry()) == (0, -PAYABLE, None, None)
    assert story.the(Settlement, id_of("2022-08")).carried == -PAYABLE


def test_an_invoice_for_nothing_is_refused_by_its_sum() -> None:
    story = june().given(draft(merchant="lixian"))
    story.given(CheckSettlement(settlement=id_of(merchant="lixian")), by=LEADER)
    nothing = PaySettlement(settlement=id_of(merchant="lixian"), reference="none", invoice="INV-1", invoice_amount=100)
    story.refuses(nothing, InvoiceMismatch(invoiced=100, payable=0), by=CASHIER)

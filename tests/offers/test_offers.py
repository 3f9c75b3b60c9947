"""Offers: first come first served, so many a member, out of a fund that is never over-issued; tickets used later."""

from typing import Any

import pytest

from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.funds.entities import Fund
from ledger.limits.entities import Counter, counter_id
from ledger.merchants.commands import AdmitMerchant, SuspendMerchant
from ledger.merchants.till import Till, till_id
from ledger.offers.commands import CancelClaim, ClaimOffer, CloseOffer, OpenOffer, UseClaim
from ledger.offers.entities import Offer, OfferClaim
from ledger.offers.facts import OfferClaimed, OfferUsed
from ledger.people.commands import BarHolder, MergeHolders, RegisterPerson
from ledger.periods.commands import OpenBooks
from ledger.refusals import (
    AlreadyExists,
    FundExhausted,
    HolderBarred,
    LimitExceeded,
    Malformed,
    MerchantSuspended,
    NotEligible,
    NotFound,
    OutOfStock,
    Refusal,
    SaleClosed,
    UnitMismatch,
    UnknownSchemeTerm,
)
from ledger.room import Command
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.values import Day, HolderId, Instant, PeriodName, UnitCode
from tests.given import Story

CNY = UnitCode("cny")
FROM, TO = Instant("2022-06-01T02:00:00.000000Z"), Instant("2022-06-01T14:00:00.000000Z")


def offer(id: str = "soap", **terms: Any) -> OpenOffer:
    usual: dict[str, Any] = {
        "name": "一元抢购",
        "merchant": "shop",
        "unit": CNY,
        "price": 100,
        "supply": 1_250,
        "stock": 100,
        "opens_at": FROM,
        "closes_at": TO,
        "per_member": 1,
        "fund": "union",
    }
    return OpenOffer(id=id, **(usual | terms))


TICKET = offer("ice", name="1 元畅玩", supply=12_000, stock=100_000, handed_over="later", per_member=None)


def story(fund: int = 1_000_000, members: int = 3, *offers: OpenOffer, rate: int = 0) -> Story:
    made = Story("welfare-coupons").on("2022-06-01").given(OpenBooks(period=PeriodName("2022-06")))
    made.given(*(RegisterPerson(holder=HolderId(f"m{number}")) for number in range(members)))
    made.given(OpenFund(id="union", unit=CNY, source="union"), AppropriateFund(fund="union", amount=fund))
    made.given(AdmitMerchant(id="shop", name="shop", admitted_from_on=Day("2022-01-01"), rate=rate))
    return made.given(*(offers or (offer(),)))


def claim(number: int, of: str = "soap", pieces: int = 1, id: str | None = None) -> ClaimOffer:
    return ClaimOffer(id=id, offer=of, holder=HolderId(f"m{number}"), pieces=pieces)


def till(made: Story) -> Till:
    return made.get(Till, till_id("shop", CNY, "2022-06")) or Till()


def fund(made: Story) -> tuple[int, int, int]:
    found = made.the(Fund, "union")
    return found.free, found.committed, found.disbursed


def told(made: Story, wish: ClaimOffer) -> str:
    try:
        made.when(wish)
    except Refusal as refusal:
        return refusal.code
    return "sold"


def test_100_pieces_and_130_claims_by_125_members_of_whom_5_try_twice() -> None:
    made = story(members=125)
    order = [*range(60), *range(5), *range(60, 125)]
    answers = [told(made, claim(number)) for number in order]
    assert [answers.count(what) for what in ("sold", "limit-exceeded", "out-of-stock")] == [100, 5, 25]
    assert (till(made).payable, till(made).subsidy) == (125_000, 115_000)
    assert fund(made) == (1_000_000 - 115_000, 0, 115_000)


def test_what_the_merchant_took_itself_nobody_owes_it() -> None:
    made = story(1_000_000, 3, offer(paid_to="merchant")).given(claim(0))
    assert till(made).payable == 1_150


def test_a_ticket_is_promised_at_the_claim_and_paid_at_its_use() -> None:
    made = story(20_000, 3, TICKET).given(claim(0, "ice", id="t1"))
    assert (fund(made), till(made)) == ((8_100, 11_900, 0), Till())
    used, *_ = made.when(UseClaim(claim="t1"))
    assert isinstance(used, OfferUsed)
    assert (fund(made), till(made).payable) == ((8_100, 0, 11_900), 12_000)
    made.refuses(UseClaim(claim="t1"), NotEligible(reason="claim-used"))


def test_a_fund_that_is_used_up_refuses_and_one_cancelled_lets_exactly_one_more_through() -> None:
    made = story(2 * 11_900 + 7_300, 3, TICKET).given(claim(0, "ice", id="t1"), claim(1, "ice"))
    made.refuses(claim(2, "ice"), FundExhausted(fund="union", required=11_900, available=7_300))
    made.given(CancelClaim(claim="t1", reason="not-needed"))
    assert fund(made)[0] == 19_200
    made.given(claim(2, "ice"))
    assert fund(made)[0] == 7_300
    assert made.the(Offer, "ice").stock == 99_998


def test_what_was_cancelled_can_be_claimed_again_by_the_same_member() -> None:
    made = story().given(claim(0, id="c1"), CancelClaim(claim="c1", reason="not-needed"))
    assert fund(made) == (1_000_000, 0, 0)
    assert (till(made).sold, till(made).refunded, till(made).subsidy) == (1_250, 1_250, 0)
    made.given(claim(0))
    for status, id in (("refunded", "c1"),):
        made.refuses(CancelClaim(claim=id, reason="not-needed"), NotEligible(reason=f"claim-{status}"))


def test_nothing_is_kept_of_a_sale_undone() -> None:
    made = story(1_000_000, 3, offer(), rate=150).given(claim(0, id="c1"))
    assert till(made).fees == 18
    made.given(CancelClaim(claim="c1", reason="not-needed"))
    assert (till(made).payable, till(made).fees) == (0, 0)


def test_a_ticket_that_nobody_used_lapses_and_frees_what_it_held() -> None:
    made = story(20_000, 3, offer("ice", handed_over="later", use_until_on=Day("2022-06-20"))).given(
        claim(0, "ice", id="t1")
    )
    made.on("2022-06-20T15:59:59.999999Z").let_time_act()
    assert made.the(OfferClaim, "t1").status == "claimed"
    made.on("2022-06-20T16:00:00.000000Z").let_time_act()
    assert (made.the(OfferClaim, "t1").status, fund(made)) == ("lapsed", (20_000, 0, 0))
    made.refuses(UseClaim(claim="t1"), NotEligible(reason="claim-lapsed"))


def test_a_season_counts_over_its_offers_and_over_both_records_of_one_man() -> None:
    season: dict[str, Any] = {"season": "summer", "per_season": 3, "per_member": 2}
    made = story(1_000_000, 3, offer(**season), offer("towel", **season)).given(claim(0, pieces=2), claim(1, "towel"))
    made.given(MergeHolders(old=HolderId("m0"), into=HolderId("m1"), reason="correction"))
    refusal = LimitExceeded(rule="season:summer", limit=3, used=3, offered=0, period="ever")
    made.refuses(claim(1, "towel"), refusal)
    assert made.the(Counter, counter_id("season:summer", "holder:m0", "ever")).used == 2


def test_it_is_open_from_its_instant_until_its_instant() -> None:
    made = story(
        1_000_000,
        3,
        offer(opens_at=Instant("2022-06-02T02:00:00.000000Z"), closes_at=Instant("2022-06-02T03:00:00.000000Z")),
    )
    window = {"opens_at": Instant("2022-06-02T02:00:00.000000Z"), "closes_at": Instant("2022-06-02T03:00:00.000000Z")}
    made.on("2022-06-02T01:59:59.999999Z").refuses(claim(0), SaleClosed(item="soap", **window))
    made.on("2022-06-02T02:00:00.000000Z").given(claim(0))
    made.on("2022-06-02T02:59:59.999999Z").given(claim(1))
    made.on("2022-06-02T03:00:00.000000Z").refuses(claim(2), SaleClosed(item="soap", **window))


def test_closed_before_its_time_it_sells_no_more() -> None:
    made = story().given(CloseOffer(offer="soap", reason="correction"))
    made.refuses(claim(0), SaleClosed(item="soap", opens_at=FROM, closes_at=made.at))
    made.refuses(CloseOffer(offer="soap", reason="correction"), NotEligible(reason="offer-closed"))


def test_a_suspended_merchant_sells_and_hands_over_nothing() -> None:
    made = story(20_000, 3, TICKET).given(
        claim(0, "ice", id="t1"), SuspendMerchant(merchant="shop", reason="correction")
    )
    refusal = MerchantSuspended(merchant="shop", since=made.at)
    made.refuses(claim(1, "ice"), refusal)
    made.refuses(UseClaim(claim="t1"), refusal)


def test_an_offer_without_subsidy_needs_no_fund() -> None:
    made = story(1_000_000, 3, offer(price=990, supply=990, fund=None))
    facts = made.when(claim(0))
    assert [type(fact) for fact in facts] == [OfferClaimed, OfferUsed]
    assert (till(made).payable, till(made).subsidy) == (990, 0)


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (offer(), AlreadyExists(kind="offer", id="soap")),
        (
            offer("o", price=2, supply=1),
            Malformed(errors=["price, supply: the member pays at most what the merchant asks"]),
        ),
        (offer("o", fund=None), Malformed(errors=["fund: somebody must pay what the member does not"])),
        (offer("o", fund="none"), NotFound(kind="fund", id="none")),
        (offer("o", merchant="none"), NotFound(kind="merchant", id="none")),
        (offer("o", unit=UnitCode("gold")), UnknownSchemeTerm(term="unit", value="gold")),
        (offer("o", season="s"), Malformed(errors=["season, per_season: both or none"])),
        (offer("o", closes_at=FROM), Malformed(errors=["opens_at, closes_at: two instants in their order"])),
        (
            offer("o", use_until_on=Day("2022-06-30")),
            Malformed(errors=["use_until_on: only of what is handed over later"]),
        ),
        (claim(9), NotFound(kind="holder", id="m9")),
        (claim(0, "none"), NotFound(kind="offer", id="none")),
        (claim(0, pieces=0), Malformed(errors=["pieces: 0 is not between 1 and 1000000"])),
        (claim(0, pieces=2), LimitExceeded(rule="offer:soap", limit=1, used=0, offered=1, period="ever")),
        (UseClaim(claim="none"), NotFound(kind="offer-claim", id="none")),
    ],
)
def test_what_is_wrong_is_said(wish: Command, refusal: Refusal) -> None:
    story().refuses(wish, refusal)


def test_who_is_barred_claims_nothing_and_more_than_is_left_is_out_of_stock() -> None:
    made = story(1_000_000, 3, offer(stock=2, per_member=None)).given(claim(0))
    made.refuses(claim(1, pieces=2), OutOfStock(item="soap", requested=2, available=1))
    made.given(BarHolder(holder=HolderId("m1"), reason="correction"))
    made.refuses(claim(1), HolderBarred(since=Day("2022-06-01")))


def test_an_offer_is_in_a_unit_as_small_as_its_funds() -> None:
    """A point is no fen: 11.50 yuan a piece must not be promised as 1,150 of something else."""
    tables = canonical(load_scheme("welfare-coupons"))
    tables["units"]["whole_yuan"] = tables["units"]["cny"] | {"scale": 0}
    made = Story(checked(tables)).on("2022-06-01")
    made.given(AdmitMerchant(id="shop", name="shop", admitted_from_on=Day("2022-01-01")))
    made.given(OpenFund(id="union", unit=UnitCode("whole_yuan"), source="union"))
    made.refuses(offer(), UnitMismatch(expected="cny", given="whole_yuan"))


def test_all_pieces_of_an_offer_come_to_what_every_reader_keeps_exact() -> None:
    too_much = offer("o", supply=2**53 - 1)
    words = "supply, stock: all pieces together would come to more than 2^53 - 1"
    story().refuses(too_much, Malformed(errors=[words]))


def test_what_is_out_of_stock_is_said_before_the_fund_is_asked() -> None:
    made = story(10_000, 1, offer(per_member=None))
    made.refuses(claim(0, pieces=1_000_000), OutOfStock(item="soap", requested=1_000_000, available=100))


def test_a_merchant_sells_nothing_before_it_is_admitted() -> None:
    made = story().given(AdmitMerchant(id="new", name="new", admitted_from_on=Day("2022-06-02")))
    made.given(offer("early", merchant="new"))
    made.refuses(claim(0, "early"), NotEligible(reason="merchant-not-admitted-yet"))


def test_a_ticket_that_cannot_be_used_any_more_is_not_claimed() -> None:
    last = offer(
        "ice", handed_over="later", use_until_on=Day("2022-06-20"), closes_at=Instant("2022-06-30T14:00:00.000000Z")
    )
    made = story(20_000, 3, last).on("2022-06-20T15:59:59.999999Z").given(claim(0, "ice"))
    ended = Instant("2022-06-20T16:00:00.000000Z")
    made.on(ended).refuses(claim(1, "ice"), SaleClosed(item="ice", opens_at=FROM, closes_at=ended))

"""Refunds: back to the lots that paid, at the price that was paid, never more than was taken."""

import pytest

from ledger.points.commands import DeductPoints
from ledger.points.facts import LotsLapsed
from ledger.redemptions.commands import RefundRedemption
from ledger.redemptions.facts import RedemptionRefunded
from ledger.refusals import (
    AlreadyReversed,
    ExceedsOriginal,
    LimitExceeded,
    Malformed,
    NotEligible,
    NotReversible,
    RefundClosed,
    UnknownSchemeTerm,
)
from ledger.reversals.commands import ReverseMovement
from ledger.stock.commands import ChangeItem, ChangePrice, ListItem, ReceiveGoods
from ledger.stock.entities import Limit
from ledger.stock.facts import ReturnScrapped
from ledger.values import AccountId, Day, ItemId, RedemptionId, UnitCode
from tests.redemptions.shop import (
    CUP,
    TOWEL,
    back,
    buy,
    cancel,
    fulfil,
    granted,
    hold,
    open_lots,
    points_back,
    redemption,
    rules,
    shelf,
    shop,
    wallet,
)


def test_80_of_100_and_50_come_back_to_the_lots_they_came_from() -> None:
    """R11: the soonest to expire paid first; a refund goes back in reverse order, with the old expiry."""
    story = shop(points=0).given(granted(100, until="2022-06-30"), granted(50, until="2022-12-31"))
    story.on("2022-05-31T20:00:00.000000Z").given(buy(id="r", G002=8))
    assert open_lots(story) == [("2022-06-30", ((80, 100),)), ("2022-12-31", ((0, 50),))]
    story.given(back("r", G002=3))
    assert open_lots(story) == [("2022-06-30", ((50, 100),)), ("2022-12-31", ((0, 50),))]


def test_the_last_paid_comes_back_first() -> None:
    story = shop(points=0).given(granted(30, until="2022-06-30"), granted(50, until="2022-12-31"), buy(id="r", G002=6))
    story.given(back("r", G002=4))
    assert open_lots(story) == [("2022-06-30", ((20, 30),)), ("2022-12-31", ((0, 50),))]


def test_a_refund_is_posted_as_the_mirror_of_the_sale() -> None:
    story = shop().given(buy(id="r", G002=3))
    fact = story.when(back("r", G002=1))[0]
    assert isinstance(fact, RedemptionRefunded)
    assert [(posting.account, posting.amount) for posting in fact.entry().postings] == [
        ("redeemed", -10),
        ("holder:wang", 10),
    ]
    account = wallet(story)
    assert (account.balance, account.received, account.spent) == (80, 110, 30)


def test_refunds_are_partial_and_repeatable_and_never_above_the_original() -> None:
    story = shop().given(buy(id="r", G002=3, G001=1), back("r", G002=2))
    story.refuses(back("r", G002=2), ExceedsOriginal(original=3, reversed=2, requested=2))
    story.refuses(back("r", G404=1), ExceedsOriginal(original=0, reversed=0, requested=1))
    story.refuses(points_back("r", 46), ExceedsOriginal(original=65, reversed=20, requested=46))
    story.given(points_back("r", 40))
    story.refuses(back("r", G002=1), ExceedsOriginal(original=65, reversed=60, requested=10))
    story.given(points_back("r", 5))
    assert (wallet(story).balance, redemption(story, "r").status) == (100, "refunded")
    story.refuses(points_back("r", 1), AlreadyReversed(original=65, reversed=65))


def test_a_piece_comes_back_at_the_price_that_was_paid() -> None:
    story = shop().given(buy(id="r", G002=1), ChangePrice(item=TOWEL, price=99), back("r", G002=1))
    assert wallet(story).balance == 100


def test_a_returned_piece_goes_onto_the_shelf_or_is_scrap_with_its_own_fact() -> None:
    story = shop().given(buy(id="r", G002=3), back("r", shelf=True, G002=1))
    assert shelf(story, TOWEL).stock == 8
    facts = story.when(back("r", shelf=False, G002=2))
    assert [type(fact) for fact in facts] == [RedemptionRefunded, ReturnScrapped]
    assert facts[1].quantity == 2  # type: ignore[attr-defined] # scrap has a quantity
    assert shelf(story, TOWEL).stock == 8
    story.given(ReceiveGoods(item=TOWEL, quantity=1))
    assert [item.ver for item in story.journal if item.stream == "item:" + TOWEL] == [1, 2, 3, 4]


def test_limits_are_given_back_with_the_pieces() -> None:
    story = shop().given(ChangeItem(item=TOWEL, limit=Limit(2, "month")), buy(id="r", G002=2, G001=1))
    story.refuses(buy(G002=1), LimitExceeded(rule="item:" + TOWEL, limit=2, used=2, offered=0, period="2022-06"))
    story.given(back("r", G001=1))
    story.refuses(buy(G002=1), LimitExceeded(rule="item:" + TOWEL, limit=2, used=2, offered=0, period="2022-06"))
    story.given(back("r", G002=1), buy(G002=1))


def test_points_alone_come_back_without_pieces_or_limits() -> None:
    story = shop().given(ChangeItem(item=TOWEL, limit=Limit(1, "month")), buy(id="r", G002=1), points_back("r", 4))
    assert (wallet(story).balance, shelf(story, TOWEL).stock) == (94, 9)
    story.refuses(buy(G002=1), LimitExceeded(rule="item:" + TOWEL, limit=1, used=1, offered=0, period="2022-06"))


def test_value_restored_into_a_lot_that_has_expired_meanwhile_lapses_in_the_same_transaction() -> None:
    story = shop(points=0).given(granted(30, until="2022-06-10"), granted(50), buy(id="r", G002=5))
    story.on("2022-06-20")
    facts = story.when(back("r", G002=4))
    assert [(type(fact), fact.amount) for fact in facts] == [(RedemptionRefunded, 40), (LotsLapsed, 20)]  # type: ignore[attr-defined] # both have amounts
    assert wallet(story).balance == 50
    assert open_lots(story) == [(None, ((0, 50),))]


def test_extend_moves_the_old_day_on_in_a_new_lot() -> None:
    story = shop(rules(extend_days=30), points=0).given(granted(40, until="2022-06-30"), buy(id="r", G002=4))
    story.given(back("r", restore="extend", G002=1))
    assert open_lots(story) == [("2022-07-30", ((0, 10),))]
    story.given(back("r", restore="extend", G002=1), back("r", G002=1))
    assert open_lots(story) == [("2022-06-30", ((10, 20),)), ("2022-07-30", ((0, 20),))]


def test_reissue_dates_the_lot_from_today_and_never_earlier_than_it_was() -> None:
    story = shop(rules(extend_days=30), points=0)
    story.given(granted(10, until="2022-06-10"), granted(10, until="2022-12-31"), granted(10), buy(id="r", G002=3))
    story.on("2022-06-20").given(back("r", restore="reissue", G002=3))
    assert open_lots(story) == [("2022-07-20", ((0, 10),)), ("2022-12-31", ((10, 20),)), (None, ((0, 10),))]


def test_an_extension_that_has_passed_as_well_is_reported_as_lapsed() -> None:
    story = shop(rules(extend_days=5), points=0).given(granted(10, until="2022-06-10"), buy(id="r", G002=1))
    facts = story.on("2022-06-20").when(back("r", restore="extend", G002=1))
    assert [type(fact) for fact in facts] == [RedemptionRefunded, LotsLapsed]
    assert wallet(story).balance == 0


def test_a_reissued_lot_can_itself_be_refunded_into_after_it_has_ended() -> None:
    story = shop(rules(extend_days=5), points=0).given(granted(10, until="2022-06-10"), buy(id="r", G002=1))
    story.given(back("r", restore="reissue", G002=1), buy(id="s", G002=1))
    story.on("2022-06-20").given(granted(1))
    facts = story.when(back("s", G002=1))
    assert [type(fact) for fact in facts] == [RedemptionRefunded, LotsLapsed]
    assert wallet(story).balance == 1


@pytest.mark.parametrize("restore", ["extend", "reissue"])
def test_no_other_day_is_given_where_the_scheme_allows_none(restore: str) -> None:
    story = shop(rules(extend_days=0)).given(buy(id="r", G002=1))
    refusal = NotEligible(reason=f"{restore}-not-allowed")
    story.refuses(back("r", restore=restore, G002=1), refusal)  # type: ignore[arg-type] # one of the literals


def test_refunds_close_after_the_schemes_days() -> None:
    story = shop(rules(refund_days=30)).on("2022-06-10").given(buy(id="r", G002=2))
    story.on("2022-07-10T15:59:59.999999Z").given(back("r", G002=1))
    story.on("2022-07-10T16:00:00.000000Z").refuses(back("r", G002=1), RefundClosed(until=Day("2022-07-10")))


def test_the_days_of_a_held_sale_count_from_its_handing_over() -> None:
    story = shop(rules(refund_days=1)).on("2022-06-10").given(hold(id="r", expires_in=86_400 * 2, G002=1))
    story.on("2022-06-11").given(fulfil("r"))
    story.on("2022-06-12").given(back("r", G002=1))


def test_what_comes_back_repays_debts_first() -> None:
    story = shop(points=0).given(ListItem(id=ItemId("D1"), name="D1", price=10, unit=UnitCode("D")))
    story.given(ReceiveGoods(item=ItemId("D1"), quantity=9), granted(50, unit="D"), buy(id="r", D1=4))
    story.given(DeductPoints(account=AccountId("holder:wang"), unit=UnitCode("D"), amount=30, reason="correction"))
    deduction = story.tx
    assert wallet(story, unit="D").debt == 20
    story.given(back("r", D1=3))
    account = wallet(story, unit="D")
    assert (account.debt, account.balance, sum(pool.remaining for pool in account.pools)) == (0, 10, 10)
    story.given(ReverseMovement(of=deduction, reason="correction"))
    account = wallet(story, unit="D")
    assert (account.balance, sum(pool.remaining for pool in account.pools)) == (40, 40)


# Cancellation --------------------------------------------------------------------------------------------------


def test_a_sale_of_today_is_cancelled_in_whole_and_goes_back_onto_the_shelf() -> None:
    story = shop().on("2022-06-10").given(buy(id="r", G002=2, G001=1), back("r", shelf=False, G002=1))
    story.on("2022-06-10T15:59:59.999999Z")
    (fact,) = story.when(cancel("r"))
    assert isinstance(fact, RedemptionRefunded)
    assert (fact.amount, [(line.item, line.quantity) for line in fact.lines]) == (45, [(TOWEL, 1), (CUP, 1)])
    assert (wallet(story).balance, shelf(story, TOWEL).stock, shelf(story, CUP).stock) == (100, 9, 10)
    story.refuses(cancel("r"), AlreadyReversed(original=55, reversed=55))


def test_yesterdays_sale_is_refunded_not_cancelled() -> None:
    story = shop().on("2022-06-10T15:59:59.999999Z").given(buy(id="r", G002=1))
    story.on("2022-06-10T16:00:00.000000Z").refuses(cancel("r"), RefundClosed(until=Day("2022-06-10")))
    story.given(back("r", G002=1))


def test_a_redemption_is_not_reversible_only_refunded() -> None:
    story = shop().given(buy(G002=1))
    sale = story.tx
    story.refuses(ReverseMovement(of=sale, reason="correction"), NotReversible(type="redemption-placed.v1"))
    story.given(back(sale, G002=1))
    story.refuses(ReverseMovement(of=story.tx, reason="correction"), NotReversible(type="redemption-refunded.v1"))


# Shape ---------------------------------------------------------------------------------------------------------


def test_a_refund_names_lines_or_an_amount() -> None:
    story = shop().given(buy(id="r", G002=1))
    refusal = Malformed(errors=["lines, amount: one of them"])
    story.refuses(RefundRedemption(redemption=RedemptionId("r"), reason="correction"), refusal)
    both = RefundRedemption(redemption=RedemptionId("r"), reason="correction", lines=back("r", G002=1).lines, amount=1)
    story.refuses(both, refusal)
    story.refuses(back("r", G002=0), Malformed(errors=[f"quantity: 0 is not between 1 and {2**53 - 1}"]))
    story.refuses(points_back("r", 0), Malformed(errors=[f"amount: 0 is not between 1 and {2**53 - 1}"]))


def test_a_reason_is_one_of_the_schemes() -> None:
    story = shop().given(buy(id="r", G002=1))
    wish = RefundRedemption(redemption=RedemptionId("r"), reason="whim", amount=1)
    story.refuses(wish, UnknownSchemeTerm(term="reason", value="whim"))

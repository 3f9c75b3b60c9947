"""Goods of a merchant leave the till the night its licence ends; what was reserved stays until that ends (S54)."""

from ledger.merchants.commands import AdmitMerchant, ResumeMerchant
from ledger.redemptions.commands import FulfilRedemption
from ledger.redemptions.entities import Redemption
from ledger.refusals import NotFound, SaleClosed
from ledger.stock.commands import SupplyItem
from ledger.stock.entities import Item
from ledger.values import Day, Instant, ItemId, RedemptionId
from tests.given import Story
from tests.redemptions.shop import CUP, buy, hold, shop

ENDED = Instant("2022-06-30T16:00:00.000000Z")


def supplied() -> Story:
    """The cup is a merchant's whose licence ends on 30 June; the towel is nobody's."""
    story = shop().on("2022-06-30T15:55:00.000000Z")
    admitted = AdmitMerchant(
        id="county", name="县供销社", admitted_from_on=Day("2022-01-01"), licence_ends_on=Day("2022-06-30")
    )
    return story.given(admitted, SupplyItem(item=CUP, merchant="county"))


def test_that_night_its_goods_leave_the_till_and_others_stay() -> None:
    story = supplied().on("2022-06-30T15:59:59.999999Z").given(buy(G001=1))
    story.on("2022-06-30T16:00:00.000000Z").refuses(buy(G001=1), SaleClosed(item=CUP, opens_at=None, closes_at=ENDED))
    story.given(buy(G002=1))


def test_what_was_reserved_is_handed_over_until_the_reservation_ends() -> None:
    story = supplied().given(hold(G001=1))
    reserved = story.tx
    story.on("2022-06-30T16:05:00.000000Z").given(FulfilRedemption(redemption=RedemptionId(reserved)))
    assert story.the(Redemption, reserved).status == "fulfilled"


def test_with_a_new_licence_they_are_back() -> None:
    story = supplied().on("2022-07-02")
    resumed = ResumeMerchant(merchant="county", reason="correction", licence_ends_on=Day("2022-12-31"))
    story.given(resumed, buy(G001=1))


def test_nobodys_goods_again() -> None:
    story = supplied().on("2022-07-02").given(SupplyItem(item=CUP), buy(G001=1))
    assert story.the(Item, CUP).merchant is None


def test_whose_goods_must_be_somebody() -> None:
    story = supplied()
    story.refuses(SupplyItem(item=CUP, merchant="none"), NotFound(kind="merchant", id="none"))
    story.refuses(SupplyItem(item=ItemId("none")), NotFound(kind="item", id="none"))

"""What leaving, barring and merging mean at the counter."""

import pytest

from ledger.people.commands import BarHolder, LeaveSite, MergeHolders, RegisterPerson
from ledger.points.commands import GrantPoints, OpenInitial
from ledger.points.entities import Account
from ledger.redemptions.commands import PlaceRedemption, RefundRedemption, ReturningLine, WantedLine
from ledger.refusals import HolderBarred, HolderMerged, NotEligible
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.values import Day, HolderId, ItemId, RedemptionId, UnitCode, holder_account
from tests.given import Story

OLD, INTO = HolderId("old"), HolderId("into")
POINT = UnitCode("safety_point")
SOAP = ItemId("soap")
MERGE = MergeHolders(old=OLD, into=INTO, reason="duplicate")


@pytest.fixture
def shop() -> Story:
    story = Story().given(ListItem(id=SOAP, name="肥皂", price=10, unit=POINT), ReceiveGoods(item=SOAP, quantity=10))
    for holder in (OLD, INTO):
        story.given(RegisterPerson(holder=holder), OpenInitial(account=holder_account(holder)))
        story.given(GrantPoints(to=holder_account(holder), unit=POINT, amount=30))
    return story


def buy(holder: HolderId, *, hold: bool = False) -> PlaceRedemption:
    return PlaceRedemption(
        holder=holder, lines=(WantedLine(SOAP, 1),), hold=hold, confirmation="supervisor", confirmed_by="person:x"
    )


def balance(story: Story, holder: HolderId) -> int:
    return story.the(Account, f"holder:{holder}/safety_point").balance


def test_a_leaver_buys_for_seven_days_and_then_no_more(shop: Story) -> None:
    shop.on("2022-06-20").given(LeaveSite(holder=OLD, left_on=Day("2022-06-20")))
    shop.on("2022-06-27").given(buy(OLD))
    shop.on("2022-06-28").refuses(buy(OLD), HolderBarred(since=Day("2022-06-28")))


def test_a_barred_holder_buys_nothing(shop: Story) -> None:
    shop.on("2022-06-05").given(BarHolder(holder=OLD, reason="other"))
    shop.refuses(buy(OLD), HolderBarred(since=Day("2022-06-05")))


def test_a_merged_record_buys_nothing_and_its_survivor_has_what_both_earned(shop: Story) -> None:
    shop.given(MERGE)
    shop.refuses(buy(OLD), HolderMerged(holder="old", into="into"))
    assert balance(shop, INTO) == 160
    shop.given(*[buy(INTO)] * 6)
    assert balance(shop, INTO) == 100


def test_what_a_merged_record_had_bought_is_refunded_to_its_survivor(shop: Story) -> None:
    shop.given(buy(OLD))
    sold = shop.tx
    shop.given(MERGE)
    shop.given(RefundRedemption(redemption=RedemptionId(sold), lines=(ReturningLine(SOAP, 1),), reason="correction"))
    assert (balance(shop, OLD), balance(shop, INTO)) == (0, 160)


def test_while_value_is_set_aside_a_merge_waits(shop: Story) -> None:
    shop.given(buy(OLD, hold=True))
    shop.refuses(MERGE, NotEligible(reason="held"))

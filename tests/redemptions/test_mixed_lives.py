"""Whatever a member does at mixed tills, in any order: what funds promised, tills counted and shelves hold adds up."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.coupons.commands import VoidCoupon
from ledger.coupons.entities import Coupon
from ledger.merchants.commands import ResumeMerchant, SuspendMerchant
from ledger.points.entities import Account
from ledger.redemptions.commands import CancelRedemption, FulfilRedemption, PlaceRedemption
from ledger.redemptions.entities import Redemption
from ledger.refusals import Refusal, TenderMismatch
from ledger.room import Command
from ledger.stock.entities import Item
from ledger.values import Day, Instant, RedemptionId, later
from tests.coupons.gifts import LI, bought, issued, returned
from tests.redemptions.till import CUP, RICE, SOAP, back, counted, promised, sale, till

MINUTES = (1, 10, 60, 2_000)
STEPS = ("sell", "hold", "fulfil", "cancel", "refund", "spend", "return", "void", "wait", "suspend", "resume")


class Life:
    """A wallet of two coupons that may be split, three that may not, and one whose day is near."""

    def __init__(self) -> None:
        self.story = till()
        self.coupons = [
            *issued(self.story, "b1", (LI, 6_000, 2)),
            *issued(self.story, "b2", (LI, 2_900, 3), kind="face-value"),
            *issued(self.story, "b3", (LI, 4_000, 1), expires_on=Day("2022-06-01")),
        ]
        self.story.on("2022-06-01T15:30:00.000000Z")
        self.made: list[str] = []

    def step(self, name: str, number: int) -> None:
        """One wish, which may be refused; then everything must add up."""
        if name == "wait":
            self.story.on(later(Instant(self.story.at), seconds=60 * MINUTES[number % len(MINUTES)])).let_time_act()
        else:
            for wish in self.wishes(name, number):
                self.wish(wish)
        self.adds_up()

    def wish(self, wish: Command) -> None:
        try:
            self.story.when(wish)
        except TenderMismatch as refusal:
            self.wish(replace(wish, tender=refusal.required))
        except Refusal:
            return
        else:
            if isinstance(wish, PlaceRedemption):
                self.made.append(self.story.tx)

    def wishes(self, name: str, number: int) -> list[Command]:
        coupon = self.coupons[number % len(self.coupons)]
        some = self.coupons[number % 3 : number % 7]
        cart: dict[str, Any] = {"rice": 1 + number % 2, "cup": 1} if number % 3 else {"soap": 1}
        made = RedemptionId(self.made[number % len(self.made)]) if self.made else RedemptionId("none")
        pieces: dict[str, Any] = {"rice": 1} if number % 2 else {"soap": 1, "cup": 1}
        wishes: dict[str, list[Command]] = {
            "sell": [sale(*some, **cart)],
            "hold": [sale(*some, hold=True, expires_in=600 * (1 + number % 3), **cart)],
            "fulfil": [FulfilRedemption(redemption=made)],
            "cancel": [CancelRedemption(redemption=made, reason="correction")],
            "refund": [back(made, rice=1), back(made, **pieces)],
            "spend": [bought(coupon, bill=3_000)],
            "return": [returned(made), returned(self.story.tx, 500)],
            "void": [VoidCoupon(coupon=coupon, reason="correction")],
            "suspend": [SuspendMerchant(merchant="lixian", reason="correction")],
            "resume": [ResumeMerchant(merchant="lixian", reason="correction")],
        }
        return wishes[name]

    def adds_up(self) -> None:
        story, found = self.story, [self.story.the(Redemption, id) for id in self.made]
        _, disbursed = promised(story)
        coupons = [story.the(Coupon, id) for id in self.coupons]
        assert all(0 <= one.held <= one.left <= one.face for one in coupons)
        purse = story.the(Account, "holder:li/coupon_cny")
        assert purse.balance == sum(one.left for one in coupons)
        waiting = [one for one in found if one.status == "held"]
        assert purse.held == sum(one.held for one in coupons) == sum(one.bill.covered for one in waiting if one.bill)
        till_of_june = counted(story)
        assert till_of_june.sold - till_of_june.refunded == disbursed
        for item in (RICE, SOAP, CUP):
            self.shelf_adds_up(item, found)

    def shelf_adds_up(self, item: str, found: list[Redemption]) -> None:
        shelf = self.story.the(Item, item)
        gone = [one for one in found if one.status in {"fulfilled", "refunded"}]
        sold = sum(line.quantity for one in gone for line in one.all_lines if line.item == item)
        here = sum(quantity for one in gone for returned, quantity in one.returned if returned == item)
        kept = sum(
            line.quantity for one in found if one.status == "held" for line in one.all_lines if line.item == item
        )
        assert (shelf.stock, shelf.held) == (10 - sold + here, kept)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 11)), min_size=4, max_size=12))
def test_in_any_order_everything_adds_up(steps: list[tuple[str, int]]) -> None:
    life = Life()
    for name, number in steps:
        life.step(name, number)

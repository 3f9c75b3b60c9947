"""Any sequence at the counter keeps the shelf, the lots and the balances in step."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ledger.limits.entities import Counter as LimitCounter
from ledger.people.commands import RegisterPerson
from ledger.points.commands import DeductPoints
from ledger.points.entities import Account
from ledger.pools import amount_of, without
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import RedemptionFulfilled, RedemptionPlaced, RedemptionRefunded
from ledger.refusals import Refusal
from ledger.room import Command
from ledger.stock.commands import ChangeItem, CountStock, ReceiveGoods, ScrapGoods
from ledger.stock.entities import Item, Limit
from ledger.stock.facts import GoodsReceived, GoodsScrapped, StockCounted
from ledger.values import AccountId, HolderId, Instant, ItemId, UnitCode, later
from tests.given import Story
from tests.redemptions.shop import CUP, LI, TOWEL, WANG, back, cancel, fulfil, granted, listed, points_back

PEOPLE, ITEMS = st.sampled_from([WANG, LI]), st.sampled_from([TOWEL, CUP])
DAYS = st.sampled_from([None, "2022-06-01", "2022-06-02", "2022-06-05"])
WHICH = st.integers(0, 99)
PIECES = st.integers(1, 3)


@pytest.mark.machine
class Shop(RuleBasedStateMachine):
    """Two people whose unit allows debt, two items, and time that passes."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story("conformance").given(RegisterPerson(holder=WANG), RegisterPerson(holder=LI))
        self.story.given(listed(TOWEL, 10, "D"), listed(CUP, 35, "D"), ChangeItem(item=TOWEL, limit=Limit(5, "week")))
        self.story.given(ReceiveGoods(item=TOWEL, quantity=9), ReceiveGoods(item=CUP, quantity=4))
        self.story.given(granted(90, until="2022-06-02", unit="D"), granted(200, to=LI, unit="D"))

    def wish(self, command: Command) -> None:
        try:
            self.story.when(command)
        except Refusal:
            return

    @rule(holder=PEOPLE, amount=st.integers(1, 60), until=DAYS)
    def grant(self, holder: HolderId, amount: int, until: str | None) -> None:
        self.wish(granted(amount, to=holder, until=until, unit="D"))

    @rule(holder=PEOPLE, amount=st.integers(20, 250))
    def deduct(self, holder: HolderId, amount: int) -> None:
        account = AccountId("holder:" + holder)
        self.wish(DeductPoints(account=account, unit=UnitCode("D"), amount=amount, reason="correction"))

    def some(self, which: int, *statuses: str) -> str:
        """The id of a redemption of one of these statuses, while there is one; else of any."""
        there = self.things(Redemption)
        ids = [id for id, item in there if item.status in statuses] or [id for id, _ in there] or ["none"]
        return ids[which % len(ids)]

    @rule(holder=PEOPLE, item=ITEMS, quantity=PIECES)
    def buys(self, holder: HolderId, item: ItemId, quantity: int) -> None:
        self.wish(PlaceRedemption(holder=holder, lines=(WantedLine(item, quantity),)))

    @rule(holder=PEOPLE, towels=PIECES, cups=st.integers(0, 2), seconds=st.sampled_from([60, 90_000]))
    def holds(self, holder: HolderId, towels: int, cups: int, seconds: int) -> None:
        pieces = [WantedLine(TOWEL, towels)] + ([WantedLine(CUP, cups)] if cups else [])
        self.wish(PlaceRedemption(holder=holder, lines=tuple(pieces), hold=True, expires_in=seconds))

    @rule(which=WHICH)
    def fulfils(self, which: int) -> None:
        self.wish(fulfil(self.some(which, "held")))

    @rule(which=WHICH, status=st.sampled_from(["held", "fulfilled"]))
    def cancels(self, which: int, status: str) -> None:
        self.wish(cancel(self.some(which, status)))

    @rule(
        which=WHICH,
        item=ITEMS,
        quantity=PIECES,
        shelf=st.booleans(),
        how=st.sampled_from(["keep", "extend", "reissue"]),
    )
    def returns(self, which: int, item: ItemId, quantity: int, shelf: bool, how: Any) -> None:
        self.wish(back(self.some(which, "fulfilled"), shelf=shelf, restore=how, **{item: quantity}))

    @rule(which=WHICH, amount=st.integers(1, 50))
    def gives_points_back(self, which: int, amount: int) -> None:
        self.wish(points_back(self.some(which, "fulfilled"), amount))

    @rule(item=ITEMS, counted=st.integers(0, 12))
    def counts(self, item: ItemId, counted: int) -> None:
        self.wish(CountStock(item=item, counted=counted))

    @rule(item=ITEMS, quantity=PIECES)
    def scraps(self, item: ItemId, quantity: int) -> None:
        self.wish(ScrapGoods(item=item, quantity=quantity, reason="correction"))

    @rule(item=ITEMS, quantity=PIECES)
    def receives(self, item: ItemId, quantity: int) -> None:
        self.wish(ReceiveGoods(item=item, quantity=quantity))

    @rule(seconds=st.sampled_from([30, 3_600, 86_400]))
    def passes(self, seconds: int) -> None:
        self.story.at = Instant(later(self.story.at, seconds=seconds))
        self.story.let_time_act()

    # What always holds -----------------------------------------------------------------------------------------

    def things(self, kind: type[Any]) -> list[tuple[str, Any]]:
        return [(key[1], row.entity) for key, row in self.story.book.rows.items() if row and key[0] == kind.KIND]

    @invariant()
    def the_shelf_is_what_came_less_what_went(self) -> None:
        expected: Counter[str] = Counter()
        for envelope in self.story.journal:
            fact = envelope.data
            match fact:
                case GoodsReceived():
                    expected[fact.item] += fact.quantity
                case GoodsScrapped():
                    expected[fact.item] -= fact.quantity
                case StockCounted():
                    expected[fact.item] += fact.difference
                case RedemptionPlaced() | RedemptionFulfilled():
                    expected.subtract({line.item: line.quantity for line in fact.lines})
                case RedemptionRefunded():
                    for line in fact.lines:
                        expected[line.item] += line.quantity * line.restock
        assert {id: item.stock for id, item in self.things(Item)} == {item: expected[item] for item in (TOWEL, CUP)}

    @invariant()
    def what_is_held_is_what_open_holds_hold(self) -> None:
        open_holds = [item for _, item in self.things(Redemption) if item.status == "held"]
        for id, item in self.things(Item):
            pieces = sum(line.quantity for hold in open_holds for line in hold.lines if line.item == id)
            assert (item.held, item.stock >= 0, item.available >= 0) == (pieces, True, True)
        for _, account in self.things(Account):
            assert account.held == sum(hold.amount for hold in open_holds if hold.account == account.account)
            assert account.held == sum(pool.earmarked for pool in account.pools)
            assert len(account.holds) == sum(hold.account == account.account for hold in open_holds)

    @invariant()
    def what_paid_less_what_came_back_is_what_was_not_refunded(self) -> None:
        for _, item in self.things(Redemption):
            assert amount_of(item.paid) - amount_of(item.restored) == item.amount - item.refunded
            assert amount_of(without(item.paid, item.restored)) == item.amount - item.refunded
            assert 0 <= item.refunded <= item.amount

    @invariant()
    def a_balance_is_lots_less_debt(self) -> None:
        for _, account in self.things(Account):
            lots = sum(pool.remaining + pool.earmarked for pool in account.pools)
            assert account.balance == lots - account.debt
            assert not (account.debt and any(pool.open for pool in account.pools))

    @invariant()
    def a_limit_counts_what_was_taken_and_not_given_back(self) -> None:
        used = sum(counter.used for id, counter in self.things(LimitCounter) if id.startswith("item:"))
        taken = [item for _, item in self.things(Redemption) if item.status not in {"cancelled", "expired"}]
        kept = sum(
            line.quantity - item.returned_of(line.item) for item in taken for line in item.lines if line.item == TOWEL
        )
        assert used == kept


TestShop = Shop.TestCase

"""The shop as its keeper and its customers live it: goods in, goods out, counted, priced, sold, given back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from api.pins import check_pin, reset_pin, set_pin
from ledger.points.commands import GrantPoints
from ledger.points.facts import LotsLapsed
from ledger.redemptions.commands import CancelRedemption, PlaceRedemption, RefundRedemption, ReturningLine, WantedLine
from ledger.redemptions.quoting import quote
from ledger.redemptions.receipt import receipt
from ledger.refusals import (
    ConfirmationRequired,
    ExceedsOriginal,
    InsufficientFunds,
    LimitExceeded,
    NotEligible,
    OutOfStock,
    PinLocked,
    PinWrong,
)
from ledger.stock.commands import ChangeItem, ChangePrice, CountStock, ScrapGoods
from ledger.stock.entities import Limit
from ledger.values import Day, ItemId, RedemptionId, TxId, holder_account
from projections.stock import stock
from tests.ledgers import asked
from tests.stories.site import COUNTER, JUNE, LI, POINT, SHELF, WANG, ZHAO, Site
from tests.stories.test_the_month import consistent

TOWEL = ItemId("G001")
RECEIPTS = "商品编号,数量,入库日期,入库单号"


def rich(site: Site, badge: str = WANG, amount: int = 100, *, until: str | None = None) -> None:
    """Give somebody something to spend."""
    expires_on = Day(until) if until else None
    grant = GrantPoints(to=holder_account(site.holder(badge)), unit=POINT, amount=amount, expires_on=expires_on)
    site.do(grant, by=site.supervisor)


def give_back(site: Site, sale: TxId, pieces: int, *, restock: bool = True) -> TxId:
    """Pieces come back over the counter."""
    line = ReturningLine(TOWEL, pieces, restock=restock)
    return site.do(RefundRedemption(redemption=RedemptionId(sale), lines=(line,), reason="other"), by=COUNTER).tx


def test_goods_come_go_and_are_counted_and_no_second_import_resets_them(site: Site) -> None:
    """Received 5 + 7, scrapped 2, sold 1, counted 1 missing: 8; importing shelf and delivery again changes nothing."""
    site.on("2022-06-10").file("goods-receipts", RECEIPTS, f"{TOWEL},7,2022-06-10,RK-1")
    site.do(ScrapGoods(item=TOWEL, quantity=2, reason="other"))
    rich(site)
    site.buys(WANG, TOWEL)
    site.do(CountStock(item=TOWEL, counted=8))
    site.do(ChangePrice(item=TOWEL, price=20))
    shelf = site.file("goods", SHELF, f"{TOWEL},毛巾,10,条,5", "G002,脸盆,35,个,5", "")
    again = site.file("goods-receipts", RECEIPTS, f"{TOWEL},7,2022-06-10,RK-1", "")
    assert (shelf.counts["already-known"], again.counts["already-known"]) == (2, 1)
    assert site.on_shelf() == 8
    assert site.buys(WANG, TOWEL).envelopes[0].data.amount == 20
    site.projector.advance()
    with site.projector.store.reading() as reading:
        towel = next(item for item in stock(reading, period=JUNE) if item.item == TOWEL)
    assert (towel.received, towel.scrapped, towel.sold, towel.counted, towel.on_hand) == (12, 2, 2, -1, 7)
    consistent(site)


def test_refusals_name_their_numbers_and_change_nothing(site: Site) -> None:
    site.do(ChangeItem(item=TOWEL, limit=Limit(2, "month")))
    rich(site, amount=30)
    head, shelf = site.head, site.on_shelf()
    with pytest.raises(InsufficientFunds) as poor:
        site.buys(WANG, "G002")
    with pytest.raises(LimitExceeded) as much:
        site.buys(WANG, TOWEL, TOWEL, TOWEL)
    rich(site, LI, 1_000)
    site.do(ChangeItem(item=TOWEL, limit=None))
    with pytest.raises(OutOfStock) as gone:
        site.buys(LI, *[TOWEL] * 6)
    assert (poor.value.required, poor.value.available, poor.value.missing) == (35, 30, 5)
    assert (much.value.limit, much.value.used, much.value.offered) == (2, 0, 2)
    assert (gone.value.item, gone.value.requested, gone.value.available) == (TOWEL, 6, 5)
    assert (site.head - head, site.on_shelf()) == (2, shelf)


def test_a_limit_per_person_is_free_again_after_a_refund_and_only_then(site: Site) -> None:
    site.do(ChangeItem(item=TOWEL, limit=Limit(2, "month")))
    rich(site)
    sale = site.buys(WANG, TOWEL, TOWEL).tx
    with pytest.raises(LimitExceeded):
        site.buys(WANG, TOWEL)
    rich(site, LI)
    site.buys(LI, TOWEL)
    give_back(site, sale, 1)
    site.buys(WANG, TOWEL)
    with pytest.raises(LimitExceeded):
        site.buys(WANG, TOWEL)
    with pytest.raises(ExceedsOriginal):
        give_back(site, sale, 2)
    assert site.on_shelf() == 5 - 2 - 1 + 1 - 1
    consistent(site)


def test_a_refund_goes_to_the_lots_that_paid_and_what_has_ended_there_lapses_with_it(site: Site) -> None:
    """20 until the 20th and 30 for ever paid 40; of 40 given back on the 25th the dated 20 lapse at once."""
    site.on("2022-06-15")
    rich(site, amount=20, until="2022-06-20")
    rich(site, amount=30)
    sale = site.buys(WANG, *[TOWEL] * 4).tx
    assert site.balances(WANG) == [110]
    site.on("2022-06-25")
    back = site.of(give_back(site, sale, 3))
    assert site.balances(WANG) == [130]
    assert [item.data.amount for item in back if isinstance(item.data, LotsLapsed)] == [10]
    last = site.of(give_back(site, sale, 1))
    assert [item.data.amount for item in last if isinstance(item.data, LotsLapsed)] == [10]
    assert site.balances(WANG) == [130]
    assert {pool.terms.expires_on for pool in site.account().pools if pool.open} == {None}
    consistent(site)


def test_a_receipt_is_printed_again_as_it_was(site: Site) -> None:
    rich(site)
    sale = site.buys(WANG, TOWEL, "G002").tx
    first = receipt(site.of(sale))
    site.do(ChangePrice(item=TOWEL, price=99))
    give_back(site, sale, 1)
    site.on("2022-07-01").closes()
    site.ledger.book.forget()
    assert receipt(site.of(sale)) == first
    assert [(line.item, line.price, line.quantity) for line in first.lines] == [(TOWEL, 10, 1), ("G002", 35, 1)]
    assert (first.kind, first.amount, first.balance, first.available) == ("sale", 45, 155, 55)


def test_a_sale_of_today_is_cancelled_once_and_the_shelf_and_the_points_are_as_before(site: Site) -> None:
    rich(site)
    before = site.account().pools
    sale = site.buys(WANG, TOWEL).tx
    cancel = CancelRedemption(redemption=RedemptionId(sale), reason="other")
    site.do(cancel, by=COUNTER, key="cancel")
    assert site.do(cancel, by=COUNTER, key="cancel").replayed
    assert (site.account().pools, site.on_shelf(), site.balances(WANG)) == (before, 5, [200])
    consistent(site)


def test_a_quote_says_what_the_sale_then_does(site: Site) -> None:
    rich(site, amount=40)
    view = site.ledger.view()
    lines = (WantedLine(TOWEL, 1), WantedLine(ItemId("G002"), 1))
    asked_for = quote(lines, site.holder(), view, view)
    assert not asked_for.possible
    assert (asked_for.amount, asked_for.missing) == (45, 5)
    rich(site, amount=5)
    view = site.ledger.view()
    assert quote(lines, site.holder(), view, view).possible
    site.buys(WANG, TOWEL, "G002")
    assert site.balances(WANG) == [100]


def test_without_confirmation_nothing_is_sold_and_a_pin_has_five_tries(site: Site) -> None:
    rich(site)
    wang = site.holder()
    bare = PlaceRedemption(holder=wang, lines=(WantedLine(TOWEL, 1),))
    with pytest.raises(ConfirmationRequired):
        site.do(bare, by=COUNTER)
    set_pin(site.ledger, site.vault, wang, "250417", by=COUNTER, key="set")
    check_pin(site.ledger, site.vault, wang, "250417", by=COUNTER, key="right")
    for number in range(4):
        with pytest.raises(PinWrong) as wrong:
            check_pin(site.ledger, site.vault, wang, "250418", by=COUNTER, key=f"wrong {number}")
        assert wrong.value.tries_left == 4 - number
    with pytest.raises(PinLocked):
        check_pin(site.ledger, site.vault, wang, "250418", by=COUNTER, key="wrong 4")
    with pytest.raises(PinLocked):
        check_pin(site.ledger, site.vault, wang, "250417", by=COUNTER, key="right but late")
    reset_pin(site.ledger, site.vault, wang, by=COUNTER, key="reset")
    with pytest.raises(NotEligible):
        check_pin(site.ledger, site.vault, wang, "250417", by=COUNTER, key="gone")
    assert site.buys(WANG, TOWEL).envelopes[0].data.confirmed_by == site.supervisor.subject
    consistent(site)


def test_the_last_piece_is_sold_once_whoever_asks(site: Site) -> None:
    for badge in (WANG, LI, ZHAO):
        rich(site, badge, 1_000)
    site.do(CountStock(item=TOWEL, counted=1))
    command = PlaceRedemption(
        holder=site.holder(ZHAO), lines=(WantedLine(TOWEL, 1),), confirmation="supervisor", confirmed_by="person:s"
    )
    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(lambda n: asked(site.ledger, command, key=f"last {n}"), range(16)))
    codes = sorted(outcome.refusal.code if outcome.refusal else "sold" for outcome in outcomes)
    assert codes == ["out-of-stock"] * 15 + ["sold"]
    assert (site.on_shelf(), site.balances(ZHAO)) == (0, [1_090])
    consistent(site)

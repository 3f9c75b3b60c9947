"""The catalogue: whose goods are on sale, where from, at which prices, and what each brought."""

from pathlib import Path
from typing import Final

from ledger.merchants.commands import AdmitMerchant, ChangeMerchant, ResumeMerchant, SuspendMerchant
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.redemptions.commands import PlaceRedemption, RefundRedemption, ReturningLine, WantedLine
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.stock.commands import ChangePrice, DelistItem, ListItem, ReceiveGoods, RelistItem, SupplyItem
from ledger.values import AccountId, Day, HolderId, Instant, ItemId, RedemptionId, UnitCode
from projections import goods
from tests.entitlements.mall import LI
from tests.given import Story
from tests.projections.following import following

TEA, RICE, OIL = map(ItemId, ("tea", "rice", "oil"))
POINT = UnitCode("point")
TODAY = Day("2022-06-30")
SHOWN: Final = (goods.PROJECTION,)


def platform() -> Story:
    """Tea of a supplier of Ankang whose licence ends on 30 June, rice of one of Hanzhong, oil of nobody."""
    tables = canonical(load_scheme("recuperation"))
    tables["units"]["point"] = {"names": {"zh": "积分", "en": "Points"}, "kind": "points"}
    story = Story(checked(tables)).on("2022-06-01")
    for id, region, ends_on in (("a", "ankang", Day("2022-06-30")), ("h", "hanzhong", None)):
        since = Day("2022-01-01")
        story.given(
            AdmitMerchant(id=id, name=id.upper(), admitted_from_on=since, licence_ends_on=ends_on, region=region)
        )
    for item in (TEA, RICE, OIL):
        story.given(ListItem(id=item, name=item, price=10, unit=POINT), ReceiveGoods(item=item, quantity=50))
    return story.given(SupplyItem(item=TEA, merchant="a"), SupplyItem(item=RICE, merchant="h"))


def regions(story: Story, folder: Path, today: str = TODAY) -> dict[str, tuple[int, int, int, int]]:
    folder.mkdir(exist_ok=True)
    with following(story, SHOWN, folder) as reading:
        return {line.region: line[1:] for line in goods.regions(reading, Day(today))}


def test_by_region_with_what_nobody_supplies_in_none(tmp_path: Path) -> None:
    found = regions(platform(), tmp_path)
    assert found == {"": (0, 0, 1, 1), "ankang": (1, 0, 1, 1), "hanzhong": (1, 0, 1, 1)}


def test_that_night_its_goods_are_gone_before_anybody_has_recorded_it(tmp_path: Path) -> None:
    assert regions(platform(), tmp_path, "2022-07-01")["ankang"] == (1, 1, 1, 0)


def test_suspended_and_resumed_moved_and_taken_off_the_list(tmp_path: Path) -> None:
    story = platform().given(SuspendMerchant(merchant="h", reason="correction"), DelistItem(item=OIL))
    assert regions(story, tmp_path / "1") == {"ankang": (1, 0, 1, 1), "hanzhong": (1, 1, 1, 0)}
    story.given(ResumeMerchant(merchant="h", reason="correction"), RelistItem(item=OIL), SupplyItem(item=TEA))
    story.given(ChangeMerchant(merchant="h", region="shangluo"))
    assert regions(story, tmp_path / "2") == {"": (0, 0, 2, 2), "ankang": (1, 0, 0, 0), "shangluo": (1, 0, 1, 1)}


def test_a_licence_that_was_changed_to_none_never_ends(tmp_path: Path) -> None:
    story = platform().given(ChangeMerchant(merchant="a"))
    assert regions(story, tmp_path, "2030-01-01")["ankang"] == (1, 0, 1, 1)


def bought(story: Story, id: str, **pieces: int) -> Story:
    lines = tuple(WantedLine(ItemId(item), quantity) for item, quantity in pieces.items())
    return story.given(PlaceRedemption(holder=HolderId(LI), lines=lines, id=RedemptionId(id)))


def test_what_each_item_brought_at_the_prices_of_its_sales(tmp_path: Path) -> None:
    story = platform().given(RegisterPerson(holder=LI))
    story.given(GrantPoints(to=AccountId("holder:" + LI), unit=POINT, amount=1_000))
    bought(story, "r1", tea=3, rice=1)
    story.given(ChangePrice(item=TEA, price=20))
    bought(story, "r2", tea=1)
    back = (ReturningLine(TEA, 2, restock=True),)
    story.given(RefundRedemption(redemption=RedemptionId("r1"), reason="correction", lines=back))
    with following(story, SHOWN, tmp_path) as reading:
        tea = next(item for item in goods.items(reading, TODAY) if item.item == TEA)
        assert (tea.sold, tea.returned, tea.amount, tea.refunded, tea.taken) == (4, 2, 50, 20, 30)
        assert [item.item for item in goods.items(reading, TODAY, region="hanzhong")] == [RICE]
        assert [item.item for item in goods.items(reading, TODAY, merchant="a")] == [TEA]
        assert [(price.price, price.said_at) for price in goods.prices(reading, TEA)][-1][0] == 20


def test_a_price_that_is_replaced_before_it_begins_is_told_once(tmp_path: Path) -> None:
    at = Instant("2022-07-01T00:00:00.000000Z")
    story = platform().given(ChangePrice(item=TEA, price=20, from_at=at), ChangePrice(item=TEA, price=30, from_at=at))
    with following(story, SHOWN, tmp_path) as reading:
        assert [price.price for price in goods.prices(reading, TEA)] == [10, 30]

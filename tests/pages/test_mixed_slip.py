"""A slip with a bill on it, on screen and paper: goods, what coupons and cash paid, points as before, no coupon's code.

And what counters for points show: nothing that is priced in money; a merchant's own alone.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from api.ledgers import OpenLedger, create_ledger
from api.pins import set_pin
from api.settings import Settings
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.journal.clock import ManualClock
from ledger.merchants.commands import AdmitMerchant
from ledger.people.badges import print_form
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.redemptions.commands import PlaceRedemption, RefundRedemption, ReturningLine, WantedLine
from ledger.redemptions.facts import RedemptionFact
from ledger.room import Command
from ledger.stock.commands import ListItem, ReceiveGoods, SupplyItem
from ledger.values import AccountId, BadgeNumber, Day, HolderId, ItemId, RedemptionId, UnitCode
from ledger.vault import PersonalData, Principal
from tests.api.served import TESTER, role_key
from tests.api.unions import Union
from tests.pages.shop import EVENING, PIN, Shop, serving
from tests.pages.test_sight import NAMELESS, PALE, SMALL
from tests.pages.visitor import Visitor
from tests.redemptions.till import programme

pytestmark = pytest.mark.browser
Enter = Callable[..., Visitor]
LI, BADGE = HolderId("0198c7d2-li"), BadgeNumber("YK-0100")
POINT, MONEY = UnitCode("point"), UnitCode("coupon_cny")
RICE, TEA, CUP, TOWEL = map(ItemId, ("rice", "tea", "cup", "towel"))
SHELF = (
    (RICE, "大米", 5_700, MONEY, "lixian", "food"),
    (TEA, "绿茶", 1_000, MONEY, None, None),
    (CUP, "保温杯", 35, POINT, None, None),
    (TOWEL, "毛巾", 15, POINT, "lixian", "household"),
)
"""Item, name, price, unit, and whose goods of which group."""


class Town(Shop):
    """A shop at which Li has 100 points and coupons of 50.00 each."""

    coupons: list[str]

    def do(self, command: Command) -> int:
        """The number of the receipt, if there is one."""
        facts = self.opened.ledger.submit(command, by=TESTER).envelopes
        return next((fact.pos for fact in facts if isinstance(fact.data, RedemptionFact)), 0)

    def sold(self, *coupons: str, hold: bool = False, tender: int = 0, **pieces: int) -> int:
        lines = tuple(WantedLine(ItemId(item), quantity) for item, quantity in pieces.items())
        sale = PlaceRedemption(
            holder=LI, lines=lines, id=RedemptionId("r1"), hold=hold, merchant="lixian", coupons=coupons, tender=tender
        )
        return self.do(sale)


def furnished(opened: OpenLedger, clock: ManualClock) -> list[str]:
    """The shelf, Li's points and three coupons of 50.00; the coupons."""
    union = Union(opened.ledger, clock)
    opened.vault.register(LI, PersonalData(name="李志强"))
    union.do(RegisterPerson(holder=LI, badge=BADGE, joined_on=Day("2022-01-01")))
    set_pin(opened.ledger, opened.vault, LI, PIN, by=TESTER, key="pin")
    union.do(OpenFund(id="gifts", unit=UnitCode("cny"), source="union"))
    union.do(AppropriateFund(fund="gifts", amount=100_000, reference="minutes-1"))
    union.do(AdmitMerchant(id="lixian", name="礼县供销社", admitted_from_on=Day("2022-01-01")))
    for id, name, price, unit, merchant, goods in SHELF:
        union.do(ListItem(id=id, name=name, price=price, unit=unit), ReceiveGoods(item=id, quantity=20))
        union.do(SupplyItem(item=id, merchant=merchant, goods=goods))
    union.do(GrantPoints(to=AccountId("holder:" + LI), unit=POINT, amount=100))
    return union.issued("b1", (LI, 5_000, 3))


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    settings, clock = Settings(data=tmp_path_factory.mktemp("town")), ManualClock(EVENING)
    with create_ledger(settings, "town", programme(), "Asia/Shanghai", clock=clock, period="2022-06") as opened:
        coupons = furnished(opened, clock)
        keys = {role: role_key(opened, role) for role in ("counter",)}
        shop = opened.vault.principals.add(Principal(id="client:lixian", roles=("merchant",), merchant="lixian"))
        keys["lixian"] = opened.vault.principals.create_key(shop.id)[0]
        with serving(settings, opened) as url:
            running = Town(url, opened, clock, keys)
            running.coupons = coupons
            yield running


@pytest.fixture
def enter(browser: Browser, town: Town) -> Iterator[Enter]:
    """Sign in as somebody; at the end nothing may have gone wrong in the browser."""
    visitors: list[Visitor] = []

    def entered(role: str = "counter", width: int = 1280, lang: str = "zh-CN") -> Visitor:
        visitors.append(Visitor(browser, town, width, lang))
        visitors[-1].sign_in(role)
        return visitors[-1]

    yield entered
    wrong = [fault for visitor in visitors for fault in visitor.faults]
    for visitor in visitors:
        visitor.context.close()
    assert wrong == []


def goes_to(visitor: Visitor, path: str) -> None:
    """Once whoever signs in has arrived."""
    expect(visitor.page.locator("form[action$='/sign-out']")).to_be_visible()
    visitor.page.goto(visitor.shop.url + "/counter" + path)


def opened_slip(visitor: Visitor, number: int) -> None:
    goes_to(visitor, f"/receipts/{number}")
    visitor.has_receipt()


def rows(visitor: Visitor, table: str) -> list[list[str]]:
    """Every row of a table of the slip, as it is read."""
    found = visitor.page.locator(f".slip #{table} tr")
    return [row.split("\t") for row in found.all_inner_texts()]


WORDS = {
    "zh-CN": ("已兑换: 70 分 · ¥171.00", "券 *", ["合计", "券抵付", "券外支付"], ["合计", "兑换后余额", "兑换后可用"]),
    "en": (
        "Redeemed: 70 points · ¥171.00",
        "Coupon *",
        ["Total", "By coupons", "Paid outside coupons"],
        ["Total", "Balance after", "To spend after"],
    ),
}


@pytest.mark.parametrize(("lang", "width"), [("zh-CN", 390), ("en", 1280)])
def test_three_fifties_and_21_in_cash_stand_beside_the_points(enter: Enter, town: Town, lang: str, width: int) -> None:
    done, coupon, of_bill, of_points = WORDS[lang]
    number = town.sold(*town.coupons, rice=3, cup=2, tender=2_100)
    clerk = enter("counter", width, lang)
    opened_slip(clerk, number)
    clerk.sees(".result .mark", done)
    clerk.sees("#covered", "¥150.00")
    clerk.sees("#tender", "¥21.00")
    _, rice, total, *parts, covered, tender = rows(clerk, "bill")
    assert (rice, total, covered, tender) == (
        ["大米", "3 × 57.00", "171.00"],
        [of_bill[0], "171.00"],
        [of_bill[1], "150.00"],
        [of_bill[2], "21.00"],
    )
    assert [part[1] for part in parts] == ["50.00"] * 3
    assert all(part[0].startswith(coupon) for part in parts)
    assert rows(clerk, "points")[1:] == [
        ["保温杯", "2 × 35", "70"],
        *zip_rows(of_points, "70", "30", "30"),
    ]
    clerk.sees("#bill caption", "礼县供销社")
    assert [id for id in town.coupons if id in clerk.page.content()] == []
    for question in (SMALL, PALE, NAMELESS):
        assert clerk.page.evaluate(question) == []
    assert not clerk.page.evaluate("document.documentElement.scrollWidth > innerWidth")


def zip_rows(names: list[str], *amounts: str) -> list[list[str]]:
    return [[name, amount] for name, amount in zip(names, amounts, strict=True)]


@pytest.mark.parametrize(("kind", "width"), [("slip", 164), ("sheet", 595)])
def test_it_prints_on_one_page_of_a_roll_or_of_a4(enter: Enter, town: Town, kind: str, width: int) -> None:
    number = town.sold(*town.coupons, rice=3, cup=2, tender=2_100)
    clerk = enter()
    clerk.page.add_init_script("window.print = () => {}")
    opened_slip(clerk, number)
    clerk.page.click(f"[data-print={kind}]")
    paper = clerk.page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == 1
    assert round(float(paper.split(b"/MediaBox [0 0 ")[1].split(b" ")[0])) == width


def test_for_money_alone_the_slip_tells_what_is_left_on_coupons(enter: Enter, town: Town) -> None:
    number = town.sold(*town.coupons[:2], rice=1, hold=True)
    clerk = enter()
    opened_slip(clerk, number)
    clerk.sees(".result .mark", "已预占: ¥57.00")
    expect(clerk.page.locator(".slip #points")).to_have_count(0)
    assert rows(clerk, "bill")[-2:] == [["券外支付", "0.00"], ["券余额", "150.00"]]
    assert sum(float(part[1]) for part in rows(clerk, "bill") if part[0].startswith("券 *")) == 57


def test_a_refund_has_a_slip_and_the_sale_says_so_on_screen_alone(enter: Enter, town: Town) -> None:
    number = town.sold(*town.coupons, rice=3, cup=2, tender=2_100)
    clerk = enter()
    opened_slip(clerk, number)
    first = clerk.page.locator(".slip").inner_text()
    lines = (ReturningLine(RICE, 1, True), ReturningLine(CUP, 1, True))
    back = town.do(RefundRedemption(redemption=RedemptionId("r1"), reason="returned-goods", lines=lines))
    opened_slip(clerk, back)
    clerk.sees(".result .mark", "已退回: 35 分 · ¥57.00")
    assert rows(clerk, "bill")[-2:] == [["券抵付", "50.00"], ["券外支付", "7.00"]]
    opened_slip(clerk, number)
    clerk.sees("#returned-money", "¥57.00")
    assert clerk.page.locator(".slip").inner_text() == first


def test_a_sale_of_today_is_cancelled_from_its_slip(enter: Enter, town: Town) -> None:
    clerk = enter()
    opened_slip(clerk, town.sold(*town.coupons, rice=3, cup=2, tender=2_100))
    clerk.page.click(".more summary")
    clerk.sees(".more p", "请退还 ¥21.00")
    clerk.page.click("#cancel")
    clerk.sees(".result .mark", "已退回: 70 分 · ¥171.00")
    assert (town.stock(RICE), town.stock(CUP)) == (20, 20)


# Counters for points ---------------------------------------------------------------------------------------------


def shown(visitor: Visitor) -> list[str]:
    """The goods that the counter offers Li."""
    goes_to(visitor, "")
    visitor.scan(print_form(BADGE))
    expect(visitor.page.locator(".money")).to_be_visible()
    tiles = visitor.page.locator("[id^='tile-']")
    return sorted(str(tile.get_attribute("id")).removeprefix("tile-") for tile in tiles.all())


def test_the_counter_shows_nothing_that_is_priced_in_money(enter: Enter) -> None:
    assert shown(enter()) == ["cup", "towel"]


def test_a_merchants_counter_sells_its_own_goods_for_points(enter: Enter, town: Town) -> None:
    shop = enter("lixian")
    assert shown(shop) == ["towel"]
    shop.take("towel")
    shop.pay()
    shop.sell()
    shop.sees(".slip", "毛巾")
    assert town.stock(TOWEL) == 19


def test_a_merchants_counter_finds_no_slip_of_anothers(enter: Enter, town: Town) -> None:
    cup = PlaceRedemption(holder=LI, lines=(WantedLine(CUP, 1),))
    others, own = town.do(cup), town.sold(*town.coupons, rice=1)
    shop = enter("lixian")
    opened_slip(shop, own)
    shop.page.goto(f"{town.url}/counter/receipts/{others}")
    shop.is_told("receipt-unknown")

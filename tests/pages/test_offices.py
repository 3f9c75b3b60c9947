"""The office's page and a merchant's: what they show is what the ledger says, to each its own, in both languages."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from api.ledgers import create_ledger
from api.settings import Settings
from ledger.journal.clock import ManualClock
from ledger.values import Instant
from ledger.vault import Principal
from tests.api.served import role_key
from tests.api.unions import ONE, Union, lived
from tests.coupons.gifts import bought
from tests.pages.shop import Shop, serving
from tests.pages.test_sight import NAMELESS, PALE, SMALL
from tests.pages.visitor import Visitor

pytestmark = pytest.mark.browser
Enter = Callable[..., Visitor]
ROLES = ("officer", "approver", "finance", "counter", "auditor", "admin")


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A union in July: June's coupons, one settlement paid and one drafted, and a sale of this morning."""
    settings = Settings(data=tmp_path_factory.mktemp("union"))
    clock = ManualClock(Instant("2022-05-31T16:00:00.000000Z"))
    with create_ledger(settings, "site", "welfare-coupons", "Asia/Shanghai", clock=clock) as opened:
        life = Union(opened.ledger, clock)
        lived(life)
        life.on("2022-07-05T01:30:00.000000Z")
        (coupon,) = life.issued("b3", (ONE, 30_000, 1), occasion="labour-day", expires_on="2022-07-20")
        life.do(bought(coupon, bill=12_345, merchant="corner", id="p9", holder=ONE))
        keys = {role: role_key(opened, role) for role in ROLES}
        for shop in ("corner", "lixian"):
            till = opened.vault.principals.add(Principal(id=f"client:{shop}", roles=("merchant",), merchant=shop))
            keys[shop] = opened.vault.principals.create_key(till.id)[0]
        with serving(settings, opened) as url:
            yield Shop(url, opened, clock, keys)


@pytest.fixture
def enter(browser: Browser, union: Shop) -> Iterator[Enter]:
    """Sign in as somebody; at the end nothing may have gone wrong in the browser."""
    visitors: list[Visitor] = []

    def entered(role: str, width: int = 1280, lang: str = "zh-CN") -> Visitor:
        visitors.append(Visitor(browser, union, width, lang))
        visitors[-1].sign_in(role)
        return visitors[-1]

    yield entered
    wrong = [fault for visitor in visitors for fault in visitor.faults]
    for visitor in visitors:
        visitor.context.close()
    assert wrong == []


def row(visitor: Visitor, table: str, first: str) -> list[str]:
    """The cells of the row that begins with these words."""
    found = visitor.page.locator(f"#{table} tbody tr").filter(has_text=first).first
    return [text.strip() for text in found.locator("td").all_inner_texts()]


def test_the_office_sees_what_ends_batches_funds_and_what_waits(enter: Enter) -> None:
    officer = enter("officer")
    officer.sees("h1", "办公室")
    assert officer.page.url.endswith("/counter/office")
    assert row(officer, "ending", "不分单位") == ["不分单位", "1", "176.55"]
    assert row(officer, "waiting", "lixian") == ["lixian", "2022-06", "0.00", "已拟制", "0"]
    # 450.00 and 120.00 were promised, 300.00 in July; what was spent came back, lapsed or was voided is as it was.
    fund = officer.page.locator("#funds tbody tr").first.locator("td").all_inner_texts()
    assert fund[:3] == ["gifts", "工会经费", "1,000.00"]
    assert row(officer, "batches", "b3") == [
        "b3",
        "劳动节",
        "已发放",
        "300.00",
        "300.00",
        "123.45",
        "176.55",
        "2022-07-20",
    ]


def test_it_speaks_english_too(enter: Enter) -> None:
    officer = enter("finance", lang="en")
    officer.sees("h1", "Office")
    assert row(officer, "waiting", "lixian")[3] == "Drafted"
    assert row(officer, "batches", "b3")[1] == "Labour Day"


def test_a_shop_sees_its_own_day_what_is_to_come_and_its_settlements(enter: Enter) -> None:
    shop = enter("corner")
    shop.sees("h1", "corner")
    expect(shop.page.locator(".money").first).to_contain_text("123.45")
    # 1.5 % of 123.45 is 1.85, rounded down.
    expect(shop.page.locator(".desk tbody tr").first).to_contain_text("121.60")
    assert row(shop, "settled", "2022-06")[1:6] == ["已付", "200.01", "0.00", "177.30", "bank-17"]
    assert "lixian" not in shop.page.content()


def test_its_statement_adds_up_and_goes_to_the_printer(enter: Enter) -> None:
    shop = enter("corner", lang="en")
    shop.page.click("a[href$='/shop/coupon_cny/2022-06']")
    shop.sees(".slip h2", "Welfare coupons")
    shop.sees("#closing", "177.30")
    assert shop.page.locator("#lines tbody tr").count() == 5
    shop.page.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
    shop.page.click("[data-print=sheet]")
    expect(shop.page.locator("body")).to_have_attribute("data-printed", "yes")
    shop.page.emulate_media(media="print")
    expect(shop.page.locator(".bar")).to_be_hidden()
    expect(shop.page.locator("#lines")).to_be_visible()


def test_what_is_no_month_or_unit_of_a_shop_is_not_there(enter: Enter) -> None:
    shop = enter("lixian")
    shop.sees(".desk", "本店还没有销售")
    for path in ("coupon_cny/soon", "gold/2022-06"):
        shop.page.goto(f"{shop.shop.url}/counter/shop/{path}")
        expect(shop.page.locator(".notice[data-code='path-unknown']")).to_be_visible()


@pytest.mark.parametrize(
    ("role", "path", "lands"),
    [
        ("officer", "", "/counter/office"),
        ("officer", "/shop", "/counter/office"),
        ("corner", "/office", "/counter/shop"),
        ("corner", "", "/counter"),
        ("counter", "/office", "/counter"),
        ("counter", "/shop", "/counter"),
        ("admin", "/office", "/counter/office"),
    ],
)
def test_everybody_is_led_to_his_own_page(enter: Enter, role: str, path: str, lands: str) -> None:
    somebody = enter(role)
    expect(somebody.page.locator("form[action$='/sign-out']")).to_be_visible()
    somebody.page.goto(f"{somebody.shop.url}/counter{path}")
    assert somebody.page.url == somebody.shop.url + lands


def test_an_officer_gets_no_goods_over_the_counter_by_the_back_door(enter: Enter) -> None:
    officer = enter("officer")
    csrf = officer.page.locator("input[name=csrf]").first.get_attribute("value")
    answer = officer.page.request.post(
        officer.shop.url + "/counter/badge", form={"csrf": csrf or "", "badge": "YK-0042"}, max_redirects=0
    )
    assert (answer.status, answer.headers["location"]) == (303, "/counter/office")


def test_whoever_has_no_page_is_told_so(enter: Enter) -> None:
    enter("auditor").is_told("forbidden")


@pytest.mark.parametrize(("width", "lang"), [(390, "zh-CN"), (390, "en"), (1280, "en")])
@pytest.mark.parametrize("role", ["officer", "corner"])
def test_the_pages_are_fit_for_gloves_and_tired_eyes(enter: Enter, role: str, width: int, lang: str) -> None:
    visitor = enter(role, width, lang)
    expect(visitor.page.locator(".desk h1")).to_be_visible()
    paths = [visitor.page.url, visitor.shop.url + "/counter/shop/coupon_cny/2022-06"]
    faults = []
    for path in paths if role == "corner" else paths[:1]:
        visitor.page.goto(path)
        faults += [fault for question in (SMALL, PALE, NAMELESS) for fault in visitor.page.evaluate(question)]
        faults += ["scrolls sideways"] * visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert faults == []

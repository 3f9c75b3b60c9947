"""A whole sale at the counter, in a real browser, on a real server, ledger and vault."""

import pytest
from playwright.sync_api import expect

from api.pages.tickets import site_code
from ledger.people.badges import print_form, qr_text
from ledger.people.commands import RevokeBadge
from ledger.points.commands import FreezeAccount, UnfreezeAccount
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.redemptions.facts import RedemptionPlaced
from ledger.values import AccountId, BadgeNumber, HolderId, Instant, ItemId
from tests.pages.conftest import Enter
from tests.pages.shop import NAME, OFFICE, PIN, POINT, SIZES, WANG, Shop

pytestmark = pytest.mark.browser

WORDS = {
    "zh-CN": ("扫胸卡", "现在可用", "还差 33 分", "已兑完", "下一步：确认", "密码不对", "已兑换: 45 分"),
    "en": (
        "Scan the badge",
        "To spend now",
        "33 points missing",
        "Sold out",
        "Next: confirm",
        "Wrong PIN",
        "Redeemed: 45",
    ),
}
SUN, LOST, YOUNG = (HolderId("0198c7d2-" + name) for name in ("sun", "lost", "young"))


@pytest.mark.parametrize("lang", list(WORDS))
@pytest.mark.parametrize("width", list(SIZES))
def test_wang_qinli_spends_45_of_147_and_can_spend_2(enter: Enter, shop: Shop, width: int, lang: str) -> None:
    title, spend, missing, sold_out, go, wrong, done = WORDS[lang]
    clerk = enter(width, lang)
    clerk.sees("h1", title)
    clerk.scan(qr_text(site_code(NAME), BadgeNumber("YK-0042")))
    for place, text in {"#balance": "147", "#spendable": "47", "#available": "47", ".who": "王*力"}.items():
        clerk.sees(place, text)
    clerk.sees(".money", spend)
    clerk.sees("#tile-G006", missing)
    clerk.sees("#tile-G007", sold_out)
    clerk.take("G001", "G002")
    clerk.sees("#total", "45")
    clerk.sees("#after", "2")
    clerk.sees("#pay", go)
    clerk.pay()
    clerk.sees("#balance-after", "102")
    clerk.sell("1357")
    clerk.sees(".notice[data-code]", wrong)
    assert shop.balance() == 147
    clerk.sell()
    clerk.sees(".result", done)
    clerk.sees("#balance", "102")
    clerk.sees("#available", "2")
    clerk.sees(".slip", "2022-06-30 18:15:09")
    assert (shop.balance(), shop.stock("G001"), shop.stock("G002")) == (102, 199, 499)
    clerk.page.click("#next")
    clerk.sees("h1", title)


def test_the_next_badge_can_be_scanned_on_the_receipt(enter: Enter) -> None:
    clerk = enter()
    clerk.scan()
    clerk.take("G002")
    clerk.pay()
    clerk.sell()
    clerk.has_receipt()
    clerk.scan(print_form(BadgeNumber("YK-0001")))
    clerk.sees(".who", "孙*霞")


def test_many_quick_taps_are_all_counted(enter: Enter) -> None:
    clerk = enter()
    clerk.scan(print_form(BadgeNumber("YK-0001")))
    for _ in range(7):
        clerk.page.click("#add-G012", delay=0)
    clerk.sees("#total", "28")
    clerk.page.click("#less-G012")
    clerk.sees("#total", "24")


def test_a_cart_never_holds_more_than_can_be_paid(enter: Enter) -> None:
    clerk = enter()
    clerk.scan()
    for _ in range(6):
        clerk.page.click("#add-G002", force=True)
    clerk.sees("#total", "40")
    clerk.sees("#tile-G002 .why", "还差 3 分")
    expect(clerk.page.locator("#add-G002")).to_be_disabled()


def test_a_limit_is_said_before_anybody_taps(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.sees("#tile-G004", "每人每月限 2")
    clerk.take("G004", "G004")
    clerk.sees("#tile-G004 .why", "已到限 2 件")
    clerk.pay()
    clerk.sell()
    clerk.has_receipt()
    clerk.page.click("#next")
    clerk.scan()
    clerk.sees("#tile-G004", "已兑 2")
    expect(clerk.page.locator("#add-G004")).to_be_disabled()


# PIN and badge --------------------------------------------------------------------------------------------------


def test_five_wrong_pins_lock_it_and_say_until_when(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.take("G002")
    clerk.pay()
    for tries_left, pin in ((4, "1357"), (3, "1358"), (2, "1359"), (1, "1360")):
        clerk.sell(pin)
        clerk.sees(".notice[data-code]", f"还可以试 {tries_left} 次")
    clerk.sell("1361")
    clerk.sees(".notice[data-code]", "锁定到 2022-06-30 18:30")
    clerk.sell(PIN)
    clerk.is_told("pin-locked")
    assert shop.balance() == 147


def test_a_revoked_badge_is_refused_with_the_day_since_when(enter: Enter, shop: Shop) -> None:
    shop.opened.ledger.submit(RevokeBadge(badge=BadgeNumber("YK-0003"), reason="lost"), by=OFFICE)
    clerk = enter()
    clerk.scan(print_form(BadgeNumber("YK-0003")))
    clerk.sees(".notice[data-code='badge-revoked']", "2022-06-30")
    expect(clerk.page.locator("#badge")).to_be_focused()


def test_a_badge_revoked_between_scan_and_sale_pays_nothing(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan(print_form(BadgeNumber("YK-0003")))
    clerk.take("G002")
    clerk.pay()
    shop.opened.ledger.submit(RevokeBadge(badge=BadgeNumber("YK-0003"), reason="stolen"), by=OFFICE)
    clerk.sell()
    clerk.is_told("badge-revoked")
    assert (shop.balance(LOST), shop.stock("G002")) == (150, 500)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("YK-0042.A", "badge-check-digit"),
        ("王钦力", "not-a-badge"),
        (print_form(BadgeNumber("YK-9999")), "badge-unknown"),
        (qr_text("OTHER", BadgeNumber("YK-0042")), "badge-unknown"),
    ],
)
def test_what_is_no_badge_of_this_site_is_told_apart(enter: Enter, said: str, code: str) -> None:
    clerk = enter()
    expect(clerk.page.locator("#badge")).to_be_focused()
    clerk.page.fill("#badge", said)
    clerk.page.keyboard.press("Enter")
    clerk.is_told(code)
    expect(clerk.page.locator("#badge")).to_be_focused()


def test_without_a_pin_a_supervisor_types_a_key_at_the_counter(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan(print_form(BadgeNumber("YK-0002")))
    clerk.take("G002")
    clerk.pay()
    expect(clerk.page.locator("#sell")).to_have_count(0)
    for key, code in ((shop.keys["auditor"], "forbidden"), ("jf_wrong", "unauthenticated"), ("", "forbidden")):
        clerk.page.fill("#supervisor", key)
        clerk.page.click("#supervise")
        clerk.is_told(code)
    assert shop.balance(YOUNG) == 150
    clerk.page.fill("#supervisor", shop.keys["supervisor"])
    clerk.page.click("#supervise")
    clerk.sees(".slip", "群安员确认")
    assert shop.balance(YOUNG) == 140
    redemption = clerk.page.locator(".slip .number").inner_text().replace("-", "")
    (row,) = shop.opened.ledger.storage.facts_at(int(redemption), 1)
    fact = shop.opened.ledger.mapper.decode(row.state).data
    assert isinstance(fact, RedemptionPlaced)
    assert (fact.confirmation, fact.confirmed_by) == ("supervisor", "person:supervisor")


def test_a_supervisor_at_the_counter_confirms_with_one_tap(enter: Enter, shop: Shop) -> None:
    supervisor = enter(role="supervisor")
    supervisor.scan(print_form(BadgeNumber("YK-0002")))
    supervisor.take("G002")
    supervisor.pay()
    supervisor.page.click("#supervise")
    supervisor.sees(".slip", "群安员确认")
    assert shop.balance(YOUNG) == 140


# Once, whatever happens -----------------------------------------------------------------------------------------


def test_a_double_tap_sells_once(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.take("G002")
    clerk.pay()
    clerk.press()
    clerk.page.dblclick("#sell")
    clerk.has_receipt()
    assert (shop.balance(), shop.stock("G002")) == (137, 499)


@pytest.mark.parametrize("again", ["tap", "reload"])
def test_a_lost_answer_sells_once(enter: Enter, shop: Shop, again: str) -> None:
    clerk = enter()
    clerk.scan()
    clerk.take("G001", "G002")
    clerk.pay()
    clerk.press()
    clerk.lose_next_answer()
    clerk.page.click("#sell")
    expect(clerk.page.locator("#lost")).to_be_visible()
    assert shop.balance() == 102
    if again == "tap":
        clerk.page.click("#sell")
    else:
        clerk.page.reload()
    clerk.has_receipt()
    assert (shop.balance(), shop.stock("G001"), shop.stock("G002")) == (102, 199, 499)


def test_after_a_lost_answer_another_pin_or_cart_still_shows_the_sale_that_was_made(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.take("G002")
    clerk.pay()
    clerk.press()
    clerk.lose_next_answer()
    clerk.page.click("#sell")
    expect(clerk.page.locator("#lost")).to_be_visible()
    clerk.page.click("#back")
    clerk.page.click("#add-G003", force=True)
    clerk.page.click("#pay")
    clerk.sell("9753")
    clerk.sees(".slip", "挂面")
    assert (shop.balance(), shop.stock("G003")) == (137, 400)


def test_the_last_piece_gone_meanwhile_is_said_and_the_rest_can_be_sold(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.take("G008")
    clerk.pay()
    other = PlaceRedemption(
        holder=SUN, lines=(WantedLine(ItemId("G008"), 1),), confirmation="supervisor", confirmed_by="person:office"
    )
    shop.opened.ledger.submit(other, by=OFFICE)
    clerk.press()
    clerk.page.dblclick("#sell")
    clerk.sees(".notice[data-code='out-of-stock']", "洗发水：货不够了")
    assert shop.balance() == 147
    expect(clerk.page.locator("#pay")).to_be_disabled()
    clerk.page.click("#less-G008")
    clerk.take("G002")
    clerk.pay()
    clerk.sell()
    clerk.has_receipt()
    assert (shop.balance(), shop.stock("G008")) == (137, 0)


def test_a_reload_after_a_lost_refusal_begins_anew(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.take("G002")
    clerk.pay()
    clerk.press()
    shop.opened.ledger.submit(FreezeAccount(account=AccountId("holder:" + WANG), unit=POINT, reason="other"), by=OFFICE)
    clerk.lose_next_answer()
    clerk.page.click("#sell")
    expect(clerk.page.locator("#lost")).to_be_visible()
    clerk.page.reload()
    clerk.is_told("account-frozen")
    shop.opened.ledger.submit(
        UnfreezeAccount(account=AccountId("holder:" + WANG), unit=POINT, reason="other"), by=OFFICE
    )
    clerk.page.reload()
    clerk.take("G002")
    clerk.pay()
    clerk.sell()
    clerk.has_receipt()
    assert shop.balance() == 137


def test_a_ledger_that_does_not_answer_is_said_and_the_form_stays(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.take("G002")
    clerk.pay()
    clerk.press()
    shop.opened.ledger.writer.close()
    clerk.page.click("#sell")
    clerk.is_told("storage-unavailable")
    expect(clerk.page.locator("#sell")).to_be_visible()
    assert (shop.balance(), shop.stock("G002")) == (147, 500)


def test_a_sale_needs_no_script(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.sees("#balance", "147")
    plain = clerk.context.browser.new_context(java_script_enabled=False, locale="en")  # type: ignore[union-attr] # it came from a browser
    plain.add_cookies(clerk.context.cookies())  # type: ignore[arg-type] # what one gives the other takes
    page = plain.new_page()
    page.goto(clerk.page.url)
    page.click("#add-G002")
    page.click("#pay")
    page.fill("#pin", PIN)
    page.click("#sell")
    expect(page.locator(".slip")).to_contain_text("挂面")
    plain.close()
    assert shop.balance() == 137


# Receipts -------------------------------------------------------------------------------------------------------


def test_a_reprint_says_what_the_first_print_said(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.take("G001", "G002")
    clerk.pay()
    clerk.sell()
    clerk.has_receipt()
    first = clerk.page.locator(".slip").inner_text()
    number = clerk.page.locator(".slip .number").inner_text()
    shop.clock.move_to(Instant("2022-07-01T01:00:00.000000Z"))
    clerk.page.click("#next")
    clerk.page.click(".more summary")
    clerk.page.fill("#number", number)
    clerk.page.keyboard.press("Enter")
    clerk.has_receipt()
    assert clerk.page.locator(".slip").inner_text() == first
    expect(clerk.page.locator("#cancel")).to_have_count(0)


def test_todays_sale_is_cancelled_once_from_its_receipt(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.take("G001")
    clerk.pay()
    clerk.sell()
    clerk.has_receipt()
    sale = clerk.page.url
    clerk.page.click(".more summary")
    clerk.page.dblclick("#cancel")
    clerk.sees(".result", "已退回: 35 分")
    assert (shop.balance(), shop.stock("G001")) == (147, 200)
    clerk.page.goto(sale)
    clerk.sees(".returned", "35")
    expect(clerk.page.locator("#cancel")).to_have_count(0)


def test_an_unknown_receipt_number_is_said(enter: Enter) -> None:
    clerk = enter()
    clerk.page.click(".more summary")
    clerk.page.fill("#number", "0000-0001")
    clerk.page.keyboard.press("Enter")
    clerk.is_told("receipt-unknown")


@pytest.mark.parametrize(("kind", "width"), [("slip", 164), ("sheet", 595)])
def test_a_receipt_prints_on_one_page_of_a_roll_or_of_a4(enter: Enter, kind: str, width: int) -> None:
    clerk = enter()
    clerk.page.add_init_script("window.print = () => {}")
    clerk.scan()
    clerk.take("G001", "G002")
    clerk.pay()
    clerk.sell()
    clerk.has_receipt()
    clerk.page.click(f"[data-print={kind}]")
    paper = clerk.page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == 1
    points = float(paper.split(b"/MediaBox [0 0 ")[1].split(b" ")[0])
    assert round(points) == width

"""What eyes and gloves need: big targets, contrast, no sideways scrolling, words for everything, keys for everybody."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import Enter
from tests.pages.shop import PIN, SIZES
from tests.pages.visitor import Visitor

pytestmark = pytest.mark.browser

SMALL = """() => [...document.querySelectorAll('button, a, summary, input:not([type=hidden])')]
  .filter(e => e.checkVisibility())
  .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 63.5 || box.width < 63.5)
  .map(([html, box]) => `${html} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
PALE = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const own = e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && own(e)).map(e => {
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    return [e.outerHTML.slice(0, 90), (a + .05) / (b + .05)];
  }).filter(([, ratio]) => ratio < 4.5).map(([html, ratio]) => `${html} ${ratio.toFixed(2)}`);
}"""
NAMELESS = """() => [...document.querySelectorAll('button, a, input:not([type=hidden])')]
  .filter(e => e.checkVisibility())
  .filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length)))
  .map(e => e.outerHTML.slice(0, 90))"""


def stations(clerk: Visitor) -> list[str]:
    """Walk through a sale and judge each station on the way."""
    seen: list[str] = []

    def judge(station: str) -> None:
        page = clerk.page
        for question in (SMALL, PALE, NAMELESS):
            seen.extend(f"{station}: {fault}" for fault in page.evaluate(question))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            seen.append(f"{station}: scrolls sideways")

    expect(clerk.page.locator("#badge")).to_be_visible()
    judge("badge")
    clerk.page.fill("#badge", "YK-0042.A")
    clerk.page.keyboard.press("Enter")
    clerk.is_told("badge-check-digit")
    judge("wrong badge")
    clerk.page.fill("#badge", "")
    clerk.scan()
    clerk.take("G001", "G002")
    judge("goods")
    clerk.pay()
    judge("PIN")
    clerk.sell("1357")
    clerk.is_told("pin-wrong")
    judge("wrong PIN")
    clerk.sell()
    clerk.has_receipt()
    judge("receipt")
    return seen


@pytest.mark.parametrize(("width", "lang"), [(390, "zh-CN"), (390, "en"), (1280, "en")])
def test_every_station_is_fit_for_gloves_and_tired_eyes(enter: Enter, width: int, lang: str) -> None:
    assert stations(enter(width, lang)) == []


def test_the_sign_in_too(enter: Enter) -> None:
    clerk = enter(role=None)
    clerk.page.goto(clerk.shop.url + "/counter")
    assert [fault for question in (SMALL, PALE, NAMELESS) for fault in clerk.page.evaluate(question)] == []


def test_the_whole_pin_pad_is_seen_at_once_on_a_phone(enter: Enter) -> None:
    clerk = enter(390)
    clerk.scan()
    clerk.take("G001", "G002")
    clerk.pay()
    box = clerk.page.locator("#sell").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= SIZES[390]


def test_a_keyboard_alone_makes_a_sale(enter: Enter) -> None:
    clerk = enter(1280)
    clerk.scan()
    clerk.sees("#balance", "147")
    clerk.page.locator("#add-G002").focus()
    clerk.page.keyboard.press("Enter")
    clerk.sees("#total", "10")
    expect(clerk.page.locator("#add-G002")).to_be_focused()
    clerk.page.locator("#pay").focus()
    clerk.page.keyboard.press("Enter")
    expect(clerk.page.locator("#pin")).to_be_focused()
    clerk.page.keyboard.type(PIN)
    clerk.page.keyboard.press("Enter")
    clerk.has_receipt()
    expect(clerk.page.locator("#badge")).to_be_focused()


def test_the_language_changes_in_the_middle_of_a_visit(enter: Enter) -> None:
    clerk = enter()
    clerk.scan()
    clerk.sees(".money", "现在可用")
    clerk.page.click("a[hreflang=en]")
    clerk.sees(".money", "To spend now")
    assert clerk.page.locator("html").get_attribute("lang") == "en"
    clerk.page.click("a[hreflang=zh-CN]")
    clerk.sees(".money", "现在可用")

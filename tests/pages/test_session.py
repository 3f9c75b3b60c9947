"""Who may work at the counter, for how long, and what a stranger's page or a curious neighbour can get out of it."""

import time

import pytest
from playwright.sync_api import expect

from api.pages import sessions
from tests.pages.conftest import Enter
from tests.pages.shop import Shop

pytestmark = pytest.mark.browser


def test_after_signing_out_nothing_is_left_behind_the_back_button(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.sees(".who", "王*力")
    clerk.page.click(".tools button")
    expect(clerk.page.locator("#key")).to_be_visible()
    assert [cookie["name"] for cookie in clerk.context.cookies() if cookie["name"] == sessions.COOKIE] == []
    clerk.page.go_back()
    expect(clerk.page.locator("#key")).to_be_visible()
    expect(clerk.page.get_by_text("王*力")).to_have_count(0)


def test_the_cookie_is_for_this_server_and_no_script_and_holds_no_key(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    expect(clerk.page.locator("#badge")).to_be_visible()
    (cookie,) = [cookie for cookie in clerk.context.cookies() if cookie["name"] == sessions.COOKIE]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/counter")
    assert shop.keys["counter"] not in cookie["value"]
    assert clerk.page.evaluate("document.cookie") == ""


@pytest.mark.parametrize("changed", [lambda text: text[:-1], lambda text: "site." + text, lambda _text: "site.x.y.z"])
def test_an_altered_cookie_opens_nothing(enter: Enter, changed: object) -> None:
    clerk = enter()
    expect(clerk.page.locator("#badge")).to_be_visible()
    (cookie,) = [cookie for cookie in clerk.context.cookies() if cookie["name"] == sessions.COOKIE]
    cookie["value"] = changed(cookie["value"])  # type: ignore[operator] # the cases are functions
    clerk.context.add_cookies([cookie])  # type: ignore[list-item] # what one gives the other takes
    clerk.page.reload()
    expect(clerk.page.locator("#key")).to_be_visible()


def test_a_counter_that_nobody_touches_is_signed_out(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = enter()
    expect(clerk.page.locator("#badge")).to_be_visible()
    # Only now: a machine that pauses must not sign the counter out while it still signs in.
    monkeypatch.setattr(sessions, "IDLE_SECONDS", 1)
    time.sleep(2.2)  # the signature's time has whole seconds
    clerk.page.reload()
    expect(clerk.page.locator("#key")).to_be_visible()


def test_no_session_outlives_a_working_day(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = enter()
    expect(clerk.page.locator("#badge")).to_be_visible()
    monkeypatch.setattr(sessions, "LONGEST_SECONDS", -1)
    clerk.page.reload()
    expect(clerk.page.locator("#key")).to_be_visible()


def test_the_page_itself_goes_home_when_nobody_is_there(enter: Enter) -> None:
    clerk = enter()
    clerk.scan()
    clerk.sees(".who", "王*力")
    clerk.page.evaluate("document.body.dataset.idle")
    assert clerk.page.evaluate("Number(document.body.dataset.idle)") == 180
    clerk.page.clock.install()
    clerk.page.reload()
    clerk.page.clock.run_for(181_000)
    expect(clerk.page.locator("#badge")).to_be_visible()


def test_a_revoked_key_ends_its_sessions_at_once(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    expect(clerk.page.locator("#badge")).to_be_visible()
    principals = shop.opened.vault.principals
    (key,) = principals.keys("client:counter-1")
    principals.revoke(key.id)
    time.sleep(0.2)  # how long another process's change may stay unseen
    clerk.page.reload()
    expect(clerk.page.locator("#key")).to_be_visible()


@pytest.mark.parametrize(("role", "code"), [("auditor", "forbidden"), ("nobody", "unauthenticated")])
def test_a_key_that_may_not_redeem_does_not_open_the_counter(enter: Enter, shop: Shop, role: str, code: str) -> None:
    shop.keys["nobody"] = "jf_0000"
    clerk = enter(role=role)
    clerk.is_told(code)
    clerk.page.goto(shop.url + "/counter")
    expect(clerk.page.locator("#key")).to_be_visible()
    del shop.keys["nobody"]


# Other people's pages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_form_of_another_page_sells_nothing(enter: Enter, shop: Shop, headers: dict[str, str]) -> None:
    clerk = enter()
    clerk.scan()
    clerk.take("G002")
    csrf = clerk.page.locator("#till [name=csrf]").input_value() if headers else "guessed"
    form: dict[str, str | float | bool] = {"csrf": csrf, "do": "sell", "q.G002": "1", "pin": "2580"}
    answer = clerk.context.request.post(clerk.page.url, form=form, headers=headers)
    assert answer.status == 403
    assert shop.balance() == 147


def test_pages_are_kept_by_no_cache_and_load_nothing_foreign(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    clerk.scan()
    clerk.sees("#balance", "147")
    for address in (shop.url + "/counter", clerk.page.url):
        headers = clerk.context.request.get(address).headers
        assert headers["cache-control"] == "no-store"
        assert "unsafe" not in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_an_address_names_nobody(enter: Enter) -> None:
    clerk = enter()
    clerk.scan()
    clerk.sees("#balance", "147")
    assert "YK-0042" not in clerk.page.url
    assert "wang" not in clerk.page.url


def test_a_visit_of_another_ledger_or_day_is_over(enter: Enter, shop: Shop) -> None:
    clerk = enter()
    expect(clerk.page.locator("#badge")).to_be_visible()
    clerk.page.goto(shop.url + "/counter/sale/forged")
    clerk.is_told("ticket-unknown")
    clerk.page.click("a.go")
    expect(clerk.page.locator("#badge")).to_be_visible()

"""Somebody at the counter: a browser window, the few things that a shopkeeper does, and what went wrong meanwhile."""

import re
from typing import Final

from playwright.sync_api import Browser, ConsoleMessage, Request, Route, expect

from tests.pages.shop import BADGE, PIN, SIZES, Shop

WATCH: Final = "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
ANSWERED: Final = re.compile(r"Failed to load resource: the server responded with a status of [45]\d\d|net::ERR_FAILED")
"""What a browser says by itself of an answer that the page is meant to get, and of one that a test cut off."""
LOST: Final = "htmx:error: Failed to fetch"
PATIENCE: Final = 60_000
"""Milliseconds that a page may take for what it must show: a shared machine pauses for seconds."""


class Visitor:
    """One browser window at the counter."""

    def __init__(self, browser: Browser, shop: Shop, width: int, lang: str) -> None:
        self.shop = shop
        self.faults: list[str] = []
        self.cut_off = False
        size = {"width": width, "height": SIZES[width]}
        self.context = browser.new_context(viewport=size, locale=lang, has_touch=width < 900)  # type: ignore[arg-type] # a plain dict is what Playwright takes
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        expected = ANSWERED.search(message.text) or (self.cut_off and LOST in message.text)
        if message.type == "error" and not expected:
            self.faults.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(self.shop.url + "/"):
            self.faults.append(f"outside: {request.url}")

    # What a shopkeeper does ----------------------------------------------------------------------------------------

    def sign_in(self, role: str) -> None:
        """Type a key."""
        self.page.goto(self.shop.url + "/counter")
        self.page.fill("#key", self.shop.keys[role])
        self.page.click("button.go")

    def scan(self, text: str = BADGE) -> None:
        """Let the scanner type: it presses Enter at the end."""
        expect(self.page.locator("#badge")).to_be_focused()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def take(self, *items: str) -> None:
        """Tap goods, and wait until the page has counted them."""
        for item in items:
            self.page.click(f"#add-{item}")
        counted = self.page.locator(".cart input, [name^='q.']")
        expect(counted).to_have_count(len(set(items)))
        expect(self.page.locator("#pay")).to_be_enabled()

    def pay(self) -> None:
        """On to the PIN."""
        self.page.click("#pay")
        expect(self.page.locator("#pin, #supervise").first).to_be_visible()

    def press(self, pin: str = PIN) -> None:
        """Type a PIN on the pad."""
        for digit in pin:
            self.page.click(f"[data-digit='{digit}']")

    def sell(self, pin: str = PIN) -> None:
        """The PIN, and the sale."""
        self.press(pin)
        self.page.click("#sell")

    # What it sees --------------------------------------------------------------------------------------------------

    def sees(self, selector: str, text: str) -> None:
        """That text stands there, or comes within the page's patience."""
        expect(self.page.locator(selector)).to_contain_text(text)

    def is_told(self, code: str) -> None:
        """A notice of that code."""
        expect(self.page.locator(f".notice[data-code='{code}']")).to_be_visible()

    def has_receipt(self) -> None:
        """The receipt is there."""
        expect(self.page.locator(".slip")).to_be_visible()

    def lose_next_answer(self) -> None:
        """The next sale reaches the server, and its answer nobody."""

        def lose(route: Route) -> None:
            if route.request.method != "POST" or self.cut_off:
                route.fallback()
                return
            self.cut_off = True
            route.fetch()
            route.abort()

        self.page.route("**/sale/**", lose)

"""The README's pictures of the counter: `python -m tests.pages.pictures` takes them anew with a Chromium."""

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.pages.shop import FLAGS, SIZES, furnished, open_shop
from tests.pages.visitor import Visitor

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
LANGUAGE = {390: "zh-CN", 1280: "en"}


def take(browser: Browser, directory: Path) -> None:
    """王钦力 with 35 + 10 in the cart, once on a phone in Chinese and once on a till in English."""
    with open_shop(directory, furnished(directory)) as shop:
        for width in SIZES:
            clerk = Visitor(browser, shop, width, LANGUAGE[width])
            clerk.sign_in("counter")
            clerk.scan()
            clerk.take("G001", "G002")
            clerk.page.evaluate("document.activeElement.blur()")
            clerk.page.mouse.move(0, 0)
            clerk.page.screenshot(path=FOLDER / f"counter-{width}.png")
            clerk.context.close()


if __name__ == "__main__":
    chromium = os.environ.get("JIFEN_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        take(launched, Path(place) / "data")
        launched.close()

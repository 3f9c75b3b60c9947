"""A shop and a browser for each test; whoever leaves the rails of the page's policy fails it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.pages.shop import FLAGS, Shop, furnished, open_shop
from tests.pages.visitor import PATIENCE, Visitor

Enter = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def furnished_shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A shop that is made once; each test opens a copy of its own."""
    directory = tmp_path_factory.mktemp("furnished") / "data"
    return directory, furnished(directory)


@pytest.fixture
def shop(furnished_shop: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Shop]:
    directory, keys = furnished_shop
    copied = Path(shutil.copytree(directory, tmp_path / "data"))
    with open_shop(copied, keys) as running:
        yield running


@pytest.fixture
def enter(browser: Browser, shop: Shop) -> Iterator[Enter]:
    """Open the counter's page as somebody; at the end nothing may have gone wrong in the browser."""
    visitors: list[Visitor] = []

    def entered(width: int = 390, lang: str = "zh-CN", role: str | None = "counter") -> Visitor:
        visitor = Visitor(browser, shop, width, lang)
        visitors.append(visitor)
        if role is not None:
            visitor.sign_in(role)
        return visitor

    yield entered
    wrong = [fault for visitor in visitors for fault in visitor.faults]
    for visitor in visitors:
        visitor.context.close()
    assert wrong == []

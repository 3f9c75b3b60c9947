"""Clocks that are set while a ledger is served: small steps pass, great ones and steps behind the head are refused."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api import cli
from api.settings import Settings
from ledger.journal.clock import ClockGuard, ManualClock
from ledger.refusals import ClockUntrusted
from tests.api.served import make_ledger
from tests.hands import clock_of, set_clock
from tests.ledgers import NOON
from tests.serving import is_ready, jifen_serving

pytestmark = pytest.mark.fault


class Site:
    """A served ledger whose process believes the clock that this test sets."""

    def __init__(self, url: str, key: str, hands: Path) -> None:
        self.url, self.key, self.hands = url, key, hands
        self.keys = count(1)

    def set_clock(self, seconds: int) -> None:
        """So many seconds before or after the machine's."""
        set_clock(self.hands, seconds)

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, str | None]:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"k{next(self.keys)}"}
        address = self.url + "/v1/ledgers/site" + path
        answer = httpx2.post(address, json=body, headers=headers, timeout=60, trust_env=False)
        return answer.status_code, answer.json().get("code")

    def join(self) -> tuple[int, str | None]:
        """A small command."""
        return self.post("/people", {"name": "王钦力", "crew": "beams"})

    def ready(self) -> bool:
        return is_ready(self.url)


@contextmanager
def set_apart(faketime: str, folder: Path, key: str) -> Iterator[Site]:
    """`jifen serve` whose clock the site's hands set."""
    hands = folder / "hands"
    set_clock(hands, 0)
    with jifen_serving(os.environ | clock_of(faketime, hands)) as (_, url):
        yield Site(url, key, hands)


def test_a_served_ledger_bears_small_steps_of_its_clock_and_refuses_great_ones_until_somebody_has_looked(
    faketime: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIFEN_DATA", str(tmp_path / "var"))
    keys = make_ledger(Settings(data=tmp_path / "var"))
    untrusted = (503, "clock-untrusted")
    with set_apart(faketime, tmp_path, keys["admin"]) as site:
        assert site.join()[0] == 201
        site.set_clock(40)
        assert site.join()[0] == 201, "a step of 40 s forward is within bounds"
        site.set_clock(37)
        assert site.join()[0] == 201, "3 s behind the head are within bounds"
        site.set_clock(0)
        assert site.join() == untrusted, "40 s behind the head"
        site.set_clock(38)
        assert site.join()[0] == 201, "a clock that was behind the head and is right again needs nobody"
        site.set_clock(7000)
        assert [site.join() for _ in range(2)] == [untrusted] * 2, "a jump forward"
        assert site.ready(), "whoever only reads is served on"
        site.set_clock(39)
        assert site.join() == untrusted, "nobody has looked at the clock yet"
        assert site.post("/clock/accept", {})[0] in {200, 201}
        assert site.join()[0] == 201
    assert cli.main(["replay", "--check", "--json"]) == 0


# The guard by itself --------------------------------------------------------------------------------------------


class Hands(ManualClock):
    """A clock whose two hands can be set apart."""

    def __init__(self) -> None:
        super().__init__(NOON)
        self.stood = self.monotonic()

    def monotonic(self) -> Any:
        return getattr(self, "stood", super().monotonic())


def test_a_clock_that_is_set_before_the_first_turn_has_jumped() -> None:
    clock = Hands()
    guard = ClockGuard(clock)
    clock.move_to(NOON.__class__("2022-06-15T06:00:00.000000Z"))
    with pytest.raises(ClockUntrusted):
        guard.reading(NOON)


def test_a_clock_that_was_set_right_and_accepted_has_not_jumped_once_more() -> None:
    clock = Hands()
    guard = ClockGuard(clock)
    clock.move_to(NOON.__class__("2022-06-15T06:00:00.000000Z"))
    with pytest.raises(ClockUntrusted):
        guard.reading(NOON)
    clock.move_to(NOON)
    guard.accept()
    assert guard.reading(NOON) == NOON

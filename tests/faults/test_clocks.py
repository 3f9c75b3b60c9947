"""Clocks that are set while a ledger is served: small steps pass, great ones and steps behind the head are refused."""

import os
import signal
import socket
import subprocess
import sys
import time
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
from tests.ledgers import NOON

pytestmark = pytest.mark.fault
ROOT = Path(__file__).resolve().parents[2]
JIFEN = "import sys; from api.cli import main; sys.exit(main(sys.argv[1:]))"


class Site:
    """A served ledger whose process believes the clock that this test sets."""

    def __init__(self, url: str, key: str, hands: Path) -> None:
        self.url, self.key, self.hands = url, key, hands
        self.keys = count(1)

    def set_clock(self, seconds: int) -> None:
        """So many seconds before or after the machine's; the monotonic clock goes on as it was."""
        whole = self.hands.with_suffix(".new")
        whole.write_text(f"{seconds:+d}")
        whole.rename(self.hands)

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, str | None]:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"k{next(self.keys)}"}
        answer = httpx2.post(self.url + "/v1/ledgers/site" + path, json=body, headers=headers, trust_env=False)
        return answer.status_code, answer.json().get("code")

    def join(self) -> tuple[int, str | None]:
        """A small command."""
        return self.post("/people", {"name": "王钦力", "crew": "beams"})

    def ready(self) -> bool:
        try:
            return httpx2.get(self.url + "/readyz", trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False


def preload(faketime: str) -> str:
    """What makes a process believe another clock, as the tool itself sets it."""
    said = subprocess.run([faketime, "-f", "+0", "env"], capture_output=True, text=True, check=True, timeout=30).stdout
    return next(line.partition("=")[2] for line in said.splitlines() if line.startswith("LD_PRELOAD="))


@contextmanager
def serving(faketime: str, folder: Path, key: str) -> Iterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    site = Site(f"http://127.0.0.1:{port}", key, folder / "hands")
    site.set_clock(0)
    environment = os.environ | {
        "LD_PRELOAD": preload(faketime),
        "FAKETIME_TIMESTAMP_FILE": str(site.hands),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    command = [sys.executable, "-c", JIFEN, "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 60
            while not site.ready():
                assert process.poll() is None, "serve ended before it was ready"
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield site
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def test_a_served_ledger_bears_small_steps_of_its_clock_and_refuses_great_ones_until_somebody_has_looked(
    faketime: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIFEN_DATA", str(tmp_path / "var"))
    keys = make_ledger(Settings(data=tmp_path / "var"))
    untrusted = (503, "clock-untrusted")
    with serving(faketime, tmp_path, keys["admin"]) as site:
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

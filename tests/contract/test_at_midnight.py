"""4b, what happens at a local midnight: asked of a server whose clock stands shortly before one."""

import os
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.contract.book import Json, Ledger, after, is_
from tests.contract.conftest import key_for, run, serving

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2022, 7, 1, tzinfo=ZONE)
BEFORE = 45
"""Seconds that are left for the server to start and for the evening's calls; a busy machine is slow."""
TODAY = "2022-06-30"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory, faketime: str) -> Iterator[Ledger]:
    """A ledger of its own on the evening of 30 June 2022."""
    if os.environ.get("JIFEN_CONTRACT_URL"):
        pytest.skip("the clock of another server is not ours")
    data = tmp_path_factory.mktemp("evening")
    clock = clock_at(faketime, MIDNIGHT.timestamp() - BEFORE)
    run(data, "ledger", "create", "try", "--scheme", "conformance", clock=clock)
    key = key_for(data, "try", "client:contract", clock)
    with serving(data, clock) as address:
        asked = Ledger(address + "/v1/ledgers/try", key)
        yield asked
        asked.http.close()


def clock_at(faketime: str, at: float) -> dict[str, str]:
    """What lets processes that start from now on believe that it is `at` now; their clocks run as they do."""
    said = subprocess.run([faketime, "-f", "+0", "env"], capture_output=True, text=True, check=True, timeout=30).stdout
    preload = next(line.partition("=")[2] for line in said.splitlines() if line.startswith("LD_PRELOAD="))
    ahead = int(at - time.time())
    return {"LD_PRELOAD": preload, "FAKETIME": f"{ahead:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def until_midnight(done: Json) -> None:
    """Wait, from a write's instant on, until the day has turned."""
    left = (MIDNIGHT - datetime.fromisoformat(done["recorded_at"])).total_seconds()
    assert left > 0, "the evening was too short for this machine"
    time.sleep(left + 0.5)


def lots(ledger: Ledger, account: str) -> list[tuple[int, str | None]]:
    return [(it["remaining"], it["expires_on"]) for it in ledger.at(account, include="lots")["lots"]]


def test_the_day_turns(evening: Ledger) -> None:
    """One evening for all of it: lots of the day are spendable to its last instant, earmarked ones beyond it."""
    plain, kept, freed, line = (evening.holder() for _ in range(4))
    for holder in (plain, kept, freed):
        evening.grant(holder, 10, expires_in_days=0)
    evening.grant(plain, 5, expires_in_days=1)
    held = evening.hold(kept, 10, to=line)
    given_up = evening.hold(freed, 10)
    assert lots(evening, plain) == [(10, TODAY), (5, "2022-07-01")]
    assert evening.transfer(plain, line, 4)["amount"] == 4
    last = evening.grant(line, 1)
    assert evening.at(line, include="lots")["lots"][0]["expires_at"] == "2022-06-30T16:00:00.000000Z"

    until_midnight(last)

    # What was open is gone before anybody writes, and nobody can spend it.
    assert lots(evening, plain) == [(5, "2022-07-01")]
    assert evening.at(plain)["lapsed"] == 6
    body = {"from": plain, "to": line, "unit": "A", "amount": 6}
    assert is_(evening.refused("/transfers", body), 409, "insufficient-funds", available=5)

    # What is earmarked has not lapsed; a capture still takes it, and it lapses where it arrives.
    assert (evening.at(kept)["held"], evening.at(kept)["lapsed"]) == (10, 0)
    taken = evening.capture(held["id"], amount=7)
    assert (taken["amount"], taken["remaining"]) == (7, 3)
    assert (evening.at(line)["lapsed"], evening.at(line)["balance"]) == (4 + 7, 1)

    # What a void sets free past its day lapses in the same transaction.
    voided = after(evening.done(f"/holds/{given_up['id']}/void"), freed)
    assert (voided["held"], voided["lapsed"], voided["balance"], voided["available"]) == (0, 10, 0, 0)

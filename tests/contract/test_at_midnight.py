"""4b, what happens at a local midnight: asked of a server whose clock stands shortly before one."""

import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from tests.contract.book import Ledger, after, is_
from tests.contract.conftest import key_for, run, serving
from tests.hands import clock_of, set_clock

MIDNIGHT = datetime(2022, 7, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = "2022-06-30"
EVENING = 3600
"""Seconds before midnight at which the server starts: no machine is that slow."""


class Evening(NamedTuple):
    """A ledger, and the hands of its server's clock."""

    ledger: Ledger
    hands: Path

    def strike_midnight(self) -> None:
        """The clock jumps past midnight, and its operator says that this is right."""
        set_clock(self.hands, seconds_until(MIDNIGHT.timestamp() + 1))
        answer = self.ledger.http.post(self.ledger.base + "/clock/accept", json={})
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory, faketime: str) -> Iterator[Evening]:
    """A ledger of its own on the evening of 30 June 2022."""
    if os.environ.get("JIFEN_CONTRACT_URL"):
        pytest.skip("the clock of another server is not ours")
    data, hands = tmp_path_factory.mktemp("evening"), tmp_path_factory.mktemp("clock") / "hands"
    set_clock(hands, seconds_until(MIDNIGHT.timestamp() - EVENING))
    clock = clock_of(faketime, hands)
    run(data, "ledger", "create", "try", "--scheme", "conformance", clock=clock)
    key = key_for(data, "try", "person:operator", clock)
    with serving(data, clock) as address:
        asked = Ledger(address + "/v1/ledgers/try", key)
        yield Evening(asked, hands)
        asked.http.close()


def seconds_until(at: float) -> int:
    """By the machine's clock."""
    return int(at - time.time())


def lots(ledger: Ledger, account: str) -> list[tuple[int, str | None]]:
    return [(it["remaining"], it["expires_on"]) for it in ledger.at(account, include="lots")["lots"]]


def test_the_day_turns(evening: Evening) -> None:
    """One evening for all of it: lots of the day are spendable to its last instant, earmarked ones beyond it."""
    ledger = evening.ledger
    plain, kept, freed, line = (ledger.holder() for _ in range(4))
    for holder in (plain, kept, freed):
        ledger.grant(holder, 10, expires_in_days=0)
    ledger.grant(plain, 5, expires_in_days=1)
    held = ledger.hold(kept, 10, to=line, expires_in=2 * EVENING)
    given_up = ledger.hold(freed, 10, expires_in=2 * EVENING)
    assert lots(ledger, plain) == [(10, TODAY), (5, "2022-07-01")]
    assert ledger.transfer(plain, line, 4)["amount"] == 4
    ledger.grant(line, 1)
    assert ledger.at(line, include="lots")["lots"][0]["expires_at"] == "2022-06-30T16:00:00.000000Z"

    evening.strike_midnight()

    # What was open is gone before anybody writes, and nobody can spend it.
    assert lots(ledger, plain) == [(5, "2022-07-01")]
    assert ledger.at(plain)["lapsed"] == 6
    body = {"from": plain, "to": line, "unit": "A", "amount": 6}
    assert is_(ledger.refused("/transfers", body), 409, "insufficient-funds", available=5)

    # What is earmarked has not lapsed; a capture still takes it, and it lapses where it arrives.
    assert (ledger.at(kept)["held"], ledger.at(kept)["lapsed"]) == (10, 0)
    taken = ledger.capture(held["id"], amount=7)
    assert (taken["amount"], taken["remaining"]) == (7, 3)
    assert (ledger.at(line)["lapsed"], ledger.at(line)["balance"]) == (4 + 7, 1)

    # What a void sets free past its day lapses in the same transaction.
    voided = after(ledger.done(f"/holds/{given_up['id']}/void"), freed)
    assert (voided["held"], voided["lapsed"], voided["balance"], voided["available"]) == (0, 10, 0, 0)

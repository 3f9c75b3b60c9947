"""A process whose memory runs out under load, again and again: it may refuse or die, it never lies."""

import time
from pathlib import Path

import pytest

from tests.faults import load
from tests.faults.judge import keys_answer_again, nothing_lost_twice_or_invented, told
from tests.faults.load import STARVATIONS, Place
from tests.faults.test_kills import _processes, place
from tests.ledgers import opened

pytestmark = [pytest.mark.fault, pytest.mark.slow]
__all__ = ["place"]


def test_memory_runs_out_under_load(place: Place) -> None:
    starved: Path = place.folder / "starved"
    starved.write_text("0")
    process = _processes.Process(target=load.run_short_of_memory, args=(place, 0), daemon=True)
    process.start()
    try:
        deadline = time.monotonic() + 60
        while process.is_alive() and int(starved.read_text() or 0) < STARVATIONS:
            assert time.monotonic() < deadline, "a process without memory hangs"
            time.sleep(0.05)
        lived = process.is_alive()
    finally:
        process.kill()
        process.join()
    with opened(place.storage(), repeatable=False) as ledger:
        nothing_lost_twice_or_invented(ledger, place)
        keys_answer_again(ledger, place)
        nothing_lost_twice_or_invented(ledger, place)
    print(f"starved {starved.read_text()} times, {'lived' if lived else 'died'}, {len(told(place))} were acknowledged")
    assert told(place), "nothing was acknowledged: the case shows nothing"

"""Simulated runs over real databases: judged, counted, repeatable, and shown to have teeth."""

from collections import Counter
from pathlib import Path

import pytest

from ledger.pools import LotNotOpenError
from tests.conftest import DEPTH
from tests.simulation.planted import PLANTED
from tests.simulation.run import FoundError, Open, Simulation
from tests.simulation.storages import embedded, served
from tests.simulation.weather import STORAGE_FAULTS

SEEDS = {
    "normal": {"sqlite": (12, 3), "postgresql": (6, 2)},
    "deep": {"sqlite": (600, 200), "postgresql": (150, 50)},
}[DEPTH]
"""So many fixed seeds, and so many of this run's own, for each kind of database."""

MORE = 60
"""What is rare may need so many seeds more before each situation has been seen."""

COUNTER = ("grant", "deduct", "sell", "hold", "fulfil", "cancel", "refund")
PAIRS = ("propose", "approve", "reject")
BOOKS = ("close", "seal", "finish")
BANK = ("open", "transfer", "convert", "pledge", "capture", "void", "extend", "reverse")
CODES = (
    "already-decided",
    "already-exists",
    "already-reversed",
    "approval-expired",
    "cause-already-used",
    "closing-unfinished",
    "exceeds-hold",
    "exceeds-original",
    "hold-already-captured",
    "hold-already-voided",
    "hold-expired",
    "insufficient-funds",
    "limit-exceeded",
    "not-eligible",
    "not-found",
    "not-reversible",
    "out-of-stock",
    "period-closed",
    "period-not-open",
    "refund-closed",
    "self-approval",
)
TROUBLE = (
    "clock-untrusted",
    "deadline-passed",
    "internal-error",
    "outcome-unknown",
    "queue-full",
    "storage-unavailable",
)
INTENDED = (
    *(f"{name}: {how}" for name in (*COUNTER, *BANK, *BOOKS, *PAIRS) for how in ("done", "refused")),
    "bound: done",
    *(f"answer: {code}" for code in ("done", *CODES, *TROUBLE)),
    *(f"proposal {became}" for became in ("open", "approved", "rejected", "lapsed")),
    *(f"fault: {kind}" for kind in STORAGE_FAULTS),
    *(f"group of {members}" for members in (1, 2, 3)),
    *(f"clock wrong by {step} s" for step in (-3, 3, -30, 40, -4_000, 7_000)),
    *(f"network: {what}" for what in ("arrives", "request lost", "request doubled", "answer lost")),
    "an old request once more",
    "answer to another body: idempotency-key-reused",
    "answered after several sendings",
    "asked again under the same key",
    "drained",
    "replayed",
    "sweep that found something",
    "threshold crossed",
    "turn of 1",
    "turn of several",
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    return embedded(tmp_path) if kind == "sqlite" else served(request.getfixturevalue("fresh_database"))


def simulated(seed: int, open: Open, kind: str, *, liveness: bool | None = None) -> Counter[str]:
    """One run; whatever it finds, it says how to see it again."""
    simulation = Simulation(seed, open, liveness=liveness)
    try:
        return simulation.run()
    except BaseException:
        print(f"repeat it with: python -m tests.simulation {seed} {kind}")
        raise
    finally:
        simulation.close()


@pytest.mark.slow
def test_whatever_goes_wrong_nothing_is_lost_or_done_twice_and_everybody_is_answered(
    open: Open, kind: str, seed: int
) -> None:
    fixed, own = SEEDS[kind]
    seen: Counter[str] = Counter()
    for number in (*range(fixed), *(seed % 2**32 + further for further in range(own))):
        seen += simulated(number, open, kind)
    for number in range(fixed, fixed + MORE):
        if all(seen[name] for name in INTENDED):
            break
        seen += simulated(number, open, kind)
    for name in INTENDED:
        print(f"{seen[name]:6} {name}")
    assert not [name for name in INTENDED if not seen[name]], "these never happened: the runs show nothing of them"


def test_one_seed_is_one_run(tmp_path: Path) -> None:
    logs, counts = [], []
    for again in ("one", "two"):
        (tmp_path / again).mkdir()
        storages = embedded(tmp_path / again)
        counts.append(simulated(7, storages, "sqlite"))
        storage = storages("sim-7")
        logs.append([row.state for row in storage.facts(0, 100_000)])
        storage.close()
    assert counts[0] == counts[1]
    assert logs[0] == logs[1]
    assert counts[0]["drained"] or counts[0]["crash"]


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTED[bug](monkeypatch)
    storages = embedded(tmp_path)
    for number in range(60):
        try:
            simulated(number, storages, "sqlite", liveness=True)
        except (AssertionError, FoundError, LotNotOpenError) as found:
            print(f"seed {number}: {found}")
            return
    pytest.fail(f"{bug}: 60 runs have not found it")

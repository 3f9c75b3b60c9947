"""Any story, on both databases in lock-step, beside a model that shares no line with the code."""

from collections import Counter as Tally
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger.journal.mapper import Mapper
from ledger.journal.storage import Storage
from ledger.rooms import Registry
from tests.conftest import DEPTH
from tests.machines.seeded import SEEDED
from tests.machines.stories import StoryMachine

pytestmark = [pytest.mark.machine, pytest.mark.slow]

EXAMPLES = 600 if DEPTH == "deep" else 60
STEPS = 60 if DEPTH == "deep" else 20
_names = count()


def ledgers(*make: Callable[[str], Storage]) -> Callable[[], list[list[Storage]]]:
    """Opens a new ledger on each of these databases; two `Ledger`s work on it in turns."""

    def fresh() -> list[list[Storage]]:
        name = f"case-{next(_names)}"
        make[0](name).create(migrate=False)
        for other in make[1:]:
            other(name).create(migrate=False)
        return [[one(name), one(name)] for one in make]

    return fresh


def migrated(make: Callable[[str], Storage]) -> Callable[[str], Storage]:
    first = make("first")
    first.create()
    first.close()
    return make


def machine(opened: Callable[[], list[list[Storage]]]) -> type[StoryMachine]:
    return type("Case", (StoryMachine,), {"opened": staticmethod(opened), "covered": Tally()})


def budget(examples: int, steps: int = STEPS) -> settings:
    return settings(max_examples=examples, stateful_step_count=steps, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def one_mapper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of ledgers are opened here; what they all know of the facts is worked out once."""
    mapper = Mapper(Registry().topics.values())
    monkeypatch.setattr("ledger.journal.ledger.Mapper", lambda *_topics: mapper)


@pytest.fixture
def embedded(tmp_path: Path) -> Callable[[str], Storage]:
    return migrated(lambda name: Storage.sqlite(tmp_path / "journal.db", name))


def test_any_story_embedded(embedded: Callable[[str], Storage]) -> None:
    everything_happened(run(machine(ledgers(embedded)), EXAMPLES))


@pytest.mark.postgres
def test_any_story_on_both_databases(embedded: Callable[[str], Storage], fresh_database: str) -> None:
    server = migrated(lambda name: Storage.postgres(fresh_database, name))
    everything_happened(run(machine(ledgers(embedded, server)), EXAMPLES // 2))


def run(case: type[StoryMachine], examples: int) -> Tally[tuple[str, str]]:
    run_state_machine_as_test(case, settings=budget(examples))
    return case.covered


def everything_happened(covered: Tally[tuple[str, str]]) -> None:
    """Each wish was granted, and the refusals that belong to holds and reversals were given; what else, is printed."""
    for (wish, end), times in sorted(covered.items()):
        print(f"{wish:10} {end:26} {times:6}")
    wishes = {wish for wish, end in covered if end == "done"}
    assert {"transfer", "convert", "place", "capture", "void", "extend", "reverse", "group"} <= wishes
    refusals = {end for _, end in covered}
    assert {"hold-expired", "hold-already-captured", "exceeds-hold", "insufficient-funds", "replayed"} <= refusals
    assert {"already-reversed", "exceeds-original", "account-frozen", "idempotency-key-reused"} <= refusals


@pytest.mark.parametrize("seeded", SEEDED, ids=lambda seeded: seeded.__name__)
def test_a_seeded_bug_is_found(
    embedded: Callable[[str], Storage], seeded: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a green machine would prove nothing."""
    seeded(monkeypatch)
    # No shrinking, and the same cases in every run: this asks whether it is found, not how it looks when smallest.
    search = settings(budget(200), phases=[Phase.generate], derandomize=True, database=None)
    with pytest.raises(BaseException, match=r"model|facts|answer|duplicate|UNIQUE|refused|range|balance"):
        run_state_machine_as_test(machine(ledgers(embedded)), settings=search)

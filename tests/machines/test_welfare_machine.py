"""Any life of batches, coupons, tickets and settlements, on both databases in lock-step, beside a model."""

from collections import Counter as Tally
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger.journal.mapper import Mapper
from ledger.journal.storage import Storage
from ledger.rooms import Registry
from tests.conftest import DEPTH
from tests.machines.test_machine import ledgers, migrated
from tests.machines.welfare_machine import WelfareMachine
from tests.machines.welfare_seeded import SEEDED

pytestmark = [pytest.mark.machine, pytest.mark.slow]

EXAMPLES = 400 if DEPTH == "deep" else 30
STEPS = 50 if DEPTH == "deep" else 15


def machine(opened: Callable[[], list[list[Storage]]]) -> type[WelfareMachine]:
    return type("Case", (WelfareMachine,), {"opened": staticmethod(opened), "covered": Tally()})


def budget(examples: int, steps: int = STEPS) -> settings:
    # A story that fails is told as it was found: making it short takes longer than a test may.
    phases = set(Phase) if DEPTH == "deep" else set(Phase) - {Phase.shrink, Phase.explain}
    return settings(
        max_examples=examples, stateful_step_count=steps, phases=phases, suppress_health_check=list(HealthCheck)
    )


@pytest.fixture(autouse=True)
def one_mapper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many ledgers are opened here; what they all know of the facts is worked out once."""
    mapper = Mapper(Registry().topics.values())
    monkeypatch.setattr("ledger.journal.ledger.Mapper", lambda *_topics: mapper)


@pytest.fixture
def embedded(tmp_path: Path) -> Callable[[str], Storage]:
    return migrated(lambda name: Storage.sqlite(tmp_path / "journal.db", name))


def run(case: type[WelfareMachine], examples: int) -> Tally[tuple[str, str]]:
    run_state_machine_as_test(case, settings=budget(examples))
    return case.covered


def test_any_life_of_coupons_embedded(embedded: Callable[[str], Storage]) -> None:
    everything_happened(run(machine(ledgers(embedded)), EXAMPLES))


@pytest.mark.postgres
def test_any_life_of_coupons_on_both_databases(embedded: Callable[[str], Storage], fresh_database: str) -> None:
    server = migrated(lambda name: Storage.postgres(fresh_database, name))
    run(machine(ledgers(embedded, server)), EXAMPLES // 2)


def everything_happened(covered: Tally[tuple[str, str]]) -> None:
    """Each step from a draft to a payment was granted, and what belongs to coupons was refused; it is all printed."""
    for (wish, end), times in sorted(covered.items()):
        print(f"{wish:16} {end:26} {times:6}")
    done = {wish for wish, end in covered if end == "done"}
    assert {"approve", "issue", "spend"} <= done
    if DEPTH == "deep":
        # A few dozen short stories reach most of these, and not always all.
        assert {"finish", "refund", "void", "claim", "use", "cancel", "settle"} <= done
        assert {"coupon-spent", "coupons-do-not-stack", "not-eligible", "replayed"} <= {end for _, end in covered}


@pytest.mark.parametrize("seeded", SEEDED, ids=lambda seeded: seeded.__name__)
def test_a_seeded_bug_is_found(
    embedded: Callable[[str], Storage], seeded: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a green machine would prove nothing."""
    seeded(monkeypatch)
    # No shrinking, and the same cases in every run: this asks whether it is found, not how it looks when smallest.
    search = settings(budget(60), phases=[Phase.generate], derandomize=True, database=None)
    with pytest.raises(BaseException, match=r"model|facts|answer|duplicate|UNIQUE|refused"):
        run_state_machine_as_test(machine(ledgers(embedded)), settings=search)

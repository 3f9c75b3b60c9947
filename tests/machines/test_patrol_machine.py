"""Any life of tasks, claims, reviews, coins and seats, on both databases in lock-step, beside a model."""

from collections import Counter as Tally
from collections.abc import Callable

import pytest

from tests.conftest import DEPTH
from tests.machines.conftest import Make
from tests.machines.lives import live, machine, search
from tests.machines.patrol_seeded import SEEDED
from tests.machines.patrol_walks import PatrolWalkMachine

pytestmark = [pytest.mark.machine, pytest.mark.slow]

EXAMPLES = 400 if DEPTH == "deep" else 30
STEPS = 50 if DEPTH == "deep" else 20


def test_any_life_of_tasks_embedded(embedded: Make) -> None:
    everything_happened(live(machine(PatrolWalkMachine, embedded), examples=EXAMPLES, steps=STEPS))


@pytest.mark.postgres
def test_any_life_of_tasks_on_both_databases(embedded: Make, server: Make) -> None:
    everything_happened(live(machine(PatrolWalkMachine, embedded, server), examples=EXAMPLES // 3, steps=STEPS))


def everything_happened(covered: Tally[tuple[str, str]]) -> None:
    """Each step from a task to a seat was granted, and what belongs to them was refused: on the walks alone."""
    granted = {wish for wish, end in covered if end == "done"}
    assert {"publish", "claim", "finish", "track", "review", "convert", "buy", "open-session", "book"} <= granted
    refusals = {end for _, end in covered}
    assert {"claim-open", "claim-expired", "slot-closed", "patrol-running", "entitlement-in-force"} <= refusals


@pytest.mark.parametrize("seeded", SEEDED, ids=lambda seeded: seeded.__name__)
def test_a_seeded_bug_is_found(
    embedded: Make, seeded: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a green machine would prove nothing."""
    seeded(monkeypatch)
    with pytest.raises(BaseException, match=r"model|facts|answer|duplicate|UNIQUE|refused"):
        search(machine(PatrolWalkMachine, embedded), steps=STEPS)

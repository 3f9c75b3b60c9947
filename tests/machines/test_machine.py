"""Any story, on both databases in lock-step, beside a model that shares no line with the code."""

from collections import Counter as Tally
from collections.abc import Callable

import pytest

from tests.conftest import DEPTH
from tests.machines.conftest import Make
from tests.machines.lives import live, machine, search
from tests.machines.seeded import SEEDED
from tests.machines.walks import WalkMachine

pytestmark = [pytest.mark.machine, pytest.mark.slow]

EXAMPLES = 600 if DEPTH == "deep" else 28
STEPS = 60 if DEPTH == "deep" else 20


def test_any_story_embedded(embedded: Make) -> None:
    everything_happened(live(machine(WalkMachine, embedded), examples=EXAMPLES, steps=STEPS))


@pytest.mark.postgres
def test_any_story_on_both_databases(embedded: Make, server: Make) -> None:
    everything_happened(live(machine(WalkMachine, embedded, server), examples=EXAMPLES // 2, steps=STEPS))


def everything_happened(covered: Tally[tuple[str, str]]) -> None:
    """Each wish was granted, and the refusals that belong to holds and reversals were given: on the walks alone."""
    wishes = {wish for wish, end in covered if end == "done"}
    assert {"transfer", "convert", "place", "capture", "void", "extend", "reverse", "group"} <= wishes
    assert {"watch", "unwatch", "crossing", "bound"} <= wishes
    refusals = {end for _, end in covered}
    assert {"hold-expired", "hold-already-captured", "exceeds-hold", "insufficient-funds", "replayed"} <= refusals
    assert {"already-reversed", "exceeds-original", "account-frozen", "idempotency-key-reused"} <= refusals
    assert {("transfer", "limit-exceeded"), ("grant", "limit-exceeded"), ("deduct", "limit-exceeded")} <= set(covered)


@pytest.mark.parametrize("seeded", SEEDED, ids=lambda seeded: seeded.__name__)
def test_a_seeded_bug_is_found(
    embedded: Make, seeded: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a green machine would prove nothing."""
    seeded(monkeypatch)
    with pytest.raises(BaseException, match=r"model|facts|answer|duplicate|UNIQUE|refused|range|balance"):
        search(machine(WalkMachine, embedded), steps=STEPS)

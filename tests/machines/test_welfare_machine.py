"""Any life of batches, coupons, tickets and settlements, on both databases in lock-step, beside a model."""

from collections import Counter as Tally
from collections.abc import Callable

import pytest

from tests.conftest import DEPTH
from tests.machines.conftest import Make
from tests.machines.lives import live, machine, search
from tests.machines.welfare_seeded import SEEDED
from tests.machines.welfare_walks import WelfareWalkMachine

pytestmark = [pytest.mark.machine, pytest.mark.slow]

EXAMPLES = 400 if DEPTH == "deep" else 30
STEPS = 50 if DEPTH == "deep" else 15


def test_any_life_of_coupons_embedded(embedded: Make) -> None:
    everything_happened(live(machine(WelfareWalkMachine, embedded), examples=EXAMPLES, steps=STEPS))


@pytest.mark.postgres
def test_any_life_of_coupons_on_both_databases(embedded: Make, server: Make) -> None:
    everything_happened(live(machine(WelfareWalkMachine, embedded, server), examples=EXAMPLES // 2, steps=STEPS))


def everything_happened(covered: Tally[tuple[str, str]]) -> None:
    """Each step from a draft to a payment was granted, and what belongs to coupons refused: on the walks alone."""
    done = {wish for wish, end in covered if end == "done"}
    assert {"approve", "issue", "spend", "finish", "refund", "void", "claim", "use", "cancel", "settle", "pay"} <= done
    assert {"coupon-spent", "coupons-do-not-stack", "not-eligible", "coupon-of-another"} <= {end for _, end in covered}


@pytest.mark.parametrize("seeded", SEEDED, ids=lambda seeded: seeded.__name__)
def test_a_seeded_bug_is_found(
    embedded: Make, seeded: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a green machine would prove nothing."""
    seeded(monkeypatch)
    with pytest.raises(BaseException, match=r"model|facts|answer|duplicate|UNIQUE|refused"):
        search(machine(WelfareWalkMachine, embedded), steps=STEPS)

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

DONE = {"draft", "lines", "hand-in", "approve", "issue", "finish", "spend", "refund", "void", "merge"} | {
    *("offer", "claim", "use", "cancel", "suspend", "resume"),
    *("settle", "add-lines", "check", "pay", "dispute", "resolve"),
}
REFUSED = {
    ("approve", "fund-exhausted"),
    ("approve", "self-approval"),
    ("spend", "replayed"),
    ("spend", "coupon-spent"),
    ("spend", "coupon-of-another"),
    ("spend", "coupons-do-not-stack"),
    ("spend", "holder-merged"),
    ("spend", "merchant-suspended"),
    ("refund", "idempotency-key-reused"),
    ("claim", "sale-closed"),
    ("claim", "limit-exceeded"),
    ("claim", "out-of-stock"),
    ("claim", "fund-exhausted"),
    ("claim", "merchant-suspended"),
    ("use", "merchant-suspended"),
    ("check", "not-eligible"),
    ("check", "self-approval"),
    ("pay", "not-eligible"),
    ("pay", "self-approval"),
    ("add-lines", "already-exists"),
}


def test_any_life_of_coupons_embedded(embedded: Make) -> None:
    everything_happened(live(machine(WelfareWalkMachine, embedded), examples=EXAMPLES, steps=STEPS))


@pytest.mark.postgres
def test_any_life_of_coupons_on_both_databases(embedded: Make, server: Make) -> None:
    everything_happened(live(machine(WelfareWalkMachine, embedded, server), examples=EXAMPLES // 2, steps=STEPS))


def everything_happened(covered: Tally[tuple[str, str]]) -> None:
    """Each step from a draft to a payment was granted, and what belongs to it refused: on the walks alone."""
    assert {(wish, "done") for wish in DONE} | REFUSED <= covered.keys()


@pytest.mark.parametrize("seeded", SEEDED, ids=lambda seeded: seeded.__name__)
def test_a_seeded_bug_is_found(
    embedded: Make, seeded: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a green machine would prove nothing."""
    seeded(monkeypatch)
    with pytest.raises(BaseException, match=r"model|facts|answer|duplicate|UNIQUE|refused"):
        search(machine(WelfareWalkMachine, embedded), steps=STEPS)

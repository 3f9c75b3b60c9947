"""Whatever order grants come in, from whatever days: no counter passes its limit, and none is refused below it."""

from collections import Counter as Tally
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import local_day, start_of_day, window
from ledger.limits.entities import Counter
from ledger.refusals import LimitExceeded
from ledger.values import AccountId, Day, Instant, instant, later, moment
from tests.given import ZONE
from tests.limits.test_limits import LI, WANG, grant, story

NOW = "2023-01-02"
LIMITS = {
    "daily": {"counts": "times", "per": ["person"], "window": "day", "amount": 2},
    "weekly": {"counts": "amount", "unit": "A", "window": "week", "amount": 12},
    "yearly": {
        "counts": "amount",
        "unit": "A",
        "per": ["person", "reason"],
        "window": "year",
        "amount": 9,
        "changes": [{"from": "2022-12-31", "amount": 15}],
    },
}


class Ask(NamedTuple):
    """One grant: to whom, how much, for which occasion, and when it happened."""

    to: AccountId
    amount: int
    reason: str
    at: Instant


def figure(rule: str, day: Day) -> int:
    """What the limits above say, read once more by hand."""
    if rule == "daily":
        return 2
    return 12 if rule == "weekly" else 15 if day >= "2022-12-31" else 9


def drawn(ask: Ask) -> dict[str, int]:
    """The counters that it should draw on."""
    day = local_day(ask.at, ZONE)
    return {
        f"daily/{ask.to}/{day}": 1,
        f"weekly/ledger/{window('week', day)}": ask.amount,
        f"yearly/reason:{ask.reason}+{ask.to}/{day[:4]}": ask.amount,
    }


MIDNIGHTS = [start_of_day(Day(day), ZONE) for day in ("2022-12-31", "2023-01-01", "2023-01-02")]
instants = st.builds(
    lambda midnight, seconds: instant(moment(later(midnight, seconds=seconds))),
    st.sampled_from(MIDNIGHTS),
    st.sampled_from([-86_400, -1, 0, 1, 40_000]),
)
asks = st.builds(Ask, st.sampled_from([WANG, LI]), st.integers(1, 9), st.sampled_from(["spring", "birthday"]), instants)


@given(st.lists(asks, max_size=12))
def test_a_grant_is_refused_exactly_when_a_counter_would_pass_its_limit(wished: list[Ask]) -> None:
    site, used = story(**LIMITS).on(NOW), Tally[str]()
    for ask in wished:
        wanted = drawn(ask)
        day = local_day(ask.at, ZONE)
        full = [id for id, more in wanted.items() if used[id] + more > figure(id.split("/")[0], day)]
        offered = grant(ask.amount, ask.to, reason=ask.reason)
        if full:
            with pytest.raises(LimitExceeded) as caught:
                site.when(offered, occurred_at=ask.at)
            assert (caught.value.rule, caught.value.used) == (full[0].split("/")[0], used[full[0]])
        else:
            site.when(offered, occurred_at=ask.at)
            used.update(wanted)
        assert {id: site.the(Counter, id).used for id in used} == dict(used)

"""Whatever order grants and reversals come in: no counter passes its limit, and none is refused below it."""

from collections import Counter as Tally
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import local_day, start_of_day, window
from ledger.limits.entities import Counter
from ledger.refusals import LimitExceeded
from ledger.reversals.commands import ReverseMovement
from ledger.values import AccountId, Day, Instant, TxId, instant, later, moment
from tests.given import ZONE, Story
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


class Back(NamedTuple):
    """Some of an earlier grant is taken back: which, of those that are there, and how much at most."""

    which: int
    amount: int


MIDNIGHTS = [start_of_day(Day(day), ZONE) for day in ("2022-12-31", "2023-01-01", "2023-01-02")]
instants = st.builds(
    lambda midnight, seconds: instant(moment(later(midnight, seconds=seconds))),
    st.sampled_from(MIDNIGHTS),
    st.sampled_from([-86_400, -1, 0, 1, 40_000]),
)
asks = st.builds(Ask, st.sampled_from([WANG, LI]), st.integers(1, 9), st.sampled_from(["spring", "birthday"]), instants)


backs = st.builds(Back, st.integers(0, 20), st.integers(1, 9))


@given(st.lists(st.one_of(asks, asks, backs), max_size=14))
def test_a_grant_is_refused_exactly_when_a_counter_would_pass_its_limit(wished: list[Ask | Back]) -> None:
    site, used = story(**LIMITS).on(NOW), Tally[str]()
    granted: list[tuple[TxId, Ask, int]] = []
    for wish in wished:
        if isinstance(wish, Back):
            take_back(site, used, granted, wish)
            continue
        wanted, day = drawn(wish), local_day(wish.at, ZONE)
        full = [id for id, more in wanted.items() if used[id] + more > figure(id.split("/")[0], day)]
        offered = grant(wish.amount, wish.to, reason=wish.reason)
        if full:
            with pytest.raises(LimitExceeded) as caught:
                site.when(offered, occurred_at=wish.at)
            assert (caught.value.rule, caught.value.used) == (full[0].split("/")[0], used[full[0]])
        else:
            site.when(offered, occurred_at=wish.at)
            granted.append((site.tx, wish, wish.amount))
            used.update(wanted)
        assert {id: site.the(Counter, id).used for id in used} == dict(used)


def take_back(site: Story, used: Tally[str], granted: list[tuple[TxId, Ask, int]], back: Back) -> None:
    """Amounts come back as they are taken, a time with the last of its grant, each in the window that it was from."""
    if not granted:
        return
    tx, ask, left = granted.pop(back.which % len(granted))
    amount = min(back.amount, left)
    site.when(ReverseMovement(of=tx, amount=amount, reason="correction"))
    for id in drawn(ask):
        used[id] -= (amount == left) if id.startswith("daily") else amount
    if amount < left:
        granted.append((tx, ask, left - amount))
    assert {id: site.the(Counter, id).used for id in used} == dict(used)

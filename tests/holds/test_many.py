"""An account with thousands of open holds: each new, taken or ended one costs a few comparisons, not all of them."""

import pytest

from ledger.holds.facts import HoldExpired
from ledger.points.entities import OpenHold
from ledger.room import Command
from ledger.values import Instant
from tests.given import ZONE, Story
from tests.holds.bank import SHOP, at, bank, capture, extend, figures, hold, void

MANY = 2_000


class Counted:
    """How often the place of a hold among others was asked for."""

    def __init__(self) -> None:
        self.times = 0

    def cost(self, story: Story, *wishes: Command) -> int:
        before = self.times
        for wish in wishes:
            decision = story._decision()
            for fact in decision.registry.handlers[type(wish)].decide(wish, decision, decision):
                decision.record(fact)
            story.book.rows.update(decision.rows)
            story.journal.extend(decision.envelopes)
        return self.times - before


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted()
    place = OpenHold.place.fget  # type: ignore[attr-defined] # a property of the class
    assert place is not None

    def asked(hold: OpenHold) -> tuple[Instant, str]:
        counted.times += 1
        answer: tuple[Instant, str] = place(hold)
        return answer

    monkeypatch.setattr(OpenHold, "place", property(asked))
    return counted


@pytest.fixture
def crowded(places: Counted) -> Story:
    """Two thousand open holds on one account, all for one shop, none placed in the order in which it ends."""
    story = bank(points=MANY * 2)
    places.cost(
        story,
        *(hold(1, to=SHOP, id=f"h{number}", expires_in=1_000 + number * 7_919 % MANY) for number in range(MANY)),
    )
    return story


def test_what_one_more_hold_costs(crowded: Story, places: Counted) -> None:
    assert len(at(crowded).holds) == len(at(crowded, SHOP).towards) == MANY
    assert figures(crowded) == (MANY * 2, MANY, 0)
    for wish in (hold(1, to=SHOP), capture(of="h1000"), void("h1"), extend(1_500, "h5")):
        # Two lists, of payer and payee; an extension goes out of each and into it. 2 ** 11 > 2,000.
        assert places.cost(crowded, wish) <= 2 * 2 * 13
    assert (figures(crowded), figures(crowded, SHOP)) == ((MANY * 2 - 1, MANY - 1, 0), (1, 0, MANY - 1))


def test_the_lists_stay_in_the_order_in_which_holds_end(crowded: Story) -> None:
    account = at(crowded)
    assert list(account.holds) == sorted(account.holds, key=lambda item: (item.expires_at, item.of))
    assert account.holds == at(crowded, SHOP).towards
    assert account.due_at(ZONE) == account.holds[0].expires_at == "2022-06-10T04:16:40.000000Z"


def test_time_ends_those_that_are_over_and_looks_at_no_other(crowded: Story, places: Counted) -> None:
    before = places.times
    crowded.at = Instant("2022-06-10T04:16:49.000000Z")
    decision = crowded._decision()
    decision.lapse(decision.registry.dues["account"], at(crowded))
    ended = [item.data for item in decision.envelopes]
    assert (len(ended), {type(fact) for fact in ended}) == (10, {HoldExpired})
    # Merging two sorted lists looks at each that is over and the next; ending one is two bisections.
    assert places.times - before <= 10 * (2 * 13 + 4) + 4

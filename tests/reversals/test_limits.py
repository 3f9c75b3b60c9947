"""What limits of the scheme had counted is given back with what is reversed; caps and budgets go on counting."""

from typing import Any

from ledger.holds.commands import CaptureHold, PlaceHold
from ledger.limits.entities import Counter
from ledger.limits.facts import LimitsReturned
from ledger.refusals import LimitExceeded
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.values import HoldId, UnitCode
from tests.behaviours.site import check_in
from tests.behaviours.site import site as building_site
from tests.given import Story
from tests.reversals.site import LI, WANG, balance, bank, convert, deduct, grant, reverse, transfer


def limited(kind: str) -> Story:
    """At most 20 of A and three times in a month, for all."""
    names = {"zh": "限额", "en": "Limit"}
    tables: dict[str, Any] = canonical(load_scheme("conformance"))
    common = {"names": names, "kinds": [kind], "window": "month"}
    tables["limits"] = {
        "much": {**common, "counts": "amount", "unit": "A", "amount": 20},
        "often": {**common, "counts": "times", "amount": 3},
    }
    return bank(checked(tables))


def used(story: Story) -> tuple[int, int]:
    much, often = (story.get(Counter, f"{code}/ledger/2022-06") for code in ("much", "often"))
    return (much.used if much else 0, often.used if often else 0)


def test_a_reversed_transfer_gives_its_amount_back_in_parts_and_its_time_at_the_end() -> None:
    story = limited("transfer").given(grant(90), transfer(15))
    of = story.tx
    story.refuses(transfer(6), LimitExceeded(rule="much", limit=20, used=15, offered=5, period="2022-06"))
    story.given(reverse(of, 10))
    assert used(story) == (5, 1)
    story.on("2022-07-02").given(reverse(of))
    assert used(story) == (0, 0), "in the window in which it was counted"


def test_so_does_a_conversion_and_a_capture() -> None:
    story = limited("conversion").given(grant(90), convert(15))
    assert used(story) == (14, 1)
    story.given(reverse(story.tx))
    assert used(story) == (0, 0)
    story = limited("hold").given(grant(90), PlaceHold(account=WANG, unit=UnitCode("A"), amount=12, id=HoldId("h")))
    story.given(CaptureHold(hold=HoldId("h")))
    story.given(reverse(story.tx, 5))
    assert used(story) == (7, 1)


def test_a_grant_and_a_deduction_give_back_in_a_fact_beside_theirs() -> None:
    for kind, command in (("grant", grant(12)), ("deduction", deduct(8))):
        story = limited(kind).given(grant(8), command)
        before = used(story)
        facts = story.when(reverse(story.tx))
        assert [type(fact).__name__ for fact in facts][-1] == LimitsReturned.__name__
        assert (before[0] - used(story)[0], before[1] - used(story)[1]) == (command.amount, 1)


def test_a_group_gives_back_what_each_of_it_had_drawn() -> None:
    story = limited("transfer").given(grant(90))
    story.together(transfer(5), transfer(2, LI, WANG), transfer(7))
    assert used(story) == (14, 3)
    story.given(reverse(story.tx))
    assert (used(story), balance(story, WANG)) == ((0, 0), 90)


def test_a_cap_of_a_day_counts_what_was_done_even_if_it_is_taken_back() -> None:
    story = building_site()
    story.given(check_in())
    counters = {key: row for key, row in story.book.rows.items() if key[0] == Counter.KIND}
    facts = story.when(reverse(story.tx))
    assert len(facts) == 1
    assert counters
    assert {key: row for key, row in story.book.rows.items() if key[0] == Counter.KIND} == counters

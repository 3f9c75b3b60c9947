"""Claims: first come first served within places, one open claim a person, and places that fall back to the pool."""

import msgspec
import pytest

from ledger.limits.entities import Counter
from ledger.patrols.facts import ClaimGivenBack, ClaimLapsed, TaskClaimed
from ledger.people.commands import BarHolder, LeaveSite, MergeHolders
from ledger.refusals import (
    AlreadyExists,
    ClaimExpired,
    ClaimOpen,
    HolderBarred,
    HolderMerged,
    LimitExceeded,
    Malformed,
    NotEligible,
    NotFound,
    SlotClosed,
    TaskTaken,
    UnknownSchemeTerm,
)
from ledger.scheme.loading import load_scheme
from ledger.values import ClaimId, Day
from tests.given import LEADER
from tests.patrols.ground import (
    CLOSES,
    LI,
    OPENS,
    TASK,
    WANG,
    ZHAO,
    at,
    busy,
    claim,
    finish,
    give_back,
    ground,
    places,
    start,
    tasks,
    the_claim,
    the_task,
)

MORNING = "songtai-2.2022-06-15.morning"
WALKED_ONCE = LimitExceeded(rule="patrol", limit=1, used=1, offered=0, period=TASK)


def used(holder: str, task: str = TASK) -> str:
    return f"patrol/holder:{holder}/{task}"


# Claiming ----------------------------------------------------------------------------------------------------


def test_a_claim_takes_a_place_until_it_must_be_started() -> None:
    story = ground()
    (fact,) = story.when(claim())
    assert isinstance(fact, TaskClaimed)
    assert (fact.start_by_at, fact.entry()) == (at("11:00"), None)
    assert (the_claim(story).status, the_claim(story).claimed_at, busy(story)) == ("open", at("10:30"), "c")
    assert (places(story), the_task(story).free, the_task(story).due_at("UTC")) == ((1, 1), 0, at("11:00"))


@pytest.mark.parametrize(
    ("when", "start_by"),
    [("00:00", "10:30"), ("09:59", "10:30"), ("10:00", "10:30"), ("13:29", "13:59"), ("13:45", "14:00")],
)
def test_half_an_hour_runs_from_the_claim_or_the_opening_and_never_beyond_the_end(when: str, start_by: str) -> None:
    story = ground().on(at(when)).given(claim())
    assert the_claim(story).start_by_at == at(start_by)


def test_the_last_place_goes_to_whoever_comes_first() -> None:
    story = ground(places=2).given(claim(LI), claim(WANG, id="w"))
    story.refuses(claim(ZHAO, id="z"), TaskTaken(places=2))
    assert places(story) == (2, 2)


def test_a_person_has_one_open_claim_wherever_it_is() -> None:
    story = ground(places=2).given(tasks(on="2022-06-15", slots=("morning",)), claim())
    for task in (TASK, MORNING):
        story.refuses(claim(task=task, id="d"), ClaimOpen(claim="c"))
    story.given(start())
    story.refuses(claim(task=MORNING, id="d"), ClaimOpen(claim="c"))
    story.given(finish(), claim(task=MORNING, id="d"))
    assert busy(story) == "d"


def test_a_person_walks_a_task_once() -> None:
    story = ground(places=2).given(claim(), start(), finish())
    story.refuses(claim(id="d"), WALKED_ONCE)
    assert story.the(Counter, used(LI)).used == 1


def test_an_id_is_used_once_and_made_where_none_is_named() -> None:
    story = ground(places=3).given(claim())
    story.refuses(claim(WANG), AlreadyExists(kind="claim", id="c"))
    story.refuses(claim(WANG, id="a/b"), Malformed(errors=["id: 1 to 64 letters, digits, hyphens and underscores"]))
    first, second = story.together(claim(WANG, id=None), claim(ZHAO, id=None))
    assert isinstance(first, TaskClaimed)
    assert isinstance(second, TaskClaimed)
    assert [first.claim, second.claim] == [ClaimId(story.tx), ClaimId(f"{story.tx}.{len(story.journal)}")]


def test_a_claim_names_a_task_and_a_person_that_are_there() -> None:
    story = ground()
    story.refuses(claim(task="nothing"), NotFound(kind="task", id="nothing"))
    story.refuses(claim("nobody"), NotFound(kind="holder", id="nobody"))


def test_a_task_is_claimed_before_its_slot_closes_by_when_the_ledger_learns_of_it() -> None:
    story = ground().on(CLOSES)
    story.refuses(claim(), SlotClosed(opens_at=OPENS, closes_at=CLOSES), occurred_at=at("13:00"))


def test_only_crews_that_are_named_may_claim() -> None:
    story = ground(claimable_by=("Night watch",))
    story.refuses(claim(), NotEligible(reason="crew"))
    story = ground(claimable_by=("Day watch", "Night watch"), crew="Night watch").given(claim())
    assert places(story) == (1, 1)


def test_who_has_left_by_that_day_takes_no_place_who_is_barred_goes_on_earning() -> None:
    story = ground(places=3).given(
        BarHolder(holder=LI, reason="correction"),
        LeaveSite(holder=WANG, left_on=Day("2022-06-13"), reason="correction"),
        LeaveSite(holder=ZHAO, left_on=Day("2022-06-14"), reason="correction"),
    )
    story.refuses(claim(WANG), HolderBarred(since=Day("2022-06-13")))
    story.given(claim(LI), claim(ZHAO, id="z"))
    assert places(story) == (2, 2)


# Records of one man ------------------------------------------------------------------------------------------


def merged(old: str, into: str) -> MergeHolders:
    return MergeHolders(old=old, into=into, reason="correction")  # type: ignore[arg-type] # ids of holders


def test_one_man_with_two_records_has_one_claim_and_one_walk() -> None:
    story = ground(places=3).given(tasks(on="2022-06-15", slots=("morning",)), claim(LI), merged(LI, WANG))
    story.refuses(claim(LI, id="d"), HolderMerged(holder=LI, into=WANG))
    story.refuses(claim(WANG, id="d"), ClaimOpen(claim="c"))
    story.given(start(), finish())
    story.refuses(claim(WANG, id="d"), WALKED_ONCE)
    story.given(claim(WANG, task=MORNING, id="d"))
    assert (busy(story, LI), busy(story, WANG)) == (None, "d")


def test_two_claims_that_a_merge_brings_together_can_both_be_finished_where_they_are_of_two_tasks() -> None:
    story = ground(places=2).given(tasks(on="2022-06-15", slots=("morning",)), claim(LI), claim(WANG, MORNING, id="w"))
    story.given(merged(LI, WANG), start(), finish()).on(at("00:10", "2022-06-15")).given(start("w"), finish("w"))
    assert [the_claim(story, id).status for id in "cw"] == ["finished", "finished"]


def test_of_two_claims_on_one_task_that_a_merge_brings_together_one_is_walked() -> None:
    story = ground(places=2).given(claim(LI), claim(WANG, id="w"), merged(LI, WANG))
    story.given(start(), start("w"), finish())
    story.refuses(finish("w"), WALKED_ONCE)
    assert (places(story), busy(story, WANG)) == ((2, 1), "w")
    story.given(give_back("w"))
    assert places(story) == (1, 0)


def test_a_claim_is_not_started_when_its_task_was_walked_under_another_record() -> None:
    story = ground(places=2).given(claim(LI), claim(WANG, id="w"), merged(LI, WANG), start("w"), finish("w"))
    story.refuses(start(), WALKED_ONCE)


# Giving back -------------------------------------------------------------------------------------------------


def test_a_place_that_is_given_back_is_free_for_anybody_him_too() -> None:
    story = ground().given(claim())
    (fact,) = story.when(give_back(reason="typhoon"))
    assert isinstance(fact, ClaimGivenBack)
    assert (the_claim(story).status, the_claim(story).reason, places(story)) == ("given-back", "typhoon", (0, 0))
    assert (busy(story), story.the(Counter, used(LI)).used) == (None, 0)
    story.given(claim(id="d"))
    assert busy(story) == "d"


def test_a_started_patrol_can_be_given_back_a_finished_one_cannot() -> None:
    story = ground(places=2).given(claim(), start(), give_back())
    assert places(story) == (0, 0)
    story.given(claim(id="d"), start("d"), finish("d"))
    story.refuses(give_back("d"), NotEligible(reason="finished"))


def test_giving_back_twice_or_too_late_says_how_it_ended() -> None:
    story = ground().given(claim(), give_back())
    story.refuses(give_back(), NotEligible(reason="given-back"))
    story.given(claim(id="d")).on(at("11:00"))
    story.refuses(give_back("d"), ClaimExpired(expired_at=at("11:00")))
    story.refuses(give_back("e"), NotFound(kind="claim", id="e"))
    story.refuses(give_back("d", "mood"), UnknownSchemeTerm(term="reason", value="mood"))


# Falling back ------------------------------------------------------------------------------------------------


def test_a_claim_that_is_not_started_falls_back_at_exactly_that_instant() -> None:
    story = ground().given(claim()).on("2022-06-14T10:59:59.999999Z")
    story.refuses(claim(WANG, id="w"), TaskTaken(places=1))
    story.on(at("11:00")).given(claim(WANG, id="w"))
    (lapsed,) = story.facts(ClaimLapsed)
    assert (lapsed.claim, lapsed.cause) == ("c", "not-started")
    assert (the_claim(story).status, the_claim(story).ended_at, busy(story)) == ("lapsed", at("11:00"), None)
    assert [(envelope.occurred_at, envelope.by.principal) for envelope in story.journal if envelope.data is lapsed] == [
        (at("11:00"), "system")
    ]


def test_a_patrol_that_is_not_finished_falls_back_twelve_hours_after_its_slot() -> None:
    story = ground().given(claim(), start())
    assert the_claim(story).falls_back_at == at("02:00", "2022-06-15")
    story.on("2022-06-15T01:59:59.999999Z").let_time_act()
    assert places(story) == (1, 1)
    story.on(at("02:00", "2022-06-15")).let_time_act()
    assert (the_claim(story).cause, places(story), busy(story)) == ("not-finished", (0, 0), None)


def test_several_claims_fall_back_each_at_its_own_instant() -> None:
    story = ground(places=3).given(claim(LI)).on(at("10:40")).given(claim(WANG, id="w"), claim(ZHAO, id="z"))
    story.given(start("z")).on(at("20:00")).let_time_act()
    ends = {fact.claim: the_claim(story, fact.claim).ended_at for fact in story.facts(ClaimLapsed)}
    assert ends == {"c": at("11:00"), "w": at("11:10")}
    assert places(story) == (1, 1)


def test_a_reader_sees_a_claim_lapsed_before_anybody_records_it() -> None:
    story = ground().given(claim())
    open_one = the_claim(story)
    assert open_one.seen_at(at("10:59")) is open_one
    seen = open_one.seen_at(at("11:00"))
    assert (seen.status, seen.cause, seen.ended_at) == ("lapsed", "not-started", at("11:00"))
    story.on(at("11:00")).let_time_act()
    assert the_claim(story) == seen


def test_who_made_facts_of_a_claim_is_known_to_its_review() -> None:
    story = ground().given(claim(), by=LEADER).given(start())
    assert the_claim(story).makers == ("person:leader", "person:supervisor")


def test_minutes_to_start_are_the_schemes() -> None:
    scheme = load_scheme("patrol")
    assert scheme.patrols is not None
    patient = msgspec.structs.replace(scheme.patrols, claim_minutes=45)
    story = ground(scheme=msgspec.structs.replace(scheme, patrols=patient)).given(claim())
    assert the_claim(story).start_by_at == at("11:15")

"""Applications ranked by rule (S22): front-line workers first, then who has had no journey for three years."""

from typing import Any

import pytest

from ledger.entitlements.commands import BookPlace, MarkNoShow, OpenSession, UseEntitlement
from ledger.entitlements.entities import EntitlementId, Held, SessionId, held_id
from ledger.entitlements.facts import EntitlementWaitlisted
from ledger.entitlements.ranking import rank
from ledger.people.commands import MergeHolders
from ledger.refusals import Malformed, NotEligible, Refusal, UnknownSchemeTerm
from ledger.room import Command
from ledger.scheme.patrolling import Criterion
from ledger.values import Day, HolderId
from tests.entitlements.mall import LI, WANG, book, given_to, people, places, session, used
from tests.given import Story

CRITERIA = (Criterion(ground="front-line"), Criterion(months_since_last=36))
BEGINS = Day("2022-09-01")


@pytest.mark.parametrize(
    ("grounds", "last_on", "place"),
    [
        ({"front-line"}, None, 0),
        ({"front-line"}, "2019-09-01", 0),
        ({"front-line"}, "2019-09-02", 1),
        (set(), None, 2),
        (set(), "2022-06-01", 3),
        ({"other"}, None, 2),
    ],
)
def test_the_first_criterion_outweighs_the_second(grounds: set[str], last_on: str | None, place: int) -> None:
    assert rank(CRITERIA, frozenset(grounds), Day(last_on) if last_on else None, BEGINS) == place


def applying(person: str, session: str = "autumn", **said: Any) -> BookPlace:
    return BookPlace(entitlement=EntitlementId(person), session=SessionId(session), **said)


def journey(id: str = "autumn", number: int = 0, starts: str = BEGINS) -> OpenSession:
    return OpenSession(id=SessionId(id), code="recuperation", starts_on=Day(starts), ends_on=Day(starts), places=number)


def city() -> Story:
    story = people(Story("recuperation").on("2022-06-01"), LI, WANG, coins=0)
    return story.given(given_to(LI, id="li"), given_to(WANG, id="wang"), journey())


def test_whoever_is_entered_with_a_ground_moves_up_before_who_came_earlier() -> None:
    story = city().given(applying("wang"))
    (fact,) = story.when(applying("li", grounds=("front-line",), last_on=Day("2021-05-01")))
    assert isinstance(fact, EntitlementWaitlisted)
    assert (fact.rank, fact.grounds, fact.last_on) == (1, ("front-line",), "2021-05-01")
    story.given(places(1, "autumn"))
    assert session(story, "autumn").booked == ("li",)


def test_a_journey_that_this_ledger_knows_of_counts_whether_he_tells_of_it_or_not() -> None:
    story = city().given(journey("june", 1, "2022-06-01"), book("li", "june"), used("li")).on("2022-06-02")
    assert story.the(Held, held_id(LI, "recuperation")).last_on == "2022-06-01"
    (fact,) = story.given(given_to(LI, id="again")).when(applying("again", last_on=Day("2010-01-01")))
    assert isinstance(fact, EntitlementWaitlisted)
    assert (fact.rank, fact.last_on) == (3, "2022-06-01")


def test_it_counts_of_his_other_record_too_and_not_when_it_was_a_wrong_mark() -> None:
    story = city().given(journey("june", 1, "2022-06-01"), book("wang", "june"), used("wang"))
    story.given(MergeHolders(old=WANG, into=LI, reason="correction"))
    (fact,) = story.when(applying("li"))
    assert isinstance(fact, EntitlementWaitlisted)
    assert fact.last_on == "2022-06-01"
    story.given(MarkNoShow(entitlement=EntitlementId("wang"), corrects=True))
    assert story.the(Held, held_id(WANG, "recuperation")).last_on is None


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (applying("li", rank=1), Malformed(errors=["rank: the scheme ranks by its own rule"])),
        (applying("li", grounds=("tall",)), UnknownSchemeTerm(term="ground", value="tall")),
        (
            applying("li", last_on=Day("2022-06-02")),
            Malformed(errors=["last_on: 2022-06-02 is no day that has been"]),
        ),
        (applying("li", last_on=Day("2022-02-30")), Malformed(errors=["last_on: 2022-02-30 is no day that has been"])),
    ],
)
def test_what_is_wrong_with_an_application_is_said(wish: Command, refusal: Refusal) -> None:
    city().refuses(wish, refusal)


def test_where_nothing_ranks_grounds_say_nothing() -> None:
    story = people(Story("health-checks").on("2022-06-01"), LI, coins=0)
    van = OpenSession(
        id=SessionId("van"), code="health-check", starts_on=BEGINS, ends_on=BEGINS, places=1, region="nanjing"
    )
    story.given(given_to(LI, "health-check", id="li"), van)
    words = "grounds, last_on: the scheme ranks nobody by them"
    story.refuses(applying("li", "van", grounds=()), Malformed(errors=[words]))
    assert session(story, "van").region == "nanjing"


# Where it was had ----------------------------------------------------------------------------------------------


def test_a_use_is_in_the_region_of_its_session_or_in_the_one_that_is_named() -> None:
    story = people(Story("health-checks").on("2022-06-01"), LI, HolderId("zhao"), coins=0)
    here = OpenSession(
        id=SessionId("van"),
        code="health-check",
        starts_on=Day("2022-06-01"),
        ends_on=Day("2022-06-01"),
        places=2,
        region="nanjing",
    )
    story.given(here, given_to(LI, "health-check", id="li"), book("li", "van"))
    there = UseEntitlement(entitlement=EntitlementId("li"), region="suzhou")
    story.refuses(there, NotEligible(reason="other-region"))
    story.refuses(
        UseEntitlement(entitlement=EntitlementId("li"), region="mars"), UnknownSchemeTerm(term="region", value="mars")
    )
    (fact,) = story.when(used("li"))
    assert (fact.on, fact.region) == ("2022-06-01", "nanjing")  # type: ignore[attr-defined] # mypy sees any fact


def test_a_session_in_no_region_of_the_scheme_is_not_opened() -> None:
    wrong = OpenSession(
        id=SessionId("x"), code="recuperation", starts_on=BEGINS, ends_on=BEGINS, places=1, region="mars"
    )
    city().refuses(wrong, UnknownSchemeTerm(term="region", value="mars"))

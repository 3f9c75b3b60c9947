"""The machine reviews patrols by itself: the seven tracks, late ones, none at all, and once whoever else does it."""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from api.ledgers import OpenLedger, create_ledger, open_ledger
from api.reviewing import SYSTEM, Reviewing, review_waiting
from api.settings import Settings
from ledger.journal.clock import ManualClock
from ledger.patrols.commands import ClaimTask, FinishPatrol, PublishRoute, PublishTasks, ReceiveTrack, StartPatrol
from ledger.patrols.entities import Claim
from ledger.people.commands import RegisterPerson
from ledger.points.entities import Account
from ledger.reviews.entities import Review
from ledger.reviews.facts import Finding
from ledger.values import ClaimId, Day, HolderId, Instant, RouteId, TaskId, later
from ledger.vault import PersonalData
from tests.api.patrolling import DATA, FINISHED, HALF_PAST_NINE, Ground, patrolling
from tests.api.served import settings_in
from tests.api.test_tracks import OK, facts, positions, upload
from tests.tracks.walks import songtai, track

OPENS = Instant("2022-06-14T10:00:00.000000Z")
"""When the evening's slot opens."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with patrolling(tmp_path_factory.mktemp("reviewing")) as running:
        yield running


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """A server that reviews nothing by itself, and a clock of its own."""
    monkeypatch.setattr("api.site.EVERY_SECONDS", 3_600.0)
    with patrolling(tmp_path) as running:
        yield running


def walked(ground: Ground, name: str = "ok-133-minutes", *, query: str = "", holder: str | None = None) -> str:
    """A patrol with one of the seven tracks, as a telephone of its own would have recorded it."""
    claim = ground.finished(holder)
    raw = own((DATA / f"{name}.gpx").read_bytes(), next(ground.numbers))
    assert upload(ground, claim, raw, query=query).status_code == 200
    return claim


def own(raw: bytes, number: int) -> bytes:
    """The same walk in a recording that is nobody else's: the first two fixes are some centimetres off."""
    for digit in (number // 9 % 9, number % 9):
        raw = re.sub(rb'lon="([0-9]+[.][0-9]{6})"', rb'lon="\g<1>%d"' % (digit + 1), raw, count=1)
    return raw


def soon(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """What comes true by itself."""
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def review_of(ground: Ground, claim: str) -> Review | None:
    return ground.opened.ledger.get(Review, claim)


def reviewed(ground: Ground) -> int:
    return review_waiting(ground.opened.ledger, ground.opened.vault)


def codes(review: Review | None) -> list[str]:
    assert review is not None
    return [finding.code for finding in review.findings]


# The seven --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "query", "status", "found"),
    [
        ("ok-133-minutes", "", "approved", []),
        ("short-97-minutes", "", "rejected", ["too-short"]),
        ("skips-point-4", "", "rejected", ["point-missed"]),
        ("starts-before-slot", "", "rejected", ["outside-slot"]),
        ("jumps-7-km", "", "referred", ["implausible-speed"]),
        ("gap-25-minutes", "", "referred", ["gap"]),
        ("gcj02-133-minutes", "?datum=GCJ-02", "approved", []),
        ("gcj02-133-minutes", "?datum=WGS-84", "rejected", ["point-missed"] * 5),
    ],
)
def test_a_served_ledger_reviews_an_uploaded_track_by_itself(
    ground: Ground, name: str, query: str, status: str, found: list[str]
) -> None:
    holder = ground.person()
    claim = walked(ground, name, query=query, holder=holder)
    review = soon(lambda: review_of(ground, claim))
    assert review.status == status
    assert codes(review) == found
    account = ground.opened.ledger.get(Account, f"holder:{holder}/patrol_point")
    assert (0 if account is None else account.balance) == (20 if status == "approved" else 0)


def test_a_stream_is_reviewed_when_it_is_complete_and_finished(ground: Ground) -> None:
    claim = ground.started()
    ground.post(
        f"/claims/{claim}/positions",
        {"positions": positions(track("ok-133-minutes")), "complete": True},
        role="patrol-app",
    )
    assert ground.seen(f"/claims/{claim}")["status"] == "started"
    ground.done(f"/claims/{claim}/finish", {"occurred_at": FINISHED})
    assert soon(lambda: review_of(ground, claim)).status == "approved"


# When ---------------------------------------------------------------------------------------------------------


def test_a_patrol_waits_for_its_track_and_no_longer_than_the_scheme_says(quiet: Ground) -> None:
    claim = quiet.finished()
    machine = Reviewing(quiet.opened.ledger, quiet.opened.vault)
    until = later(Instant("2022-06-14T12:55:00.000000Z"), seconds=72 * 3_600)
    assert machine.step() == 0
    quiet.clock.move_to(later(until, seconds=-1))
    assert machine.step() == 0
    quiet.clock.move_to(until)
    assert machine.step() == 1
    assert codes(review_of(quiet, claim)) == ["no-track"]
    assert quiet.opened.ledger.the(Claim, claim).status == "referred"


def test_what_was_streamed_when_the_wait_ends_is_the_track(quiet: Ground) -> None:
    claim = quiet.finished()
    quiet.post(f"/claims/{claim}/positions", {"positions": positions(track("ok-133-minutes"))}, role="patrol-app")
    assert reviewed(quiet) == 0
    quiet.clock.move_to(later(HALF_PAST_NINE, seconds=80 * 3_600))
    assert reviewed(quiet) == 1
    found = review_of(quiet, claim)
    assert found is not None
    assert found.status == "approved"


def test_a_track_that_comes_while_it_is_awaited_is_reviewed_at_the_next_look(quiet: Ground) -> None:
    claim = quiet.finished()
    machine = Reviewing(quiet.opened.ledger, quiet.opened.vault)
    assert machine.step() == 0
    upload(quiet, claim)
    assert machine.step() == 1
    assert machine.step() == 0


def test_after_a_restart_what_waits_is_found_again(quiet: Ground) -> None:
    claims = [walked(quiet) for _ in range(2)]
    assert reviewed(quiet) == 2
    assert reviewed(quiet) == 0
    assert [review.status for claim in claims if (review := review_of(quiet, claim))] == ["approved", "approved"]


def test_a_ledger_without_patrols_is_not_followed(quiet: Ground) -> None:
    machine = Reviewing(quiet.opened.ledger, quiet.opened.vault)
    assert machine.step() == 0
    assert machine._position is None


def test_what_was_stopped_does_nothing_more(quiet: Ground) -> None:
    machine = Reviewing(quiet.opened.ledger, quiet.opened.vault)
    walked(quiet)
    machine.stop()
    assert machine.step() == 0


# Once ---------------------------------------------------------------------------------------------------------


def test_many_machines_at_once_review_each_patrol_once(quiet: Ground) -> None:
    holder = quiet.person()
    claim = walked(quiet, holder=holder)
    others = [walked(quiet) for _ in range(3)]
    machines = [Reviewing(quiet.opened.ledger, quiet.opened.vault) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        counted = sum(pool.map(Reviewing.step, machines))
    assert counted == 1 + len(others)
    assert [facts(quiet, one).count("patrol-finished.v1") for one in (claim, *others)] == [1] * 4
    reviews = quiet.opened.ledger.storage.facts_of("review:" + claim)
    assert [row.topic for row in reviews] == ["patrol-approved.v1"]
    assert quiet.opened.ledger.the(Account, f"holder:{holder}/patrol_point").balance == 20


# One recording for two ---------------------------------------------------------------------------------------


def same(ground: Ground, holder: str | None = None, query: str = "") -> str:
    """A patrol with the recording that the others of these tests have."""
    claim = ground.finished(holder)
    assert upload(ground, claim, query=query).status_code == 200
    return claim


def test_whoever_hands_in_the_recording_of_an_approved_patrol_waits_for_a_person(quiet: Ground) -> None:
    first = same(quiet)
    assert reviewed(quiet) == 1
    holder = quiet.person()
    second = same(quiet, holder)
    assert reviewed(quiet) == 1
    assert [codes(review_of(quiet, claim)) for claim in (first, second)] == [[], ["same-recording"]]
    assert quiet.opened.ledger.get(Account, f"holder:{holder}/patrol_point") is None
    quiet.done(f"/claims/{second}/approve", {}, "reviewer")
    assert quiet.opened.ledger.the(Account, f"holder:{holder}/patrol_point").balance == 20


def test_it_is_the_same_recording_streamed_or_as_a_file_and_for_two_patrols_of_one_person(quiet: Ground) -> None:
    holder = quiet.person()
    same(quiet, holder)
    assert reviewed(quiet) == 1
    second = quiet.finished(holder)
    pieces = {"positions": positions(track("ok-133-minutes")), "complete": True}
    quiet.post(f"/claims/{second}/positions", pieces, role="patrol-app")
    assert reviewed(quiet) == 1
    assert codes(review_of(quiet, second)) == ["same-recording"]


def test_the_finding_is_said_in_both_languages_and_names_nobody(quiet: Ground) -> None:
    other = quiet.person()
    first = same(quiet, other)
    reviewed(quiet)
    second = same(quiet)
    reviewed(quiet)
    for lang, sentence in {
        "zh-CN": "同一份轨迹还交给了另外 1 次巡逻，由人工审核。",
        "en": "The same recording was handed in for other patrols too (1): a person decides.",
    }.items():
        answer = quiet.get(f"/claims/{second}", role="reviewer", Accept_Language=lang)
        (finding,) = answer.json()["review"]["findings"]
        assert (finding["code"], finding["measured"], finding["sentence"]) == ("same-recording", 1, sentence)
        assert [word for word in (first, other) if word in answer.text] == []


def test_a_recording_that_stands_for_no_other_patrol_that_was_walked_counts_for_nothing(quiet: Ground) -> None:
    replaced, begun = quiet.started(), quiet.started()
    for claim in (replaced, begun):
        assert upload(quiet, claim).status_code == 200
    assert upload(quiet, replaced, own(OK, 1)).status_code == 200
    quiet.done(f"/claims/{replaced}/finish", {"occurred_at": FINISHED})
    quiet.done(f"/claims/{begun}/give-back")
    honest = same(quiet)
    assert reviewed(quiet) == 2
    assert [codes(review_of(quiet, claim)) for claim in (replaced, honest)] == [[], []]


# What stands in the way ----------------------------------------------------------------------------------------


def test_a_track_that_was_erased_with_its_person_goes_to_a_human(quiet: Ground) -> None:
    holder = quiet.person()
    claim = walked(quiet, holder=holder)
    quiet.opened.vault.erase(holder)
    assert reviewed(quiet) == 1
    assert codes(review_of(quiet, claim)) == ["no-track"]


def test_a_track_that_was_altered_goes_to_a_human_and_is_told_to_the_operator(
    quiet: Ground, caplog: pytest.LogCaptureFixture
) -> None:
    from sqlalchemy import text

    claim = walked(quiet)
    with quiet.opened.vault._rows.begin() as connection:
        connection.execute(text("UPDATE vault_tracks SET part = 'x'"))
    with caplog.at_level(logging.ERROR, logger="jifen.reviewing"):
        assert reviewed(quiet) == 1
    assert codes(review_of(quiet, claim)) == ["no-track"]
    assert f"the track of claim {claim} cannot be read" in caplog.text


def test_one_patrol_that_cannot_be_reviewed_keeps_no_other_waiting(
    quiet: Ground, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = walked(quiet), walked(quiet)
    machine = Reviewing(quiet.opened.ledger, quiet.opened.vault)
    read = quiet.opened.vault.tracks.read

    def failing(claim: str, id: str) -> Any:
        if claim == bad:
            raise OSError("the disk is gone")
        return read(claim, id)

    with monkeypatch.context() as broken:
        broken.setattr(quiet.opened.vault.tracks, "read", failing)
        assert machine.step() == 1
        assert machine.step() == 0
    assert review_of(quiet, good) is not None
    assert f"claim {bad} could not be reviewed" in caplog.text
    assert machine.step() == 0  # not before a minute has passed
    quiet.clock.move_to(later(HALF_PAST_NINE, seconds=60))
    assert machine.step() == 1


def test_what_a_person_has_no_need_to_see_is_not_looked_at_again(quiet: Ground) -> None:
    claim: str = quiet.claimed()["claim"]
    quiet.done(f"/claims/{claim}/give-back")
    finished = walked(quiet)
    machine = Reviewing(quiet.opened.ledger, quiet.opened.vault)
    assert machine.step() == 1
    assert machine._waiting == {}
    assert review_of(quiet, finished) is not None


@pytest.mark.postgres
@pytest.mark.exact
def test_two_processes_on_one_database_review_each_patrol_once(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIFEN_MASTER_KEY", secrets.token_hex(32))
    settings = Settings(database_url=fresh_database)
    with ExitStack() as stack:
        create_ledger(settings, "city", "patrol", "Asia/Shanghai", clock=ManualClock(OPENS)).close()
        clock = ManualClock(OPENS)
        opened = [stack.enter_context(open_ledger(settings, "city", clock=clock)) for _ in range(2)]
        claims = [ClaimId(f"c-{number}") for number in range(4)]
        _walk(opened[0], claims, clock)
        machines = [Reviewing(one.ledger, one.vault) for one in opened for _ in range(2)]
        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(Reviewing.step, machines)) == len(claims)
        for claim in claims:
            reviews = opened[0].ledger.storage.facts_of("review:" + claim)
            assert [row.topic for row in reviews] == ["patrol-approved.v1"]
            assert opened[1].ledger.the(Account, f"holder:walker-{claim}/patrol_point").balance == 20


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_of_one_recording_handed_in_for_several_patrols_none_is_credited_until_a_person_has_looked(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("JIFEN_MASTER_KEY", secrets.token_hex(32))
    on_server = kind == "postgresql"
    settings = Settings(database_url=request.getfixturevalue("fresh_database")) if on_server else settings_in(tmp_path)
    create_ledger(settings, "city", "patrol", "Asia/Shanghai", clock=ManualClock(OPENS)).close()
    clock = ManualClock(OPENS)
    with open_ledger(settings, "city", clock=clock) as opened:
        claims = [ClaimId(f"c-{number}") for number in range(3)]
        _walk(opened, claims, clock, shared=True)
        assert review_waiting(opened.ledger, opened.vault) == len(claims)
        for claim in claims:
            assert opened.ledger.the(Review, claim).findings == (Finding("same-recording", measured=2),)
            assert opened.ledger.get(Account, f"holder:walker-{claim}/patrol_point") is None


def _walk(opened: OpenLedger, claims: list[ClaimId], clock: ManualClock, *, shared: bool = False) -> None:
    """Each claim from the grab to its track, which is the one without fault; `shared`: one recording for all."""
    ledger, vault = opened.ledger, opened.vault
    fixes, route, day = track("ok-133-minutes"), RouteId("songtai-2"), Day("2022-06-14")
    task = TaskId("songtai-2.2022-06-14.evening")
    ledger.submit(PublishRoute(id=route, name="松台-2", owner="union", points=songtai()), by=SYSTEM)
    ledger.submit(PublishTasks(route=route, from_on=day, to_on=day, slots=("evening",), places=9), by=SYSTEM)
    for number, claim in enumerate(claims):
        holder = HolderId("walker-" + claim)
        recorded = [fixes[0]._replace(lon_e7=fixes[0].lon_e7 + (0 if shared else number)), *fixes[1:]]
        ledger.submit(RegisterPerson(holder=holder), by=SYSTEM)
        vault.register(holder, PersonalData(name="小李"))
        ledger.submit(ClaimTask(task=task, holder=holder, id=claim), by=SYSTEM)
        ledger.submit(StartPatrol(claim=claim, device="phone"), by=SYSTEM)
        mark = vault.tracks.receive(claim, holder, recorded, "wgs-84")
        ledger.submit(ReceiveTrack(claim=claim, track=mark.track, commitment=mark.commitment), by=SYSTEM)
    clock.move_to(HALF_PAST_NINE)
    for claim in claims:
        ledger.submit(FinishPatrol(claim=claim), by=SYSTEM)

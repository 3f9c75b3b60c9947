"""Tracks over HTTP: streamed or whole, late, twice and out of order; whose they are, and who sees them."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from ledger.patrols.entities import Claim
from ledger.vault import Fix
from tests.api.patrolling import DATA, FINISHED, Ground, patrolling
from tests.tracks.walks import track

GPX = "application/gpx+xml"
OK = (DATA / "ok-133-minutes.gpx").read_bytes()
"""As the phone wrote it."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with patrolling(tmp_path_factory.mktemp("tracks")) as running:
        yield running


def positions(fixes: list[Fix]) -> list[dict[str, Any]]:
    return [{"at": fix.at, "lon": fix.lon_e7 / 1e7, "lat": fix.lat_e7 / 1e7} for fix in fixes]


def sent(ground: Ground, claim: str, fixes: list[Fix], *, role: str = "patrol-app", **members: Any) -> httpx2.Response:
    return ground.post(f"/claims/{claim}/positions", {"positions": positions(fixes), **members}, role=role)


def upload(
    ground: Ground, claim: str, raw: bytes = OK, *, role: str = "patrol-app", query: str = "", media: str = GPX
) -> httpx2.Response:
    return ground.client(role).post(
        f"{ground.base}/claims/{claim}/track{query}", content=raw, headers={"Content-Type": media}
    )


def shown(ground: Ground, claim: str) -> dict[str, Any]:
    return ground.seen(f"/claims/{claim}/track", "reviewer")


def facts(ground: Ground, claim: str) -> list[str]:
    return [row.topic for row in ground.opened.ledger.storage.facts_of("claim:" + claim)]


# Streamed -----------------------------------------------------------------------------------------------------


def test_positions_that_come_late_twice_and_out_of_order_are_one_track(ground: Ground) -> None:
    claim, fixes = ground.started(), track("ok-133-minutes")
    pieces = [fixes[start : start + 200] for start in (400, 0, 600, 0, 200)]
    kept = [sent(ground, claim, piece).json()["kept"] for piece in pieces]
    ground.done(f"/claims/{claim}/finish", {"occurred_at": FINISHED})
    done = sent(ground, claim, fixes[790:], complete=True)

    assert kept == [200, 400, 599, 599, 799]
    assert done.json() == {
        "claim": claim,
        "status": "under-review",
        "has_track": True,
        "received": 9,
        "kept": 799,
    }
    assert shown(ground, claim)["geojson"]["properties"]["times"] == [fix.at for fix in fixes]
    assert facts(ground, claim).count("track-received.v1") == 1


def test_until_it_is_complete_a_stream_is_no_track(ground: Ground) -> None:
    claim = ground.finished()
    answer = sent(ground, claim, track("ok-133-minutes")[:5])
    assert (answer.status_code, answer.json()["has_track"]) == (200, False)
    assert (shown(ground, claim)["complete"], shown(ground, claim)["uploaded_in"]) == (False, None)
    assert "track-received.v1" not in facts(ground, claim)


def test_the_last_piece_sent_again_after_a_lost_answer_changes_nothing(ground: Ground) -> None:
    claim, fixes = ground.finished(), track("ok-133-minutes")
    answers = [sent(ground, claim, fixes, complete=True) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert facts(ground, claim).count("track-received.v1") == 1


def test_a_piece_that_nobody_knows_is_refused_once_the_track_is_there(ground: Ground) -> None:
    claim, fixes = ground.finished(), track("ok-133-minutes")
    sent(ground, claim, fixes[:700], complete=True)
    answer = sent(ground, claim, fixes[700:])
    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (
        409,
        "not-eligible",
        "track-received",
    )


def test_a_stream_that_goes_on_after_it_was_complete_is_complete_anew(ground: Ground) -> None:
    claim, fixes = ground.started(), track("ok-133-minutes")
    sent(ground, claim, fixes[:400], complete=True)
    sent(ground, claim, fixes[400:])
    assert sent(ground, claim, [], complete=True).json()["kept"] == 799
    assert sent(ground, claim, [], complete=True).json()["kept"] == 799
    ground.done(f"/claims/{claim}/finish", {"occurred_at": FINISHED})
    assert sent(ground, claim, [], complete=True).json()["kept"] == 799
    assert facts(ground, claim).count("track-received.v1") == 2


def test_complete_without_anything_is_named(ground: Ground) -> None:
    answer = ground.post(f"/claims/{ground.finished()}/positions", {"complete": True}, role="patrol-app")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/positions")


def test_positions_before_a_start_that_is_still_on_its_way_are_kept(ground: Ground) -> None:
    claim: str = ground.claimed()["claim"]
    assert sent(ground, claim, track("ok-133-minutes")[:5]).status_code == 200


def test_every_bad_position_is_named(ground: Ground) -> None:
    good, *_ = positions(track("ok-133-minutes"))
    bad = [good | {"lat": 91}, good, good | {"at": "now"}, good | {"speed": 3}, 7, {"at": good["at"], "lat": 28}]
    answer = ground.post(f"/claims/{ground.started()}/positions", {"positions": bad}, role="patrol-app")
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/positions/0/lat", "number-out-of-range"),
        ("/positions/2/at", "wrong-form"),
        ("/positions/3/speed", "unknown-field"),
        ("/positions/4", "wrong-type"),
        ("/positions/5/lon", "missing"),
    ]


# Whole ----------------------------------------------------------------------------------------------------------


def test_a_gpx_file_before_the_finish_is_the_patrols_track(ground: Ground) -> None:
    claim = ground.started()
    assert upload(ground, claim).json() == {"claim": claim, "status": "started", "has_track": True, "received": 799}
    ground.done(f"/claims/{claim}/finish", {"occurred_at": FINISHED})
    assert facts(ground, claim).count("track-received.v1") == 1


def test_a_gpx_file_sent_twice_at_once_is_one_track(ground: Ground) -> None:
    claim = ground.finished()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: upload(ground, claim), range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert facts(ground, claim).count("track-received.v1") == 1


def test_another_file_after_the_finish_is_refused(ground: Ground) -> None:
    claim = ground.finished()
    upload(ground, claim)
    answer = upload(ground, claim, (DATA / "short-97-minutes.gpx").read_bytes())
    assert (answer.status_code, answer.json()["reason"]) == (409, "track-received")


def test_a_file_goes_before_what_was_streamed(ground: Ground) -> None:
    claim = ground.started()
    sent(ground, claim, track("short-97-minutes"))
    upload(ground, claim)
    assert len(shown(ground, claim)["geojson"]["geometry"]["coordinates"]) == 799


def test_a_file_in_gcj02_is_kept_where_it_was_walked(ground: Ground) -> None:
    claim = ground.finished()
    assert (
        upload(ground, claim, (DATA / "gcj02-133-minutes.gpx").read_bytes(), query="?datum=GCJ-02").status_code == 200
    )
    found = shown(ground, claim)
    lon, lat = found["geojson"]["geometry"]["coordinates"][0]
    first = track("ok-133-minutes")[0]
    assert found["uploaded_in"] == "GCJ-02"
    assert abs(lon - first.lon_e7 / 1e7) + abs(lat - first.lat_e7 / 1e7) < 3e-6


def test_a_whole_track_as_json_is_as_good(ground: Ground) -> None:
    claim = ground.finished()
    body = json.dumps({"positions": positions(track("ok-133-minutes"))}).encode()
    assert upload(ground, claim, body, media="application/json").json()["received"] == 799
    assert upload(ground, claim).json()["received"] == 799  # the same track, as the phone wrote it


@pytest.mark.parametrize(
    ("raw", "media", "query", "status", "code"),
    [
        (b"<kml/>", GPX, "", 422, "malformed"),
        (b"<gpx/>", GPX, "", 422, "malformed"),
        (b"<gpx/>", "application/json", "", 400, "not-json"),
        (b"{}", "application/json", "", 422, "malformed"),
        (b'{"positions": [], "complete": true}', "application/json", "", 422, "malformed"),
        (b'<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>', "text/xml", "", 422, "malformed"),
        (OK, GPX, "?datum=BD-09", 422, "malformed"),
        (OK, GPX, "?device=1", 422, "malformed"),
        (b" " * 16_777_217, GPX, "", 413, "too-large"),
    ],
)
def test_what_is_no_track_is_refused_and_nothing_is_kept(
    ground: Ground, raw: bytes, media: str, query: str, status: int, code: str
) -> None:
    claim = ground.finished()
    answer = upload(ground, claim, raw, media=media, query=query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not ground.opened.vault.tracks.streamed(claim)
    assert ground.opened.ledger.the(Claim, claim).track is None


def test_more_fixes_than_a_claim_may_have_are_refused(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.vault.tracks.MOST_FIXES", 300)
    claim, fixes = ground.started(), track("ok-133-minutes")
    answers = [sent(ground, claim, piece) for piece in (fixes[:200], fixes[200:400])]
    assert [answer.status_code for answer in answers] == [200, 413]
    assert answers[1].json()["limit"] == 300


# Whose ----------------------------------------------------------------------------------------------------------


def test_a_walker_sends_its_own_track_and_nobody_elses(ground: Ground) -> None:
    walker, stranger = ground.person(), ground.person()
    claim = ground.finished(walker)
    assert upload(ground, claim, role=stranger).json()["code"] == "not-found"
    assert sent(ground, claim, track("ok-133-minutes"), role=stranger).status_code == 404
    assert sent(ground, claim, track("ok-133-minutes"), role=walker).status_code == 200
    assert upload(ground, claim, role=walker).status_code == 200


def test_raw_tracks_are_for_reviewers(ground: Ground, caplog: pytest.LogCaptureFixture) -> None:
    walker = ground.person()
    claim = ground.finished(walker)
    upload(ground, claim)
    seen = {
        role: ground.get(f"/claims/{claim}/track", role=role).status_code for role in (walker, "patrol-app", "counter")
    }
    assert set(seen.values()) == {403}
    with caplog.at_level("INFO", logger="jifen.tracks"):
        shown(ground, claim)
    assert [record.getMessage() for record in caplog.records if record.name == "jifen.tracks"] == [
        f"track of claim {claim} was read by person:reviewer"
    ]


def test_what_is_not_there_is_not_found(ground: Ground) -> None:
    assert upload(ground, "none").status_code == 404
    assert ground.get("/claims/none/track", role="reviewer").status_code == 404
    assert ground.get(f"/claims/{ground.finished()}/track", role="reviewer").json()["kind"] == "track"


def test_a_claim_that_was_given_back_takes_no_track(ground: Ground) -> None:
    claim: str = ground.claimed()["claim"]
    ground.done(f"/claims/{claim}/give-back")
    assert (upload(ground, claim).json()["code"], upload(ground, claim).json()["reason"]) == (
        "not-eligible",
        "given-back",
    )


def test_a_place_of_a_track_stands_in_no_fact(ground: Ground) -> None:
    claim = ground.finished()
    upload(ground, claim)
    stored = b"".join(row.state for row in ground.opened.ledger.storage.facts_of("claim:" + claim))
    assert b"12064887" not in stored
    assert b"120.64" not in stored

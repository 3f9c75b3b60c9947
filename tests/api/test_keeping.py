"""Tracks leave the vault when their time is over, each with its record, whatever breaks in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api.reviewing import review_waiting
from api.settings import Settings
from api.tracks.keeping import let_go
from ledger.patrols.entities import Claim
from ledger.values import Instant, later
from tests.api.patrolling import HALF_PAST_NINE, Ground, patrolling
from tests.api.test_reviewing import review_of, soon, walked
from tests.api.test_tracks import facts, positions
from tests.tracks.walks import track

DAY = 86_400


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """A server that reviews and sweeps nothing by itself."""
    monkeypatch.setattr("api.site.EVERY_SECONDS", 3_600.0)
    with patrolling(tmp_path) as running:
        yield running


def after(ground: Ground, days: int) -> int:
    """So many days after the evening, tracks are let go."""
    ground.clock.move_to(later(HALF_PAST_NINE, seconds=days * DAY))
    return let_go(ground.opened.ledger, ground.opened.vault)


def kept(ground: Ground) -> set[str]:
    return {claim for claim, _ in ground.opened.vault.tracks.claims("", 1_000)}


def reviewed(ground: Ground, name: str = "ok-133-minutes") -> str:
    claim = walked(ground, name)
    review_waiting(ground.opened.ledger, ground.opened.vault)
    return claim


def test_thirty_days_after_the_decision_a_track_is_gone_and_that_is_on_record(quiet: Ground) -> None:
    approved, rejected = reviewed(quiet), reviewed(quiet, "short-97-minutes")
    assert after(quiet, 30) == 0
    assert kept(quiet) == {approved, rejected}
    assert after(quiet, 31) == 2
    assert kept(quiet) == set()
    assert [facts(quiet, claim).count("track-deleted.v1") for claim in (approved, rejected)] == [1, 1]
    assert quiet.get(f"/claims/{approved}/track", role="reviewer").status_code == 404
    assert quiet.seen(f"/claims/{approved}")["has_track"] is False
    assert after(quiet, 32) == 0


def test_what_waits_for_a_person_or_for_a_track_is_kept(quiet: Ground) -> None:
    referred = reviewed(quiet, "gap-25-minutes")
    streamed = quiet.finished()
    quiet.post(
        f"/claims/{streamed}/positions", {"positions": positions(track("ok-133-minutes")[:9])}, role="patrol-app"
    )
    assert after(quiet, 200) == 0
    assert kept(quiet) == {referred, streamed}


def test_pieces_of_a_patrol_that_was_given_back_go_too(quiet: Ground) -> None:
    claim = quiet.started()
    quiet.post(f"/claims/{claim}/positions", {"positions": positions(track("ok-133-minutes")[:9])}, role="patrol-app")
    quiet.done(f"/claims/{claim}/give-back")
    assert after(quiet, 30) == 0
    assert after(quiet, 31) == 1
    assert "track-deleted.v1" not in facts(quiet, claim)


def test_a_row_that_no_fact_speaks_of_is_an_orphan_after_a_day(quiet: Ground) -> None:
    holder = quiet.person()
    quiet.opened.vault.tracks.append("nobody", holder, track("ok-133-minutes")[:9], "wgs-84")
    quiet.clock.move_to(later(HALF_PAST_NINE, seconds=DAY))
    assert let_go(quiet.opened.ledger, quiet.opened.vault) == 0
    quiet.clock.move_to(later(HALF_PAST_NINE, seconds=DAY + 1))
    assert let_go(quiet.opened.ledger, quiet.opened.vault) == 1
    assert kept(quiet) == set()


def test_after_a_crash_between_record_and_deletion_it_is_deleted_all_the_same(
    quiet: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = reviewed(quiet)

    def killed(_claims: object) -> None:
        raise SystemExit

    with monkeypatch.context() as crash:
        crash.setattr(quiet.opened.vault.tracks, "delete", killed)
        with pytest.raises(SystemExit):
            after(quiet, 31)
    assert quiet.opened.ledger.the(Claim, claim).track_deleted_at is not None
    assert kept(quiet) == {claim}
    assert after(quiet, 31) == 1
    assert (kept(quiet), facts(quiet, claim).count("track-deleted.v1")) == (set(), 1)


def test_an_appeal_of_the_last_moment_keeps_the_track(quiet: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = reviewed(quiet, "short-97-minutes")
    monkeypatch.setattr("api.tracks.keeping.kept_until_at", lambda *_: Instant(""))  # as it was a moment ago
    assert after(quiet, 14) == 0
    assert kept(quiet) == {claim}


def test_a_deleted_track_leaves_nothing_in_the_files(quiet: Ground, tmp_path: Path) -> None:
    reviewed(quiet)
    with quiet.opened.vault._rows.connect() as connection:
        sealed = bytes(connection.execute(text("SELECT sealed FROM vault_tracks")).scalar_one())
    files = [path for path in tmp_path.rglob("vault.db*") if path.is_file()]
    assert any(sealed[:200] in path.read_bytes() for path in files)
    assert after(quiet, 31) == 1
    content = b"".join(path.read_bytes() for path in files if path.exists())
    assert not any(sealed[at : at + 32] in content for at in range(0, len(sealed), 200))


def test_a_served_ledger_lets_go_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.api.patrolling.settings_in", lambda place: Settings(data=place, sweep_seconds=1))
    monkeypatch.setattr("api.site.ORPHANS_EVERY", 1)
    with patrolling(tmp_path) as ground:
        claim = walked(ground)
        assert soon(lambda: review_of(ground, claim)) is not None
        ground.clock.move_to(later(HALF_PAST_NINE, seconds=31 * DAY))
        assert soon(lambda: not kept(ground))
        assert facts(ground, claim).count("track-deleted.v1") == 1

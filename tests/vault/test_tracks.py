"""Tracks in the vault: in pieces or whole, sealed under a person's key, committed to, and deleted for good."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from ledger.refusals import NotFound, TooLarge
from ledger.vault import Fix, PersonalData, Vault, VaultPlace, create_vault, open_vault, tracks
from ledger.vault.engines import open_engine
from ledger.vault.errors import VaultDamaged
from ledger.vault.personal import commitment
from ledger.vault.tracks import text_of, tidy
from tests.vault.conftest import LEDGER, MASTER, Clock

DATUM = "wgs-84"


def walked(first: int, last: int) -> list[Fix]:
    """A fix every ten seconds."""
    return [Fix(number * 10_000_000, 1_206_489_000 + number, 280_085_000) for number in range(first, last)]


@pytest.fixture
def li(vault: Vault) -> str:
    vault.register("h1", PersonalData(name="小李"))
    return "h1"


# A stream -----------------------------------------------------------------------------------------------------


def test_pieces_become_one_track_in_order_of_time(vault: Vault, li: str, another: Callable[[], Vault]) -> None:
    assert vault.tracks.append("c1", li, walked(5, 9), DATUM) == 4
    assert another().tracks.append("c1", li, walked(0, 5), DATUM) == 9
    mark = vault.tracks.close("c1", li)
    assert mark is not None
    kept = another().tracks.read("c1", mark.track)
    assert kept == (tuple(walked(0, 9)), DATUM, "stream")


def test_a_piece_sent_again_adds_nothing(vault: Vault, li: str) -> None:
    assert [vault.tracks.append("c1", li, walked(0, 5), DATUM) for _ in range(3)] == [5, 5, 5]
    assert vault.tracks.append("c1", li, [], DATUM) == 5
    assert vault.tracks.streamed("c1") == tuple(walked(0, 5))


def test_pieces_that_overlap_count_once(vault: Vault, li: str) -> None:
    vault.tracks.append("c1", li, walked(0, 6), DATUM)
    vault.tracks.append("c1", li, walked(4, 9), DATUM)
    assert vault.tracks.streamed("c1") == tuple(walked(0, 9))


def test_closing_twice_gives_the_same_track(vault: Vault, li: str) -> None:
    vault.tracks.append("c1", li, walked(0, 5), DATUM)
    assert vault.tracks.close("c1", li) == vault.tracks.close("c1", li)


def test_nothing_came_so_there_is_no_track(vault: Vault, li: str) -> None:
    assert vault.tracks.close("c1", li) is None
    assert vault.tracks.streamed("c1") == ()
    assert vault.tracks.read("c1", "none") is None


def test_a_piece_that_comes_late_makes_another_track_and_leaves_the_first(vault: Vault, li: str) -> None:
    vault.tracks.append("c1", li, walked(0, 5), DATUM)
    first = vault.tracks.close("c1", li)
    vault.tracks.append("c1", li, walked(5, 9), DATUM)
    second = vault.tracks.close("c1", li)
    assert first is not None
    assert second is not None
    assert first.track != second.track
    assert [len(kept.fixes) for mark in (first, second) if (kept := vault.tracks.read("c1", mark.track))] == [5, 9]


def test_a_late_piece_that_says_nothing_new_makes_no_other_track(vault: Vault, li: str) -> None:
    vault.tracks.append("c1", li, walked(0, 5), DATUM)
    first = vault.tracks.close("c1", li)
    vault.tracks.append("c1", li, walked(2, 4), DATUM)
    assert vault.tracks.close("c1", li) == first
    assert vault.tracks.streamed("c1") == ()


def test_claims_do_not_mix(vault: Vault, li: str) -> None:
    vault.tracks.append("c1", li, walked(0, 5), DATUM)
    vault.tracks.append("c2", li, walked(0, 5), DATUM)
    one, other = vault.tracks.close("c1", li), vault.tracks.close("c2", li)
    assert one is not None
    assert other is not None
    assert one.track != other.track
    assert vault.tracks.read("c2", one.track) is None


# A file ---------------------------------------------------------------------------------------------------------


def test_the_same_file_again_is_the_same_track(vault: Vault, li: str, another: Callable[[], Vault]) -> None:
    mark = vault.tracks.receive("c1", li, walked(0, 9), "gcj-02")
    assert another().tracks.receive("c1", li, reversed(walked(0, 9)), "gcj-02") == mark
    assert vault.tracks.read("c1", mark.track) == (tuple(walked(0, 9)), "gcj-02", "file")


def test_a_file_stands_for_what_was_streamed(vault: Vault, li: str) -> None:
    vault.tracks.append("c1", li, walked(0, 5), DATUM)
    mark = vault.tracks.receive("c1", li, walked(0, 9), DATUM)
    assert vault.tracks.close("c1", li) == mark


def test_the_newest_file_counts(vault: Vault, li: str, clock: Clock) -> None:
    vault.tracks.receive("c1", li, walked(0, 5), DATUM)
    clock.pass_seconds(1)
    newest = vault.tracks.receive("c1", li, walked(0, 9), DATUM)
    assert vault.tracks.close("c1", li) == newest


# What it proves, and what it is kept under ----------------------------------------------------------------------


def test_a_commitment_opens_for_its_fixes_only(vault: Vault, li: str) -> None:
    mark = vault.tracks.receive("c1", li, walked(0, 9), DATUM)
    assert vault.tracks.verify("c1", mark.track, reversed(walked(0, 9)), mark.commitment)
    assert not vault.tracks.verify("c1", mark.track, walked(0, 8), mark.commitment)
    assert not vault.tracks.verify("c1", mark.track, walked(0, 9), "00" * 32)
    assert not vault.tracks.verify("c2", mark.track, walked(0, 9), mark.commitment)


def test_a_commitment_is_the_documented_hmac(place: VaultPlace, clock: Clock) -> None:
    vault = create_vault(LEDGER, place, clock=clock, environ=MASTER, random=lambda size: b"\x07" * size)
    vault.register("h1", PersonalData(name="小李"))
    mark = vault.tracks.receive("c1", "h1", walked(1, 3), DATUM)
    assert mark.commitment == commitment(
        b"\x07" * 32, "track", "10000000 1206489001 280085000\n20000000 1206489002 280085000"
    )
    vault.close()


def test_equal_tracks_of_two_people_make_unlike_commitments(vault: Vault, li: str) -> None:
    vault.register("h2", PersonalData(name="小王"))
    marks = [vault.tracks.receive(claim, holder, walked(0, 9), DATUM) for claim, holder in (("c1", li), ("c2", "h2"))]
    assert marks[0].commitment != marks[1].commitment


def test_a_person_that_is_erased_takes_every_track_along(vault: Vault, li: str) -> None:
    vault.register("h2", PersonalData(name="小王"))
    vault.tracks.append("c1", li, walked(0, 5), DATUM)
    mark = vault.tracks.receive("c2", li, walked(0, 9), DATUM)
    other = vault.tracks.receive("c3", "h2", walked(0, 9), DATUM)
    vault.erase(li)
    assert vault.tracks.streamed("c1") == ()
    assert vault.tracks.close("c1", li) is None
    assert vault.tracks.read("c2", mark.track) is None
    assert [claim for claim, _ in vault.tracks.claims("", 10)] == ["c3"]
    assert vault.tracks.read("c3", other.track) is not None


def test_nothing_is_kept_of_somebody_without_a_key(vault: Vault) -> None:
    with pytest.raises(NotFound):
        vault.tracks.append("c1", "stranger", walked(0, 5), DATUM)
    with pytest.raises(NotFound):
        vault.tracks.receive("c1", "stranger", walked(0, 5), DATUM)


def test_a_row_whose_key_is_gone_is_noise_and_not_an_error(vault: Vault, li: str) -> None:
    mark = vault.tracks.receive("c1", li, walked(0, 5), DATUM)
    vault._keystore.destroy(["person:" + li])
    assert vault.tracks.read("c1", mark.track) is None


def test_a_row_that_was_moved_to_another_claim_does_not_open(vault: Vault, li: str) -> None:
    mark = vault.tracks.receive("c1", li, walked(0, 5), DATUM)
    with vault._rows.begin() as connection:
        connection.execute(text("UPDATE vault_tracks SET claim = 'c2'"))
    with pytest.raises(VaultDamaged):
        vault.tracks.read("c2", mark.track)


# Bounds and ends --------------------------------------------------------------------------------------------


def test_a_claim_has_so_many_fixes_and_no_more(vault: Vault, li: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracks, "MOST_FIXES", 9)
    vault.tracks.append("c1", li, walked(0, 5), DATUM)
    with pytest.raises(TooLarge) as refused:
        vault.tracks.append("c1", li, walked(5, 10), DATUM)
    assert refused.value.limit == 9
    assert vault.tracks.append("c1", li, walked(5, 9), DATUM) == 9
    with pytest.raises(TooLarge):
        vault.tracks.receive("c1", li, walked(0, 10), DATUM)


def test_what_is_deleted_is_gone_and_the_rest_stays(vault: Vault, li: str, clock: Clock) -> None:
    mark = vault.tracks.receive("c1", li, walked(0, 5), DATUM)
    clock.pass_seconds(60)
    vault.tracks.append("c1", li, walked(5, 9), DATUM)
    vault.tracks.receive("c2", li, walked(0, 5), DATUM)
    assert vault.tracks.claims("", 10) == [("c1", clock.at), ("c2", clock.at)]
    assert vault.tracks.claims("c1", 1) == [("c2", clock.at)]
    vault.tracks.delete(["c1", "c9"])
    assert vault.tracks.read("c1", mark.track) is None
    assert [claim for claim, _ in vault.tracks.claims("", 10)] == ["c2"]


def test_no_place_stands_in_a_file_and_a_deleted_row_leaves_none(tmp_path: Path, clock: Clock) -> None:
    vault = create_vault(LEDGER, VaultPlace.in_directory(tmp_path), clock=clock, environ=MASTER)
    vault.register("h1", PersonalData(name="小李"))
    vault.tracks.receive("c1", "h1", walked(0, 50), DATUM)
    with vault._rows.connect() as connection:
        sealed = bytes(connection.execute(text("SELECT sealed FROM vault_tracks")).scalar_one())
    files = list(tmp_path.glob("vault.db*"))
    assert any(sealed[:200] in file.read_bytes() for file in files)
    assert not any(b"1206489" in file.read_bytes() for file in files)
    vault.tracks.delete(["c1"])
    assert not any(sealed[at : at + 16] in file.read_bytes() for file in files for at in range(0, len(sealed), 100))
    vault.close()


def test_a_vault_of_before_there_were_tracks_gets_the_table(place: VaultPlace, clock: Clock) -> None:
    create_vault(LEDGER, place, clock=clock, environ=MASTER).close()
    engine = open_engine(place.rows)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE vault_tracks"))
    engine.dispose()
    vault = open_vault(LEDGER, place, clock=clock, environ=MASTER)
    assert vault.tracks.claims("", 1) == []
    vault.close()


# One recording, several claims ------------------------------------------------------------------------------


@pytest.fixture
def wang(vault: Vault) -> str:
    vault.register("h2", PersonalData(name="小王"))
    return "h2"


def test_one_recording_is_found_again_whoever_handed_it_in_and_however(vault: Vault, li: str, wang: str) -> None:
    first = vault.tracks.receive("c1", li, walked(0, 9), DATUM)
    vault.tracks.append("c2", wang, reversed(walked(0, 6)), DATUM)
    vault.tracks.append("c2", wang, walked(4, 9), DATUM)
    assert vault.tracks.elsewhere("c2", walked(0, 9)) == [("c1", first.track)]
    streamed = vault.tracks.close("c2", wang)
    assert streamed is not None
    assert vault.tracks.elsewhere("c1", walked(0, 9)) == [("c2", streamed.track)]
    assert vault.tracks.elsewhere("c3", walked(0, 9)) == [("c1", first.track), ("c2", streamed.track)]


def test_a_recording_that_differs_in_one_fix_is_another(vault: Vault, li: str, wang: str) -> None:
    vault.tracks.receive("c1", li, walked(0, 9), DATUM)
    *most, last = walked(0, 9)
    assert vault.tracks.elsewhere("c2", [*most, last._replace(lat_e7=last.lat_e7 + 1)]) == []
    assert vault.tracks.elsewhere("c2", most) == []


def test_the_same_file_again_for_its_own_claim_is_no_second_one(vault: Vault, li: str) -> None:
    for _ in range(2):
        vault.tracks.receive("c1", li, walked(0, 9), DATUM)
    assert vault.tracks.elsewhere("c1", walked(0, 9)) == []


def test_a_recording_is_forgotten_with_its_track_and_with_its_person(vault: Vault, li: str, wang: str) -> None:
    for claim, holder in (("c1", li), ("c2", wang), ("c3", wang)):
        vault.tracks.receive(claim, holder, walked(0, 9), DATUM)
    vault.tracks.delete(["c3"])
    assert [claim for claim, _ in vault.tracks.elsewhere("", walked(0, 9))] == ["c1", "c2"]
    vault.erase(li)
    assert [claim for claim, _ in vault.tracks.elsewhere("", walked(0, 9))] == ["c2"]


def test_who_has_a_file_and_no_secret_does_not_find_it_in_the_table(vault: Vault, li: str) -> None:
    vault.tracks.receive("c1", li, walked(0, 9), DATUM)
    with vault._rows.connect() as connection:
        kept = connection.execute(text("SELECT recording FROM vault_recordings")).scalar_one()
    assert kept == vault.secret.mac("recording", text_of(walked(0, 9)))
    assert kept != hashlib.sha256(text_of(walked(0, 9)).encode()).hexdigest()


def test_a_vault_of_before_recordings_were_compared_gets_their_table(place: VaultPlace, clock: Clock) -> None:
    create_vault(LEDGER, place, clock=clock, environ=MASTER).close()
    engine = open_engine(place.rows)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE vault_recordings"))
    engine.dispose()
    vault = open_vault(LEDGER, place, clock=clock, environ=MASTER)
    assert vault.tracks.elsewhere("c1", walked(0, 9)) == []
    vault.close()


# Order ------------------------------------------------------------------------------------------------------

fixes = st.lists(st.builds(Fix, st.integers(0, 20), st.integers(-3, 3), st.integers(-3, 3)), max_size=30)


@given(fixes, st.randoms(use_true_random=False))
def test_late_twice_and_out_of_order_come_to_the_same(sent: list[Fix], randomness: object) -> None:
    shuffled = sent + sent[: len(sent) // 2]
    randomness.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis' own random.Random
    kept = tidy(sent)
    assert tidy(shuffled) == kept
    assert tidy(kept) == kept
    assert [fix.at_us for fix in kept] == sorted({fix.at_us for fix in sent})
    assert set(kept) <= set(sent)


def test_the_text_of_a_track_tells_fixes_apart() -> None:
    assert text_of([Fix(1, 2, 3), Fix(4, 5, 6)]) == "1 2 3\n4 5 6"

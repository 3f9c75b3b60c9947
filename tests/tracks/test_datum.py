"""Two datums, there and back: a track that a phone shifted must come out where it was walked."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.tracks.datum import gcj02_of, is_shifted, wgs84_of
from ledger.patrols.entities import Position
from tests.tracks.geodesy import metres

SONGTAI = (1_206_489_000, 280_085_000)
"""Patrol point 1 of 松台-2."""
LONDON = (-1_246_000, 515_007_000)
places = st.tuples(st.integers(-1_800_000_000, 1_800_000_000), st.integers(-900_000_000, 900_000_000))
in_china = st.tuples(st.integers(721_000_000, 1_377_000_000), st.integers(9_000_000, 557_000_000))


def test_a_place_in_china_is_shown_some_hundred_metres_off() -> None:
    assert gcj02_of(SONGTAI) != SONGTAI
    assert 300 < metres(SONGTAI, gcj02_of(SONGTAI)) < 700


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        # 上海, 深圳, 北京: pairs that open map programs test themselves with.
        ((1_215_272_106, 311_774_276), (1_215_315_419, 311_753_040)),
        ((1_139_123_160, 225_438_470), (1_139_171_765, 225_407_961)),
        ((1_163_778_170, 399_119_540), (1_163_840_472, 399_133_455)),
    ],
)
def test_known_pairs_come_out(wgs84: Position, gcj02: Position) -> None:
    assert metres(gcj02_of(wgs84), gcj02) < 0.05


@given(in_china)
def test_there_and_back_is_within_a_metre(place: Position) -> None:
    shown = gcj02_of(place)
    assume(is_shifted(shown))
    assert metres(wgs84_of(shown, "gcj-02"), place) < 0.05


@given(st.integers(-1_000, 1_000), st.integers(10_000_000, 550_000_000))
def test_there_and_back_holds_at_the_meridian_where_the_shift_has_a_cusp(off: int, lat: int) -> None:
    place = (1_050_000_000 + off, lat)
    assert metres(wgs84_of(gcj02_of(place), "gcj-02"), place) < 0.05


@given(places)
def test_outside_china_and_in_wgs84_a_place_stays_what_it_is(place: Position) -> None:
    assert wgs84_of(place, "wgs-84") == place
    if not is_shifted(place):
        assert wgs84_of(place, "gcj-02") == gcj02_of(place) == place


def test_london_is_not_shifted() -> None:
    assert not is_shifted(LONDON)

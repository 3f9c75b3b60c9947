"""Positions as JSON: read exactly, every bad one named, and nothing else comes of whatever is sent."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bodies.tracks import read_positions
from ledger.refusals import Malformed, NotJson, TooLarge
from ledger.vault import Fix
from tests.tracks.walks import LATER

GOOD = {"at": "2022-06-14T18:42:00+08:00", "lon": 120.6489, "lat": 28.0085}
values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(list(GOOD.values()))
)
said = st.dictionaries(st.sampled_from(["at", "lon", "lat", "x", ""]), values, max_size=4)
bodies = st.recursive(
    values | said, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner)
)


def read(body: Any, *, whole: bool = False) -> list[Fix]:
    return read_positions(json.dumps(body).encode(), "wgs-84", LATER, whole=whole).fixes


def test_degrees_are_taken_as_they_were_written() -> None:
    raw = b'{"positions": [{"at": "2022-06-14T10:42:00Z", "lon": 120.64890004999, "lat": -0.00000005}]}'
    assert read_positions(raw, "wgs-84", LATER).fixes == [Fix(1_655_203_320_000_000, 1_206_489_000, -1)]


def test_whole_degrees_are_degrees() -> None:
    assert read({"positions": [GOOD | {"lon": 120, "lat": 28}]})[0][1:] == (1_200_000_000, 280_000_000)


def test_nothing_is_a_piece_too() -> None:
    assert read_positions(b"", "wgs-84", LATER).fixes == []
    assert read_positions(b'{"complete": true}', "wgs-84", LATER).complete


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], ": wrong-type"),
        ({"positions": 1}, "/positions: wrong-type"),
        ({"positions": [], "device": 1}, "/device: unknown-field"),
        ({"positions": [GOOD | {"lon": True}]}, "/positions/0/lon: wrong-form"),
        ({"positions": [GOOD | {"lon": None}]}, "/positions/0/lon: missing"),
        ({"positions": [GOOD | {"lat": 1e-7}]}, "/positions/0/lat: wrong-form"),
        ({"positions": [GOOD | {"at": "2022-06-20T00:01:01Z"}]}, "/positions/0/at: future"),
        ({"positions": [GOOD | {"a/b": 1}]}, "/positions/0/a~1b: unknown-field"),
    ],
)
def test_what_is_wrong_is_named(body: Any, said: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(body)
    assert refused.value.errors == [said]


def test_a_whole_track_is_complete_without_saying_so() -> None:
    with pytest.raises(Malformed) as refused:
        read({"positions": [GOOD], "complete": True}, whole=True)
    assert refused.value.errors == ["/complete: unknown-field"]


@given(bodies | st.fixed_dictionaries({"positions": st.lists(said | values, max_size=6)}))
def test_whatever_comes_is_read_or_refused(body: Any) -> None:
    try:
        read(body)
    except (Malformed, NotJson, TooLarge):
        return

"""GPX is read without trust: what it may hold is read exactly, what is wrong is named, and nothing else happens."""

import time
from io import StringIO

import gpxpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.tracks.gpx import read_gpx
from ledger.refusals import Malformed, TooLarge
from ledger.values import Instant
from ledger.vault import Fix
from tests.tracks.walks import DATA, LATER, track

NOON = "2022-06-14T04:00:00Z"
NOON_US = 1_655_179_200_000_000
ALL = sorted(path.stem for path in DATA.glob("*.gpx"))


def file(points: str, *, version: str = "1/1", tail: str = "", head: str = "") -> bytes:
    namespace = f' xmlns="http://www.topografix.com/GPX/{version}"' if version else ""
    text = f'<?xml version="1.0"?>{head}<gpx{namespace}><trk><trkseg>{points}</trkseg></trk>{tail}</gpx>'
    return text.encode()


def point(lat: str = "28.0085", lon: str = "120.6489", at: str | None = NOON) -> str:
    time = "" if at is None else f"<time>{at}</time>"
    return f'<trkpt lat="{lat}" lon="{lon}">{time}</trkpt>'


def complaints(raw: bytes) -> list[str]:
    with pytest.raises(Malformed) as refused:
        read_gpx(raw, "wgs-84", LATER)
    return refused.value.errors


# What is read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_gpxpy_reads_the_same_fixes(name: str) -> None:
    read = gpxpy.parse(StringIO((DATA / f"{name}.gpx").read_text(encoding="utf-8")))
    expected = [
        (at.timestamp(), found.longitude, found.latitude) for found, *_ in read.walk() if (at := found.time) is not None
    ]
    assert [(fix.at_us / 1e6, fix.lon_e7 / 1e7, fix.lat_e7 / 1e7) for fix in track(name)] == expected


@pytest.mark.parametrize("version", ["1/0", "1/1", ""])
def test_both_versions_are_read_and_files_without_a_namespace(version: str) -> None:
    assert read_gpx(file(point(), version=version), "wgs-84", LATER) == [Fix(NOON_US, 1_206_489_000, 280_085_000)]


def test_every_track_and_segment_counts_and_nothing_else() -> None:
    raw = f"""<gpx xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="urn:x"><metadata><time>{NOON}</time></metadata>
    <wpt lat="1" lon="1"><time>{NOON}</time></wpt><rte><rtept lat="2" lon="2"/></rte>
    <trk><trkseg>{point()}</trkseg><trkseg>{point(at="2022-06-14T04:00:10Z")}</trkseg></trk>
    <trk><trkseg><trkpt lat="3" lon="3"><ele>5</ele><time>2022-06-14T04:00:20Z</time>
    <extensions><x:time>yesterday</x:time><x:trkpt lat="9" lon="9"/></extensions></trkpt></trkseg></trk></gpx>"""
    assert [fix.lat_e7 for fix in read_gpx(raw.encode(), "wgs-84", LATER)] == [280_085_000, 280_085_000, 30_000_000]


@pytest.mark.parametrize(
    ("said", "e7"),
    [
        ("28", 280_000_000),
        ("28.", 280_000_000),
        ("-0.00000005", -1),
        ("28.00850004999", 280_085_000),
        ("28.00850005", 280_085_001),
        ("+28.0085", 280_085_000),
        (" 28.0085 ", 280_085_000),
    ],
)
def test_degrees_are_read_digit_by_digit(said: str, e7: int) -> None:
    assert read_gpx(file(point(lat=said)), "wgs-84", LATER)[0].lat_e7 == e7


@pytest.mark.parametrize(
    ("said", "microseconds"),
    [
        (NOON, 0),
        ("2022-06-14T12:00:00+08:00", 0),
        ("2022-06-14T04:00:00.25Z", 250_000),
        ("2022-06-14T04:00:00.123456789Z", 123_456),
    ],
)
def test_times_are_read_with_their_zone_and_fraction(said: str, microseconds: int) -> None:
    assert read_gpx(file(point(at=said)), "wgs-84", LATER)[0].at_us == NOON_US + microseconds


def test_a_file_in_gcj02_comes_out_where_it_was_walked() -> None:
    shifted, walked = track("gcj02-133-minutes", "gcj-02"), track("ok-133-minutes")
    off = [max(abs(a.lon_e7 - b.lon_e7), abs(a.lat_e7 - b.lat_e7)) for a, b in zip(shifted, walked, strict=True)]
    assert max(off) <= 11  # both files are rounded to six decimals: a decimetre


def test_a_file_without_points_is_an_empty_track() -> None:
    assert read_gpx(file(""), "wgs-84", LATER) == []


# What is wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (point(at=None), "/trkpt[2]/time: missing"),
        (point(at="yesterday"), "/trkpt[2]/time: wrong-form"),
        (point(at="2022-06-14T04:00:00"), "/trkpt[2]/time: wrong-form"),
        (point(at="2022-02-30T04:00:00Z"), "/trkpt[2]/time: wrong-form"),
        (point(at="1969-06-14T04:00:00Z"), "/trkpt[2]/time: number-out-of-range"),
        (point(at="0001-01-01T00:00:00+14:00"), "/trkpt[2]/time: number-out-of-range"),
        (point(at="2022-06-20T00:01:01Z"), "/trkpt[2]/time: future"),
        (point(at=NOON + "x" * 200), "/trkpt[2]/time: wrong-form"),
        (point(lat="90.0000001"), "/trkpt[2]/lat: number-out-of-range"),
        (point(lon="-180.5"), "/trkpt[2]/lon: number-out-of-range"),
        (point(lat="NaN"), "/trkpt[2]/lat: wrong-form"),
        (point(lat="1e1"), "/trkpt[2]/lat: wrong-form"),
        (point(lat="٢٨"), "/trkpt[2]/lat: wrong-form"),
        (point(lat=""), "/trkpt[2]/lat: wrong-form"),
        (f'<trkpt lat="1"><time>{NOON}</time></trkpt>', "/trkpt[2]/lon: missing"),
        (f'<trkpt lat="1" lon="1"><time>{NOON}</time><time>{NOON}</time></trkpt>', "/trkpt[2]/time: duplicate-key"),
    ],
)
def test_a_bad_point_is_named_by_its_number(bad: str, said: str) -> None:
    assert complaints(file(point() + bad + point())) == [said]


def test_every_bad_point_is_named() -> None:
    raw = file(point(lat="91") + point() + point(at=None, lon="x"))
    assert complaints(raw) == [
        "/trkpt[1]/lat: number-out-of-range",
        "/trkpt[3]/lon: wrong-form",
        "/trkpt[3]/time: missing",
    ]


def test_very_many_bad_points_are_counted() -> None:
    said = complaints(file(point(at=None) * 150))
    assert len(said) == 101
    assert said[-1] == ": 150 bad points"


def test_a_clock_a_little_ahead_is_no_fault() -> None:
    assert len(read_gpx(file(point(at="2022-06-20T00:01:00Z")), "wgs-84", LATER)) == 1


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", ": not-xml at line 1"),
        (b"{}", ": not-xml at line 1"),
        (b"<gpx>\n<trk>", ": not-xml at line 2"),
        (b"<kml/>", ": not-gpx"),
        (b'<gpx xmlns="urn:other"/>', ": not-gpx"),
        (b'<?xml version="1.0" encoding="klingon"?><gpx/>', ": not-xml at line 1"),
        (b'<?xml version="1.0" encoding="base64"?><gpx/>', ": not-xml at line 1"),
        (b"<gpx>" + b"<a>" * 40 + b"</a>" * 40 + b"</gpx>", ": too-deep"),
        (b"<gpx>&laughs;</gpx>", ": not-xml at line 1"),
    ],
)
def test_what_is_no_gpx_is_refused(raw: bytes, said: str) -> None:
    assert complaints(raw) == [said]


@pytest.mark.parametrize(
    "subset",
    [
        '[<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]',
        '[<!ENTITY a SYSTEM "file:///etc/passwd">]',
        '[<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;]',
        'SYSTEM "http://127.0.0.1:9/gpx.dtd"',
        "",
    ],
)
def test_a_document_type_is_refused_before_it_says_anything(subset: str) -> None:
    assert complaints(file(point(), head=f"<!DOCTYPE gpx {subset}>")) == [": doctype"]


def test_a_track_has_so_many_fixes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.tracks.points.MOST_FIXES", 3)
    assert len(read_gpx(file(point() * 3), "wgs-84", LATER)) == 3
    with pytest.raises(TooLarge) as refused:
        read_gpx(file(point() * 4), "wgs-84", LATER)
    assert refused.value.limit == 3


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(raw: bytes) -> None:
    try:
        read_gpx(raw, "gcj-02", LATER)
    except Malformed:
        return


@given(st.data())
def test_a_file_that_was_cut_or_changed_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(file(point() * 3))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_gpx(bytes(raw[: data.draw(st.integers(0, len(raw)))]), "wgs-84", Instant(LATER))
    except Malformed:
        return


def test_a_long_text_is_read_in_a_time_that_grows_with_its_length() -> None:
    raw = file(point(at="2" * 8_000_000))
    started = time.process_time()
    assert complaints(raw) == ["/trkpt[1]/time: wrong-form"]
    assert time.process_time() - started < 2

"""Badges on paper: a camera reads them, nobody's data is in the code, every language is there."""

import re
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from api.printing.badges import Badge, Language, badge_sheets, badge_svg
from ledger.people.badges import parse_qr, print_form
from ledger.refusals import Malformed
from ledger.values import BadgeNumber

WANG = Badge(number=BadgeNumber("YK-0001-2"), site="SITE-A", name="王钦力", crew="木工一班", site_name="滨江三标")
SVG = "{http://www.w3.org/2000/svg}"
PIXELS = 6
"""Pixels a module, when a code is drawn for the reader."""


def codes_of(document: str) -> list[str]:
    """What a reader that nobody here wrote sees in each QR code of an SVG document."""
    return [seen for group in ET.fromstring(document).iter(SVG + "g") if (seen := read(group))]  # noqa: S314 - our own output


def read(group: ET.Element) -> str:
    """Draw the dark modules of a code's path as pixels and decode them."""
    rect, path = group.find(SVG + "rect"), group.find(SVG + "path")
    if rect is None or path is None:
        return ""
    side = int(rect.attrib["width"])
    rows = [bytearray(b"\xff" * side) for _ in range(side)]
    for x, y, run, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path.attrib["d"]):
        assert run == back
        rows[int(y)][int(x) : int(x) + int(run)] = bytes(int(run))
    pixels = b"".join(bytes(value for value in row for _ in range(PIXELS)) * PIXELS for row in rows)
    picture = memoryview(pixels).cast("B", (side * PIXELS, side * PIXELS))
    return "".join(found.text for found in zxingcpp.read_barcodes(picture))


def words_of(document: str) -> list[str]:
    return [text.text or "" for text in ET.fromstring(document).iter(SVG + "text")]  # noqa: S314 - our own output


def test_a_camera_reads_site_and_number_from_the_card() -> None:
    (seen,) = codes_of(badge_svg(WANG))
    assert seen == "JF1:SITE-A:" + print_form(WANG.number)
    assert parse_qr(seen) == ("SITE-A", "YK-0001-2")


def test_a_spoiled_code_is_not_read() -> None:
    document = badge_svg(WANG)
    assert codes_of(re.sub(r"M\d+ (1\d|2\d)h", r"M0 \1h", document)) == []


def test_the_card_has_the_size_of_a_bank_card() -> None:
    root = ET.fromstring(badge_svg(WANG))  # noqa: S314 - our own output
    assert (root.attrib["width"], root.attrib["height"]) == ("85.6mm", "54.0mm")


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", ["姓名", "班组", "编号"]), ("en", ["Name", "Crew", "Number"])],
)
def test_the_card_speaks_both_languages(language: Language, words: list[str]) -> None:
    written = words_of(badge_svg(WANG, language=language))
    assert set(words) <= set(written)
    assert {"王钦力", "木工一班", "滨江三标", print_form(WANG.number)} <= set(written)


def test_a_card_without_crew_and_site_name_says_what_it_is() -> None:
    written = words_of(badge_svg(Badge(number=WANG.number, site="A", name="小李"), language="en"))
    assert "Crew" not in written
    assert "Safety points card" in written


def test_a_long_name_is_squeezed_beside_the_code() -> None:
    long = Badge(number=WANG.number, site="A", name="买买提江·阿卜杜热合曼·吐尔逊")
    assert 'textLength="45.0"' in badge_svg(long)
    assert "textLength" not in badge_svg(WANG)


@given(st.text(max_size=30))
def test_any_name_makes_a_well_formed_card(name: str) -> None:
    document = badge_svg(Badge(number=WANG.number, site="A", name=name))
    assert len(codes_of(document)) == 1
    assert len(words_of(document)) == len(words_of(badge_svg(Badge(number=WANG.number, site="A", name="x"))))


def test_markup_in_a_name_stays_text() -> None:
    badge = Badge(number=WANG.number, site="A", name="</text><script>1</script>&")
    assert "<script" not in badge_svg(badge)
    assert "</text><script>1</script>&" in words_of(badge_svg(badge))


def test_a_sheet_holds_ten_cards() -> None:
    badges = [Badge(number=BadgeNumber(f"YK-{n:04}"), site="A", name=f"工人{n}") for n in range(1, 13)]
    pages = list(badge_sheets(badges))
    seen = [parse_qr(code).number for page in pages for code in codes_of(page)]
    assert [len(codes_of(page)) for page in pages] == [10, 2]
    assert seen == [badge.number for badge in badges]
    assert list(badge_sheets([])) == []


def test_a_site_code_that_does_not_fit_is_refused() -> None:
    with pytest.raises(Malformed, match="site: "):
        badge_svg(Badge(number=WANG.number, site="工地", name="x"))

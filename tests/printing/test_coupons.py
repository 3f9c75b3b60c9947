"""Coupons on paper: a camera reads the code from the SVG as from the PDF, and nothing but figures stands beside it."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import zxingcpp

from api.printing.coupons import COLUMNS, HEIGHT, PAGE, ROWS, WIDTH, Label, coupon_pdf, coupon_sheets
from ledger.codes import new_codes, parse_code, print_form

SVG = "{http://www.w3.org/2000/svg}"
DOTS = 10
"""Pixels a millimetre."""


def labels(count: int) -> list[Label]:
    codes = new_codes(count, lambda size: bytes(number * 37 % 251 for number in range(size)))
    return [Label("385.33", code, "2022-12-31", f"一小(U{place}) M{place:05}") for place, code in enumerate(codes)]


def seen(dark: Iterator[tuple[float, float, float, float]]) -> set[str]:
    """What a reader that nobody here wrote sees on a page of dark rectangles, in millimetres from the upper left."""
    width, height = int(PAGE[0] * DOTS), int(PAGE[1] * DOTS)
    rows = [bytearray(b"\xff" * width) for _ in range(height)]
    for x, y, wide, high in dark:
        left, right = round(x * DOTS), round((x + wide) * DOTS)
        for row in rows[round(y * DOTS) : round((y + high) * DOTS)]:
            row[left:right] = bytes(right - left)
    picture = memoryview(b"".join(rows)).cast("B", (height, width))
    return {found.text for found in zxingcpp.read_barcodes(picture)}


def of_svg(document: str) -> Iterator[tuple[float, float, float, float]]:
    for label in ET.fromstring(document).findall(SVG + "g"):  # noqa: S314 - our own output
        left, top = map(float, re.findall(r"[\d.]+", label.attrib["transform"]))
        code = label.find(SVG + "g")
        assert code is not None
        x, y, scale = map(float, re.findall(r"[\d.]+", code.attrib["transform"]))
        path = code.find(SVG + "path")
        assert path is not None
        for column, row, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", path.attrib["d"]):
            yield left + x + int(column) * scale, top + y + int(row) * scale, int(run) * scale, scale


def of_pdf(document: bytes) -> Iterator[tuple[float, float, float, float]]:
    for x, y, wide, high in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re", document):
        yield float(x), PAGE[1] - float(y) - float(high), float(wide), float(high)


def test_a_camera_reads_every_code_of_a_page_as_it_would_be_typed() -> None:
    wanted = labels(COLUMNS * ROWS)
    (page,) = coupon_sheets(wanted)
    assert seen(of_svg(page)) == {label.code for label in wanted}
    assert {parse_code(code) for code in seen(of_pdf(coupon_pdf(wanted)))} == {label.code for label in wanted}


def test_a_label_bears_face_code_last_day_and_whose_it_is() -> None:
    (label,) = labels(1)
    (page,) = coupon_sheets([label])
    texts = [text.text for text in ET.fromstring(page).iter(SVG + "text")]  # noqa: S314 - our own output
    first, second = print_form(label.code)[:9], print_form(label.code)[10:]
    assert texts == ["¥385.33", first, second, "≤ 2022-12-31", "一小(U0) M00000"]


def test_the_pdf_says_where_each_of_its_objects_is() -> None:
    document = coupon_pdf(labels(49))
    table = document[int(document.split(b"startxref\n")[1].split()[0]) :]
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", table)]
    assert [document[place:].split()[0] for place in places] == [b"%d" % number for number in range(1, len(places) + 1)]
    assert document.count(b"/Type /Page ") == 3
    assert b"/Count 3" in document


def test_what_the_viewers_fonts_lack_is_left_out_and_a_bracket_ends_no_text() -> None:
    document = coupon_pdf(labels(1))
    assert rb"(\(U0\) M00000) Tj" in document
    assert "¥385.33".encode("cp1252") in document


def test_a_page_holds_three_by_eight_and_no_label_leaves_it() -> None:
    pages = list(coupon_sheets(labels(25)))
    assert [page.count("¥") for page in pages] == [24, 1]
    assert PAGE[0] >= COLUMNS * WIDTH
    assert PAGE[1] >= ROWS * HEIGHT

"""Coupons for printing: A4 sheets of 24 labels (70 × 37 mm) as SVG or PDF, each with its code as text and as a QR code.

A label bears no words, only figures: it needs no language. The QR code holds the code alone, so a till reads it as
if it had been typed.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

import segno

from ledger.codes import print_form

WIDTH: Final = 70.0
HEIGHT: Final = 37.0
"""Millimetres: the common sheet of 3 × 8 labels."""
COLUMNS: Final = 3
ROWS: Final = 8
PAGE: Final = (210.0, 297.0)
_TOP: Final = (PAGE[1] - ROWS * HEIGHT) / 2
_QUIET: Final = 4
"""Blank modules around a QR code that the standard (ISO/IEC 18004) asks for."""
_SIDE: Final = 26.0
_LEFT: Final = 29.0
"""Where the text begins, right of the code."""
_POINTS: Final = 72 / 25.4
"""Points of PDF in a millimetre."""


class Label(NamedTuple):
    """What stands on one coupon; `code` without hyphens, `face` as people write it."""

    face: str
    code: str
    expires_on: str
    holder: str
    """Unit and number of the member, or nothing."""

    def lines(self) -> tuple[tuple[float, float, str], ...]:
        """Distance from the top, size of the letters, both in millimetres, and the text."""
        code = print_form(self.code)
        return (
            (10, 6.0, f"¥{self.face}"),
            (18, 3.6, code[:9]),
            (23, 3.6, code[10:]),
            (29, 2.8, f"≤ {self.expires_on}"),
            (33.5, 2.6, self.holder),
        )


def qr(code: str) -> segno.QRCode:
    """The code in QR's alphanumeric mode; level M reads with a seventh of it gone."""
    return segno.make_qr(code, error="m", boost_error=False)


def runs(code: segno.QRCode) -> Iterator[tuple[int, int, int]]:
    """Column, row and length of each run of dark modules, the quiet zone counted in."""
    for line, modules in enumerate(code.matrix_iter(border=_QUIET)):
        row, start = bytes(modules), 0
        for end in range(1, len(row) + 1):
            if end == len(row) or row[end] != row[start]:
                if row[start]:
                    yield start, line, end - start
                start = end


def _pages(labels: Sequence[Label]) -> Iterator[list[tuple[float, float, Label]]]:
    """Each page's labels with their left and upper edge."""
    rest = iter(labels)
    while page := list(islice(rest, COLUMNS * ROWS)):
        yield [(place % COLUMNS * WIDTH, _TOP + place // COLUMNS * HEIGHT, label) for place, label in enumerate(page)]


# SVG ---------------------------------------------------------------------------------------------------------------


def coupon_sheets(labels: Sequence[Label]) -> Iterator[str]:
    """A4 pages of 24 coupons each, as SVG documents."""
    for page in _pages(labels):
        drawn = "".join(f'<g transform="translate({x:.2f} {y:.2f})">{_svg(label)}</g>' for x, y, label in page)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{PAGE[0]}mm" height="{PAGE[1]}mm" '
            f'viewBox="0 0 {PAGE[0]} {PAGE[1]}" font-family="monospace" fill="#111">{drawn}</svg>\n'
        )


def _svg(label: Label) -> str:
    code = qr(label.code)
    width = code.symbol_size(border=_QUIET)[0]
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs(code))
    text = "".join(
        f'<text x="{_LEFT}" y="{y}" font-size="{size}">{escape(said)}</text>' for y, size, said in label.lines()
    )
    return (
        f'<g transform="translate(2 {(HEIGHT - _SIDE) / 2}) scale({_SIDE / width:.4f})" shape-rendering="crispEdges">'
        f'<path fill="#000" d="{path}"/></g>{text}'
    )


# PDF ---------------------------------------------------------------------------------------------------------------


def coupon_pdf(labels: Sequence[Label]) -> bytes:
    """The same sheets as one PDF 1.4. Its fonts are the viewer's own, which hold Latin letters: others are left out."""
    contents = [_drawn(page) for page in _pages(labels)]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    size = " ".join(f"{side * _POINTS:.2f}" for side in PAGE)
    for number, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size}] /Resources << /Font << /F 3 0 R >> >> "
            f"/Contents {5 + 2 * number} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _drawn(page: Sequence[tuple[float, float, Label]]) -> bytes:
    """One page's drawing: rectangles for dark modules, then the text; PDF counts from the lower edge."""
    parts = [f"{_POINTS:.5f} 0 0 {_POINTS:.5f} 0 0 cm"]
    for left, top, label in page:
        code = qr(label.code)
        module = _SIDE / code.symbol_size(border=_QUIET)[0]
        x, y = left + 2, PAGE[1] - top - (HEIGHT - _SIDE) / 2
        parts += [
            f"{x + column * module:.3f} {y - (row + 1) * module:.3f} {length * module:.3f} {module:.3f} re"
            for column, row, length in runs(code)
        ]
        parts.append("f")
        parts += [
            f"BT /F {size} Tf {left + _LEFT:.2f} {PAGE[1] - top - down:.2f} Td ({_latin(said)}) Tj ET"
            for down, size, said in label.lines()
        ]
    return "\n".join(parts).encode("cp1252")


def _latin(text: str) -> str:
    """What the viewer's own fonts can show, with what PDF would read as the end of a text made harmless."""
    kept = text.replace("≤", "<=").encode("cp1252", "ignore").decode("cp1252")
    printable = "".join(letter for letter in kept if letter.isprintable())
    return printable.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")

"""Badges of card size (85.6 × 54 mm) as SVG, one or a sheet of them, with a QR code that holds no personal data."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, Literal
from xml.sax.saxutils import escape

import msgspec
import segno

from ledger.people.badges import print_form, qr_text
from ledger.values import BadgeNumber

Language = Literal["zh-CN", "en"]

CARD_WIDTH: Final = 85.6
CARD_HEIGHT: Final = 54.0
"""Millimetres: ISO/IEC 7810 ID-1, the size of a bank card."""

_LABELS: Final[dict[Language, dict[str, str]]] = {
    "zh-CN": {
        "title": "平安积分卡",
        "name": "姓名",
        "crew": "班组",
        "number": "编号",
        "lost": "遗失请报安全员，补办后旧卡作废",
    },
    "en": {
        "title": "Safety points card",
        "name": "Name",
        "crew": "Crew",
        "number": "Number",
        "lost": "Report a lost card: its reissue makes it void",
    },
}
_FONTS: Final = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
_QUIET: Final = 4
"""Blank modules around a QR code that the standard (ISO/IEC 18004) asks for."""
_QR_SIDE: Final = 34.0
_PAGE: Final = (210.0, 297.0)
_COLUMNS, _ROWS = 2, 5
_TEXT_WIDTH: Final = 45.0
_TEXT_TOP: Final = 11.0
"""Above it a line may take the whole width; below it the code stands at the right."""


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """One card. The name comes from the vault at the moment of printing and is kept nowhere else."""

    number: BadgeNumber
    site: str
    """The site's code, as in the QR code: 1–16 of A–Z, 0–9 and hyphens."""
    name: str
    crew: str = ""
    site_name: str = ""


def badge_svg(badge: Badge, *, language: Language = "zh-CN") -> str:
    """One card as a complete SVG document of 85.6 × 54 mm. Raises Malformed for a site code or number that is none."""
    return _document(CARD_WIDTH, CARD_HEIGHT, _card(badge, language))


def badge_sheets(badges: Sequence[Badge], *, language: Language = "zh-CN") -> Iterator[str]:
    """A4 pages of ten cards each, borders to cut along, as SVG documents."""
    left = (_PAGE[0] - _COLUMNS * CARD_WIDTH) / 2
    top = (_PAGE[1] - _ROWS * CARD_HEIGHT) / 2
    for first in range(0, len(badges), _COLUMNS * _ROWS):
        cards = [
            f'<g transform="translate({left + place % _COLUMNS * CARD_WIDTH:.2f} '
            f'{top + place // _COLUMNS * CARD_HEIGHT:.2f})">{_card(badge, language)}</g>'
            for place, badge in enumerate(badges[first : first + _COLUMNS * _ROWS])
        ]
        yield _document(*_PAGE, "".join(cards))


def _code(site: str, number: BadgeNumber) -> segno.QRCode:
    # Level Q reads with a quarter of the code gone: cards are scratched on a site.
    return segno.make_qr(qr_text(site, number), error="q", boost_error=False)


def _document(width: float, height: float, content: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}" font-family="{_FONTS}" fill="#111">{content}</svg>\n'
    )


def _card(badge: Badge, language: Language) -> str:
    labels = _LABELS[language]
    lines = [
        '<rect x=".1" y=".1" width="85.4" height="53.8" rx="3" fill="#fff" stroke="#999" stroke-width=".2"/>',
        _text(5, 9, 5, badge.site_name or labels["title"], bold=True),
        _field(19, labels["name"], badge.name, 5.5),
        _field(30, labels["crew"], badge.crew, 4) if badge.crew else "",
        _field(41, labels["number"], print_form(badge.number), 5),
        _text(5, 50.5, 2.4, labels["lost"]),
        _qr(badge, x=CARD_WIDTH - _QR_SIDE - 1, y=11),
    ]
    return "".join(lines)


def _field(y: float, label: str, value: str, size: float) -> str:
    return _text(5, y - 5.0, 2.4, label) + _text(5, y + 0.5, size, value, bold=True)


def _text(x: float, y: float, size: float, text: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    # A long name is squeezed: running on, it would cover the code, and no camera would read the card.
    wide = sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.65 for letter in text) * size
    room = _TEXT_WIDTH if y > _TEXT_TOP else CARD_WIDTH - 2 * x
    squeezed = f' textLength="{room}" lengthAdjust="spacingAndGlyphs"' if wide > room else ""
    return f'<text x="{x}" y="{y}" font-size="{size}"{weight}{squeezed}>{escape(_printable(text))}</text>'


def _printable(text: str) -> str:
    """Without control characters, which no XML reader accepts."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cs"})


def _qr(badge: Badge, *, x: float, y: float) -> str:
    """The code as one path on white, one rectangle a run of dark modules."""
    rows = [bytes(row) for row in _code(badge.site, badge.number).matrix_iter(border=_QUIET)]
    module = _QR_SIDE / len(rows)
    path = "".join(_runs(line, row) for line, row in enumerate(rows))
    return (
        f'<g transform="translate({x:.2f} {y}) scale({module:.4f})" shape-rendering="crispEdges">'
        f'<rect width="{len(rows)}" height="{len(rows)}" fill="#fff"/><path fill="#000" d="{path}"/></g>'
    )


def _runs(line: int, row: bytes) -> str:
    path, start = "", 0
    for end in range(1, len(row) + 1):
        if end == len(row) or row[end] != row[start]:
            path += f"M{start} {line}h{end - start}v1h-{end - start}z" if row[start] else ""
            start = end
    return path

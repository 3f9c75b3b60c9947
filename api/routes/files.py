"""What a read shows as a file to keep: CSV, Excel or a page to print, whole, with headings in the caller's language."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple, TypeVar, cast

from api.commands.saying import Words
from api.export.amounts import shown as amount_shown
from api.export.files import WRITERS
from api.export.tables import Table
from api.ledgers import OpenLedger
from api.routes.reading import MEDIA_TYPES, Asked, File
from ledger.refusals import Malformed

T = TypeVar("T")
PAGE: Final = 1_000


class Column(NamedTuple):
    """One column: the member of each row, its heading, and whether it is an amount of the row's `unit`."""

    name: str
    heading: Words
    amount: bool = False


def wanted(asked: Asked) -> str | None:
    """`csv`, `xlsx` or `html`, or None where the answer is JSON. Raises Malformed."""
    said = asked.query.get("format", "json")
    if said not in {"json", *MEDIA_TYPES}:
        raise Malformed(errors=["/?format: unknown-value"])
    return None if said == "json" else said


UNIT_HEADING: Final = Words("单位", "Unit of value")
STYLE: Final = (
    "body{font:10pt sans-serif}table{border-collapse:collapse;width:100%}thead{display:table-header-group}"
    "th,td{border:1px solid #888;padding:2pt 4pt;text-align:left}td.n{text-align:right}tr{break-inside:avoid}"
    "p.s{margin-top:2em;word-spacing:6em}@page{size:A4 landscape;margin:12mm}"
)
SIGNED: Final = Words("制表: 复核: 审批:", "Drawn: Checked: Approved:")
"""Who signs a sheet of paper, each with room for a name."""


def sheet(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], lang: str) -> str:
    """A page to print: one table whose headings come again on every sheet of paper; nothing in it runs."""
    headings = "".join(f"<th>{escape(column.heading.of(lang))}</th>" for column in columns)
    lines = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in rows)
    return (
        f'<!doctype html><html lang="{escape(lang)}"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><h1>{escape(title)}</h1><table><thead><tr>{headings}</tr></thead>\n"
        f'<tbody>{lines}</tbody></table><p class="s">{escape(SIGNED.of(lang))}</p></html>\n'
    )


def _cell(value: Any) -> str:
    if value is None:
        return "<td></td>"
    number = isinstance(value, int | Decimal)
    return f'<td class="n">{value}</td>' if number else f"<td>{escape(str(value))}</td>"


def filed(asked: Asked, name: str, columns: Sequence[Column], rows: Iterable[dict[str, Any]]) -> File:
    """The rows as the kind of file that is wanted."""
    kind = wanted(asked) or "csv"
    view = asked.served.ledger.view()
    scheme = view.scheme(view.today)

    def cells(row: dict[str, Any]) -> tuple[Any, ...]:
        unit = str(row.get("unit"))
        return tuple(amount_shown(scheme, unit, row[it.name]) if it.amount else row[it.name] for it in columns)

    if kind == "html":
        return File(f"{name}.html", sheet(name, columns, map(cells, rows), asked.lang).encode(), MEDIA_TYPES[kind])
    table = Table(
        tuple(column.name for column in columns),
        tuple(column.heading for column in columns),
        lambda _opened: map(cells, rows),
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        WRITERS[kind](path, table, cast("OpenLedger", None), asked.lang)
        return File(f"{name}.{kind}", path.read_bytes(), MEDIA_TYPES[kind])


def every(page: Callable[[Any, int], Sequence[T]], place: Callable[[T], Any], first: Any) -> Iterator[T]:
    """All pages of a list, one after the other."""
    after = first
    while found := page(after, PAGE):
        yield from found
        if len(found) < PAGE:
            return
        after = place(found[-1])

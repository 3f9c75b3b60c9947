"""What a read shows as a file to keep: CSV or Excel, whole, with headings in the caller's language."""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
    """`csv` or `xlsx`, or None where the answer is JSON. Raises Malformed."""
    said = asked.query.get("format", "json")
    if said not in {"json", *MEDIA_TYPES}:
        raise Malformed(errors=["/?format: unknown-value"])
    return None if said == "json" else said


def filed(asked: Asked, name: str, columns: Sequence[Column], rows: Iterable[dict[str, Any]]) -> File:
    """The rows as the kind of file that is wanted."""
    kind = wanted(asked) or "csv"
    view = asked.served.ledger.view()
    scheme = view.scheme(view.today)

    def cells(row: dict[str, Any]) -> tuple[Any, ...]:
        unit = str(row.get("unit"))
        return tuple(amount_shown(scheme, unit, row[it.name]) if it.amount else row[it.name] for it in columns)

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

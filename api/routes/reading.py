"""Reads: each names what it shows, runs off the event loop, and says at which position the ledger stood."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar, cast

import msgspec

from api.answers import Answer
from api.auth import Caller
from api.bodies.strict import found
from api.routes.endpoint import Call, Endpoint, Header, aside, json_answer
from api.site import Served, Site
from ledger.refusals import Malformed, Refusal
from ledger.room import Entity
from ledger.values import MAX_AMOUNT

E = TypeVar("E", bound=Entity)
C = TypeVar("C", bound=str)


class Asked(NamedTuple):
    """What a read is asked with."""

    served: Served
    caller: Caller
    params: dict[str, str]
    query: dict[str, str]
    lang: str


class File(NamedTuple):
    """What a read shows as something to be kept: its name, its bytes, and what they are."""

    name: str
    body: bytes
    media_type: bytes


class Parameter(NamedTuple):
    """A name of the query string."""

    name: str
    description: str
    schema: dict[str, Any]
    required: bool = False


AT_LEAST: Final = Parameter(
    "at_least",
    "A position that must be shown: a read waits for it, a second at most.",
    {"type": "integer", "minimum": 0, "maximum": MAX_AMOUNT},
)
"""Every read may say it."""


MEDIA_TYPES: Final = {
    "csv": b"text/csv; charset=utf-8",
    "html": b"text/html; charset=utf-8",
    "xlsx": b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def at_least(said: str | None) -> int:
    """The position, 0 where none is named. Raises Malformed."""
    if said is None:
        return 0
    if not (said.isascii() and said.isdigit() and len(said) <= 16 and int(said) <= MAX_AMOUNT):
        raise Malformed(errors=["/?at_least: number-out-of-range"])
    return int(said)


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A route that changes nothing."""

    path: str
    show: Callable[[Asked], Any]
    """Blocking; gives what is encoded as JSON."""
    permission: str = "read"
    own: bool = False
    """Whether a holder may ask; `show` then looks whose it is."""
    merchants: bool = False
    """Whether the key of a merchant may ask, whatever its roles; `show` then looks whose it is."""
    summary: str
    query: tuple[Parameter, ...] = ()
    streams: bool = False
    """Whether it can also be followed as server-sent events."""
    refusals: tuple[type[Refusal], ...] = ()


class ReadEndpoint(Endpoint):
    """One row of the table of reads, served."""

    def __init__(self, site: Site, read: Read) -> None:
        """Serve this row."""
        super().__init__(site)
        self.read = read
        self.permission = read.permission
        self.own = read.own

    def admit(self, caller: Caller) -> None:
        """As everywhere, and merchants where they are welcome."""
        if not (self.read.merchants and caller.principal.merchant is not None):
            super().admit(caller)

    async def answer(self, call: Call, served: Served, caller: Caller, lang: str) -> tuple[Answer, Iterable[Header]]:
        """200 with what was asked for, and `Ledger-Position`."""
        query = call.query
        # PostgreSQL has no text with a NUL in it: what no write can have named must not get as far as a query.
        if errors := found(call.params) + [f"/?{error[1:]}" for error in found(query)]:
            raise Malformed(errors=errors)
        least = at_least(query.pop(AT_LEAST.name, None))
        if unknown := set(query) - {parameter.name for parameter in self.read.query}:
            raise Malformed(errors=[f"/?{name}: unknown-field" for name in sorted(unknown)])
        if missing := [item.name for item in self.read.query if item.required and item.name not in query]:
            raise Malformed(errors=[f"/?{name}: missing" for name in missing])
        asked = Asked(served, caller, call.params, query, lang)
        position, shown = await aside(_shown, self.read, asked, least)
        where = (b"ledger-position", str(position).encode())
        if isinstance(shown, File):
            named = b'attachment; filename="' + shown.name.encode("ascii", "replace") + b'"'
            return Answer(200, shown.body, shown.media_type), (where, (b"content-disposition", named))
        return json_answer(shown), (where,)


def _shown(read: Read, asked: Asked, least: int) -> tuple[int, Any]:
    if least:
        asked.served.reached(least)
    # The position first: what is shown is at least as new as it says.
    position = asked.served.ledger.storage.head().position
    return position, read.show(asked)


LIMIT: Final = 200
TEXT: Final[Mapping[str, Any]] = {"type": "string"}
FORMAT: Final = Parameter(
    "format",
    "`json` by default; `csv`, `xlsx` and `html` (to print) are whole files, whatever page is asked for.",
    {"type": "string", "enum": ["json", "csv", "xlsx", "html"]},
)
UNIT: Final = Parameter("unit", "A unit of the scheme.", dict(TEXT), required=True)
PERIOD: Final = Parameter("period", "A posted month, `2022-06`; by default all.", dict(TEXT))
PAGE: Final = (
    Parameter("after", "The `next` of the page before.", dict(TEXT)),
    Parameter("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": LIMIT}),
)


def page_size(query: Mapping[str, str]) -> int:
    """`limit`, 1 to 1000. Raises Malformed."""
    said = query.get("limit", str(LIMIT))
    if not (said.isascii() and said.isdigit() and len(said) <= 4 and 1 <= int(said) <= 1000):
        raise Malformed(errors=["/?limit: number-out-of-range"])
    return int(said)


def choice_asked(query: Mapping[str, str], name: str, choices: Sequence[C]) -> C:
    """One of these words, the first by default. Raises Malformed."""
    said = query.get(name, choices[0])
    found = next((choice for choice in choices if choice == said), None)
    if found is None:
        raise Malformed(errors=[f"/?{name}: unknown-value"])
    return found


def entities(asked: Asked, kind: type[E]) -> tuple[list[tuple[str, E]], str | None]:
    """A page of one kind's entities by id, and where the next begins."""
    limit = page_size(asked.query)
    rows = asked.served.ledger.storage.book_scan(kind.KIND, asked.query.get("after", ""), limit)
    decode = asked.served.ledger.book.codec.decode
    page = [(row.id, cast("E", decode(row).entity)) for row in rows]
    return page, rows[-1].id if len(rows) == limit else None


def present(asked: Asked, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
    """These things as the book has them, in one question; what time has done to them since is for the caller to see."""
    ledger = asked.served.ledger
    rows = ledger.storage.book([(kind.KIND, id) for id in ids])
    return {id: cast("E", ledger.book.codec.decode(row).entity) for (_, id), row in rows.items()}

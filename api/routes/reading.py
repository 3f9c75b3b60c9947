"""Reads: each names what it shows, runs off the event loop, and says at which position the ledger stood."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from api.answers import Answer
from api.auth import Caller
from api.routes.endpoint import Call, Endpoint, Header, aside, json_answer
from api.site import Served, Site
from ledger.refusals import Malformed, Refusal


class Asked(NamedTuple):
    """What a read is asked with."""

    served: Served
    caller: Caller
    params: dict[str, str]
    query: dict[str, str]
    lang: str


class Parameter(NamedTuple):
    """A name of the query string."""

    name: str
    description: str
    schema: dict[str, Any]
    required: bool = False


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A route that changes nothing."""

    path: str
    show: Callable[[Asked], Any]
    """Blocking; gives what is encoded as JSON."""
    permission: str = "read"
    own: bool = False
    """Whether a holder may ask; `show` then looks whose it is."""
    summary: str
    query: tuple[Parameter, ...] = ()
    refusals: tuple[type[Refusal], ...] = ()


class ReadEndpoint(Endpoint):
    """One row of the table of reads, served."""

    def __init__(self, site: Site, read: Read) -> None:
        """Serve this row."""
        super().__init__(site)
        self.read = read
        self.permission = read.permission
        self.own = read.own

    async def answer(self, call: Call, served: Served, caller: Caller, lang: str) -> tuple[Answer, Iterable[Header]]:
        """200 with what was asked for, and `Ledger-Position`."""
        query = call.query
        if unknown := set(query) - {parameter.name for parameter in self.read.query}:
            raise Malformed(errors=[f"/?{name}: unknown-field" for name in sorted(unknown)])
        if missing := [item.name for item in self.read.query if item.required and item.name not in query]:
            raise Malformed(errors=[f"/?{name}: missing" for name in missing])
        asked = Asked(served, caller, call.params, query, lang)
        position, shown = await aside(_shown, self.read, asked)
        return json_answer(shown), ((b"ledger-position", str(position).encode()),)


def _shown(read: Read, asked: Asked) -> tuple[int, Any]:
    # The position first: what is shown is at least as new as it says.
    position = asked.served.ledger.storage.head().position
    return position, read.show(asked)

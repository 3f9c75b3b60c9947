"""Posts that are no single command: quotes, which change nothing, and runs, which go on where they stopped."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from api.answers import Answer
from api.auth import Caller
from api.bodies.strict import read, shaped
from api.routes.endpoint import Call, Endpoint, Header, aside, json_answer
from api.routes.reading import Asked
from api.site import Served, Site
from ledger import refusals as no
from ledger.refusals import Refusal

ALWAYS: Final[tuple[type[Refusal], ...]] = (
    no.NotJson,
    no.Unauthenticated,
    no.Forbidden,
    no.NotFound,
    no.TooLarge,
    no.Malformed,
    no.InternalError,
    no.StorageUnavailable,
)


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """A post without a key: sent twice it is as good as sent once."""

    path: str
    name: str
    body: type[Any]
    act: Callable[[Asked, Any], Any]
    """Blocking; gives what is encoded as JSON."""
    permission: str
    own: bool = False
    summary: str
    refusals: tuple[type[Refusal], ...] = ()


class ActionEndpoint(Endpoint):
    """One row of the table of actions, served."""

    def __init__(self, site: Site, action: Action) -> None:
        """Serve this row."""
        super().__init__(site)
        self.action = action
        self.permission = action.permission
        self.own = action.own

    async def answer(self, call: Call, served: Served, caller: Caller, lang: str) -> tuple[Answer, Iterable[Header]]:
        """200 with what came of it."""
        raw = await call.body(served.settings.body_limit)
        body = shaped(read(raw or b"{}").value, self.action.body)
        asked = Asked(served, caller, call.params, {}, lang)
        return json_answer(await aside(self.action.act, asked, body)), ()

"""One request, from ASGI to an answer and back; whatever goes wrong becomes a problem document."""

import asyncio
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from api.answers import Answer
from api.auth import Caller
from api.languages import language_of
from api.problems import answer_to
from api.site import Served, Site
from ledger.refusals import Malformed, TooLarge

Header = tuple[bytes, bytes]
_WANTED: Final = frozenset({b"authorization", b"idempotency-key", b"accept-language", b"content-length"})
_encode = msgspec.json.Encoder().encode


SLASHED: Final = "jifen.slashed"
_SLASH: Final = re.compile(rb"%2f", re.IGNORECASE)
_STANDING_IN: Final = "\0"


class Slashes:
    """Keeps a slash that is written as %2F within its part of the path: an id may hold one, and has an address too."""

    def __init__(self, app: ASGIApp) -> None:
        """Around the whole application: routes are told apart by the path that it hands on."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        raw = scope.get("raw_path") or b""
        # A NUL stands in for it. Where one was sent, the path is left as it is: no id holds any.
        if b"%2" in raw and raw.startswith(b"/v1/") and b"%00" not in raw and _SLASH.search(raw):
            path = unquote_to_bytes(_SLASH.sub(b"%00", raw)).decode(errors="replace")
            scope = {**scope, "path": path, SLASHED: True}
        await self.app(scope, receive, send)


class Gone(Exception):  # noqa: N818 - the client has gone, which is nobody's error
    """The client hung up before its body was whole."""


class Call:
    """A request: its headers as text, its path's names, and its body when asked for."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        """Nothing is read yet."""
        self.scope = scope
        self._receive = receive
        self.headers: dict[bytes, str] = {}
        for name, value in scope["headers"]:
            if name in _WANTED:
                if name == b"idempotency-key" and name in self.headers:
                    raise Malformed(errors=["/Idempotency-Key: duplicate-key"])
                self.headers[name] = value.decode("latin-1")
        self.params: dict[str, str] = dict(scope.get("path_params", {}))
        if SLASHED in scope:
            self.params = {name: value.replace(_STANDING_IN, "/") for name, value in self.params.items()}
        self.ledger = self.params.pop("ledger", "")

    @property
    def query(self) -> dict[str, str]:
        """The query's names, each once. Raises Malformed."""
        pairs = parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        query = dict(pairs)
        if len(query) != len(pairs):
            raise Malformed(errors=["/?: duplicate-key"])
        return query

    async def body(self, limit: int) -> bytes:
        """The whole body. Raises TooLarge as soon as it is too long."""
        said = self.headers.get(b"content-length", "")
        if said.isdigit() and int(said[:20]) > limit:
            raise TooLarge(limit=limit)
        chunks: list[bytes] = []
        length, more = 0, True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Gone
            chunk = message.get("body", b"")
            length += len(chunk)
            if length > limit:
                raise TooLarge(limit=limit)
            chunks.append(chunk)
            more = message.get("more_body", False)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)


class Endpoint:
    """What every route of a ledger shares: who calls, what for, in which language, and how answers leave."""

    permission: str
    own = False
    """Whether a holder may ask about itself here."""

    def __init__(self, site: Site) -> None:
        """Bound to the ledgers of the process."""
        self.site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        lang = ""
        try:
            lang = language_of(_header(scope, b"accept-language"))
            call = Call(scope, receive)
            served, caller = await self.site.caller(call.ledger, call.headers.get(b"authorization", ""))
            self.admit(caller)
            answer, headers = await self.answer(call, served, caller, lang)
        except Gone:
            return
        except Exception as error:  # noqa: BLE001 - answer_to tells refusals from defects and logs the latter
            answer, headers = answer_to(error, lang), ()
        await leave(send, answer, headers)

    def admit(self, caller: Caller) -> None:
        """Raise Forbidden for whoever may not ask this at all."""
        caller.must(self.permission, own=self.own)

    async def answer(self, call: Call, served: Served, caller: Caller, lang: str) -> tuple[Answer, Iterable[Header]]:
        """The answer and its headers beyond the usual ones."""
        raise NotImplementedError


def _header(scope: Scope, wanted: bytes) -> str:
    for name, value in scope["headers"]:
        if name == wanted:
            return str(value.decode("latin-1"))
    return ""


async def leave(send: Send, answer: Answer, headers: Iterable[Header] = ()) -> None:
    """Send an answer."""
    all_headers = [
        (b"content-type", answer.media_type),
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", b"no-store"),
        *headers,
    ]
    if answer.retry_after is not None:
        all_headers.append((b"retry-after", str(answer.retry_after).encode()))
    if answer.status == 401:
        all_headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": answer.status, "headers": all_headers})
    await send({"type": "http.response.body", "body": answer.body})


def json_answer(value: Any) -> Answer:
    """A JSON answer."""
    return Answer(200, _encode(value))


async def aside(work: Any, *arguments: Any) -> Any:
    """Run blocking work off the event loop."""
    return await asyncio.to_thread(work, *arguments)

"""The feed: facts in order and without gaps, as pages or as server-sent events, whole or as far as they concern one."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy.exc import DBAPIError
from starlette.types import Receive, Scope, Send

from api.auth import Caller
from api.concerning import concerns, shown_to
from api.languages import language_of
from api.problems import answer_to
from api.routes.endpoint import Call, Header, aside, leave
from api.routes.histories import place
from api.routes.reading import Asked, Read, ReadEndpoint, page_size
from api.site import Served, Site
from ledger.journal.rows import FactRow
from ledger.journal.storage import StorageError
from ledger.refusals import Malformed, QueueFull, Refusal

STREAM: Final = "text/event-stream"
PAGE: Final = 200
"""Facts that are read for a follower at a time."""
TICK_SECONDS: Final = 0.2
"""How often a ledger that somebody follows is asked where it stands."""
HEARTBEAT_SECONDS: Final = 15.0
"""After so long without a fact something is sent: whatever lies between must find the line alive."""
AT_ONCE: Final = 128
"""Followers of one ledger: each keeps a connection for hours."""
_HEADERS: Final[tuple[Header, ...]] = (
    (b"content-type", STREAM.encode()),
    (b"cache-control", b"no-store"),
    # A proxy that collects what it passes on would hold back the last facts until the next ones come.
    (b"x-accel-buffering", b"no"),
)


def events(asked: Asked) -> dict[str, Any]:
    """The facts after a position, in order and without gaps, as they are stored and hashed.

    `types` picks among them; `next` is where the following page begins, also when none of this one was picked.
    With `Accept: text/event-stream` they come as server-sent events, and go on until the caller goes away.
    Without the permission `audit` only what concerns the caller is shown.
    """
    after, limit = place(asked.query.get("after", "0")), page_size(asked.query)
    types = types_of(asked.served, asked.query.get("types", ""))
    rows = asked.served.ledger.storage.facts(after, limit)
    picked = [msgspec.Raw(state) for _, _, state in picked_from(rows, types, asked.served, asked.caller)]
    return {"events": picked, "next": str(rows[-1].position if rows else after)}


def types_of(served: Served, said: str) -> frozenset[str]:
    """The topics that a caller names; none: all. Raises Malformed."""
    types = frozenset(filter(None, said.split(",")))
    if types - set(served.ledger.registry.topics):
        raise Malformed(errors=["/?types: unknown-value"])
    return types


class Picked(NamedTuple):
    """A fact as the caller may see it."""

    position: int
    topic: str
    state: bytes


def picked_from(rows: Sequence[FactRow], types: frozenset[str], served: Served, caller: Caller) -> Iterable[Picked]:
    """Those of these facts that the caller asked for and may see."""
    whole = caller.may("audit")
    for row in rows:
        if types and row.topic not in types:
            continue
        if whole:
            yield Picked(row.position, row.topic, row.state)
        elif concerns(envelope := served.ledger.mapper.decode(row.state), caller):
            yield Picked(row.position, row.topic, shown_to(envelope, row.state, caller))


# Following ------------------------------------------------------------------------------------------------------


class Heads:
    """Where ledgers stand: one look a tick at each that is followed, however many follow it."""

    def __init__(self) -> None:
        """Nobody follows yet."""
        self._looking: dict[str, asyncio.Task[int]] = {}

    async def next(self, served: Served) -> int:
        """The position of the ledger's last fact, at the next tick."""
        name = served.ledger.name
        looking = self._looking.get(name)
        if looking is None:
            looking = self._looking[name] = asyncio.ensure_future(_look(served))
            looking.add_done_callback(lambda _task: self._looking.pop(name, None))
        return await asyncio.shield(looking)


async def _look(served: Served) -> int:
    await asyncio.sleep(TICK_SECONDS)
    position: int = (await aside(served.ledger.storage.head)).position
    return position


class Following(NamedTuple):
    """One caller's wish to follow: who, from where, and what."""

    served: Served
    call: Call
    after: int
    types: frozenset[str]


class FeedEndpoint(ReadEndpoint):
    """A page as JSON; with `Accept: text/event-stream` a stream that goes on from `Last-Event-ID`."""

    def __init__(self, site: Site, read: Read) -> None:
        """Nobody follows yet."""
        super().__init__(site, read)
        self.heads = Heads()
        self.followers: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if STREAM not in {part.partition(";")[0].strip() for part in headers.get(b"accept", "").split(",")}:
            await super().__call__(scope, receive, send)
            return
        try:
            following = await self._wished(Call(scope, receive), headers.get(b"last-event-id"))
        except Exception as error:  # noqa: BLE001 - answer_to tells refusals from defects and logs the latter
            await leave(send, answer_to(error, language_of(headers.get(b"accept-language", ""))))
            return
        self.followers[following.call.ledger] += 1
        try:
            await self._follow(following, receive, send)
        finally:
            self.followers[following.call.ledger] -= 1

    async def _wished(self, call: Call, last: str | None) -> Following:
        """Raises what a page would be refused with, and QueueFull where too many follow."""
        served, _ = await self._caller(call)
        query = call.query
        if unknown := set(query) - {"after", "types"}:
            raise Malformed(errors=[f"/?{name}: unknown-field" for name in sorted(unknown)])
        if last is not None and not (last.isascii() and last.isdigit() and len(last) <= 15):
            raise Malformed(errors=["/Last-Event-ID: wrong-form"])
        after = place(query.get("after", "0")) if last is None else int(last)
        if self.followers[call.ledger] >= AT_ONCE:
            raise QueueFull(retry_after=60)
        return Following(served, call, after, types_of(served, query.get("types", "")))

    async def _caller(self, call: Call) -> tuple[Served, Caller]:
        served, caller = await self.site.caller(call.ledger, call.headers.get(b"authorization", ""))
        caller.must(self.permission, own=self.own)
        return served, caller

    async def _follow(self, following: Following, receive: Receive, send: Send) -> None:
        """Send until the caller has gone, or may no longer follow, or the ledger cannot be read."""
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        telling = asyncio.ensure_future(self._tell(following, send))
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({telling, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError, Refusal, StorageError, DBAPIError, OSError):
                await telling
        # A stream that ends tells its follower to come back, with the last id that it saw.
        with contextlib.suppress(OSError):
            await send({"type": "http.response.body", "body": b""})

    async def _tell(self, following: Following, send: Send) -> None:
        after, quiet = following.after, time.monotonic()
        await _say(send, b"retry: 1000\n\n")
        while not self.site.stopping.is_set():
            # Asked again each time: a key that was revoked follows no further.
            served, caller = await self._caller(following.call)
            rows = await aside(served.ledger.storage.facts, after, PAGE)
            told = b"".join(map(_message, picked_from(rows, following.types, served, caller)))
            after = rows[-1].position if rows else after
            if told or time.monotonic() - quiet >= HEARTBEAT_SECONDS:
                # The bare id of a heartbeat moves the place from which a filtered feed is resumed.
                await _say(send, told or b": \nid: %d\n\n" % after)
                quiet = time.monotonic()
            while not self.site.stopping.is_set() and len(rows) < PAGE and time.monotonic() - quiet < HEARTBEAT_SECONDS:
                if await self.heads.next(served) > after:
                    break


def _message(picked: Picked) -> bytes:
    """A fact is one line: no line break stands in JSON."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (picked.position, picked.topic.encode(), picked.state)


async def _say(send: Send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

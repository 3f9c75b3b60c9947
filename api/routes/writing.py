"""A single write: key, body, command, the turn, and the answer after the commit."""

import re
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from api.answers import Answer, answer
from api.auth import Caller
from api.bodies.shapes import happened_at
from api.bodies.strict import Body, canonical, escaped, read, shaped
from api.routes.endpoint import Call, Endpoint, Header, aside
from api.routes.table import BASE, Arrival, Made, Write
from api.site import Served, Site
from ledger.deciding import Wish
from ledger.journal.ledger import fingerprint_of
from ledger.journal.turn import Submission
from ledger.refusals import Malformed

KEY: Final = re.compile(r"[!-~]{1,255}")
REPLAYED: Final = ((b"idempotent-replayed", b"true"),)


class WriteEndpoint(Endpoint):
    """One row of the table of writes, served."""

    def __init__(self, site: Site, write: Write) -> None:
        """Serve this row."""
        super().__init__(site)
        self.write = write
        self.permission = write.permission
        self.own = write.own

    async def answer(self, call: Call, served: Served, caller: Caller, lang: str) -> tuple[Answer, Iterable[Header]]:
        """201 with what happened, or its refusal; both the same to the byte for the same key."""
        key = key_of(call.headers.get(b"idempotency-key", ""))
        body = read(await call.body(served.settings.body_limit) or b"{}", decimals=self.write.decimals)
        wish = await wish_of(self.write, _with_params(body, call.params), Arrival(served, caller, key), lang)
        outcome = await served.bridge.submit(Submission(wishes=(wish,), deadline=deadline(served)))
        return answer(outcome, lang), REPLAYED if outcome.replayed else ()


def key_of(text: str) -> str:
    """The idempotency key of a header. Raises Malformed."""
    if not KEY.fullmatch(text):
        raise Malformed(errors=["/Idempotency-Key: " + ("wrong-form" if text else "missing")])
    return text


def deadline(served: Served) -> int:
    """When a command that arrives now is dropped undecided, in monotonic nanoseconds."""
    return time.monotonic_ns() + served.settings.deadline_seconds * 1_000_000_000


def _with_params(body: Body, params: Mapping[str, str]) -> Body:
    """The body with the names of its path in it, as a batch has them: the fingerprint covers what is named."""
    if not params:
        return body
    if not isinstance(body.value, dict):
        raise Malformed(errors=[": wrong-type"])
    if twice := [name for name in params if name in body.value]:
        raise Malformed(errors=[f"/{escaped(name)}: unknown-field" for name in twice])
    value = {**body.value, **params}
    return Body(value, canonical(value))


async def wish_of(write: Write, body: Body, arrival: Arrival, lang: str) -> Wish:
    """The wish that a body makes. Raises Malformed, and what the vault refuses."""
    value: Any = shaped(body.value, write.body)
    occurred_at = None if value.occurred_at is None else happened_at(value.occurred_at, arrival.served.now())
    if write.guard is not None and not arrival.caller.may("admin"):
        await aside(write.guard, arrival)
    made = await aside(write.make, value, arrival) if write.blocking(value) else write.make(value, arrival)
    command, pd = made if isinstance(made, Made) else (made, {})
    return arrival.served.ledger.wish(
        command,
        by=arrival.caller.by,
        key=arrival.key,
        fingerprint=fingerprint(write, body.canonical, arrival.served),
        lang=lang,
        cause=None if value.cause is None else value.cause.cause(),
        occurred_at=occurred_at,
        pd=pd,
    )


def fingerprint(write: Write, canonical_body: bytes, served: Served) -> str:
    """What tells one request from another under one key.

    A MAC of the SHA-256: a body may hold a phone number, whose plain digest in a fact anybody could search for.
    """
    return served.vault.secret.mac("fingerprint", fingerprint_of(BASE + write.path, canonical_body))

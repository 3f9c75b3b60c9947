"""Batches: up to 10,000 commands in one request, each with its own outcome, groups all or nothing."""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Final, NamedTuple

import msgspec

from api.answers import Answer, answer
from api.auth import Caller
from api.bodies.strict import Parsed, canonical, decimals_as_text, found, parse
from api.problems import answer_to
from api.routes.endpoint import Call, Endpoint, Header, json_answer
from api.routes.table import Arrival
from api.routes.writes import BY_TYPE
from api.routes.writing import KEY, wish_of
from api.site import BATCHES_AT_ONCE, Served
from ledger import refusals as no
from ledger.deciding import Wish
from ledger.journal.ledger import fingerprint_of
from ledger.journal.turn import Outcome, Submission
from ledger.refusals import GroupFailed, KeyReused, Malformed, QueueFull, Refusal, TooLarge
from ledger.room import KeyMark

MOST: Final = 10_000
STRIDE: Final = 64
PERMISSION: Final = "read"
"""Each command then needs its own."""
REFUSALS: Final[tuple[type[Refusal], ...]] = (
    no.NotJson,
    no.Unauthenticated,
    no.Forbidden,
    no.NotFound,
    no.TooLarge,
    no.Malformed,
    no.QueueFull,
    no.InternalError,
    no.StorageUnavailable,
)
_COMMAND: Final[dict[str, Any]] = {
    "type": "object",
    "description": "The singular of a route as `type`, an `id` that is its idempotency key, and the route's body.",
    "properties": {"type": {"type": "string"}, "id": {"type": "string", "pattern": "^[!-~]{1,255}$"}},
    "required": ["type", "id"],
}
_GROUP: Final[dict[str, Any]] = {
    "type": "object",
    "description": "All or nothing.",
    "properties": {
        "atomic": {
            "type": "object",
            "properties": {"id": {"type": "string"}, "commands": {"type": "array", "items": _COMMAND, "minItems": 1}},
            "required": ["id", "commands"],
            "additionalProperties": False,
        }
    },
    "required": ["atomic"],
    "additionalProperties": False,
}
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"commands": {"type": "array", "maxItems": MOST, "items": {"anyOf": [_COMMAND, _GROUP]}}},
    "required": ["commands"],
    "additionalProperties": False,
}
ANSWER_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"outcomes": {"type": "array", "items": {"type": "object", "required": ["id", "status"]}}},
    "required": ["outcomes"],
}


class Member(NamedTuple):
    """One command of a batch, as it was sent."""

    id: str
    value: dict[str, Any]
    parsed: Parsed
    """What it was read from."""


class Group(NamedTuple):
    """Commands that happen together or not at all."""

    id: str
    members: tuple[Member, ...]
    value: dict[str, Any]


class Prepared(NamedTuple):
    """What a command or group has become: something to hand in, or the refusal that it met before."""

    sent: Member | Group
    submission: Submission | None
    refusals: dict[int, Exception]
    """By the place of the member."""


class BatchEndpoint(Endpoint):
    """Independent commands have their own outcomes; an atomic group is all or nothing. At most 10,000 in all."""

    permission = PERMISSION

    async def answer(self, call: Call, served: Served, caller: Caller, lang: str) -> tuple[Answer, Iterable[Header]]:
        """200 with the outcomes in order. Only a broken envelope refuses the whole batch."""
        sent = envelope(parse(await call.body(served.settings.bulk_body_limit)))
        if served.batches >= BATCHES_AT_ONCE:
            raise QueueFull(retry_after=1)
        served.batches += 1
        try:
            return json_answer({"outcomes": await _outcomes(sent, served, caller, lang)}), ()
        finally:
            served.batches -= 1


def envelope(parsed: Parsed) -> list[Member | Group]:
    """The commands of a batch. Raises Malformed, or TooLarge above 10,000.

    What is wrong inside a command is that command's own outcome (4b): here only the envelope is looked at.
    """
    commands = parsed.value.get("commands") if isinstance(parsed.value, dict) else None
    if not isinstance(commands, list) or len(parsed.value) != 1:
        raise Malformed(errors=found(parsed.value) or ["/commands: wrong-type"])
    sent = [_sent(command, f"/commands/{place}", parsed) for place, command in enumerate(commands)]
    if sum(1 if isinstance(item, Member) else len(item.members) for item in sent) > MOST:
        raise TooLarge(limit=MOST)
    return sent


def _sent(command: Any, pointer: str, parsed: Parsed) -> Member | Group:
    if isinstance(command, dict) and set(command) == {"atomic"}:
        inner = command["atomic"]
        members = inner.get("commands") if isinstance(inner, dict) else None
        if not isinstance(members, list) or not members or set(inner) != {"id", "commands"}:
            raise Malformed(errors=[f"{pointer}/atomic: wrong-form"])
        places = enumerate(members)
        commands = tuple(_member(item, f"{pointer}/atomic/commands/{place}", parsed) for place, item in places)
        return Group(_id(inner, f"{pointer}/atomic"), commands, inner)
    return _member(command, pointer, parsed)


def _member(command: Any, pointer: str, parsed: Parsed) -> Member:
    if not isinstance(command, dict):
        raise Malformed(errors=[f"{pointer}: wrong-type"])
    return Member(_id(command, pointer), command, parsed)


def _id(thing: dict[str, Any], pointer: str) -> str:
    id = thing.get("id")
    if not isinstance(id, str) or not KEY.fullmatch(id):
        raise Malformed(errors=[f"{pointer}/id: " + ("wrong-form" if "id" in thing else "missing")])
    return id


# Preparing --------------------------------------------------------------------------------------------------------


async def _prepared(item: Member | Group, served: Served, caller: Caller, lang: str) -> Prepared:
    members = (item,) if isinstance(item, Member) else item.members
    wishes: list[Wish] = []
    refused: dict[int, Exception] = {}
    for place, member in enumerate(members):
        try:
            wishes.append(await _wish(member, served, caller, lang))
        except Exception as error:  # noqa: BLE001 - the outcome of this command alone; answer_to tells defects apart
            refused[place] = error
    if refused:
        return Prepared(item, None, refused)
    if isinstance(item, Group):
        try:
            wishes = _group_wishes(item, wishes, served, caller, lang)
        except Refusal as refusal:
            return Prepared(item, None, {0: refusal})
    # No deadline: the end of a long batch must not be dropped because its beginning was long.
    return Prepared(item, Submission(wishes=tuple(wishes)), {})


async def _wish(member: Member, served: Served, caller: Caller, lang: str) -> Wish:
    write = BY_TYPE.get(str(member.value.get("type")))
    if write is None:
        raise Malformed(errors=["/type: unknown-value"])
    caller.must(write.permission, own=write.own)
    dropped = {"type"} if write.names_thing else {"type", "id"}
    value = {name: part for name, part in member.value.items() if name not in dropped}
    body = member.parsed.of(value, decimals=write.decimals)
    return await wish_of(write, body, Arrival(served, caller, member.id, member.id), lang)


def _group_wishes(group: Group, wishes: list[Wish], served: Served, caller: Caller, lang: str) -> list[Wish]:
    """The members' wishes under the group's key: its fingerprint covers all of them."""
    ids = [member.id for member in group.members]
    if len(set(ids)) < len(ids) or group.id in ids:
        raise KeyReused
    secret = served.vault.secret
    first = wishes[0].key
    mark = KeyMark(
        answer=first.answer if first else 1,
        client=caller.by.principal,
        fp=secret.mac("fingerprint", fingerprint_of("/batches", canonical(decimals_as_text(group.value)))),
        lang=lang,
        mac=secret.mac("key", caller.by.principal, group.id),
        member=first.mac if first else None,
    )
    return [msgspec.structs.replace(wish, key=_mark(wish, mark, place)) for place, wish in enumerate(wishes)]


def _mark(wish: Wish, group: KeyMark, place: int) -> KeyMark | None:
    """A later member's own key, bound to the group: alone it would be another request."""
    if place == 0 or wish.key is None:
        return group
    return msgspec.structs.replace(wish.key, fp=group.fp)


# Outcomes ---------------------------------------------------------------------------------------------------------


async def _outcomes(sent: list[Member | Group], served: Served, caller: Caller, lang: str) -> list[dict[str, Any]]:
    prepared: list[Prepared] = []
    for place, item in enumerate(sent):
        prepared.append(await _prepared(item, served, caller, lang))
        await _breathe(place)
    handed_in = [item.submission for item in prepared if item.submission is not None]
    decided = iter(await served.bridge.submit_all(handed_in))
    outcomes: list[dict[str, Any]] = []
    for place, done in enumerate(prepared):
        outcomes.append(_refused(done, lang) if done.submission is None else _decided(done.sent, next(decided), lang))
        await _breathe(place)
    return outcomes


async def _breathe(place: int) -> None:
    """Let single sales through: ten thousand commands in one go would hold the event loop for a second."""
    if place % STRIDE == STRIDE - 1:
        await asyncio.sleep(0)


def _decided(sent: Member | Group, outcome: Outcome, lang: str) -> dict[str, Any]:
    if isinstance(sent, Member):
        return _outcome(sent.id, answer(outcome, lang), replayed=outcome.replayed)
    if outcome.refusal is not None:
        return _failed(sent, {outcome.member: outcome.refusal}, lang, replayed=outcome.replayed)
    parts = _by_member(sent, outcome)
    outcomes = [
        _outcome(member.id, answer(part, lang), replayed=outcome.replayed)
        for member, part in zip(sent.members, parts, strict=True)
    ]
    return _marked({"id": sent.id, "status": 201, "outcomes": outcomes}, replayed=outcome.replayed)


def _by_member(group: Group, outcome: Outcome) -> Iterator[Outcome]:
    """A group's facts, split where its members' facts begin; what cannot be told apart is answered as a whole."""
    starts = [place for place, envelope in enumerate(outcome.envelopes) if envelope.key is not None]
    if len(starts) != len(group.members):
        yield from (outcome for _ in group.members)
        return
    for start, end in pairwise([*starts, len(outcome.envelopes)]):
        part = outcome.envelopes[start:end]
        yield outcome._replace(envelopes=part, position=part[0].pos)


def _refused(item: Prepared, lang: str) -> dict[str, Any]:
    if isinstance(item.sent, Member):
        return _outcome(item.sent.id, answer_to(item.refusals[0], lang))
    return _failed(item.sent, item.refusals, lang)


def _failed(group: Group, refusals: dict[int, Any], lang: str, *, replayed: bool = False) -> dict[str, Any]:
    outcomes = []
    for place, member in enumerate(group.members):
        refusal = refusals.get(place)
        outcomes.append(_outcome(member.id, answer_to(refusal or GroupFailed(), lang)))
    worst = answer_to(next(iter(refusals.values())), lang)
    body = {"id": group.id, "status": worst.status, "code": GroupFailed.code, "outcomes": outcomes}
    return _marked(body, replayed=replayed)


def _outcome(id: str, given: Answer, *, replayed: bool = False) -> dict[str, Any]:
    return _marked({"id": id, "status": given.status}, replayed=replayed) | {"body": msgspec.Raw(given.body)}


def _marked(body: dict[str, Any], *, replayed: bool) -> dict[str, Any]:
    return body | {"replayed": True} if replayed else body

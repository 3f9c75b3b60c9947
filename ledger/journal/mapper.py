"""Facts to bytes and back: canonical JSON under a closed registry of topics."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import msgspec

from ledger.room import FORMAT, Approval, By, Envelope, Fact, KeyMark
from ledger.values import MAX_AMOUNT, Instant, PeriodName, TxId

MAX_FACT_BYTES: Final = 32 * 1024

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""From the data of one version to the data of the next."""


class UnknownFormatError(Exception):
    """A stored fact that this program cannot read. It stops a replay; skipping it would invent another history."""

    def __init__(self, message: str, position: int | None = None) -> None:
        """`position` is the fact's place in its ledger, None when not even that can be read."""
        super().__init__(f"position {position}: {message}" if position is not None else message)
        self.position = position


class FactTooLargeError(ValueError):
    """A fact above 32 KiB: what does not fit goes on in `…-continued` facts of its transaction."""


class NotCanonicalError(ValueError):
    """A value that other readers of JSON would not get back exactly: a float, an integer beyond ±(2^53 - 1)."""


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An envelope whose data waits until its topic is known."""

    appr: Approval | None
    belongs_to: PeriodName | None
    by: By
    cause: str | None
    data: msgspec.Raw
    key: KeyMark | None
    occurred_at: Instant
    pd: dict[str, str]
    period: PeriodName
    pos: int
    recorded_at: Instant
    rule: str | None
    stream: str
    tx: TxId
    type: str
    v: int
    ver: int


class _Place(msgspec.Struct):
    """All that is read of a fact that cannot be read."""

    pos: int | None = None
    v: int | None = None


_DIGITS: Final = bytes.maketrans(b"123456789", b"000000000")
_LONG: Final = b"0" * 16
"""The shortest run of digits that may be a number beyond ±(2^53 - 1)."""
_DATA: Final = b'"data":'
"""Its quotes make it a member's name: those within text are escaped, and no member before it has such a one."""
_AFTER_DATA: Final = b'},"key":'
"""Members are sorted: after `data` comes `key`. Behind that, only text stands before a comma."""


class Mapper:
    """The closed registry: every fact that can be written or read, by its topic."""

    def __init__(self, facts: Iterable[type[Fact]], upcasts: Mapping[str, Upcast] = MappingProxyType({})) -> None:
        """`upcasts` names the topics of the past that are not in `facts` and how each becomes its next version."""
        self.facts: dict[str, type[Fact]] = {}
        for fact in facts:
            self._register(fact)
        self.upcasts = dict(upcasts)
        for topic in self.upcasts:
            self._check_upcast(topic)
        self._encoder = msgspec.json.Encoder(order="sorted")
        self._envelopes = msgspec.json.Decoder(_Stored)
        self._data = {topic: msgspec.json.Decoder(fact) for topic, fact in self.facts.items()}
        self._loose = {topic for topic, fact in self.facts.items() if _holds(fact, msgspec.inspect.AnyType)}
        self._leaves: dict[str, msgspec.json.Decoder[Envelope]] = {}

    def _register(self, fact: type[Fact]) -> None:
        if not re.fullmatch(r"[a-z0-9-]+\.v[1-9]\d*", fact.TOPIC):
            raise TypeError(f"{fact.__name__} has the topic {fact.TOPIC!r}; a topic looks like points-earned.v1")
        if _holds(fact, msgspec.inspect.FloatType, msgspec.inspect.DecimalType):
            raise TypeError(f"{fact.__name__} may hold a float or a decimal; facts hold whole numbers and text")
        if self.facts.setdefault(fact.TOPIC, fact) is not fact:
            raise TypeError(f"topic {fact.TOPIC} is taken by {self.facts[fact.TOPIC].__name__}")

    def _check_upcast(self, topic: str) -> None:
        if topic in self.facts:
            raise TypeError(f"{topic} is a fact of today: it cannot be turned into its next version as well")
        target = next_version(topic)
        if target not in self.facts and target not in self.upcasts:
            raise TypeError(f"{topic} would become {target}, which nobody can read")

    def topic(self, fact: Fact) -> str:
        """The stable name under which `fact` is stored; only registered facts have one."""
        if self.facts.get(fact.TOPIC) is not type(fact):
            raise TypeError(f"{type(fact).__name__} is not in the registry of facts")
        return fact.TOPIC

    def encode(self, envelope: Envelope) -> bytes:
        """The leaf of the audit log: sorted keys, UTF-8, no spaces, only whole numbers that everybody keeps exact."""
        if self.topic(envelope.data) != envelope.type or envelope.v != FORMAT:
            raise UnknownFormatError(f"{envelope.type} v{envelope.v} is not {envelope.data.TOPIC}", envelope.pos)
        state = self._encoder.encode(envelope)
        if len(state) > MAX_FACT_BYTES:
            raise FactTooLargeError(f"{envelope.type} has {len(state)} bytes; a fact has at most {MAX_FACT_BYTES}")
        self._check(envelope, state)
        return state

    def _check(self, envelope: Envelope, state: bytes) -> None:
        """What is written must be read again as what it is, and exactly so by everybody."""
        data = state[state.index(_DATA) + len(_DATA) : state.rindex(_AFTER_DATA) + 1]
        try:
            self._data[envelope.type].decode(data)
        except msgspec.DecodeError as error:
            raise NotCanonicalError(f"{envelope.type}: {error}") from error
        # `find`, for `in` first tries the bytes as a number, which takes longer than the search.
        if envelope.type in self._loose or data.translate(_DIGITS).find(_LONG) >= 0:
            _check_numbers(msgspec.json.decode(data))

    def decode(self, state: bytes) -> Envelope:
        """The envelope with its typed fact, upcast to the version of today."""
        try:
            stored = self._envelopes.decode(state)
        except msgspec.DecodeError as error:
            raise UnknownFormatError(str(error), _position(state)) from error
        if stored.v != FORMAT:
            raise UnknownFormatError(f"format v{stored.v}", stored.pos)
        try:
            topic, data = self._typed(stored)
        except msgspec.DecodeError as error:
            raise UnknownFormatError(f"{stored.type}: {error}", stored.pos) from error
        return Envelope(
            appr=stored.appr,
            belongs_to=stored.belongs_to,
            by=stored.by,
            cause=stored.cause,
            data=data,
            key=stored.key,
            occurred_at=stored.occurred_at,
            pd=stored.pd,
            period=stored.period,
            pos=stored.pos,
            recorded_at=stored.recorded_at,
            rule=stored.rule,
            stream=stored.stream,
            tx=stored.tx,
            type=topic,
            v=stored.v,
            ver=stored.ver,
        )

    def read(self, topic: str, state: bytes) -> Envelope:
        """As `decode`, in one step, for whoever reads many facts: their rows say which topic to expect.

        What it gives is an envelope of a class of its own: it is never equal to one that was decoded or recorded.
        """
        leaf = self._leaves.get(topic) or self._leaf(topic)
        if leaf is not None:
            try:
                envelope = leaf.decode(state)
            except msgspec.DecodeError:
                return self.decode(state)  # which says what is wrong, and where
            if envelope.type == topic and envelope.v == FORMAT:
                return envelope
        return self.decode(state)

    def _leaf(self, topic: str) -> "msgspec.json.Decoder[Envelope] | None":
        fact = self.facts.get(topic)
        if fact is None:
            return None
        fields = [(field.name, fact if field.name == "data" else field.type) for field in _FIELDS]
        options: dict[str, Any] = {"frozen": True, "kw_only": True, "forbid_unknown_fields": True}
        kind: Any = msgspec.defstruct("Leaf", fields, bases=(Envelope,), **options)
        leaf: msgspec.json.Decoder[Envelope] = msgspec.json.Decoder(kind)
        self._leaves[topic] = leaf
        return leaf

    def _typed(self, stored: _Stored) -> tuple[str, Fact]:
        decoder = self._data.get(stored.type)
        if decoder is not None:
            return stored.type, decoder.decode(stored.data)
        if stored.type not in self.upcasts:
            raise UnknownFormatError(f"type {stored.type}", stored.pos)
        topic, data = stored.type, msgspec.json.decode(stored.data, type=dict[str, Any])
        while topic in self.upcasts:
            data, topic = self.upcasts[topic](data), next_version(topic)
        return topic, msgspec.convert(data, self.facts[topic])


_FIELDS: Final = msgspec.structs.fields(Envelope)


@cache  # a class does not change, and each ledger that is opened would walk them all again
def _holds(fact: type[Fact], *kinds: type[msgspec.inspect.Type]) -> bool:
    return any(isinstance(kind, kinds) for kind in _kinds(msgspec.inspect.type_info(fact), set()))


def _kinds(node: Any, seen: set[int]) -> Iterator[Any]:
    """Every kind of value inside a type; a type that contains itself is walked once."""
    if isinstance(node, tuple):
        for part in node:
            yield from _kinds(part, seen)
    elif isinstance(node, msgspec.inspect.Type | msgspec.inspect.Field) and id(node) not in seen:
        seen.add(id(node))
        yield node
        for name in node.__struct_fields__:
            yield from _kinds(getattr(node, name), seen)


def next_version(topic: str) -> str:
    """`points-earned.v2` for `points-earned.v1`."""
    name, _, version = topic.rpartition(".v")
    return f"{name}.v{int(version) + 1}"


def _position(state: bytes) -> int | None:
    try:
        return msgspec.json.decode(state, type=_Place).pos
    except msgspec.DecodeError:
        return None


def _check_numbers(value: Any) -> None:
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > MAX_AMOUNT):
        raise NotCanonicalError(f"{value!r} is not a whole number within ±(2^53 - 1)")
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            _check_numbers(member)

"""How facts change the book: rows and the one loop that evolves them, the same in a turn, a replay and a test."""

from collections.abc import Iterable
from typing import Final, Protocol

import msgspec

from ledger.requests.entities import Cause
from ledger.room import Entity, Envelope, Fact, Key, Meta
from ledger.rooms import Registry
from ledger.values import Day


class Row(msgspec.Struct, frozen=True, gc=False):
    """An entity with its place in the book. Nothing in it refers back to it: the collector need not walk the book."""

    entity: Entity
    position: int
    """Of the last fact that changed it."""
    version: int
    """Of the stream that it is the life of; 0 when it is no stream."""


UNKNOWN: Final = Row(Cause(position=0), 0, 0)
"""Stands for "not in this overlay": None says that there is no such entity."""


class Evolving(Protocol):
    """A book that facts change."""

    rows: dict[Key, Row | None]
    """What it holds itself; changed in place."""

    def row(self, key: Key) -> Row | None:
        """The row, wherever it stands; None: no such entity; UNKNOWN: this book does not follow it."""
        ...


class Rows:
    """A plain book for replay and tests: rows in a dict."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self.rows: dict[Key, Row | None] = {}

    def row(self, key: Key) -> Row | None:
        """The row, or None."""
        return self.rows.get(key)


class Known:
    """A book of which only some rows are known: facts change these, whatever else they touch stays unknown."""

    def __init__(self, rows: dict[Key, Row | None]) -> None:
        """`rows` are changed in place; None stands for an entity that is known not to be there."""
        self.rows = rows

    def row(self, key: Key) -> Row | None:
        """The row, None, or UNKNOWN."""
        return self.rows.get(key, UNKNOWN)


def evolve(
    registry: Registry, book: Evolving, fact: Fact, meta: Meta, stream: tuple[str, int], cause: str | None
) -> None:
    """Apply one fact to every entity that it touches; the entity that its stream is the life of gets its version.

    Once for every fact, whenever anybody reads it: what a method would find is spelled out.
    """
    position, rows = meta.position, book.rows
    living, _, life = stream[0].partition(":")
    pending = living in registry.kinds
    for kind, ids, apply in registry.steps[type(fact)]:
        for id in ids(fact, meta):
            row = rows.get(key := (kind, id), UNKNOWN)
            if row is UNKNOWN:
                row = book.row(key)
                if row is UNKNOWN:
                    continue
            if kind == living and id == life:
                version, pending = stream[1], False
            else:
                version = row.version if row is not None else 0
            rows[key] = Row(apply(None if row is None else row.entity, fact, meta, id), position, version)
    if pending:
        _aged(rows, (living, life), stream[1])
    if cause is not None and rows.get((Cause.KIND, cause)) is None:
        rows[Cause.KIND, cause] = Row(Cause(position=position), position, 0)


def _aged(rows: dict[Key, Row | None], key: Key, version: int) -> None:
    """A fact in the life of an entity that it did not change."""
    row = rows.get(key)
    if row is not None:
        rows[key] = Row(row.entity, row.position, version)


def replay(registry: Registry, book: Evolving, envelope: Envelope, day: Day) -> None:
    """Apply one recorded fact; `day` is the local day of its `occurred_at`."""
    evolve(registry, book, envelope.data, _meta(envelope, day), (envelope.stream, envelope.ver), envelope.cause)


def touched(registry: Registry, envelope: Envelope, day: Day) -> Iterable[Key]:
    """The keys of every entity that a fact changes: what another process must forget."""
    meta = _meta(envelope, day)
    for evolution in registry.evolutions[type(envelope.data)]:
        for id in evolution.ids(envelope.data, meta):
            yield evolution.entity.KIND, id
    if envelope.cause is not None:
        yield Cause.KIND, envelope.cause


def _meta(envelope: Envelope, day: Day) -> Meta:
    return Meta(
        tx=envelope.tx,
        position=envelope.pos,
        occurred_at=envelope.occurred_at,
        recorded_at=envelope.recorded_at,
        day=day,
        period=envelope.period,
        by=envelope.by,
        rule=envelope.rule,
    )

"""Alarms: what the scrub found that cannot be. They outlive every rebuild."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Column, Table, Text, select, text

from projections.sheets import _kind, metadata
from projections.store import Store

alarms: Final = Table(
    "projection_alarms",
    metadata,
    Column("ledger", _kind(str), primary_key=True),
    Column("kind", _kind(str), primary_key=True),
    Column("subject", _kind(str), primary_key=True),
    Column("position", _kind(int), primary_key=True, autoincrement=False),
    Column("expected", Text()),
    Column("found", Text()),
    sqlite_with_rowid=False,
)
_RAISE: Final = text(
    "INSERT INTO projection_alarms (ledger, kind, subject, position, expected, found) "
    "VALUES (:ledger, :kind, :subject, :position, :expected, :found) ON CONFLICT DO NOTHING"
)


class Alarm(NamedTuple):
    """A row of the book that is not what the facts say: `expected` by them, `found` there."""

    kind: str
    """`account` or `item`."""
    subject: str
    """The row's id in the book."""
    position: int
    """Of the last fact about it that the projections show; 0 when there is none."""
    expected: str
    found: str


def raise_alarm(store: Store, alarm: Alarm) -> bool:
    """Store the alarm; False when this one has been raised before."""
    with store.writing() as connection:
        return connection.execute(_RAISE, {"ledger": store.ledger, **alarm._asdict()}).rowcount == 1


def standing(store: Store) -> Sequence[Alarm]:
    """Every alarm of the ledger, by what it names."""
    query = select(*(alarms.c[name] for name in Alarm._fields)).where(alarms.c.ledger == store.ledger)
    with store.engine.connect() as connection, connection.begin():
        rows = connection.execute(query.order_by(alarms.c.kind, alarms.c.subject, alarms.c.position))
        return [Alarm._make(row) for row in rows]

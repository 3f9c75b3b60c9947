"""Explaining: the facts of a transaction, its postings, the lots that paid, and who granted them under which rule."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from api.commands.history import envelopes
from api.ledgers import OpenLedger
from ledger.journal.storage import FactRow
from ledger.points.facts import AccountFact, PointsEarned
from ledger.pools import Lot
from ledger.refusals import NotFound
from ledger.room import Envelope
from ledger.values import TxId

LOTS: Final = ("paid", "taken", "lots", "repaid", "restored")
"""The members of facts that name ranges of pools."""


def transaction(opened: OpenLedger, said: str) -> tuple[Envelope, ...]:
    """The facts of the transaction that has this id, or that holds this position. Raises NotFound."""
    if said.isdecimal():
        found = _around(opened, int(said))
    else:
        # Only an id from before ids said where their facts stand may need all facts to be looked through.
        found = opened.ledger.transaction(TxId(said)) or tuple(it for it in envelopes(opened) if it.tx == said)
    if not found:
        raise NotFound(kind="transaction", id=said)
    return found


def _around(opened: OpenLedger, position: int) -> tuple[Envelope, ...]:
    """A transaction's facts stand side by side: walk both ways while the id stays."""
    rows = _at(opened, position)
    if not rows:
        return ()
    first = last = position
    tx = rows[0].tx
    while first > 1 and _at(opened, first - 1)[0].tx == tx:
        first -= 1
    while (following := _at(opened, last + 1)) and following[0].tx == tx:
        last += 1
    return tuple(envelope for place in range(first, last + 1) for envelope in _at(opened, place))


def _at(opened: OpenLedger, position: int) -> list[Envelope]:
    return [opened.ledger.mapper.decode(row.state) for row in opened.ledger.storage.facts_at(position, 1)]


def explained(opened: OpenLedger, facts: Iterable[Envelope]) -> dict[str, Any]:
    """The transaction for machines: facts, postings, and the origins of every range that they name."""
    every = tuple(facts)
    return {
        "tx": every[0].tx,
        "recorded_at": every[0].recorded_at,
        "occurred_at": every[0].occurred_at,
        "period": every[0].period,
        "facts": [_fact(envelope) for envelope in every],
        "lots": list(origins(opened, every)),
    }


def _fact(envelope: Envelope) -> dict[str, Any]:
    entry = envelope.data.entry()
    return {
        "position": envelope.pos,
        "type": envelope.type,
        "by": msgspec.to_builtins(envelope.by),
        "rule": envelope.rule,
        "approval": msgspec.to_builtins(envelope.appr),
        "belongs_to": envelope.belongs_to,
        "data": msgspec.to_builtins(envelope.data),
        "postings": [posting._asdict() for posting in entry.postings] if entry else [],
    }


def origins(opened: OpenLedger, facts: Iterable[Envelope]) -> Iterator[dict[str, Any]]:
    """Every range that the facts name, cut at the grants that it came from."""
    for envelope in facts:
        if not isinstance(envelope.data, AccountFact) or isinstance(envelope.data, PointsEarned):
            continue
        for member in LOTS:
            for lot in getattr(envelope.data, member, ()):
                yield from _grants(opened, envelope, member, getattr(lot, "lot", lot))


def _grants(opened: OpenLedger, envelope: Envelope, member: str, lot: Lot) -> Iterator[dict[str, Any]]:
    for grant in _granted(opened, envelope.data.account, lot.pool, envelope.pos):
        own: Lot = grant.data.lot
        start, end = max(own.start, lot.start), min(own.end, lot.end)
        if start < end:
            yield {
                "fact": envelope.pos,
                "as": member,
                "pool": lot.pool,
                "from": start,
                "to": end,
                "amount": end - start,
                "grant": grant.pos,
                "granted_at": grant.occurred_at,
                "behaviour": grant.data.behaviour,
                "kind": grant.data.kind,
                "rule": grant.rule,
                "by": msgspec.to_builtins(grant.by),
                "approval": msgspec.to_builtins(grant.appr),
            }


def _granted(opened: OpenLedger, account: str, pool: str, before: int) -> Iterator[Envelope]:
    """The grants that filled a pool, oldest first: found by its id in the facts' bytes, so few of them are decoded."""
    marks = (pool.encode(), account.encode())
    for row in _rows(opened, before):
        if row.topic == PointsEarned.TOPIC and all(mark in row.state for mark in marks):
            envelope = opened.ledger.mapper.decode(row.state)
            if envelope.data.lot.pool == pool:
                yield envelope


def _rows(opened: OpenLedger, before: int) -> Iterator[FactRow]:
    after = 0
    while rows := opened.ledger.storage.facts(after, 5_000):
        for row in rows:
            if row.position > before:
                return
            yield row
        after = rows[-1].position

"""Explaining: from a debit to the lots that paid it and who granted them, and from a lot to all that used it."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from api.concerning import hidden_from, of_another
from api.patrolled import patrol_in, patrol_of
from ledger.journal.ledger import Ledger
from ledger.points.facts import AccountFact
from ledger.pools import Lot
from ledger.room import Envelope
from projections import lots
from projections.store import Reading

DEEPEST: Final = 32
"""How many transfers a range is followed through, one origin into the next."""
MOST: Final = 1_000
"""Origins behind the ranges of one explanation: each conversion to and fro would tell nearly twice as many."""


class Source(NamedTuple):
    """Where an explanation looks, and for whom: a holder is not told from whose account a transfer came."""

    ledger: Ledger
    reading: Reading
    scope: str | None = None
    """The account of the holder who asks; None: somebody who may see all."""


def explained(source: Source, facts: Sequence[Envelope]) -> dict[str, Any]:
    """A transaction: its facts, their postings, and every range that they name with its origins."""
    first, patrol = facts[0], patrol_in(source.ledger, facts)
    return {
        "tx": first.tx,
        "recorded_at": first.recorded_at,
        "occurred_at": first.occurred_at,
        "period": first.period,
        "facts": [_fact(envelope, source.scope) for envelope in facts],
        "lots": _lots(source, facts),
        **({} if patrol is None else {"patrol": patrol}),
    }


def _fact(envelope: Envelope, scope: str | None) -> dict[str, Any]:
    entry = envelope.data.entry()
    data: dict[str, Any] = msgspec.to_builtins(envelope.data)
    hidden = frozenset[str]() if scope is None else hidden_from(envelope.data, scope)
    return {
        "position": envelope.pos,
        "type": envelope.type,
        "by": msgspec.to_builtins(envelope.by),
        "rule": envelope.rule,
        "approval": msgspec.to_builtins(envelope.appr),
        "belongs_to": envelope.belongs_to,
        "data": {name: part for name, part in data.items() if name not in hidden},
        "postings": [posting._asdict() for posting in entry.postings] if entry else [],
    }


def _lots(source: Source, facts: Iterable[Envelope]) -> list[dict[str, Any]]:
    named: list[Told] = []
    for envelope in facts:
        if isinstance(envelope.data, AccountFact):
            for use, item in lots.ranges_of(envelope.data):
                # How somebody else came by what he paid is not the payee's affair.
                mine = source.scope is None or not of_another(envelope.data, use, source.scope)
                if mine and use not in lots.FILLING:
                    marks = {"fact": envelope.pos, "as": use}
                    lot = Lot(pool=item.pool, start=item.start, end=item.end)
                    named += (Told(marks | shown, before) for shown, before in _opened(source, lot))
    return _followed(source, named)


def origins(source: Source, lot: Lot) -> list[dict[str, Any]]:
    """A range, cut at the facts that opened it; what arrived by a transfer leads on to what was transferred."""
    return _followed(source, list(_opened(source, lot)))


class Told(NamedTuple):
    """A part of a range as it is shown, and the range of another pool that it was before, if it is to be followed."""

    shown: dict[str, Any]
    before: Lot | None


def _followed(source: Source, named: list[Told]) -> list[dict[str, Any]]:
    """These parts with what they came from, the nearest of all of them first, until enough is told."""
    ahead, told = deque((part, 1) for part in named), 0
    while ahead and told < MOST:
        part, depth = ahead.popleft()
        if part.before is not None:
            opened = list(_opened(source, part.before))
            part.shown["came_from"] = [it.shown for it in opened]
            told += len(opened)
            ahead += ((it, depth + 1) for it in opened if depth < DEEPEST)
    return [part.shown for part in named]


def _opened(source: Source, lot: Lot) -> Iterator[Told]:
    """A range, cut at the facts that opened it."""
    for filled in lots.filled(source.reading, lot):
        start, end = max(filled.start, lot.start), min(filled.stop, lot.end)
        envelope = _at(source.ledger, filled.position)
        shown = {"pool": lot.pool, "from": start, "to": end, "amount": end - start, **_origin(envelope)}
        before = _before(envelope.data, filled, start, end)
        if source.scope not in {None, shown["account"]}:
            shown["account"] = before = None
        if shown["account"] is not None and (patrol := patrol_of(source.ledger, envelope)) is not None:
            shown["patrol"] = patrol
        yield Told(shown, before)


def _at(ledger: Ledger, position: int) -> Envelope:
    return ledger.mapper.decode(ledger.storage.facts_at(position, 1)[0].state)


def _origin(envelope: Envelope) -> dict[str, Any]:
    fact = envelope.data
    return {
        "account": fact.account,
        "grant": envelope.pos,
        "tx": envelope.tx,
        "type": envelope.type,
        "granted_at": envelope.occurred_at,
        "behaviour": getattr(fact, "behaviour", None),
        "reason": getattr(fact, "reason", None),
        "kind": getattr(fact, "kind", "earned"),
        "fund": getattr(fact, "fund", None),
        "rule": envelope.rule,
        "by": msgspec.to_builtins(envelope.by),
        "approval": msgspec.to_builtins(envelope.appr),
    }


def _before(fact: Any, filled: lots.Range, start: int, end: int) -> Lot | None:
    """Which range of another pool this part was before it landed or was reissued; None: it began here."""
    if filled.use in {"lot", "restored"}:
        return None
    place = filled.use, filled.pool, filled.start
    item = next(it for use, it in lots.ranges_of(fact) if (use, it.pool, it.start) == place)
    was: Lot | None = item.of
    # A conversion changes how many there are: then the whole range is what it came from.
    if was is None or was.amount != item.end - item.start:
        return was
    return Lot(pool=was.pool, start=was.start + start - item.start, end=was.start + end - item.start)


def lot_explained(source: Source, lot: Lot, *, after: lots.Place = lots.FIRST, limit: int = 200) -> dict[str, Any]:
    """A range of a pool: what opened it, and every fact that named any of it since, in order."""
    uses = lots.used(source.reading, lot, after=after, limit=limit)
    return {
        "pool": lot.pool,
        "from": lot.start,
        "to": lot.end,
        "origins": origins(source, lot),
        "uses": [_use(source.ledger, lot, item) for item in uses],
        "next": "/".join(map(str, uses[-1].place)) if len(uses) == limit else None,
    }


def account_of(ledger: Ledger, item: lots.Range) -> tuple[str, str]:
    """Account and unit in which a range stood when it was named."""
    return lots.side_of(_at(ledger, item.position).data, item.use)


def _use(ledger: Ledger, lot: Lot, item: lots.Range) -> dict[str, Any]:
    envelope = _at(ledger, item.position)
    start, end = max(item.start, lot.start), min(item.stop, lot.end)
    return {
        "position": item.position,
        "tx": envelope.tx,
        "type": envelope.type,
        "as": item.use,
        "account": lots.side_of(envelope.data, item.use)[0],
        "from": start,
        "to": end,
        "amount": end - start,
        "occurred_at": envelope.occurred_at,
        "recorded_at": envelope.recorded_at,
        "rule": envelope.rule,
        "by": msgspec.to_builtins(envelope.by),
        "approval": msgspec.to_builtins(envelope.appr),
    }

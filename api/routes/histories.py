"""Reads of what happened: transactions, proposals, adopted schemes, periods."""

from typing import Any, Final

import msgspec

from api.answers import v1
from api.concerning import accounts_in, hidden_from
from api.routes.reading import Asked, page_size
from ledger.periods.entities import Books
from ledger.refusals import Malformed, NotFound
from ledger.room import Envelope
from ledger.scheme.entities import Adopted
from ledger.values import TxId
from projections import approvals

STATUSES: Final = frozenset({"open", "approved", "rejected", "expired", "granted", "denied"})


def envelopes_of(asked: Asked, tx: str) -> tuple[Envelope, ...]:
    """The facts of a transaction, in order; empty when there is none."""
    return asked.served.ledger.transaction(TxId(tx))


def visible(asked: Asked, tx: str) -> tuple[Envelope, ...]:
    """The facts of a transaction that the caller may see: a holder those about itself, and about nobody.

    Raises NotFound, also where none is about the holder.
    """
    facts, scope = envelopes_of(asked, tx), asked.caller.principal.holder
    if scope is not None:
        named = [(fact, frozenset(accounts_in(fact.data))) for fact in facts]
        own = any(f"holder:{scope}" in accounts for _, accounts in named)
        facts = tuple(fact for fact, accounts in named if own and (not accounts or f"holder:{scope}" in accounts))
    if not facts:
        raise NotFound(kind="transaction", id=tx)
    return facts


def transaction(asked: Asked) -> dict[str, Any]:
    """A transaction with its facts and their postings; a holder sees what its own account held after it alone."""
    facts, scope = visible(asked, asked.params["tx"]), asked.caller.principal.holder
    shown = v1.transaction(facts)
    if scope is not None:
        shown["balances"] = [it for it in shown["balances"] if it["account"] == f"holder:{scope}"]
        for name in hidden_from(facts[0].data, f"holder:{scope}"):
            shown.pop(name, None)
    return shown | {"facts": [_fact(envelope) for envelope in facts]}


def _fact(envelope: Envelope) -> dict[str, Any]:
    entry = envelope.data.entry()
    postings = entry.postings if entry else ()
    return {
        "position": envelope.pos,
        "type": envelope.type,
        "stream": envelope.stream,
        "by": envelope.by,
        "approval": envelope.appr,
        "rule": envelope.rule,
        "belongs_to": envelope.belongs_to,
        "postings": [
            {"account": posting.account, "unit": posting.unit, "amount": posting.amount} for posting in postings
        ],
    }


def place(said: str) -> int:
    """A position that a caller names. Raises Malformed."""
    if not (said.isascii() and said.isdigit() and len(said) <= 15):
        raise Malformed(errors=["/?after: wrong-form"])
    return int(said)


def proposals(asked: Asked) -> dict[str, Any]:
    """A page of proposals and appeals, the longest waiting first."""
    status, after, limit = asked.query.get("status", "open"), asked.query.get("after", "0"), page_size(asked.query)
    if status not in {*STATUSES, "all"}:
        raise Malformed(errors=["/?status: unknown-value"])
    position = place(after)
    with asked.served.projected() as reading:
        wanted = None if status == "all" else status
        found = approvals.queue(reading, status=wanted, after=position, limit=limit)
    shown = [_waiting(item) for item in found]
    return {"proposals": shown, "next": str(found[-1].position) if len(found) == limit else None}


def _waiting(item: approvals.Waiting) -> dict[str, Any]:
    return item._asdict() | {"command": None if item.command is None else msgspec.Raw(item.command.encode())}


def proposal(asked: Asked) -> dict[str, Any]:
    """One proposal or appeal with everything that was decided about it; notes for those who may read the vault."""
    id = asked.params["proposal"]
    with asked.served.projected() as reading:
        c = approvals.QUEUE.c
        names = approvals.Waiting._fields
        query = reading.select(approvals.PROJECTION, approvals.QUEUE, *(c[name] for name in names)).where(c.id == id)
        row = reading.first(query)
        history = approvals.history(reading, id)
    if row is None:
        raise NotFound(kind="proposal", id=id)
    decisions = [decision._asdict() for decision in history]
    if asked.caller.may("vault"):
        for decision in decisions:
            note = decision["note"]
            decision["text"] = None if note is None else asked.served.vault.read_note(note)
    return _waiting(approvals.Waiting._make(row)) | {"history": decisions}


def schemes(asked: Asked) -> dict[str, Any]:
    """Every adopted version with the first day that it prices, and the one in force today."""
    view = asked.served.ledger.view()
    adopted = view.the(Adopted, Adopted.ID)
    versions = [
        {"name": it.scheme.name, "version": it.scheme.version, "effective_from": it.effective_from}
        for it in adopted.versions
    ]
    force = adopted.in_force(view.today)
    units = [
        {"code": unit.code, "names": unit.names, "kind": unit.kind, "scale": unit.scale}
        for unit in force.units.values()
    ]
    return {"versions": versions, "in_force": force.rule, "units": units}


def periods(asked: Asked) -> dict[str, Any]:
    """The open period, and when each closed one was closed."""
    books = asked.served.ledger.the(Books, Books.ID)
    return {"open": books.period, "closed": [{"period": name, "closed_at": at} for name, at in books.closed]}

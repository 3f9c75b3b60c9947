"""The approval queue: what waits for a second person, and how every proposal and appeal was decided."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from ledger.approvals.facts import (
    AppealDecided,
    AppealMade,
    GlassBroken,
    ProposalApproved,
    ProposalExpired,
    ProposalMade,
    ProposalRejected,
)
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

QUEUE: Final = Sheet(
    "proposals",
    keys={"id": str},
    said={
        "kind": str,
        "status": str,
        "holder": str,
        "maker": str,
        "subject": str,
        "command": str,
        "digest": str,
        "why": str,
        "made_at": str,
        "expires_at": str,
        "position": int,
        "period": str,
    },
)
HISTORY: Final = Sheet(
    "decisions",
    keys={"id": str, "position": int},
    said={"type": str, "at": str, "by": str, "subject": str, "reason": str, "note": str, "on_behalf_of": str},
)
APPEAL: Final = "appeal"
"""The kind of a queued appeal; a proposal's kind is the route of its command."""
_encoder: Final = msgspec.json.Encoder(order="sorted")


class Waiting(NamedTuple):
    """A proposal or an appeal. `command` is the JSON of what is wished, None for an appeal."""

    id: str
    kind: str
    status: str
    holder: str | None
    maker: str
    subject: str | None
    command: str | None
    digest: str | None
    why: str | None
    made_at: str
    expires_at: str | None
    position: int
    period: str


class Decision(NamedTuple):
    """One line of a proposal's or appeal's history; `note` names a text in the vault."""

    position: int
    type: str
    at: str
    by: str
    subject: str | None
    reason: str | None
    note: str | None
    on_behalf_of: str | None


def _said(id: str, fact: Any, recorded: Recorded) -> Change:
    envelope = recorded.envelope
    values = {
        "type": envelope.type,
        "at": envelope.recorded_at,
        "by": envelope.by.principal,
        "subject": envelope.by.subject,
        **{name: getattr(fact, name, None) for name in ("reason", "note", "on_behalf_of")},
    }
    return HISTORY, (id, envelope.pos), HISTORY.values(**values)


def _opened(id: str, recorded: Recorded, values: dict[str, Any]) -> Change:
    envelope = recorded.envelope
    place = {"made_at": envelope.recorded_at, "position": envelope.pos, "period": envelope.period}
    return QUEUE, (id,), QUEUE.values(status="open", **place, **values)


def proposed(fact: ProposalMade, recorded: Recorded) -> Iterable[Change]:
    """A command waits."""
    values = {
        "kind": fact.kind,
        "holder": fact.holder,
        "maker": fact.maker.principal,
        "subject": fact.maker.subject,
        "command": _encoder.encode(fact.command).decode(),
        "digest": fact.digest,
        "why": fact.why,
        "expires_at": fact.expires_at,
    }
    yield _opened(fact.proposal, recorded, values)
    yield _said(fact.proposal, fact, recorded)


def appealed(fact: AppealMade, recorded: Recorded) -> Iterable[Change]:
    """A deduction is contested."""
    by = recorded.envelope.by
    values = {"kind": APPEAL, "holder": fact.holder, "maker": by.principal, "subject": by.subject}
    yield _opened(fact.appeal, recorded, values)
    yield _said(fact.appeal, fact, recorded)


def decided(status: str) -> Rule:
    """A proposal left the queue."""

    def rule(fact: Any, recorded: Recorded) -> Iterable[Change]:
        yield QUEUE, (fact.proposal,), QUEUE.values(status=status)
        yield _said(fact.proposal, fact, recorded)

    return rule


def appeal_decided(fact: AppealDecided, recorded: Recorded) -> Iterable[Change]:
    """An appeal left the queue."""
    yield QUEUE, (fact.appeal,), QUEUE.values(status="granted" if fact.granted else "dismissed")
    yield _said(fact.appeal, fact, recorded)


RULES: Final[dict[Any, Rule]] = {
    ProposalMade: proposed,
    ProposalApproved: decided("approved"),
    GlassBroken: decided("approved"),
    ProposalRejected: decided("rejected"),
    ProposalExpired: decided("expired"),
    AppealMade: appealed,
    AppealDecided: appeal_decided,
}
PROJECTION: Final = Projection("approvals", (QUEUE, HISTORY), RULES)


def queue(reading: Reading, *, status: str | None = "open", after: int = 0, limit: int = 100) -> Sequence[Waiting]:
    """Proposals and appeals of that status (None: all), the longest waiting first, after that position."""
    c = QUEUE.c
    query = reading.select(PROJECTION, QUEUE, *(c[name] for name in Waiting._fields)).where(c.position > after)
    if status is not None:
        query = query.where(c.status == status)
    return [Waiting._make(row) for row in reading.all(query.order_by(c.position).limit(limit))]


def history(reading: Reading, id: str) -> Sequence[Decision]:
    """Everything that was said about one proposal or appeal, in order."""
    c = HISTORY.c
    query = reading.select(PROJECTION, HISTORY, *(c[name] for name in Decision._fields)).where(c.id == id)
    return [Decision._make(row) for row in reading.all(query.order_by(c.position))]

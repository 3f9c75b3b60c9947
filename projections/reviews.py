"""Reviews of patrols: what waits for a person with everything that was found, and what was decided."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Index, func

from ledger.reviews.facts import (
    PatrolAppealDecided,
    PatrolAppealed,
    PatrolApproved,
    PatrolReferred,
    PatrolRejected,
    ReviewFact,
)
from projections.patrols import walk
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

REVIEWS: Final = Sheet(
    "reviews",
    keys={"claim": str},
    said={
        "task": str,
        "holder": str,
        "status": str,
        "waiting": int,
        "since_at": str,
        "findings": str,
        "measured": str,
        "note": str,
        "decided_at": str,
        "reviewed_by": str,
        "reason": str,
        "appeal_until_at": str,
        "position": int,
    },
)
"""`position` is that of the fact since which it waits, or which ended the waiting."""
Index(
    "projection_reviews_waiting",
    *(REVIEWS.c[column] for column in ("ledger", "generation", "waiting", "position")),
)
_encoder: Final = msgspec.json.Encoder(order="sorted")


class Waiting(NamedTuple):
    """A claim that waits for a person: to be decided (`referred`), or for its appeal to be (`appealed`)."""

    claim: str
    task: str
    holder: str
    status: str
    since_at: str
    findings: list[dict[str, Any]]
    measured: dict[str, Any] | None
    note: str | None
    """The id of what the volunteer wrote, in the vault."""
    decided_at: str | None
    """When it was rejected, for an appeal."""
    reviewed_by: str | None
    reason: str | None
    position: int
    """Where it stands in the queue."""
    route: str
    on: str
    slot: str


def _said(fact: ReviewFact, recorded: Recorded, status: str, *, waiting: bool, **said: Any) -> Iterable[Change]:
    envelope = recorded.envelope
    place = {"since_at": envelope.recorded_at, "position": envelope.pos, "waiting": int(waiting)}
    values = REVIEWS.values(task=fact.task, holder=fact.holder, status=status, **place, **said)
    yield REVIEWS, (fact.claim,), values


def _found(fact: PatrolReferred | PatrolApproved | PatrolRejected) -> dict[str, Any]:
    measured = None if fact.measured is None else _encoder.encode(fact.measured).decode()
    return {"findings": _encoder.encode(fact.findings).decode(), "measured": measured}


def referred(fact: PatrolReferred, recorded: Recorded) -> Iterable[Change]:
    """The machine left it to a person."""
    return _said(fact, recorded, "referred", waiting=True, **_found(fact))


def _decided(fact: PatrolApproved | PatrolRejected, recorded: Recorded, status: str) -> Iterable[Change]:
    said = {"decided_at": recorded.envelope.recorded_at, "reviewed_by": fact.reviewed_by, "reason": fact.reason}
    until = getattr(fact, "appeal_until_at", None)
    return _said(fact, recorded, status, waiting=False, appeal_until_at=until, **said, **_found(fact))


def approved(fact: PatrolApproved, recorded: Recorded) -> Iterable[Change]:
    """It counts."""
    return _decided(fact, recorded, "approved")


def rejected(fact: PatrolRejected, recorded: Recorded) -> Iterable[Change]:
    """It does not."""
    return _decided(fact, recorded, "rejected")


def appealed(fact: PatrolAppealed, recorded: Recorded) -> Iterable[Change]:
    """It waits again, for another person."""
    return _said(fact, recorded, "appealed", waiting=True, note=fact.note)


def appeal_decided(fact: PatrolAppealDecided, recorded: Recorded) -> Iterable[Change]:
    """The rejection stands, or an approval stands beside this."""
    return _said(fact, recorded, "approved" if fact.granted else "upheld", waiting=False)


RULES: Final[dict[Any, Rule]] = {
    PatrolReferred: referred,
    PatrolApproved: approved,
    PatrolRejected: rejected,
    PatrolAppealed: appealed,
    PatrolAppealDecided: appeal_decided,
}
PROJECTION: Final = Projection("reviews", (REVIEWS,), RULES)


def queue(reading: Reading, *, status: str | None = None, after: int = 0, limit: int = 200) -> Sequence[Waiting]:
    """What waits for a person, the longest first: `referred`, `appealed` or both, after that position."""
    c = REVIEWS.c
    columns = (c[name] for name in Waiting._fields[:-3])
    query = reading.select(PROJECTION, REVIEWS, *columns).where(c.waiting == 1, c.position > after)
    if status is not None:
        query = query.where(c.status == status)
    return [_shown(row) for row in reading.all(query.order_by(c.position).limit(limit))]


def _shown(row: Any) -> Waiting:
    said = row._asdict()
    said["findings"] = msgspec.json.decode(said["findings"])
    said["measured"] = None if said["measured"] is None else msgspec.json.decode(said["measured"])
    return Waiting(**said, **walk(said["task"])._asdict())


def waiting(reading: Reading) -> int:
    """How many wait for a person."""
    query = reading.select(PROJECTION, REVIEWS, func.count()).where(REVIEWS.c.waiting == 1)
    return int(reading.first(query)[0])

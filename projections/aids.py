"""Claims for benefits: what they came to, who decided, what was paid by whom, what came back; by benefit."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, func

from ledger.aids.facts import (
    AidApproved,
    AidClaimed,
    AidFact,
    AidPaid,
    AidRecovered,
    AidRejected,
    AidShareCollected,
    AidWrittenOff,
)
from ledger.values import HolderId, Instant
from projections import people
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

SUMS: Final = ("amount", "covered", "aid", "own", "collected", "recovered", "passed_on", "written_off")
CLAIMS: Final = Sheet(
    "aid_claims",
    keys={"claim": str},
    said={
        "benefit": str,
        "unit": str,
        "status": str,
        "needed": int,
        "above_limit": int,
        "late": int,
        "claimed_at": str,
    },
    sums=SUMS,
)
"""`claimed_at` is when it happened: a claim counts in the year of its bill."""
LINES: Final = Sheet(
    "aid_lines",
    keys={"claim": str, "holder": str},
    said={"bound": str},
    sums=("amount", "covered", "aid", "own"),
)


def claimed(fact: AidClaimed, recorded: Recorded) -> Iterable[Change]:
    """A claim and its persons."""
    names = ("amount", "covered", "aid", "own")
    sums = {name: sum(getattr(line, name) for line in fact.lines) for name in names}
    said = {
        "benefit": fact.benefit,
        "unit": fact.unit,
        "status": "waiting" if fact.needed else "approved",
        "needed": fact.needed,
        "above_limit": int("above-limit" in fact.exceptions),
        "late": int("late" in fact.exceptions),
        "claimed_at": recorded.envelope.occurred_at,
    }
    yield CLAIMS, (fact.claim,), CLAIMS.values(**said, **sums)
    for line in fact.lines:
        sums = {name: getattr(line, name) for name in names}
        yield LINES, (fact.claim, line.holder), LINES.values(bound=line.bound, **sums)


def _of(fact: AidFact, **said: Any) -> Change:
    return CLAIMS, (fact.claim,), CLAIMS.values(**said)


def approved(fact: AidApproved, _recorded: Recorded) -> Iterable[Change]:
    """One more for it; with the last it is decided."""
    if fact.approvals == fact.needed:
        yield _of(fact, status="approved")


def rejected(fact: AidRejected, _recorded: Recorded) -> Iterable[Change]:
    """Over; what was collected went back."""
    yield _of(fact, status="rejected", collected=-fact.own)


def collected(fact: AidShareCollected, _recorded: Recorded) -> Iterable[Change]:
    """What the persons brought."""
    yield _of(fact, collected=fact.amount)


def paid(fact: AidPaid, _recorded: Recorded) -> Iterable[Change]:
    """Paid."""
    yield _of(fact, status="paid")


def recovered(fact: AidRecovered, _recorded: Recorded) -> Iterable[Change]:
    """Some of it came back, some was passed on."""
    yield _of(fact, recovered=fact.back, passed_on=fact.passed_on)


def written_off(fact: AidWrittenOff, _recorded: Recorded) -> Iterable[Change]:
    """Some of it never will."""
    yield _of(fact, written_off=fact.amount)


RULES: Final[dict[Any, Rule]] = {
    AidClaimed: claimed,
    AidApproved: approved,
    AidRejected: rejected,
    AidShareCollected: collected,
    AidPaid: paid,
    AidRecovered: recovered,
    AidWrittenOff: written_off,
}
PROJECTION: Final = Projection("aids", (CLAIMS, LINES), RULES)


# By benefit ----------------------------------------------------------------------------------------------------------


class Figures(NamedTuple):
    """What became of the claims of one benefit. Sums are of what was paid: amount = covered + aid + own."""

    benefit: str
    unit: str
    claims: int
    waiting: int
    approved: int
    rejected: int
    paid: int
    automatic: int
    """Paid as soon as they were claimed, or as soon as the person's share was there: nobody had to decide."""
    above_limit: int
    late: int
    persons: int
    person_times: int
    """Payments to persons: somebody who was paid three times is one person and three times (S14)."""
    ceiling_reached: int
    amount: int
    covered: int
    aid: int
    own: int
    collected: int
    recovered: int
    passed_on: int
    written_off: int

    @property
    def mean(self) -> int:
        """Of a payment to a person, rounded to the nearest."""
        return (2 * self.aid + self.person_times) // (2 * self.person_times) if self.person_times else 0

    @property
    def outstanding(self) -> int:
        """What was paid and neither came back nor was given up: of an advance, what the debtor still owes the fund."""
        return self.aid - self.recovered - self.written_off


class Span(NamedTuple):
    """Claims of what happened from `since` on and before `until`; None: ever."""

    since: Instant | None = None
    until: Instant | None = None


EVER: Final = Span()
_COUNTED: Final = ("claims", "waiting", "approved", "rejected", "paid", "automatic", "above_limit", "late")


def figures(reading: Reading, span: Span = EVER) -> Sequence[Figures]:
    """By benefit and unit."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    c = CLAIMS.c
    terms = (c.benefit, c.unit, c.status, c.needed)
    totals = (func.count(), func.sum(c.above_limit), func.sum(c.late), *(func.sum(c[name]) for name in SUMS))
    query = _within(reading.select(PROJECTION, CLAIMS, *terms, *totals), span).group_by(*terms)
    for benefit, unit, status, needed, claims, above, late, *sums in reading.all(query):
        row = found.setdefault((benefit, unit), dict.fromkeys((*_COUNTED, *SUMS), 0))
        counts = {"claims": claims, status: claims, "above_limit": above, "late": late}
        if status == "paid":
            counts |= dict(zip(SUMS, sums, strict=True)) | {"automatic": 0 if needed else claims}
        for name, value in counts.items():
            row[name] += int(value)
    paid_to = _persons(reading, span)
    return [Figures(benefit=key[0], unit=key[1], **found[key], **paid_to.get(key, _NOBODY)) for key in sorted(found)]


_NOBODY: Final = {"persons": 0, "person_times": 0, "ceiling_reached": 0}


def _persons(reading: Reading, span: Span) -> dict[tuple[str, str], dict[str, int]]:
    """Whom paid claims were for; merged records are one person."""
    answering, persons = people.survivors(reading), dict[tuple[str, str], set[HolderId]]()
    found: dict[tuple[str, str], dict[str, int]] = {}
    c, line = CLAIMS.c, LINES.c
    terms = (c.benefit, c.unit, line.holder, line.bound)
    query = reading.select(PROJECTION, CLAIMS, *terms, func.count())
    query = query.select_from(CLAIMS.table.join(LINES.table, line.claim == c.claim))
    query = _within(query, span).where(*reading.live(PROJECTION, LINES), c.status == "paid").group_by(*terms)
    for benefit, unit, holder, bound, times in reading.all(query):
        key = benefit, unit
        row = found.setdefault(key, dict(_NOBODY))
        persons.setdefault(key, set()).add(answering.get(holder, holder))
        row["person_times"] += times
        row["ceiling_reached"] += times if bound == "ceiling" else 0
    for key, row in found.items():
        row["persons"] = len(persons[key])
    return found


def _within(query: Select[Any], span: Span) -> Select[Any]:
    at = CLAIMS.c.claimed_at
    query = query if span.since is None else query.where(at >= span.since)
    return query if span.until is None else query.where(at < span.until)

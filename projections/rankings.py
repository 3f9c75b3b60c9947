"""Rankings: who earned how much in a period's evaluation, by person and by crew, without the suspended."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from sqlalchemy import func

from ledger.points.facts import DeductionReversed, GrantReversed, PointsDeducted, PointsEarned
from ledger.pools import EARNED
from ledger.room import Envelope
from ledger.scheme.model import Scheme
from ledger.values import AccountId, HolderId, PeriodName, UnitCode
from projections import people
from projections.projection import Change, Changes, Projection, Recorded
from projections.sheets import Sheet
from projections.store import Reading

EVALUATED: Final = Sheet(
    "evaluations",
    keys={"evaluated": str, "unit": str, "account": str, "behaviour": str, "posted": str},
    sums=("times", "earned", "deducted"),
)
By = Literal["total", "per-head"]


class Rank(NamedTuple):
    """A place: equal figures share it. `members` earned or lost something in the period; 1 for a person."""

    place: int
    who: str
    earned: int
    deducted: int
    members: int


Key = tuple[str, str, str, str, str]


def _key(fact: PointsEarned | PointsDeducted, envelope: Envelope) -> Key:
    period = envelope.period
    # A late file's facts stand in the books of the open period and count for the one they belong to.
    return envelope.belongs_to or period, fact.unit, fact.account, fact.behaviour or "", period


def earned(facts: Sequence[Recorded], changes: Changes) -> None:
    """Credits, added up; the month's initial lot is nobody's merit."""
    sums: dict[Key, list[int]] = {}
    for envelope, _, _, _ in facts:
        fact = envelope.data
        if type(fact) is PointsEarned and fact.kind == EARNED:
            merit = sums.setdefault(_key(fact, envelope), [0, 0])
            merit[0] += 1
            merit[1] += fact.amount
    changes[EVALUATED] = {key: (times, amount, 0) for key, (times, amount) in sums.items()}


def deducted(fact: PointsDeducted, recorded: Recorded) -> Iterable[Change]:
    """A deduction."""
    yield EVALUATED, _key(fact, recorded.envelope), (1, 0, fact.amount)


def taken_back(fact: DeductionReversed | GrantReversed, recorded: Recorded) -> Iterable[Change]:
    """A reversal, in the period in which it stands: a ranking that was published does not move."""
    period = recorded.envelope.period
    sums = (0, 0, -fact.amount) if isinstance(fact, DeductionReversed) else (0, -fact.amount, 0)
    yield EVALUATED, (period, fact.unit, fact.account, "", period), sums


PROJECTION: Final = Projection(
    "rankings",
    (EVALUATED,),
    {
        PointsDeducted: deducted,
        DeductionReversed: taken_back,
        GrantReversed: taken_back,
    },
    sums=(earned,),
)


def not_evaluated(scheme: Scheme) -> frozenset[str]:
    """Behaviours that credit what nobody did in the period: balances taken over, initial grants."""
    return frozenset(code for code, rule in scheme.behaviours.items() if rule.kind in {"opening", "initial"})


def by_person(
    reading: Reading, period: PeriodName, unit: UnitCode, *, excluding: frozenset[str] = frozenset()
) -> tuple[Rank, ...]:
    """Holders by points earned in the period that the facts belong to, in whosever books they stand."""
    figures = _figures(reading, period, unit, excluding)
    return _ranked((account, won, lost, 1) for account, (won, lost) in figures.items())


def by_crew(
    reading: Reading,
    period: PeriodName,
    unit: UnitCode,
    *,
    excluding: frozenset[str] = frozenset(),
    position: int | None = None,
    by: By = "total",
) -> tuple[Rank, ...]:
    """Crews by what their members earned; `per-head` lets a crew of ten win against one of forty."""
    crews = people.crews(reading, position)
    sums: dict[str, list[int]] = {}
    for account, (won, lost) in _figures(reading, period, unit, excluding).items():
        crew = crews.get(HolderId(account.partition(":")[2]), "")
        row = sums.setdefault(crew, [0, 0, 0])
        row[0], row[1], row[2] = row[0] + won, row[1] + lost, row[2] + 1
    return _ranked(((crew, row[0], row[1], row[2]) for crew, row in sums.items()), by=by)


def _figures(
    reading: Reading, period: PeriodName, unit: UnitCode, excluding: frozenset[str]
) -> dict[AccountId, tuple[int, int]]:
    c = EVALUATED.c
    query = (
        reading.select(PROJECTION, EVALUATED, c.account, func.sum(c.earned), func.sum(c.deducted))
        .where(c.evaluated == period, c.unit == unit, c.behaviour.not_in(excluding))
        .group_by(c.account)
    )
    out = {"holder:" + holder for holder in people.suspended(reading, period)}
    return {account: (int(won), int(lost)) for account, won, lost in reading.all(query) if account not in out}


def _ranked(rows: Iterable[tuple[str, int, int, int]], *, by: By = "total") -> tuple[Rank, ...]:
    def merit(row: tuple[str, int, int, int]) -> tuple[Fraction, Fraction]:
        heads = row[3] if by == "per-head" else 1
        return Fraction(-row[1], heads), Fraction(row[2], heads)

    ranks: list[Rank] = []
    before = None
    for index, row in enumerate(sorted(rows, key=lambda row: (*merit(row), row[0])), 1):
        place = ranks[-1].place if before == merit(row) else index
        ranks.append(Rank(place, *row))
        before = merit(row)
    return tuple(ranks)

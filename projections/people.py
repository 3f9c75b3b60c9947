"""People: which crew a holder belonged to at any position, and whose evaluation is suspended for which period."""

from collections.abc import Iterable
from typing import Any, Final

from ledger.behaviours.facts import EvaluationSuspended, SuspensionLifted
from ledger.crews.facts import CrewChanged, CrewsMerged
from ledger.people.facts import HolderLeft, HolderRejoined, HoldersMerged, PersonRegistered
from ledger.values import HolderId, PeriodName
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

CREWS: Final = Sheet("crews", keys={"holder": str, "position": int}, said={"crew": str})
CREW_NAMES: Final = Sheet("crew_names", keys={"crew": str, "position": int}, said={"called": str})
"""By what name a crew that was merged goes since that position."""
HOLDERS: Final = Sheet("holders", keys={"holder": str}, said={"joined_on": str, "left_on": str, "merged_into": str})
"""`left_on` is empty for one who came back."""
SUSPENSIONS: Final = Sheet("suspensions", keys={"period": str, "holder": str}, sums=("times",))


def registered(fact: PersonRegistered, recorded: Recorded) -> Iterable[Change]:
    """A holder, in a crew or in none."""
    yield (CREWS, (fact.holder, recorded.envelope.pos), (fact.crew or "",))
    yield (HOLDERS, (fact.holder,), (fact.joined_on, None, None))


def changed(fact: CrewChanged, recorded: Recorded) -> Iterable[Change]:
    """A holder in another crew."""
    yield (CREWS, (fact.holder, recorded.envelope.pos), (fact.crew,))


def crews_merged(fact: CrewsMerged, recorded: Recorded) -> Iterable[Change]:
    """Whoever is of one of them is of the one that stays."""
    for crew in (fact.crew, *fact.also):
        yield (CREW_NAMES, (crew, recorded.envelope.pos), (fact.into,))


def left(fact: HolderLeft, _recorded: Recorded) -> Iterable[Change]:
    """A holder who has gone; the crew stays his: what he did there counts there."""
    yield (HOLDERS, (fact.holder,), (None, fact.left_on, None))


def rejoined(fact: HolderRejoined, _recorded: Recorded) -> Iterable[Change]:
    """A holder who came back."""
    yield (HOLDERS, (fact.holder,), (fact.joined_on, "", None))


def merged(fact: HoldersMerged, _recorded: Recorded) -> Iterable[Change]:
    """Two records of one man: the survivor answers for both."""
    yield (HOLDERS, (fact.holder,), (None, None, fact.into))


def suspension(times: int) -> Rule:
    """A suspension more or less; a holder is out while any stands."""
    return lambda fact, _recorded: ((SUSPENSIONS, (fact.evaluation, fact.holder), (times,)),)


RULES: Final[dict[Any, Rule]] = {
    PersonRegistered: registered,
    CrewChanged: changed,
    CrewsMerged: crews_merged,
    HolderLeft: left,
    HolderRejoined: rejoined,
    HoldersMerged: merged,
    EvaluationSuspended: suspension(1),
    SuspensionLifted: suspension(-1),
}
PROJECTION: Final = Projection("people", (CREWS, CREW_NAMES, HOLDERS, SUSPENSIONS), RULES)


def crews(reading: Reading, position: int | None = None) -> dict[HolderId, str]:
    """Each holder's crew, as it was after the fact at `position` (None: now) and by its name then; `""` is none."""
    c = CREWS.c
    query = reading.select(PROJECTION, CREWS, c.holder, c.crew).order_by(c.position)
    if position is not None:
        query = query.where(c.position <= position)
    names = crew_names(reading, position)
    # In order of position: the last crew said is the one.
    return {holder: names.get(crew, crew) for holder, crew in reading.all(query)}


def crew_names(reading: Reading, position: int | None = None) -> dict[str, str]:
    """By what name each crew that was merged goes, as it was after the fact at `position` (None: now)."""
    c = CREW_NAMES.c
    query = reading.select(PROJECTION, CREW_NAMES, c.crew, c.called).order_by(c.position)
    if position is not None:
        query = query.where(c.position <= position)
    return {crew: called for crew, called in reading.all(query)}  # noqa: C416 - a row is no pair to mypy


def suspended(reading: Reading, period: PeriodName) -> frozenset[HolderId]:
    """Who is out of that period's evaluation: never a bar to redeeming (S01)."""
    c = SUSPENSIONS.c
    query = reading.select(PROJECTION, SUSPENSIONS, c.holder).where(c.period == period, c.times > 0)
    return frozenset(row[0] for row in reading.all(query))


def survivors(reading: Reading) -> dict[HolderId, HolderId]:
    """Each merged record, and the one that answers for it, however often that was merged in turn."""
    c = HOLDERS.c
    query = reading.select(PROJECTION, HOLDERS, c.holder, c.merged_into).where(c.merged_into.is_not(None))
    into = {holder: survivor for holder, survivor in reading.all(query)}  # noqa: C416 - a row is no pair to mypy
    return {holder: _last(into, holder) for holder in into}


def _last(into: dict[HolderId, HolderId], holder: HolderId) -> HolderId:
    while holder in into:
        holder = into[holder]
    return holder

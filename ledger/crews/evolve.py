"""How crews and their people follow the facts about them."""

from typing import Final

from msgspec.structs import replace

from ledger.crews.entities import EVER, Crew, Dated, Since, dated
from ledger.crews.facts import CrewChanged, CrewPlaced, CrewsMerged, MembershipChanged
from ledger.people.entities import Holder
from ledger.people.evolve import holder
from ledger.people.facts import PersonRegistered
from ledger.room import Evolution, Meta
from ledger.values import Day


def joined(fact: PersonRegistered, _meta: Meta) -> tuple[str, ...]:
    """The crew of somebody new, if he has one."""
    return () if fact.crew is None else (fact.crew,)


def on_joined(crew: Crew | None, _fact: PersonRegistered, _meta: Meta, id: str) -> Crew:
    """It exists since the first of its people was registered."""
    return crew or Crew(name=id)


def placed(fact: CrewPlaced, _meta: Meta) -> tuple[str, ...]:
    """The crew."""
    return (fact.crew,)


def on_placed(crew: Crew | None, fact: CrewPlaced, _meta: Meta, id: str) -> Crew:
    """It lies there from that day on, until the next of which anything was said."""
    before = crew or Crew(name=id)
    return replace(before, regions=dated(before.regions, fact.from_on, fact.region))


def merged(fact: CrewsMerged, _meta: Meta) -> tuple[str, ...]:
    """The crew that goes, with those that had become part of it, and the one that stays."""
    return (fact.crew, *fact.also, fact.into)


def on_merged(crew: Crew | None, fact: CrewsMerged, _meta: Meta, id: str) -> Crew:
    """From that day on they go by the name of the one that stays."""
    before = crew or Crew(name=id)
    if id == fact.into:
        return replace(before, merged_from=(*before.merged_from, fact.crew, *fact.also), grown_on=_later(before, fact))
    return replace(before, names=dated(before.names, fact.merged_on, fact.into))


def _later(crew: Crew, fact: CrewsMerged) -> Day:
    return max(crew.grown_on or EVER, fact.merged_on)


# People ------------------------------------------------------------------------------------------------------------


def on_changed(holder: Holder, fact: CrewChanged, _meta: Meta, _id: str) -> Holder:
    """He belongs there now, and did elsewhere before."""
    crews: Dated = holder.crews or ((Since(EVER, fact.was),) if fact.was is not None else ())
    return replace(holder, crew=fact.crew, crews=dated(crews, fact.moved_on, fact.crew))


def on_membership(holder: Holder, fact: MembershipChanged, _meta: Meta, _id: str) -> Holder:
    """He is a member from that day on, or none."""
    kept = [(since_on, member) for since_on, member in holder.memberships if since_on < fact.since_on]
    return replace(holder, memberships=(*kept, (fact.since_on, fact.member)))


EVOLUTIONS: Final = (
    Evolution(PersonRegistered, Crew, joined, on_joined),
    Evolution(CrewPlaced, Crew, placed, on_placed),
    Evolution(CrewsMerged, Crew, merged, on_merged),
    Evolution(CrewChanged, Holder, holder, on_changed),
    Evolution(MembershipChanged, Holder, holder, on_membership),
)

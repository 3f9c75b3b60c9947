"""How kits, depots and hand-outs follow the facts about them."""

from typing import Final

from msgspec.structs import replace

from ledger.handouts.entities import Depot, HandOut, Kit, SetAside, depot_id
from ledger.handouts.facts import (
    KitDefined,
    KitFact,
    KitsCounted,
    KitsHandedOut,
    KitsMoved,
    KitsReceived,
    KitsReleased,
    KitsReturned,
    KitsSetAside,
)
from ledger.limits.evolve import counted
from ledger.room import Evolution, Meta


def kits(fact: KitFact, _meta: Meta) -> tuple[str, ...]:
    """The kit."""
    return (fact.kit,)


InDepot = KitsReceived | KitsSetAside | KitsHandedOut | KitsReleased | KitsReturned | KitsCounted
"""Facts about one depot."""


def depot(fact: InDepot, _meta: Meta) -> tuple[str, ...]:
    """The depot."""
    return (depot_id(fact.depot, fact.kit),)


def both_depots(fact: KitsMoved, _meta: Meta) -> tuple[str, str]:
    """Where they lay and where they lie."""
    return depot_id(fact.depot, fact.kit), depot_id(fact.to, fact.kit)


def hand_outs(fact: KitsHandedOut | KitsReturned, _meta: Meta) -> tuple[str, ...]:
    """The hand-out."""
    return (fact.hand_out,)


def on_defined(_kit: Kit | None, fact: KitDefined, _meta: Meta, _id: str) -> Kit:
    """Known."""
    return Kit(name=fact.name, unit=fact.unit, components=fact.components)


def on_received(depot: Depot | None, fact: KitsReceived, _meta: Meta, _id: str) -> Depot:
    """More."""
    before = depot or Depot()
    return replace(before, good=before.good + fact.pieces)


def on_moved(depot: Depot | None, fact: KitsMoved, _meta: Meta, id: str) -> Depot:
    """Fewer here, more there."""
    before = depot or Depot()
    sign = -1 if id == depot_id(fact.depot, fact.kit) else 1
    return replace(before, good=before.good + sign * fact.pieces)


def on_given(depot: Depot, fact: KitsHandedOut, _meta: Meta, _id: str) -> Depot:
    """Fewer: of those kept for somebody, or of the others."""
    if fact.reservation is not None:
        return replace(depot, set_aside=depot.set_aside - fact.pieces)
    return replace(depot, good=depot.good - fact.pieces)


def on_kept(depot: Depot, fact: KitsSetAside, _meta: Meta, _id: str) -> Depot:
    """Not for anybody any more."""
    return replace(depot, good=depot.good - fact.pieces, set_aside=depot.set_aside + fact.pieces)


def on_kept_no_longer(depot: Depot, fact: KitsReleased, _meta: Meta, _id: str) -> Depot:
    """For anybody again."""
    return replace(depot, good=depot.good + fact.pieces, set_aside=depot.set_aside - fact.pieces)


def on_back(depot: Depot, fact: KitsReturned, _meta: Meta, _id: str) -> Depot:
    """More, fit or unfit."""
    if fact.damaged:
        return replace(depot, damaged=depot.damaged + fact.pieces)
    return replace(depot, good=depot.good + fact.pieces)


def on_counted(before: Depot | None, fact: KitsCounted, _meta: Meta, _id: str) -> Depot:
    """The count is the truth; what is kept for somebody is not among what was counted."""
    return replace(before or Depot(), good=fact.good, damaged=fact.damaged)


def on_handed_out(_hand_out: HandOut | None, fact: KitsHandedOut, _meta: Meta, _id: str) -> HandOut:
    """Somebody has them."""
    return HandOut(
        kit=fact.kit,
        depot=fact.depot,
        holder=fact.holder,
        pieces=fact.pieces,
        cost=fact.cost // fact.pieces,
        unit=fact.unit,
        counts=fact.counts or fact.kept_counts,
    )


def on_returned(hand_out: HandOut, fact: KitsReturned, _meta: Meta, _id: str) -> HandOut:
    """So many fewer."""
    return replace(hand_out, returned=hand_out.returned + fact.pieces)


def reservations(fact: KitsSetAside | KitsReleased | KitsHandedOut, _meta: Meta) -> tuple[str, ...]:
    """What is kept for somebody, if the fact is about that."""
    return () if fact.reservation is None else (fact.reservation,)


def on_set_aside(_kept: SetAside | None, fact: KitsSetAside, _meta: Meta, id: str) -> SetAside:
    """It waits."""
    return SetAside(
        id=id,
        kit=fact.kit,
        unit=fact.unit,
        depot=fact.depot,
        holder=fact.holder,
        pieces=fact.pieces,
        cost=fact.cost,
        occasion=fact.occasion,
        collect_by_on=fact.collect_by_on,
        counts=fact.counts,
    )


def on_collected(kept: SetAside, _fact: KitsHandedOut, _meta: Meta, _id: str) -> SetAside:
    """He has it."""
    return replace(kept, status="collected")


def on_released(kept: SetAside, _fact: KitsReleased, _meta: Meta, _id: str) -> SetAside:
    """It waits no longer."""
    return replace(kept, status="released", counts=())


EVOLUTIONS: Final = (
    Evolution(KitsSetAside, Depot, depot, on_kept),
    Evolution(KitsSetAside, SetAside, reservations, on_set_aside),
    counted(KitsSetAside),
    Evolution(KitsHandedOut, SetAside, reservations, on_collected),
    Evolution(KitsReleased, Depot, depot, on_kept_no_longer),
    Evolution(KitsReleased, SetAside, reservations, on_released),
    counted(KitsReleased),
    Evolution(KitDefined, Kit, kits, on_defined),
    Evolution(KitsReceived, Depot, depot, on_received),
    Evolution(KitsMoved, Depot, both_depots, on_moved),
    Evolution(KitsHandedOut, Depot, depot, on_given),
    Evolution(KitsHandedOut, HandOut, hand_outs, on_handed_out),
    counted(KitsHandedOut),
    Evolution(KitsReturned, Depot, depot, on_back),
    Evolution(KitsReturned, HandOut, hand_outs, on_returned),
    counted(KitsReturned),
    Evolution(KitsCounted, Depot, depot, on_counted),
)

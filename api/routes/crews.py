"""Rows of the tables of writes and reads: crews, their regions and mergers, who changed and who is a member."""

from typing import Any, Final

from api.bodies.crews import CrewChangeBody, CrewMergerBody, CrewPlacementBody, MembershipBody
from api.bodies.shapes import day_of
from api.routes.guarding import by_two
from api.routes.patrol_reports import day_asked
from api.routes.reading import PAGE, TEXT, Asked, Parameter, Read, entities
from api.routes.table import TERMS, Arrival, Write
from ledger import refusals as no
from ledger.crews.commands import ChangeCrew, ChangeMembership, MergeCrews, PlaceCrew
from ledger.crews.entities import Crew, on
from ledger.crews.standing import called
from ledger.values import Day, HolderId


def placement(body: CrewPlacementBody, _arrival: Arrival) -> PlaceCrew:
    """As asked."""
    return PlaceCrew(crew=body.crew, region=body.region, from_on=day_of(body.from_on))


def merger(body: CrewMergerBody, _arrival: Arrival) -> MergeCrews:
    """As asked."""
    merged_on = Day(body.merged_on.isoformat())
    return MergeCrews(crew=body.crew, into=body.into, merged_on=merged_on, reason=body.reason)


def change(body: CrewChangeBody, _arrival: Arrival) -> ChangeCrew:
    """As asked."""
    return ChangeCrew(holder=HolderId(body.holder), crew=body.crew, moved_on=Day(body.moved_on.isoformat()))


def membership(body: MembershipBody, _arrival: Arrival) -> ChangeMembership:
    """As asked."""
    return ChangeMembership(holder=HolderId(body.holder), member=body.member, since_on=day_of(body.since_on))


def crews(asked: Asked) -> dict[str, Any]:
    """A page of crews by name: by what name each goes on the day asked for, and in which region that lies then."""
    ledger = asked.served.ledger
    day = day_asked(asked, "on", ledger.view().today)
    page, following = entities(asked, Crew)
    shown = []
    for name, crew in page:
        goes_by = called(ledger, name, day)
        found = crew if goes_by == name else ledger.the(Crew, goes_by)
        region = on(found.regions, day)
        shown.append({"crew": name, "called": goes_by, "region": region, "merged_from": list(crew.merged_from)})
    return {"on": day, "crews": shown, "next": following}


WRITES: Final = (
    Write(
        path="/crews/place",
        command=PlaceCrew,
        body=CrewPlacementBody,
        make=placement,
        permission="vault",
        guard=by_two,
        summary="Say in which region a crew lies 单位所在地区",
        refusals=(*TERMS, no.NotEligible),
    ),
    Write(
        path="/crews/merge",
        command=MergeCrews,
        body=CrewMergerBody,
        make=merger,
        permission="vault",
        guard=by_two,
        summary="Join two crews 单位合并",
        refusals=(*TERMS, no.NotEligible),
    ),
    Write(
        path="/people/{holder}/crew",
        command=ChangeCrew,
        body=CrewChangeBody,
        make=change,
        permission="vault",
        summary="Note that a person changed to another crew 调动单位",
        refusals=(no.NotEligible, no.HolderMerged),
    ),
    Write(
        path="/people/{holder}/membership",
        command=ChangeMembership,
        body=MembershipBody,
        make=membership,
        permission="vault",
        summary="Note who is a member of the union 会员身份",
        refusals=(no.NotEligible, no.HolderMerged),
    ),
)
READS: Final = (
    Read(
        path="/crews",
        show=crews,
        summary="Crews, their regions, and what they were merged into 单位",
        query=(Parameter("on", "A local day; today by default.", dict(TEXT)), *PAGE),
    ),
)

"""Bodies of wishes about patrols: routes as GeoJSON, tasks, claims, and what a phone says on the way."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.bodies.shapes import Code, Id, Moment, WriteBody

Degrees = (
    Annotated[
        str,
        Meta(
            pattern=r"^-?[0-9]{1,3}(\.[0-9]{1,15})?$",
            description="Degrees; read to 1e-7 of one.",
            extra_json_schema={"type": "number"},
        ),
    ]
    | int
)
"""The strict reader hands on the text of a number with a point: no digit is lost on the way."""
Position = Annotated[tuple[Degrees, ...], Meta(min_length=2, max_length=3, description="Longitude, latitude.")]
Datum = Annotated[
    Literal["WGS-84", "GCJ-02"],
    Meta(description="In which the coordinates are meant: satellites' own, or the one of maps in China."),
]
Thing = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$", description="Letters, digits, hyphens, underlines.")]
TaskId = Annotated[str, Meta(pattern="^[A-Za-z0-9_.-]{1,128}$", description="`<route>.<day>.<slot>`.")]
Label = Annotated[str, Meta(min_length=1, max_length=80)]
Number = Annotated[int, Meta(ge=1, le=50, description="Of a patrol point on its route, from 1.")]
Device = Annotated[
    str, Meta(min_length=1, max_length=256, description="What tells one phone from another; kept as a MAC alone.")
]


# GeoJSON (RFC 7946): members that it does not know are allowed, and ignored, where it allows them.


class PointGeometry(Struct, frozen=True, kw_only=True, tag_field="type", tag="Point"):
    """Where a patrol point lies."""

    coordinates: Position


class LineGeometry(Struct, frozen=True, kw_only=True, tag_field="type", tag="LineString"):
    """How the route runs, for the map."""

    coordinates: Annotated[tuple[Position, ...], Meta(min_length=2, max_length=500)]


class PropertiesBody(Struct, frozen=True, kw_only=True):
    """Of a patrol point: its number, its radius, and what people call it."""

    patrol_point: Number | None = None
    radius_m: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=40)] | None = None


class FeatureBody(Struct, frozen=True, kw_only=True, tag_field="type", tag="Feature"):
    """A patrol point, or the line of the route."""

    geometry: PointGeometry | LineGeometry
    properties: PropertiesBody | None = None


class CollectionBody(Struct, frozen=True, kw_only=True, tag_field="type", tag="FeatureCollection"):
    """A Point for each patrol point, and at most one LineString."""

    features: Annotated[tuple[FeatureBody, ...], Meta(min_length=1, max_length=51)]
    datum: Datum | None = None


class RouteBody(WriteBody, frozen=True, kw_only=True):
    """Publish a route. Its datum is named here or in the GeoJSON; GCJ-02 is converted, facts hold WGS-84.

    `claimable_by` names the crews whose people may claim its tasks; none: everybody. `fund` bears what its patrols
    earn.
    """

    id: Thing
    name: Label
    owner: Label
    geojson: CollectionBody
    claimable_by: Annotated[tuple[Label, ...], Meta(max_length=20)] = ()
    fund: Code | None = None
    datum: Datum | None = None


class RouteRetirementBody(WriteBody, frozen=True, kw_only=True):
    """Publish no more tasks of this route; those that are out stay."""

    route: Thing
    reason: Code


class TasksBody(WriteBody, frozen=True, kw_only=True):
    """Publish a task for each local day and slot; without `slots` for every slot of the scheme. At most 100 at once."""

    route: Thing
    from_on: date
    to_on: date
    slots: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    places: Annotated[int, Meta(ge=1, le=1000)]


class TaskCancellationBody(WriteBody, frozen=True, kw_only=True):
    """Call a task off: its claims are free again and say why; who has finished is reviewed all the same."""

    task: TaskId
    reason: Code


class ClaimBody(WriteBody, frozen=True, kw_only=True):
    """Take a place, first come first served. A holder's own key need not say for whom."""

    task: TaskId
    holder: Id | None = None


class GivingBackBody(WriteBody, frozen=True, kw_only=True):
    """Let somebody else have the place."""

    claim: Id
    reason: Code | None = None


class StartBody(WriteBody, frozen=True, kw_only=True):
    """Begin to walk. The same device again goes on; another one is refused while this patrol runs."""

    claim: Id
    device: Device


class ResumptionBody(WriteBody, frozen=True, kw_only=True):
    """Go on after a break; `replaces`, which needs the permission `review` too, lets another device go on."""

    claim: Id
    device: Device
    replaces: bool = False


class PointBody(WriteBody, frozen=True, kw_only=True):
    """A patrol point was passed, at `occurred_at`. In any order, as often as it happens, also after the finish."""

    claim: Id
    point: Number


class FinishBody(WriteBody, frozen=True, kw_only=True):
    """The walk is over; review follows. With `started_at` a start that never arrived is recorded first."""

    claim: Id
    device: Device | None = None
    started_at: Moment | None = None

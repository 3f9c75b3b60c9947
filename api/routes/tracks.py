"""Tracks over HTTP: positions as they come, a whole track as GPX or JSON, and what a reviewer sees of them."""

import logging
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from api.answers import Answer
from api.auth import Caller
from api.bodies.geojson import DATUMS, NAMES
from api.bodies.strict import found
from api.bodies.tracks import PositionsBody, TrackBody, read_positions
from api.routes.acting import ALWAYS
from api.routes.endpoint import Call, Endpoint, Header, aside, json_answer
from api.routes.owning import Thing, sees
from api.routes.reading import Asked, Parameter, Read
from api.routes.walked import shown_status
from api.routes.walks import coordinates
from api.site import Served, Site
from api.tracks.gpx import read_gpx
from api.tracks.receiving import Sender, receive_positions, receive_track
from ledger import refusals as no
from ledger.patrols.entities import Claim, Datum
from ledger.refusals import Malformed, NotFound, Refusal
from ledger.values import ClaimId
from ledger.vault import Fix

log = logging.getLogger("jifen.tracks")
GPX: Final = "application/gpx+xml"
_XML: Final = ("application/gpx+xml", "application/gpx", "application/xml", "text/xml")
DATUM: Final = Parameter(
    "datum", "In which the places are meant; what is shifted is converted.", {"type": "string", "enum": list(DATUMS)}
)
REFUSALS: Final[tuple[type[Refusal], ...]] = (*ALWAYS, no.NotEligible, no.ClaimExpired, no.ClockUntrusted, no.QueueFull)


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A post of places. It needs no key: sent twice it is as good as sent once."""

    path: str
    name: str
    body: type[Any]
    summary: str
    whole: bool
    """Whether it is a whole track, which may be GPX, or a piece of a stream."""


UPLOADS: Final = (
    Upload(
        path="/claims/{claim}/positions",
        name="positions",
        body=PositionsBody,
        summary="Stream positions 上传轨迹点",
        whole=False,
    ),
    Upload(
        path="/claims/{claim}/track", name="track", body=TrackBody, summary="Hand in a whole track 上传轨迹", whole=True
    ),
)


class UploadEndpoint(Endpoint):
    """One row of the table of uploads, served."""

    permission = "task"
    own = True

    def __init__(self, site: Site, upload: Upload) -> None:
        """Serve this row."""
        super().__init__(site)
        self.upload = upload

    async def answer(self, call: Call, served: Served, caller: Caller, lang: str) -> tuple[Answer, Iterable[Header]]:
        """200 with how much is kept."""
        del lang
        datum, id = _datum(call.query), call.params["claim"]
        if errors := found(call.params):
            raise Malformed(errors=errors)
        raw = await call.body(served.settings.bulk_body_limit if self.upload.whole else served.settings.body_limit)
        work = _whole if self.upload.whole else _piece
        return json_answer(await aside(work, served, caller, id, (raw, _is_xml(call), datum))), ()


Sent = tuple[bytes, bool, Datum]
"""A body, whether it says that it is XML, and the datum of its places."""


def _piece(served: Served, caller: Caller, id: str, sent: Sent) -> dict[str, Any]:
    raw, _, datum = sent
    sender = _sender(served, caller, id)
    said = read_positions(raw, datum, served.now())
    kept = receive_positions(served.ledger, served.vault, sender, said.fixes, datum, complete=said.complete)
    return _told(served, id) | {"received": len(said.fixes), "kept": kept}


def _whole(served: Served, caller: Caller, id: str, sent: Sent) -> dict[str, Any]:
    raw, xml, datum = sent
    sender = _sender(served, caller, id)
    fixes = read_gpx(raw, datum, served.now()) if xml else read_positions(raw, datum, served.now(), whole=True).fixes
    receive_track(served.ledger, served.vault, sender, fixes, datum)
    return _told(served, id) | {"received": len(fixes)}


def _sender(served: Served, caller: Caller, id: str) -> Sender:
    """The claim, if the caller may touch it: what is another's looks as if it were not there."""
    claim = served.ledger.get(Claim, id)
    if claim is None:
        raise NotFound(kind=Claim.KIND, id=id)
    sees(caller, served.ledger, "task", Thing(Claim.KIND, id, claim.holder))
    return Sender(ClaimId(id), claim, caller.by)


def _told(served: Served, id: str) -> dict[str, Any]:
    claim = served.ledger.the(Claim, id).seen_at(served.now())
    return {"claim": id, "status": shown_status(claim.status), "has_track": claim.track is not None}


def _datum(query: dict[str, str]) -> Datum:
    """WGS-84 unless another is named. Raises Malformed."""
    said = query.pop(DATUM.name, "WGS-84")
    errors = [f"/?{name}: unknown-field" for name in sorted(query)]
    if said not in DATUMS:
        errors.append(f"/?{DATUM.name}: unknown-value")
    if errors:
        raise Malformed(errors=errors)
    return DATUMS[said]


def _is_xml(call: Call) -> bool:
    said = next((value for name, value in call.scope["headers"] if name == b"content-type"), b"")
    return said.decode("latin-1").partition(";")[0].strip().lower() in _XML


# What a reviewer sees ------------------------------------------------------------------------------------------


def track(asked: Asked) -> dict[str, Any]:
    """The raw track of a claim as GeoJSON, in WGS-84; until it is complete, what was streamed so far.

    404 once it was deleted, or its person was. Whoever looks is written to the log.
    """
    id, tracks = asked.params["claim"], asked.served.vault.tracks
    claim = asked.served.ledger.get(Claim, id)
    if claim is None:
        raise NotFound(kind=Claim.KIND, id=id)
    kept = None if claim.track is None else tracks.read(id, claim.track)
    fixes = tracks.streamed(id) if claim.track is None else () if kept is None else kept.fixes
    if not fixes:
        raise NotFound(kind="track", id=id)
    # No audit could say later who knew where somebody walked, were it not written down here.
    log.info("track of claim %s was read by %s", id, asked.caller.principal.id)
    return {
        "claim": id,
        "complete": kept is not None,
        "uploaded_in": None if kept is None else NAMES.get(_known(kept.datum)),
        "geojson": _feature(fixes),
    }


def _known(datum: str) -> Datum:
    return "gcj-02" if datum == "gcj-02" else "wgs-84"


def _feature(fixes: tuple[Fix, ...]) -> dict[str, Any]:
    """A feature with a time for each place (RFC 7946 has no other room for them); a line needs two places."""
    places = [coordinates(fix.lon_e7, fix.lat_e7) for fix in fixes]
    shape = (
        {"type": "LineString", "coordinates": places}
        if len(places) > 1
        else {"type": "Point", "coordinates": places[0]}
    )
    return {"type": "Feature", "properties": {"times": [fix.at for fix in fixes]}, "geometry": shape}


READS: Final = (
    Read(
        path="/claims/{claim}/track",
        show=track,
        permission="review",
        summary="The raw track of a patrol 轨迹",
    ),
)

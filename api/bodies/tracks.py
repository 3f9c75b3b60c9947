"""Positions as a phone streams them, or a whole track as JSON: every bad one named, not the first alone."""

from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from api.bodies.patrols import Degrees
from api.bodies.shapes import Moment
from api.bodies.strict import escaped, read, shaped
from api.tracks.points import Reader
from ledger.patrols.entities import Datum
from ledger.refusals import Malformed
from ledger.values import Instant
from ledger.vault import Fix

MOST_POSITIONS: Final = 50_000


class PositionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a phone was, and when."""

    at: Moment
    lon: Degrees
    lat: Degrees


class PositionsBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece of a patrol's track: late, twice and out of order are no fault.

    With `complete`, also without any positions, everything sent so far is the patrol's track, and its review can begin.
    """

    positions: Annotated[tuple[PositionBody, ...], Meta(max_length=MOST_POSITIONS)] = ()
    complete: bool = False


class TrackBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole track, in any order."""

    positions: Annotated[tuple[PositionBody, ...], Meta(min_length=1, max_length=MOST_POSITIONS)]


class _Loose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As they come in; each position is looked at by itself."""

    positions: Annotated[tuple[Any, ...], Meta(max_length=MOST_POSITIONS)] = ()
    complete: bool = False


class Positions(Struct, frozen=True):
    """What was sent, read."""

    fixes: list[Fix]
    complete: bool


_MEMBERS: Final = tuple(PositionBody.__struct_fields__)


def read_positions(raw: bytes, datum: Datum, now: Instant, *, whole: bool = False) -> Positions:
    """A body of positions. Raises NotJson, Malformed with every bad position by its JSON pointer, TooLarge."""
    body = shaped(read(raw or b"{}", decimals=True).value, _Loose)
    if whole and body.complete:
        raise Malformed(errors=["/complete: unknown-field"])
    reader = Reader(datum, now)
    for index, said in enumerate(body.positions):
        pointer = f"/positions/{index}"
        if not isinstance(said, dict):
            reader.complain(f"{pointer}: wrong-type")
        elif unknown := set(said) - set(_MEMBERS):
            reader.complain(*(f"{pointer}/{escaped(name)}: unknown-field" for name in sorted(unknown)))
        else:
            reader.take(pointer, said.get("lon"), said.get("lat"), said.get("at"))
    return Positions(reader.fixes(), body.complete)

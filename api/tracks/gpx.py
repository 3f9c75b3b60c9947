"""GPX 1.0 and 1.1, read without trust: no document type, so no entity to expand; nothing is fetched; every bound held.

The standard library's expat does that in one pass. gpxpy, which tests hold this against, builds everything a file may
hold, expands entities, and does not say which point is wrong.
"""

from typing import Final
from xml.parsers import expat

from api.tracks.points import Reader
from ledger.patrols.entities import Datum
from ledger.refusals import Malformed
from ledger.values import Instant
from ledger.vault.tracks import Fix

NAMESPACES: Final = ("http://www.topografix.com/GPX/1/0", "http://www.topografix.com/GPX/1/1", "")
"""Some apps leave the namespace out."""
_SEPARATOR: Final = " "
_TEXT_LIMIT: Final = 64
_DEPTH_LIMIT: Final = 32


def read_gpx(raw: bytes, datum: Datum, now: Instant) -> list[Fix]:
    """The fixes of every track and segment of a file, in its order, in WGS-84.

    Waypoints, routes, heights, names and extensions are passed over. Raises Malformed for what is no GPX, and with
    every bad point by its number from 1, as `/trkpt[17]/time: missing`; TooLarge above the fixes that a claim may have.
    """
    reading = _Reading(Reader(datum, now, time="time"))
    parser = reading.parser()
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise Malformed(errors=[f": not-xml at line {error.lineno}"]) from None
    except (ValueError, LookupError):
        # What expat says of a declared encoding that nobody knows, or that is none for text.
        raise Malformed(errors=[": not-xml at line 1"]) from None
    return reading.fixes()


class _Reading:
    """One pass over one file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._path: list[str] = []
        self._points = 0
        self._place: dict[str, str] = {}
        self._times: list[str] = []
        self._text: str | None = None

    def parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        # Without a document type there are no entities of a file's own: no laughs, no files of ours, no requests.
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        return parser

    def fixes(self) -> list[Fix]:
        return self._reader.fixes()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(_SEPARATOR)
        if not self._path and (local != "gpx" or namespace not in NAMESPACES):
            raise Malformed(errors=[": not-gpx"])
        if len(self._path) >= _DEPTH_LIMIT:
            raise Malformed(errors=[": too-deep"])
        # An extension may have names of its own that sound the same.
        self._path.append(local if namespace in NAMESPACES else "")
        if self._path == ["gpx", "trk", "trkseg", "trkpt"]:
            self._points, self._place, self._times = self._points + 1, attributes, []
        elif self._path == ["gpx", "trk", "trkseg", "trkpt", "time"]:
            self._text = ""

    def _characters(self, text: str) -> None:
        if self._text is not None and len(self._text) <= _TEXT_LIMIT:
            self._text += text

    def _end(self, _name: str) -> None:
        if self._text is not None and self._path[-1] == "time":
            self._times.append(self._text)
            self._text = None
        elif self._path == ["gpx", "trk", "trkseg", "trkpt"]:
            self._finish_point()
        self._path.pop()

    def _finish_point(self) -> None:
        pointer = f"/trkpt[{self._points}]"
        if len(self._times) > 1:
            self._reader.complain(f"{pointer}/time: duplicate-key")
            return
        time = self._times[0] if self._times else None
        self._reader.take(pointer, self._place.get("lon"), self._place.get("lat"), time)


def _no_doctype(*_: object) -> None:
    raise Malformed(errors=[": doctype"])

"""From a TOML file to a checked scheme, and from a scheme to the canonical form that a fact carries."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from ledger.scheme.checking import check_meaning
from ledger.scheme.complaints import Complaint, Complaints, SchemeError
from ledger.scheme.model import Scheme
from ledger.scheme.shaping import check_shape, with_codes, without_codes

MAX_CANONICAL: Final = 32 * 1024
"""Bytes of the canonical form at most: `scheme-adopted.v1` carries it whole."""
_SHIPPED: Final = Path(__file__).resolve().parent.parent / "schemes"
_HEADER: Final = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def shipped() -> tuple[str, ...]:
    """The names of the schemes that come with the program."""
    return tuple(sorted(file.stem for file in _SHIPPED.glob("*.toml")))


def load_scheme(path_or_name: str | Path) -> Scheme:
    """The scheme of a file, or the shipped one of that name; `SchemeError` says everything that is wrong."""
    named = _SHIPPED / f"{path_or_name}.toml"
    file = named if str(path_or_name) in shipped() else Path(path_or_name)
    try:
        return parse_scheme(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SchemeError([Complaint("(file)", "not-utf-8", {"position": error.start + 1})]) from None
    except (FileNotFoundError, IsADirectoryError):
        values = {"word": str(path_or_name), "known": ", ".join(shipped())}
        raise SchemeError([Complaint("(file)", "not-found", values)]) from None


def parse_scheme(text: str) -> Scheme:
    """The scheme that TOML `text` says; `SchemeError` carries every complaint, with key and line."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemeError([_unreadable(error)]) from None
    try:
        return checked(raw)
    except SchemeError as error:
        lines = lines_of(text)
        raise SchemeError([found._replace(line=_line(found.key, lines)) for found in error.errors]) from None


def checked(tables: dict[str, Any]) -> Scheme:
    """The scheme of tables that anybody may have sent, as a file or a canonical form has them; or `SchemeError`."""
    complaints = Complaints()
    check_shape(tables, complaints)
    if not complaints.found:
        scheme = from_canonical(tables)
        check_meaning(scheme, complaints)
        _check_size(scheme, complaints)
        if not complaints.found:
            return scheme
    raise SchemeError(complaints.found)


def canonical(scheme: Scheme) -> dict[str, Any]:
    """The scheme as JSON-able tables with every default written out: what a fact keeps must not change with ours."""
    # In the order in which the journal has them: who adopts it must not name another limit first than who reads it.
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(scheme, order="sorted"))
    return without_codes(plain)


def from_canonical(tables: dict[str, Any]) -> Scheme:
    """The scheme that a fact carries. Believes it: whatever was adopted has been checked before."""
    return msgspec.convert(with_codes(tables), Scheme)


def lines_of(text: str) -> dict[str, int]:
    """The line of every table and key that stands on a line of its own, by dotted path."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = header[1].replace('"', "")
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(".".join(filter(None, (table, key[1].replace('"', "")))), number)
    return found


def _line(key: str, lines: dict[str, int]) -> int | None:
    """The line of `key`, or of the nearest table above it."""
    while key:
        if key in lines:
            return lines[key]
        shorter = re.sub(r"\[\d+\]$", "", key)
        key = shorter if shorter != key else key.rpartition(".")[0]
    return None


def _unreadable(error: tomllib.TOMLDecodeError) -> Complaint:
    place = re.search(r"line (\d+)", str(error))
    return Complaint("(file)", "not-toml", {"reader": str(error)}, int(place[1]) if place else None)


def _check_size(scheme: Scheme, out: Complaints) -> None:
    size = len(_ENCODER.encode(canonical(scheme)))
    if size > MAX_CANONICAL:
        out.add((), "too-large", size=size, limit=MAX_CANONICAL)

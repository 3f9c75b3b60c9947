"""What an id, a name and a span of days may be that a person chooses: one rule and one sentence for all rooms."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import UnsetType

from ledger.calendar import known_day
from ledger.refusals import Malformed
from ledger.values import Day

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NAMEABLE: Final = re.compile(r"[!-~]{1,128}")
LONGEST_NAME: Final = 80


def is_id(value: str) -> bool:
    """Letters, digits, hyphens and underscores, a sign never in front; a dot would join two ids into a third."""
    return _ID.fullmatch(value) is not None


def nameable(id: str | None) -> None:
    """What later commands must be able to name: a key may be longer, and then names nothing but its command."""
    if id is not None and not _NAMEABLE.fullmatch(id):
        raise Malformed(errors=["id: 1 to 128 visible ASCII characters"])


def is_name(value: str, longest: int = LONGEST_NAME) -> bool:
    """Something to be seen, on one line: no control characters, which would break a list or a receipt."""
    return bool(value.strip()) and len(value) <= longest and value.isprintable()


def wrong_id(value: str, field: str = "id") -> Iterator[str]:
    """What is wrong with an id, for `Malformed`: a sentence or none."""
    if not is_id(value):
        yield f"{field}: 1 to 64 letters, digits, hyphens and underscores"


def wrong_name(value: str, field: str = "name", longest: int = LONGEST_NAME) -> Iterator[str]:
    """What is wrong with a name, for `Malformed`: a sentence or none."""
    if not is_name(value, longest):
        yield f"{field}: 1 to {longest} printable characters"


def wrong_span(from_on: Day | UnsetType | None, to_on: Day | UnsetType | None) -> Iterator[str]:
    """What is wrong with two local days, both included, each of which may be left open."""
    said = {name: day for name, day in (("from_on", from_on), ("to_on", to_on)) if isinstance(day, str)}
    unknown = [f"{name}: {day} is no day" for name, day in said.items() if not known_day(day)]
    yield from unknown
    if not unknown and len(said) > 1 and said["to_on"] < said["from_on"]:
        yield "to_on: before from_on"

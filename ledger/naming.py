"""What an id and a name may be that a person chooses for a thing: one rule and one sentence for all rooms."""

import re
from collections.abc import Iterator
from typing import Final

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
LONGEST_NAME: Final = 80


def is_id(value: str) -> bool:
    """Letters, digits, hyphens and underscores, a sign never in front; a dot would join two ids into a third."""
    return _ID.fullmatch(value) is not None


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

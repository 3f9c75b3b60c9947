"""What changed between two schemes, key by key."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ledger.scheme.loading import canonical
from ledger.scheme.model import Scheme

_ABSENT: Final = object()


class Difference(NamedTuple):
    """One key whose value changed; None stands for absent. A new table is one difference, not one a key."""

    path: str
    before: Any
    after: Any


def differences(old: Scheme, new: Scheme) -> list[Difference]:
    """Every changed key, in the order of the paths; empty for equal schemes."""
    return list(_differences("", canonical(old), canonical(new)))


def _differences(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            inner = f"{path}.{key}" if path else key
            yield from _differences(inner, before.get(key, _ABSENT), after.get(key, _ABSENT))
    else:
        yield Difference(path, None if before is _ABSENT else before, None if after is _ABSENT else after)

"""How far a projection is behind the journal, and why it stands still, if it does."""

from collections.abc import Mapping
from typing import Final, NamedTuple

SHORTER: Final = "the journal ends before: rebuild it"
"""Why a projection stands still that has seen facts which its journal does not have, as after an older copy was put
back. It does not go on once the journal has as many: they are others."""


def reasons(halted: Mapping[str, str]) -> str:
    """Why projections stand still: each reason once, behind the names of those that it holds up."""
    errors = dict.fromkeys(halted.values())
    return "; ".join(f"{', '.join(name for name in halted if halted[name] == why)}: {why}" for why in errors)


class Lag(NamedTuple):
    """How far one projection is behind the journal, and why it stands still, if it does."""

    name: str
    position: int
    head: int
    error: str | None

    @property
    def behind(self) -> int:
        """Facts that it has not shown yet."""
        return self.head - self.position

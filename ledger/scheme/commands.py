"""The wish to adopt a scheme."""

from typing import Any, ClassVar

from ledger.room import Command
from ledger.values import Day


class AdoptScheme(Command, frozen=True, kw_only=True):
    """Let a checked scheme price what happens from a local day on; the zone and the units cannot change."""

    ROUTE: ClassVar[str] = "scheme-adoption"

    scheme: dict[str, Any]
    effective_from: Day

"""A scheme was adopted: the whole value stands in the fact, so that an award can be priced again in thirty years."""

from typing import Any, ClassVar, Final

from ledger.room import Fact
from ledger.values import Day, TxId


class SchemeAdopted(Fact, frozen=True, kw_only=True):
    """Version `version` of scheme `name` prices what happens from `effective_from` on."""

    TOPIC: ClassVar[str] = "scheme-adopted.v1"

    name: str
    version: int
    effective_from: Day
    scheme: dict[str, Any]
    """The canonical value, as `ledger.scheme.loading.canonical` writes it."""

    def stream(self, tx: TxId) -> str:
        """All versions are one life."""
        del tx
        return "scheme:adopted"


FACTS: Final = (SchemeAdopted,)

"""What happens to periods."""

from typing import ClassVar, Final

from ledger.room import Fact
from ledger.values import PeriodName, TxId


class PeriodOpened(Fact, frozen=True, kw_only=True):
    """The first period of a ledger's books was opened; later ones open with the closing of the one before."""

    TOPIC: ClassVar[str] = "period-opened.v1"

    opens: PeriodName

    def stream(self, tx: TxId) -> str:
        """All periods are one life."""
        del tx
        return "books:open"


FACTS: Final = (PeriodOpened,)

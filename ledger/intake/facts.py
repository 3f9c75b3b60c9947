"""What happens to files that are handed in."""

from typing import ClassVar, Final

from ledger.room import Fact
from ledger.values import PeriodName, TxId


class ImportFinished(Fact, frozen=True, kw_only=True):
    """A file was read to its end; its rows' own facts stand before this one."""

    TOPIC: ClassVar[str] = "import-finished.v1"

    profile: str
    file: str
    """The MAC of the file's SHA-256: whoever has the file can prove it, nobody can guess it."""
    for_period: PeriodName | None
    """The period that the import was called for, if any."""
    rows: int
    counts: dict[str, int]
    """Rows by outcome (`credited`, `already-known`, `bad:unknown-badge`, …); they add up to `rows`."""

    def stream(self, tx: TxId) -> str:
        """The life of one file under one profile and period."""
        del tx
        return "import:" + import_id(self.profile, self.for_period, self.file)


def import_id(profile: str, for_period: str | None, file: str) -> str:
    """The same bytes read as another profile, or for another period, are another import."""
    return f"{profile}/{for_period or '-'}/{file}"


FACTS: Final = (ImportFinished,)

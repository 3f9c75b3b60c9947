"""Report: how many rows of a file came to which end, and each bad row by name."""

import csv
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from api.imports.outcomes import BadRow, Item, Result, Skipped
from api.imports.wording import Language
from ledger.values import Instant

Settled = Literal["credited", "proposed", "already-known"]
"""What the ledger made of a row that could be read: done, waiting for approval, or there since an earlier run."""

READY: Final = "ready"
"""Read and waiting for the ledger's answer; none is left when an import is through."""
MOST_BAD_ROWS: Final = 100_000
"""Bad rows that are kept: a wrong file of millions of rows must not fill the memory."""

COLUMNS: Final[Mapping[Language, Sequence[str]]] = {
    "zh-CN": ("文件", "行", "列", "代码", "内容", "问题", "怎么办"),
    "en": ("file", "row", "column", "code", "value", "what", "what to do"),
}
MORE: Final[Mapping[Language, str]] = {"zh-CN": "另有 {more} 行未列出", "en": "and {more} more rows, not listed"}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""What makes a spreadsheet run a cell, also in full width."""


class ImportReport:
    """Counts per outcome that add up to the rows read, and the bad rows in file order.

    Outcomes: `credited`, `proposed`, `already-known`, `ready`, `repeat`, `duplicate`, `out-pass`, `unsigned`,
    and `bad:<code>` for each reason.
    """

    def __init__(self, file: str, digest: str, *, profile: str, period: str | None = None) -> None:
        """An empty report on one file, whose SHA-256 is `digest`."""
        self.file = file
        self.digest = digest
        self.profile = profile
        self.period = period
        self.rows = 0
        self.counts: Counter[str] = Counter()
        self.bad: list[BadRow] = []
        self.last_read_at: Instant | None = None
        """When the ledger read the same file before, if it did."""

    def add(self, result: Result) -> None:
        """Count one row that was read."""
        self.rows += 1
        if isinstance(result, BadRow):
            self._complain(result)
        else:
            self.counts[result.kind if isinstance(result, Skipped) else READY] += 1

    def settle(self, outcome: Settled, rows: int = 1) -> None:
        """The ledger has answered for `rows` ready rows; raises ValueError when fewer are waiting."""
        self._take(rows)
        self.counts[outcome] += rows

    def refuse(self, item: Item, detail: str, *, column: str = "") -> None:
        """The ledger has refused a ready row: `detail` is the refusal's code or sentence."""
        self._take(1)
        self._complain(BadRow(file=self.file, row=item.row, column=column, code="refused", detail=detail))

    def hold(self, bad: BadRow) -> None:
        """A ready row cannot be taken, for this reason."""
        self._take(1)
        self._complain(bad)

    @property
    def bad_rows(self) -> int:
        """How many rows are bad, listed or not."""
        return sum(count for outcome, count in self.counts.items() if outcome.startswith("bad:"))

    def bad_by_code(self) -> dict[str, int]:
        """How many rows are bad for each reason."""
        bad = sorted((outcome, count) for outcome, count in self.counts.items() if outcome.startswith("bad:"))
        return {outcome.removeprefix("bad:"): count for outcome, count in bad}

    def write_csv(self, path: Path, *, language: Language = "zh-CN") -> None:
        """Write one line per bad row, as UTF-8 with BOM so that Excel opens it; no cell can run as a formula."""
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS[language])
            writer.writerows(_line(bad, language) for bad in self.bad)
            if more := self.bad_rows - len(self.bad):
                writer.writerow([harmless(self.file), "", "", "", "", MORE[language].format(more=more), ""])

    def _take(self, rows: int) -> None:
        if not 0 <= rows <= self.counts[READY]:
            # A row answered for twice would hide one that was never sent.
            raise ValueError(f"{rows} rows settled, {self.counts[READY]} are waiting")
        self.counts[READY] -= rows

    def _complain(self, bad: BadRow) -> None:
        self.counts["bad:" + bad.code] += 1
        if len(self.bad) < MOST_BAD_ROWS:
            self.bad.append(bad)


def report_path(path: Path) -> Path:
    """Where the report on a file stands: beside it, `FILE.report.csv`."""
    return path.with_name(path.name + ".report.csv")


def harmless(cell: str) -> str:
    """The cell with an apostrophe before anything that a spreadsheet would run as a formula."""
    folded = unicodedata.normalize("NFKC", cell)
    return "'" + cell if folded.startswith(_FORMULA) or folded.lstrip().startswith(_FORMULA) else cell


def _line(bad: BadRow, language: Language) -> list[str | int]:
    words = (bad.column, bad.code, bad.value, bad.what(language), bad.to_do(language))
    return [harmless(bad.file), bad.row, *(harmless(word) for word in words)]

"""`jifen projections status/rebuild`."""

from contextlib import suppress
from typing import Annotated

from cyclopts import Parameter

from api.commands.bars import bar
from api.commands.context import LedgerName, here, reading
from api.commands.following import followed
from api.commands.saying import Grid, Said, Words
from ledger.refusals import NotFound
from projections.folding import FollowerStoppedError
from projections.projector import Projector

HEADINGS = (
    Words("投影", "Projection"),
    Words("位置", "Position"),
    Words("账本", "Ledger at"),
    Words("落后", "Behind"),
    Words("错误", "Error"),
)


def status(*, ledger: LedgerName = None) -> Said:
    """各投影落后多少 / How far each projection is behind."""
    with reading(ledger) as opened, followed(opened, here().settings) as projector:
        return _shown(projector)


def rebuild(
    name: Annotated[str | None, Parameter(help="投影名,默认全部 / Which one; all by default")] = None,
    *,
    ledger: LedgerName = None,
) -> Said:
    """由事实重建,建好再换上 / Rebuild from facts beside what is read, then swap."""
    with reading(ledger) as opened, followed(opened, here().settings) as projector:
        if name is not None and name not in projector.projections:
            raise NotFound(kind="projection", id=name)
        with bar(Words(f"重建 {name or '全部投影'}", f"Rebuilding {name or 'all projections'}")) as progress:
            projector.rebuild([name] if name else list(projector.projections), progress)
        with suppress(FollowerStoppedError):
            # The others follow, as with any command; one that stands still has its reason in the table.
            projector.advance()
        return _shown(projector)


def _shown(projector: Projector) -> Said:
    lags = projector.status()
    rows = [(lag.name, lag.position, lag.head, lag.behind, lag.error) for lag in lags]
    keys = ("name", "position", "head", "behind", "error")
    failed = any(lag.error for lag in lags)
    return Said([dict(zip(keys, row, strict=True)) for row in rows], (Grid(HEADINGS, rows),), code=int(failed))

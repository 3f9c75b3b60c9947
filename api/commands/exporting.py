"""`jifen export`."""

from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter

from api.commands.context import LedgerName, here, reading
from api.commands.saying import Pairs, Said, Words
from api.export.beancount import write_beancount
from api.export.files import WRITERS, write_facts
from api.export.tables import TABLES
from ledger.refusals import Malformed

What = Literal["journal", "balances", "statements", "redemptions", "vouchers", "facts"]
Format = Literal["csv", "xlsx", "beancount", "jsonl"]
SUFFIX: Final = {"csv": ".csv", "xlsx": ".xlsx", "beancount": ".beancount", "jsonl": ".jsonl"}


def export(
    what: Annotated[What, Parameter(help="分录、余额、流水、兑换台账、记账凭证、事实 / What to write")] = "journal",
    *,
    format: Annotated[Format, Parameter(name=("--format", "-f"), help="格式 / Format")] = "csv",
    to: Annotated[Path | None, Parameter(name=("--to", "-o"), help="写到哪个文件 / Which file")] = None,
    ledger: LedgerName = None,
) -> Said:
    """导出台账,单元格不会被当作公式 / Write registers to a file; no cell can run as a formula."""
    if (format == "beancount" and what != "journal") or (what == "facts" and format != "jsonl"):
        raise Malformed(errors=[f"{what}: not as {format} (beancount: journal; facts: jsonl)"])
    with reading(ledger) as opened:
        path = to or Path(f"{opened.name}-{what}{SUFFIX[format]}")
        path.parent.mkdir(parents=True, exist_ok=True)
        if format == "beancount":
            rows = write_beancount(path, opened)
        elif what == "facts":
            rows = write_facts(path, opened)
        else:
            rows = WRITERS[format](path, TABLES[what], opened, here().voice.lang)
    pairs = ((Words("文件", "File"), path), (Words("行数", "Rows"), rows))
    return Said({"file": str(path), "what": what, "format": format, "rows": rows}, (Pairs(pairs),))

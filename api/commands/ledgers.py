"""`jifen ledger create/list`."""

from typing import Annotated

from cyclopts import Parameter

from api.commands.context import here
from api.commands.saying import Grid, Pairs, Said, Words
from api.ledgers import check_roles, create_ledger, ledger_names, open_ledger
from ledger.periods.entities import Books
from ledger.scheme.entities import Adopted


def create(
    name: Annotated[str, Parameter(help="账本名:小写字母、数字、连字符 / a to z, digits, hyphens")],
    *,
    scheme: Annotated[str, Parameter(help="内置方案名或 TOML 文件 / A shipped scheme or a TOML file")],
    zone: Annotated[str, Parameter(help="时区 / IANA zone")] = "Asia/Shanghai",
    period: Annotated[str | None, Parameter(help="首个期间,默认本月 / First period, this month by default")] = None,
) -> Said:
    """建账本并采用方案 / Make a ledger and adopt its scheme."""
    check_roles(here().settings)
    with create_ledger(here().settings, name, scheme, zone, period=period) as opened:
        books = opened.ledger.the(Books, Books.ID)
        adopted = opened.ledger.the(Adopted, Adopted.ID).versions[-1]
        where = str(opened.directory) if opened.directory else "postgresql"
    data = {"ledger": name, "scheme": adopted.scheme.rule, "zone": zone, "period": books.period, "where": where}
    pairs = (
        (Words("账本", "Ledger"), name),
        (Words("方案", "Scheme"), adopted.scheme.rule),
        (Words("时区", "Zone"), zone),
        (Words("期间", "Period"), books.period),
        (Words("位置", "Place"), where),
    )
    return Said(data, (Pairs(pairs),))


def list_() -> Said:
    """列出账本 / List ledgers."""
    rows = []
    for name in ledger_names(here().settings):
        with open_ledger(here().settings, name, writing=False) as opened:
            ledger = opened.ledger
            head, books = ledger.storage.head(), ledger.get(Books, Books.ID)
            adopted = ledger.get(Adopted, Adopted.ID)
            scheme = adopted.versions[-1].scheme.rule if adopted and adopted.versions else None
            rows.append((name, scheme, ledger.zone, books.period if books else None, head.position))
    keys = ("ledger", "scheme", "zone", "period", "facts")
    headings = (
        Words("账本", "Ledger"),
        Words("方案", "Scheme"),
        Words("时区", "Zone"),
        Words("期间", "Period"),
        Words("事实", "Facts"),
    )
    return Said([dict(zip(keys, row, strict=True)) for row in rows], (Grid(headings, rows),))

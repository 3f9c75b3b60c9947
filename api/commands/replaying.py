"""`jifen replay`: totals made anew from facts alone; with `--check` compared with the book and the projections."""

from typing import Annotated, Any

from cyclopts import Parameter

from api.commands.bars import bar
from api.commands.context import LedgerName, here
from api.commands.context import reading as open_for_reading
from api.commands.following import followed
from api.commands.history import balances_at
from api.commands.holders import holder_named
from api.commands.moments import until
from api.commands.saying import Grid, Line, Pairs, Said, Words
from api.ledgers import OpenLedger
from api.settings import Settings
from ledger.points.entities import Account
from projections import balances
from projections.replay import Replay

HEADINGS = (
    Words("单位", "Unit"),
    Words("账户", "Accounts"),
    Words("余额", "Balance"),
    Words("可兑换", "Spendable"),
    Words("最低", "Lowest"),
)


def replay(
    *,
    check: Annotated[bool, Parameter(help="与账面和投影逐行比较 / Compare with book and projections")] = False,
    as_of: Annotated[str | None, Parameter(help="按发生时间,到此为止 / By when it happened")] = None,
    known_at: Annotated[str | None, Parameter(help="按当时已知 / As it was known then")] = None,
    holder: Annotated[str | None, Parameter(help="只看一人 / One holder only")] = None,
    ledger: LedgerName = None,
) -> Said:
    """由事实重放,打印合计 / Rebuild from facts alone and print totals."""
    with open_for_reading(ledger) as opened:
        id = holder_named(opened, holder) if holder else None
        if as_of or known_at:
            return _then(opened, as_of, known_at, id)
        return _now(opened, id, check=check)


def _then(opened: OpenLedger, as_of: str | None, known_at: str | None, holder: str | None) -> Said:
    zone = opened.zone
    sums, position = balances_at(
        opened,
        as_of=until(as_of, zone) if as_of else None,
        known_at=until(known_at, zone) if known_at else None,
        holder=holder,
    )
    units = sorted({unit for _, unit in sums})
    rows = []
    for unit in units:
        own = [amount for (_, other), amount in sums.items() if other == unit]
        rows.append((unit, len(own), sum(own), None, min(own)))
    return _said(opened, rows, position, differences=None)


def _now(opened: OpenLedger, holder: str | None, *, check: bool) -> Said:
    replayed = Replay(opened.ledger.storage, zone=opened.zone, registry=opened.ledger.registry)
    with bar(Words("重放", "Replaying")) as progress:
        position = replayed.advance(progress)
    rows = totals(opened, replayed, holder)
    differences = compared(opened, here().settings, replayed, rows, whole=holder is None) if check else None
    return _said(opened, rows, position, differences)


def totals(opened: OpenLedger, replayed: Replay, holder: str | None = None) -> list[tuple[Any, ...]]:
    """By unit: accounts, sum, spendable, lowest; every account with facts counts."""
    view = opened.ledger.view()
    units = view.scheme(view.today).units
    accounts = [
        row.entity
        for (kind, _), row in replayed.rows.rows.items()
        if kind == Account.KIND and row is not None and isinstance(row.entity, Account)
    ]
    if holder is not None:
        accounts = [account for account in accounts if account.account == "holder:" + holder]
    rows: list[tuple[Any, ...]] = []
    for code, unit in units.items():
        own = [account for account in accounts if account.unit == code]
        if own:
            sums = sum(it.balance for it in own), sum(it.spendable(unit) for it in own), min(it.balance for it in own)
            rows.append((code, len(own), *sums))
    return rows


def compared(
    opened: OpenLedger, settings: Settings, replayed: Replay, rows: list[tuple[Any, ...]], *, whole: bool = True
) -> list[str]:
    """What differs: book rows by kind and id, units whose projected totals are others."""
    found = [f"book {item.kind} {item.id}" for item in replayed.differences()]
    if not whole:
        return found
    with followed(opened, settings, caught_up=True) as projector, projector.store.reading() as shown:
        projected = balances.totals(shown)
    for unit, accounts, balance, _spendable, lowest in rows:
        it = projected.get(unit)
        if it is None or (it.accounts, it.balance, it.lowest) != (accounts, balance, lowest):
            found.append(f"projection balances {unit}")
    return found


def _said(opened: OpenLedger, rows: list[tuple[Any, ...]], position: int, differences: list[str] | None) -> Said:
    keys = ("unit", "accounts", "balance", "spendable", "lowest")
    data: dict[str, Any] = {
        "ledger": opened.name,
        "position": position,
        "totals": [dict(zip(keys, row, strict=True)) for row in rows],
    }
    parts: list[Pairs | Grid | Line] = [Pairs(((Words("事实", "Facts"), position),)), Grid(HEADINGS, rows)]
    if differences is not None:
        data["differences"] = differences
        parts.append(Line(verdict(differences)))
    return Said(data, parts, code=int(bool(differences)))


def verdict(differences: list[str]) -> Words:
    """What a comparison came to."""
    if not differences:
        return Words("重放与账面、投影一致。✓", "Replay agrees with book and projections. ✓")
    listed = "; ".join(differences[:10])
    return Words(f"有 {len(differences)} 处不一致:{listed} ✗", f"{len(differences)} differences: {listed} ✗")

"""`jifen close PERIOD`: month end with its control totals and open items."""

from typing import Annotated, Any, NamedTuple

import msgspec
from cyclopts import Parameter

from api.closing import Closed, OpenItemsRemainError, close_period
from api.commands.bars import bar
from api.commands.context import LedgerName, here, writing
from api.commands.failures import CommandFailed, Failure
from api.commands.following import followed
from api.commands.saying import Grid, Pairs, Said, Words
from ledger.journal.ledger import Ledger
from ledger.periods.facts import ControlTotal
from ledger.values import PeriodName, UnitCode
from projections.projector import Projector
from projections.rankings import Rank, by_crew, not_evaluated
from projections.stock import Stock, stock

ROUTE = "POST /v1/ledgers/{ledger}/periods/{period}/close"
TOTALS = (
    Words("单位", "Unit"),
    Words("班组", "Crew"),
    Words("账户", "Accounts"),
    Words("期初", "Opening"),
    Words("初始积分", "Monthly starting points"),
    Words("加分", "Earned"),
    Words("扣分", "Deducted"),
    Words("兑换", "Redeemed"),
    Words("清零", "Cleared"),
    Words("冲正", "Reversed"),
    Words("转入转出", "Moved"),
    Words("期末", "Closing"),
    Words("欠分", "Points owed"),
    Words("可兑换", "Spendable"),
)
RANKING = (
    Words("单位", "Unit"),
    Words("名次", "Place"),
    Words("班组", "Crew"),
    Words("加分", "Earned"),
    Words("扣分", "Deducted"),
    Words("人数", "Members"),
)
COUNTS = (Words("编号", "Item"), Words("名称", "Name"), Words("盘盈(+)或盘亏(-)", "Found (+) or missing (-)"))


def close(
    period: Annotated[str, Parameter(help="要关的期间,如 2022-06 / The period to close")],
    *,
    carry: Annotated[bool, Parameter(help="未决事项转入下期 / Take open items into the next period")] = False,
    ledger: LedgerName = None,
) -> Said:
    """月结:控制总数、未决事项、开新期间;中断后再运行即可接着做 / Month end; run again after a break, it goes on."""
    with writing(ledger, ROUTE.replace("{period}", period)) as opened, followed(opened, here().settings) as projector:
        try:
            with bar(Words(f"月结 {period}", f"Closing {period}")) as progress:
                closed = close_period(
                    opened.ledger,
                    projector,
                    PeriodName(period),
                    carry=carry,
                    progress=lambda _step, done, of: progress(done, of),
                )
        except OpenItemsRemainError as error:
            raise CommandFailed(_undecided(error)) from None
        month = month_of(opened.ledger, projector, closed.period)
    return said(closed, month)


class Month(NamedTuple):
    """What a site posts on its board: crews by points earned, without suspended people, and what a count found."""

    crews: tuple[tuple[UnitCode, Rank], ...]
    differences: tuple[Stock, ...]


def month_of(ledger: Ledger, projector: Projector, period: PeriodName) -> Month:
    """The ranking and the count differences of a closed period."""
    view = ledger.view()
    scheme = view.scheme(view.today)
    out = not_evaluated(scheme)
    with projector.store.reading() as reading:
        ranks = [
            (unit, rank) for unit in scheme.units for rank in by_crew(reading, period, UnitCode(unit), excluding=out)
        ]
        differences = [item for item in stock(reading, period=period) if item.counted]
    return Month(tuple((UnitCode(unit), rank) for unit, rank in ranks), tuple(differences))


def said(closed: Closed, month: Month) -> Said:
    """A closed period: what it came to, who was ahead, what the shelf lacked, and how the next begins."""
    data = {
        "period": closed.period,
        "opens": closed.opens,
        "cut": closed.cut,
        "root": closed.seal.root,
        "accounts": closed.seal.accounts,
        "totals": [msgspec.to_builtins(total) for total in closed.totals],
        "after": [msgspec.to_builtins(total) for total in closed.after],
        "turned": closed.turn.holders,
        "left_out": list(closed.turn.left_out),
        "ranking": [{"unit": unit, **rank._asdict()} for unit, rank in month.crews],
        "count_differences": [
            {"item": item.item, "name": item.name, "counted": item.counted} for item in month.differences
        ],
    }
    pairs = (
        (Words("已关", "Closed"), closed.period),
        (Words("新期间", "Opened"), closed.opens),
        (Words("截止位置", "Cut at"), closed.cut),
        (Words("根", "Root"), closed.seal.root),
        (Words("已换月", "Turned"), closed.turn.holders),
        (Words("未换月(冻结)", "Left out (frozen)"), len(closed.turn.left_out)),
    )
    before = Grid(TOTALS, [_row(total) for total in closed.totals], Words("关账时", "At the close"))
    after = Grid(TOTALS, [_row(total) for total in closed.after], Words("新期间开始", "As the next period begins"))
    ranking = Grid(RANKING, [(unit, *rank) for unit, rank in month.crews], Words("班组排名", "Ranking of crews"))
    shelf = Grid(
        COUNTS,
        [(item.item, item.name, item.counted) for item in month.differences],
        Words("盘点差异", "Count differences"),
    )
    wrong = not all(total.adds_up for total in (*closed.totals, *closed.after))
    return Said(data, (Pairs(pairs), before, after, ranking, shelf), code=int(wrong or bool(closed.turn.left_out)))


def _row(total: ControlTotal) -> list[Any]:
    values = msgspec.to_builtins(total)
    crew = values.pop("crew")
    return [values.pop("unit"), "∑" if crew is None else crew or "–", *values.values()]


def _undecided(error: OpenItemsRemainError) -> Failure:
    kinds = ", ".join(sorted({item.kind for item in error.items}))
    what = Words(f"还有 {len(error.items)} 项未决({kinds})。", f"{len(error.items)} open items remain ({kinds}).")
    to_do = Words("先审批或处理它们,或加 --carry 转入下期。", "Decide them, or carry them over with --carry.")
    items = [item._asdict() for item in error.items]
    return Failure("open-items", what, to_do, {"items": items})

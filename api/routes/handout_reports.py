"""Reports of kits: the stock of every depot with nothing unexplained, and hand-outs by station with heads."""

from typing import Any, Final

from api.commands.saying import Words
from api.routes.files import UNIT_HEADING, Column, filed, wanted
from api.routes.patrol_reports import FROM, TO, days_asked
from api.routes.reading import FORMAT, TEXT, Asked, Parameter, Read, choice_asked
from ledger import refusals as no
from ledger.calendar import end_of_day, start_of_day
from projections import handouts
from projections.handouts import By, Span

BY: Final[tuple[By, ...]] = ("depot", "place", "kit", "occasion")
STOCK: Final = (
    Column("depot", Words("仓点", "Depot")),
    Column("kit", Words("礼包", "Kit")),
    Column("received", Words("入库", "Received")),
    Column("moved_in", Words("调入", "Moved in")),
    Column("moved_out", Words("调出", "Moved out")),
    Column("handed_out", Words("发放", "Handed out")),
    Column("returned", Words("退回", "Returned")),
    Column("damaged", Words("其中损坏", "Damaged of them")),
    Column("found", Words("盘盈亏", "Found or missing")),
    Column("set_aside", Words("预留", "Kept for somebody")),
    Column("stock", Words("结存", "In stock")),
)
HANDED: Final = (
    Column("name", Words("站点/地点/礼包/事由", "Of")),
    Column("unit", UNIT_HEADING),
    Column("hand_outs", Words("发放次数", "Hand-outs")),
    Column("heads", Words("人次", "Heads")),
    Column("persons", Words("签收人数", "Persons who signed")),
    Column("bearers", Words("不记名人次", "Bearers")),
    Column("collected", Words("预留领取", "Collected")),
    Column("pieces", Words("件数", "Pieces")),
    Column("returned", Words("退回", "Returned")),
    Column("cost", Words("成本", "Cost"), amount=True),
)


def stock(asked: Asked) -> Any:
    """What came into each depot and left it: stock = received + moved_in - moved_out - handed_out + returned + found.

    `unexplained` is what counts missed (or, below zero, found) in all depots shown, and 0 as long as every piece is
    accounted for.
    """
    with asked.served.projected() as reading:
        found = handouts.stock(reading, kit=asked.query.get("kit"), depot=asked.query.get("depot"))
    lines = [item._asdict() | {"stock": item.stock} for item in found]
    if wanted(asked):
        return filed(asked, "kit-stock", STOCK, lines)
    return {"depots": lines, "unexplained": -sum(item.found for item in found)}


def given(asked: Asked) -> Any:
    """What was handed out in local days, by depot, place, kit or occasion.

    `heads` is everybody who came, as often as he came; `persons` those who signed, each once; `bearers` the heads whom
    nobody named. `places` is how many lines there are.
    """
    from_on, to_on = days_asked(asked)
    zone, by = asked.served.ledger.zone, choice_asked(asked.query, "by", BY)
    span = Span(
        start_of_day(from_on, zone), end_of_day(to_on, zone), asked.query.get("kit"), asked.query.get("occasion")
    )
    with asked.served.projected() as reading:
        found = handouts.hand_outs(reading, span, by)
    lines = [item._asdict() for item in found]
    if wanted(asked):
        return filed(asked, f"hand-outs-by-{by}", HANDED, lines)
    totals = {name: sum(line[name] for line in lines) for name in ("hand_outs", "heads", "bearers", "pieces")}
    return {"from": from_on, "to": to_on, "by": by, "places": len(lines), **totals, "lines": lines}


KIT: Final = Parameter("kit", "One kit; by default all.", dict(TEXT))
BEHIND: Final = (no.ProjectionBehind,)
REPORTS: Final = (
    Read(
        path="/reports/kit-stock",
        show=stock,
        summary="What came into each depot and left it 礼包收发存",
        query=(KIT, Parameter("depot", "One depot; by default all.", dict(TEXT)), FORMAT),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/hand-outs",
        show=given,
        summary="Hand-outs by station, place, kit or occasion 发放统计",
        query=(
            FROM,
            TO,
            Parameter("by", "A depot by default.", {"type": "string", "enum": list(BY)}),
            KIT,
            Parameter("occasion", "One occasion; by default all.", dict(TEXT)),
            FORMAT,
        ),
        refusals=BEHIND,
    ),
)

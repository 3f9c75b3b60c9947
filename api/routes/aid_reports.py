"""Reports of benefits: paid to date by share, payouts, what nobody had to decide, exceptions, what came back."""

from typing import Any, Final

from api.commands.saying import Words
from api.routes.files import UNIT_HEADING, Column, filed, wanted
from api.routes.reading import FORMAT, TEXT, Asked, Parameter, Read
from ledger import refusals as no
from ledger.calendar import end_of_day, start_of_day
from ledger.refusals import Malformed
from ledger.scheme.model import Scheme
from ledger.sharing import percent
from ledger.values import Day
from projections import aids, entitlements

AIDS: Final = (
    Column("benefit", Words("补助项目", "Benefit")),
    Column("unit", UNIT_HEADING),
    Column("claims", Words("申请数", "Claims")),
    Column("waiting", Words("待决定", "Waiting")),
    Column("approved", Words("待支付", "To be paid")),
    Column("rejected", Words("驳回", "Rejected")),
    Column("paid", Words("已支付", "Paid")),
    Column("automatic", Words("其中自动", "Automatic")),
    Column("automatic_percent", Words("自动率（%）", "Automatic, per cent")),
    Column("above_limit", Words("超额转人工", "Above the limit")),
    Column("late", Words("逾期转人工", "Late")),
    Column("ceiling_reached", Words("已封顶人次", "Ceiling reached")),
    Column("persons", Words("人数", "Persons")),
    Column("person_times", Words("人次", "Person-times")),
    Column("amount", Words("总费用", "Cost in all"), amount=True),
    Column("covered", Words("他方已付", "Covered by others"), amount=True),
    Column("aid", Words("补助金额", "Aid"), amount=True),
    Column("own", Words("个人承担", "Left to the persons"), amount=True),
    Column("mean", Words("次均补助", "Mean"), amount=True),
    Column("recovered", Words("收回", "Recovered"), amount=True),
    Column("written_off", Words("核销", "Written off"), amount=True),
    Column("outstanding", Words("未收回", "Outstanding"), amount=True),
    Column("recovered_percent", Words("收回率（%）", "Recovered, per cent")),
    Column("enrolled", Words("在保人数", "Covered persons")),
)


def benefits(asked: Asked) -> Any:
    """What became of the claims of each benefit: amount = covered + aid + own of what was paid.

    `persons` and `person_times` are two counters. `automatic` of `paid` needed nobody to decide. `recovered_percent` is
    of what was paid and should come back; `enrolled` is who has what a benefit needs today. With `year` it counts what
    happened in that local year.
    """
    ledger = asked.served.ledger
    view = ledger.view()
    scheme, today = view.scheme(view.today), view.today
    with asked.served.projected() as reading:
        found = aids.figures(reading, _span(asked))
        in_force = entitlements.count_in_force(reading, today, end_of_day(today, ledger.zone))
    lines = [_line(item, scheme, in_force) for item in found]
    if wanted(asked):
        return filed(asked, "benefits-paid", AIDS, lines)
    return {"year": asked.query.get("year"), "benefits": lines}


def _span(asked: Asked) -> aids.Span:
    said, zone = asked.query.get("year"), asked.served.ledger.zone
    if said is None:
        return aids.EVER
    if not (said.isascii() and said.isdigit() and len(said) == 4 and "1970" <= said < "9998"):
        raise Malformed(errors=["/?year: wrong-form"])
    return aids.Span(start_of_day(Day(f"{said}-01-01"), zone), end_of_day(Day(f"{said}-12-31"), zone))


def _line(item: aids.Figures, scheme: Scheme, in_force: dict[str, int]) -> dict[str, Any]:
    rules = scheme.benefits.get(item.benefit)
    back = rules is not None and rules.advance
    return item._asdict() | {
        "automatic_percent": percent(item.automatic, item.paid),
        "mean": item.mean,
        "outstanding": item.outstanding if back else 0,
        "recovered_percent": percent(item.recovered, item.aid) if back else None,
        "enrolled": in_force.get(rules.needs, 0) if rules is not None and rules.needs else None,
    }


REPORTS: Final = (
    Read(
        path="/reports/aids",
        show=benefits,
        summary="Benefits claimed, paid and paid back 补助统计",
        query=(Parameter("year", "A local year, `2022`; by default ever.", dict(TEXT)), FORMAT),
        refusals=(no.ProjectionBehind,),
    ),
)

"""`jifen balance`, `statement`, `explain` and `lot`."""

from typing import Annotated, Any

import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number

from api.commands import explaining
from api.commands.context import LedgerName, here
from api.commands.context import reading as open_for_reading
from api.commands.following import followed
from api.commands.holders import holder_named
from api.commands.moments import since as since_of
from api.commands.moments import until, upto
from api.commands.saying import Grid, Pairs, Said, Words
from api.explaining import Source, explained, lot_explained
from api.ledgers import OpenLedger
from api.routes.past import unit_then
from ledger.calendar import local_day
from ledger.points.entities import Account, account_key
from ledger.pools import Lot
from ledger.refusals import NotFound
from ledger.scheme.model import Scheme, Unit
from ledger.values import AccountId, Instant, UnitCode, holder_account
from projections.history import When, account_at
from projections.instants import Timeline
from projections.lots import extent
from projections.passing import Standing
from projections.statements import Clock
from projections.statements import statement as statement_of

Holder = Annotated[str, Parameter(help="工牌号或持有人编号 / A badge number or a holder's id")]
AsOf = Annotated[str | None, Parameter(help="按发生时间,到此为止 / By when it happened, up to here")]
KnownAt = Annotated[str | None, Parameter(help="按当时已知 / As it was known then")]

BALANCE = (
    Words("单位", "Unit"),
    Words("余额", "Balance"),
    Words("可兑换", "Spendable"),
    Words("预占", "Held"),
    Words("可用余额", "Available"),
    Words("欠分", "Points owed"),
    Words("累计获得", "Received"),
    Words("累计兑换与扣除", "Spent"),
    Words("累计清零", "Lapsed"),
)
LINES = (
    Words("位置", "Position"),
    Words("发生日期", "Happened"),
    Words("类型", "Type"),
    Words("事项", "Behaviour"),
    Words("积分", "Amount"),
    Words("余额", "Balance"),
    Words("期间", "Period"),
)
ORIGIN = (
    Words("积分", "Amount"),
    Words("事项", "Behaviour"),
    Words("日期", "Day"),
    Words("发放", "Granted at"),
    Words("规则", "Rule"),
    Words("谁", "Who"),
)
USES = (
    Words("位置", "Position"),
    Words("日期", "Day"),
    Words("类型", "Type"),
    Words("用作", "Used as"),
    Words("积分", "Amount"),
    Words("谁", "Who"),
)
USED = Words("用掉它的", "What used it")


def balance(holder: Holder, *, as_of: AsOf = None, known_at: KnownAt = None, ledger: LedgerName = None) -> Said:
    """余额:现在的,或过去某刻的 / What a holder has now, or had then."""
    with open_for_reading(ledger) as opened:
        account = holder_account(holder_named(opened, holder))
        if as_of is None and known_at is None:
            return _now(opened, account)
        return _then(opened, account, as_of, known_at)


def _now(opened: OpenLedger, account: AccountId) -> Said:
    view = opened.ledger.view()
    scheme: Scheme = view.scheme(view.today)
    found = [_account(opened, account, unit, scheme) for unit in scheme.units]
    return Said({"account": account, "units": found}, (Grid(BALANCE, _rows(found)),))


def _rows(units: list[dict[str, Any]]) -> list[list[Any]]:
    keys = ("unit", "balance", "spendable", "held", "available", "debt", "received", "spent", "lapsed")
    return [[unit[key] for key in keys] for unit in units]


def _account(opened: OpenLedger, account: AccountId, unit: str, scheme: Scheme) -> dict[str, Any]:
    known = opened.ledger.get(Account, account_key(account, unit))
    it = known or Account(account=account, unit=UnitCode(unit))
    terms = scheme.unit(unit)
    state: dict[str, Any] = msgspec.to_builtins(it.state(terms))
    return {"unit": unit, **state, "available": it.available(terms)}


def _then(opened: OpenLedger, account: AccountId, as_of: str | None, known_at: str | None) -> Said:
    zone, ledger = opened.zone, opened.ledger
    happened, learnt = (None if said is None else upto(said, zone) for said in (as_of, known_at))
    view = ledger.view()
    scheme = view.scheme(view.today)
    timeline = Timeline(ledger.storage, ledger.mapper)
    at = happened or learnt or view.recorded_at
    with followed(opened, here().settings, caught_up=True) as projector, projector.store.reading() as shown:
        known = ledger.storage.head().position if learnt is None else timeline.known(learnt)
        when = When(known, happened)
        found = [account_at(shown, timeline, account, UnitCode(code), when, at=at, zone=zone) for code in scheme.units]
    units = [_standing(it, unit_then(ledger, it.unit, known, at)) for it in found if it.received or it.spent]
    data = {"account": account, "as_of": as_of, "known_at": known_at, "position": known, "units": units}
    return Said(data, (Pairs(((Words("已知到", "Known up to"), known),)), Grid(BALANCE, _rows(units))))


def _standing(it: Standing, unit: Unit) -> dict[str, Any]:
    state = {name: getattr(it, name) for name in ("balance", "held", "debt", "received", "spent", "lapsed")}
    return {"unit": it.unit, **state, "spendable": it.spendable(unit), "available": it.available(unit)}


def statement(
    holder: Holder,
    *,
    since: Annotated[str, Parameter(name="--from", help="从哪个期间或日期起 / From this period or day on")] = "",
    to: Annotated[str, Parameter(name="--to", help="到哪个期间或日期 / Up to this one")] = "~",
    by: Annotated[Clock, Parameter(help="按期间、入账或发生时间 / By posted period, record or event")] = "period",
    unit: Annotated[str | None, Parameter(help="单位 / Unit")] = None,
    limit: Annotated[int, Parameter(help="最多几行 / At most so many lines", validator=Number(gte=1))] = 500,
    ledger: LedgerName = None,
) -> Said:
    """流水:期初、明细、期末 / Opening balance, lines, closing balance."""
    with open_for_reading(ledger) as opened, followed(opened, here().settings, caught_up=True) as projector:
        account = holder_account(holder_named(opened, holder))
        view = opened.ledger.view()
        code = UnitCode(unit or next(iter(view.scheme(view.today).units)))
        with projector.store.reading() as shown:
            zone = opened.zone
            timeline = Timeline(opened.ledger.storage, opened.ledger.mapper)
            first, last = _span(by, since, to, zone)
            found = statement_of(shown, timeline, account, code, by=by, since=first, until=last, limit=limit)
    rows = [
        (
            line.position,
            local_day(Instant(line.occurred_at), zone),
            line.type,
            line.behaviour,
            line.amount,
            line.balance,
            line.period,
        )
        for line in found.lines
    ]
    data = {"account": account, "unit": code, **found._asdict(), "lines": [line._asdict() for line in found.lines]}
    ends = Pairs(((Words("期初余额", "Opening balance"), found.opening), (Words("期末余额", "Closing"), found.closing)))
    return Said(data, (ends, Grid(LINES, rows)))


def _span(by: Clock, begins: str, ends: str, zone: str) -> tuple[str, str]:
    """Both ends as the clock says them: a period is a name, a day its first or last instant."""
    if by == "period":
        return begins, ends
    return begins and since_of(begins, zone), ends if ends == "~" else until(ends, zone)


def explain(
    what: Annotated[str, Parameter(help="位置或交易编号 / A position or a transaction's id")],
    *,
    ledger: LedgerName = None,
) -> Said:
    """解释一笔交易:事实、分录、由谁发的哪些批次支付 / Facts, postings, and the lots that paid with their origins."""
    with open_for_reading(ledger) as opened, followed(opened, here().settings, caught_up=True) as projector:
        zone = opened.zone
        facts_of_it = explaining.transaction(opened, what)
        with projector.store.reading() as shown:
            data = explained(Source(opened.ledger, shown), facts_of_it)
    facts = [(fact["position"], fact["type"], _who(fact), fact["rule"]) for fact in data["facts"]]
    postings = [
        (fact["position"], leg["account"], leg["unit"], leg["amount"])
        for fact in data["facts"]
        for leg in fact["postings"]
    ]
    lots = [_origin(lot, zone) for lot in data["lots"]]
    return Said(data, (Pairs(_circumstances(data)), *_grids(facts, postings, lots), *explaining.patrols(data)))


def lot(
    pool: Annotated[str, Parameter(help="批次池编号 / A pool's id, as `explain` names it")],
    *,
    since: Annotated[int, Parameter(name="--from", help="从第几分起 / From this step of the pool on")] = 0,
    to: Annotated[int | None, Parameter(help="到第几分为止,不含 / Up to this step, exclusive")] = None,
    limit: Annotated[int, Parameter(help="最多几行 / At most so many lines", validator=Number(gte=1))] = 500,
    ledger: LedgerName = None,
) -> Said:
    """一个批次的来龙去脉:由谁发放、被什么用掉 / A lot's life: who granted it, and what used it."""
    with open_for_reading(ledger) as opened, followed(opened, here().settings, caught_up=True) as projector:
        zone = opened.zone
        with projector.store.reading() as shown:
            known = extent(shown, pool)
            if known is None:
                raise NotFound(kind="pool", id=pool)
            wanted = Lot(pool=pool, start=since, end=known.stop if to is None else to)
            data = lot_explained(Source(opened.ledger, shown), wanted, limit=limit)
    uses = [
        (use["position"], local_day(use["occurred_at"], zone), use["type"], use["as"], use["amount"], _who(use))
        for use in data["uses"]
    ]
    return Said(data, (_origin_grid([_origin(it, zone) for it in data["origins"]]), Grid(USES, uses, USED)))


def _origin(lot: dict[str, Any], zone: str) -> tuple[Any, ...]:
    said = lot["behaviour"] or lot["reason"] or lot["type"]
    return lot["amount"], said, local_day(lot["granted_at"], zone), lot["grant"], lot["rule"], _who(lot)


def _circumstances(data: dict[str, Any]) -> list[tuple[Words, Any]]:
    return [
        (Words("交易", "Transaction"), data["tx"]),
        (Words("发生", "Happened"), data["occurred_at"]),
        (Words("入账", "Recorded"), data["recorded_at"]),
        (Words("期间", "Period"), data["period"]),
    ]


def _grids(facts: list[Any], postings: list[Any], lots: list[Any]) -> list[Grid]:
    position, who, rule = Words("位置", "Position"), Words("谁", "Who"), Words("规则", "Rule")
    grids = [Grid((position, Words("类型", "Type"), who, rule), facts, Words("事实", "Facts"))]
    if postings:
        legs = (position, Words("账户", "Account"), Words("单位", "Unit"), Words("增减", "Amount"))
        grids.append(Grid(legs, postings, Words("分录", "Postings")))
    if lots:
        grids.append(_origin_grid(lots))
    return grids


def _origin_grid(lots: list[Any]) -> Grid:
    return Grid(ORIGIN, lots, Words("批次来源", "Where the lots came from"))


def _who(of: dict[str, Any]) -> str:
    by, approval = of["by"], of["approval"]
    approved = f" ✓ {approval['by']}" if approval else ""
    return f"{by['subject'] or by['principal']}{approved}"

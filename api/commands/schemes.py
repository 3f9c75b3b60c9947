"""`jifen scheme check/diff/simulate/adopt`."""

from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from api.commands.context import LedgerName, chosen, reading, writing
from api.commands.history import envelopes
from api.commands.saying import Grid, Line, Pairs, Said, Words
from api.ledgers import OPERATOR, OpenLedger
from ledger.calendar import local_day, period_of
from ledger.points.facts import PointsDeducted, PointsEarned
from ledger.scheme.benefiting import Benefit, Rate
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.differences import differences
from ledger.scheme.entities import Adopted
from ledger.scheme.limiting import Limit
from ledger.scheme.loading import canonical, load_scheme
from ledger.scheme.model import Conversion, Scheme
from ledger.values import Day

File = Annotated[str, Parameter(help="TOML 文件或内置方案名 / A TOML file or a shipped scheme")]
ROUTE = "POST /v1/ledgers/{ledger}/schemes"


def check(file: File) -> Said:
    """检查方案文件,错误指明键名和行号 / Check a scheme; errors name key and line."""
    scheme = load_scheme(file)
    data = {
        "scheme": scheme.rule,
        "units": list(scheme.units),
        "behaviours": list(scheme.behaviours),
        "conversions": list(scheme.conversions),
        "limits": list(scheme.limits),
        "funds": list(scheme.funds),
        "benefits": list(scheme.benefits),
    }
    pairs = (
        (Words("方案", "Scheme"), scheme.rule),
        (Words("单位", "Units"), ", ".join(scheme.units)),
        (Words("行为", "Behaviours"), ", ".join(scheme.behaviours)),
        (Words("兑换率", "Conversions"), "; ".join(map(_rate, scheme.conversions.values()))),
        (Words("限额", "Limits"), "; ".join(map(_limit, scheme.limits.values()))),
        (Words("资金来源", "Funds"), ", ".join(scheme.funds)),
        (Words("补助", "Benefits"), "; ".join(map(_benefit, scheme.benefits.values()))),
    )
    return Said(
        data,
        (Pairs(tuple(pair for pair in pairs if pair[1])), Line(Words("方案可以采用。", "The scheme can be adopted."))),
    )


def _rate(rate: Conversion) -> str:
    days = f" [{rate.effective_from or ''}..{rate.effective_until or ''}]"
    dated = days if rate.effective_from or rate.effective_until else ""
    return f"{rate.denominator} {rate.from_unit} = {rate.numerator} {rate.to_unit}{dated}"


def _benefit(benefit: Benefit) -> str:
    """Code, what it pays from which day on, out of what: `one-stop: 13/100, <= 5000000 / year (pool)`."""
    rates = "; ".join(map(_paid, benefit.rates))
    ceiling = f" / {benefit.cycle}" if any(rate.ceiling for rate in benefit.rates) else ""
    return f"{benefit.code}: {rates}{ceiling} ({', '.join(source.fund for source in benefit.sources)})"


def _paid(rate: Rate) -> str:
    share = str(rate.amount) if rate.amount is not None else f"{rate.numerator}/{rate.denominator}"
    most = "".join(f", <= {most}" for most in (rate.most, rate.ceiling) if most is not None)
    return f"{share}{most}{f' [{rate.from_day}..]' if rate.from_day else ''}"


def _limit(limit: Limit) -> str:
    figures = [] if limit.amount is None else [str(limit.amount)]
    figures += [f"{change.amount} [{change.from_day}..]" for change in limit.changes]
    counted = limit.unit if limit.counts == "amount" else "×"
    return f"{limit.code}: {', '.join(figures)} {counted} / {' + '.join((*limit.per, limit.window))}"


def diff(
    old: Annotated[str, Parameter(help="旧方案:文件、内置名,或 @ 表示账本现行 / File, shipped name, or @: in force")],
    new: File,
    *,
    ledger: LedgerName = None,
) -> Said:
    """逐键比较两个方案 / What changed between two schemes, key by key."""
    before = in_force(ledger) if old == "@" else load_scheme(old)
    found = differences(before, load_scheme(new))
    headings = (Words("键", "Key"), Words("旧", "Before"), Words("新", "After"))
    rows = [(item.path, _plain(item.before), _plain(item.after)) for item in found]
    return Said([item._asdict() for item in found], (Grid(headings, rows),))


def adopt(
    file: File,
    *,
    effective_from: Annotated[str, Parameter(name=("--from", "--effective-from"), help="生效日 / First day it prices")],
    ledger: LedgerName = None,
) -> Said:
    """采用新版本,从某日起生效 / Adopt a version from a day on; earlier days keep theirs."""
    scheme = load_scheme(file)
    with writing(ledger, ROUTE) as opened:
        command = AdoptScheme(scheme=canonical(scheme), effective_from=Day(effective_from))
        outcome = opened.ledger.submit(command, by=OPERATOR)
    data = {"scheme": scheme.rule, "effective_from": effective_from, "position": outcome.position}
    words = Words(f"{scheme.rule} 自 {effective_from} 起生效。", f"{scheme.rule} prices from {effective_from} on.")
    return Said(data, (Line(words),))


def simulate(
    file: File,
    *,
    over: Annotated[str, Parameter(help="期间,如 2022-06 / Period")],
    ledger: LedgerName = None,
) -> Said:
    """用另一方案重算某期间已记录的行为:谁多谁少 / Reprice a period's records: who would have won or lost."""
    scheme = load_scheme(file)
    with reading(ledger) as opened:
        changes = repriced(opened, scheme, over)
    rows = sorted(changes.items(), key=lambda item: (-(item[1][1] - item[1][0]), item[0]))
    moved = [(holder, was, would, would - was) for holder, (was, would) in rows if was != would]
    data = {
        "scheme": scheme.rule,
        "over": over,
        "holders": len(changes),
        "before": sum(was for was, _ in changes.values()),
        "after": sum(would for _, would in changes.values()),
        "changed": [dict(zip(("holder", "was", "would", "difference"), row, strict=True)) for row in moved],
    }
    return Said(data, (Pairs(_totals(data, moved)), Grid(SIMULATED, moved)))


SIMULATED = (
    Words("持有人", "Holder"),
    Words("实际", "Was"),
    Words("若按此方案", "Would be"),
    Words("差额", "Difference"),
)


def _totals(data: dict[str, Any], moved: list[tuple[str, int, int, int]]) -> list[tuple[Words, Any]]:
    return [
        (Words("方案", "Scheme"), data["scheme"]),
        (Words("期间", "Period"), data["over"]),
        (Words("实际合计", "Sum as it was"), data["before"]),
        (Words("重算合计", "Sum as it would be"), data["after"]),
        (Words("会多得的人", "Would have won"), sum(1 for row in moved if row[3] > 0)),
        (Words("会少得的人", "Would have lost"), sum(1 for row in moved if row[3] < 0)),
    ]


def in_force(ledger: str | None) -> Scheme:
    """The latest adopted version of a ledger."""
    with reading(chosen(ledger)) as opened:
        return opened.ledger.the(Adopted, Adopted.ID).versions[-1].scheme


def repriced(opened: OpenLedger, scheme: Scheme, period: str) -> dict[str, tuple[int, int]]:
    """Holder → (points as recorded, points under `scheme`) for what happened in that period.

    Prices and day caps are applied; what the other scheme does not know counts 0. Budgets, approvals and
    redemptions stay out: a simulation prices what was done, not what people would have decided.
    """
    sums: dict[str, list[int]] = {}
    caps: dict[tuple[str, str, str], int] = {}
    for envelope in envelopes(opened):
        fact = envelope.data
        if not isinstance(fact, PointsEarned | PointsDeducted) or fact.behaviour is None:
            continue
        day = local_day(envelope.occurred_at, opened.zone)
        if period_of(day) != period:
            continue
        row = sums.setdefault(fact.account.removeprefix("holder:"), [0, 0])
        sign = 1 if isinstance(fact, PointsEarned) else -1
        row[0] += sign * fact.amount
        row[1] += _priced(scheme, fact, day, caps)
    return {holder: (row[0], row[1]) for holder, row in sums.items()}


def _priced(
    scheme: Scheme, fact: PointsEarned | PointsDeducted, day: str, caps: dict[tuple[str, str, str], int]
) -> int:
    rule = scheme.behaviours.get(fact.behaviour or "")
    if rule is None:
        return 0
    if rule.per_day is not None:
        key = (rule.counts_as or rule.code, fact.account, day)
        caps[key] = caps.get(key, 0) + 1
        if caps[key] > rule.per_day:
            return 0
    points = fact.amount if rule.kind == "opening" else rule.points
    return -points if rule.kind == "deduct" else points


def _plain(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()

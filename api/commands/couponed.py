"""What is said about coupons: a list that was loaded, a dry run, what was issued, what is unused."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from api.commands import imports
from api.commands.saying import Grid, Line, Pairs, Said, Words
from api.coupons.issuing import Issued, Trial
from api.coupons.loading import Loaded
from api.coupons.units import names_of, written
from api.ledgers import OpenLedger
from ledger.coupons.facts import LineRefused
from projections.coupon_lists import LeftOf, Unused

MOST_SHOWN: Final = 20
UNITS = (Words("单位", "Unit"), Words("人数", "Members"), Words("金额", "Amount"))
BATCHES = (Words("批次", "Batch"), Words("券数", "Coupons"), Words("金额", "Amount"), Words("状态", "Status"))
REFUSED = (
    Words("单位", "Unit"),
    Words("会员", "Member"),
    Words("金额", "Amount"),
    Words("原因", "Why"),
    Words("地区", "Region"),
    Words("上限", "Cap"),
    Words("已用", "Used"),
    Words("还可发", "Still possible"),
)
BUDGETS = (Words("资金", "Fund"), Words("需要", "Needed"), Words("可用", "Free"), Words("缺口", "Short by"))
LEFT = (Words("单位", "Unit"), Words("券数", "Coupons"), Words("未用金额", "Left"))
EACH = (
    Words("单位", "Unit"),
    Words("会员", "Member"),
    Words("批次", "Batch"),
    Words("未用金额", "Left"),
    Words("有效期至", "Expires on"),
    Words("券", "Coupon"),
)
HELD: Final = Words(
    "没有起草:总额只在每一行都没有问题时才分。请改正或删去有问题的行。",
    "Nothing was drafted: a total is shared only when every row is right. Correct or delete the rows named.",
)
Part = Pairs | Grid | Line


def loaded(opened: OpenLedger, found: Loaded, scale: int) -> Said:
    """Each row's end, what each unit gets, and of a dry run what would stand in the way."""
    units = [(unit, members, written(amount, scale)) for unit, (members, amount) in found.units.items()]
    pairs: list[tuple[Words, Any]] = [
        (Words("批次", "Batches"), len(found.batches)),
        (Words("人数", "Members"), sum(members for members, _ in found.units.values())),
        (Words("金额", "Amount"), written(found.total, scale)),
    ]
    data: dict[str, Any] = {
        **imports.summary(found.report),
        "batches": [one._asdict() for one in found.batches],
        "units": {unit: {"members": members, "amount": amount} for unit, (members, amount) in found.units.items()},
        "total": found.total,
    }
    parts: list[Part] = [*imports.shown(found.report), Pairs(pairs), Grid(UNITS, units)]
    if not found.batches:
        parts.append(Line(HELD))
    if found.trial is not None:
        data["trial"], more = trial(opened, found.trial, scale)
        parts += more
    fine = not found.report.bad_rows and (found.trial is None or found.trial.fine)
    return Said(data, parts, code=int(not fine))


def trial(opened: OpenLedger, tried: Trial, scale: int) -> tuple[dict[str, Any], list[Part]]:
    """What issuing would come to, for machines and for people."""
    refused = [line for one in tried.issued for line in one.refused]
    coupons, amount = sum(one.coupons for one in tried.issued), sum(one.amount for one in tried.issued)
    pairs: list[tuple[Words, Any]] = [
        (Words("可发券数", "Coupons that could be issued"), coupons),
        (Words("可发金额", "Amount"), written(amount, scale)),
        (Words("会被拒绝", "Would be refused"), len(refused)),
    ]
    budgets = [
        (one.fund, *(written(each, scale) for each in (one.required, one.available, one.short)))
        for one in tried.budgets
    ]
    data = {
        "coupons": coupons,
        "amount": amount,
        "refused": [_said(line) for line in refused],
        "budgets": [{**one._asdict(), "short": one.short} for one in tried.budgets],
    }
    return data, [Pairs(pairs), *([Grid(BUDGETS, budgets)] if budgets else []), *_refusals(opened, refused, scale)]


def issued(opened: OpenLedger, done: Sequence[Issued], scale: int, codes: Path | None) -> Said:
    """What a run issued, batch by batch."""
    refused = [line for one in done for line in one.refused]
    coupons, amount = sum(one.coupons for one in done), sum(one.amount for one in done)
    before = sum(one.before for one in done)
    pairs: list[tuple[Words, Any]] = [
        (Words("本次发放", "Issued now"), coupons),
        (Words("金额", "Amount"), written(amount, scale)),
        (Words("以前已处理", "Done before"), before),
        (Words("被拒绝", "Refused"), len(refused)),
    ]
    if codes is not None and coupons:
        pairs.append((Words("券码文件", "Codes"), codes))
    data = {
        "coupons": coupons,
        "amount": amount,
        "before": before,
        "refused": [_said(line) for line in refused],
        "batches": [
            {"batch": one.batch, "coupons": one.coupons, "amount": one.amount, "status": one.status} for one in done
        ],
        "codes": str(codes) if codes else None,
    }
    rows = [(one.batch, one.coupons, written(one.amount, scale), one.status) for one in done]
    return Said(data, [Pairs(pairs), Grid(BATCHES, rows), *_refusals(opened, refused, scale)], code=int(bool(refused)))


def unused(
    totals: Sequence[LeftOf],
    coupons: Sequence[Unused],
    names: Mapping[str, tuple[str, str]],
    scales: Mapping[str, int],
) -> Said:
    """What is not spent yet, by unit and, where they were asked for, coupon by coupon."""
    rows = [(total.of or "–", total.coupons, written(total.left, scales[total.unit])) for total in totals]
    lines = sorted(
        (
            *names.get(item.holder, ("", "")),
            item.batch,
            written(item.left, scales[item.unit]),
            item.expires_on,
            item.coupon,
        )
        for item in coupons
    )
    data = {"units": [total._asdict() for total in totals], "coupons": [item._asdict() for item in coupons]}
    return Said(data, [Grid(LEFT, rows), *([Grid(EACH, lines)] if lines else [])])


def _said(line: LineRefused) -> dict[str, Any]:
    names = ("batch", "holder", "amount", "code", "reason", "rule", "region", "limit", "used", "offered")
    return {name: getattr(line, name) for name in names}


def _refusals(opened: OpenLedger, refused: Sequence[LineRefused], scale: int) -> list[Grid]:
    """The first of them, each with the unit and number of its member."""
    shown = refused[:MOST_SHOWN]
    names = names_of(opened, (line.holder for line in shown))

    def amount(value: int | None) -> str | None:
        return None if value is None else written(value, scale)

    rows = [
        (
            *names.get(line.holder, ("", "")),
            amount(line.amount),
            " ".join(filter(None, (line.code, line.reason))),
            line.region,
            amount(line.limit),
            amount(line.used),
            amount(line.offered),
        )
        for line in shown
    ]
    return [Grid(REFUSED, rows)] if rows else []

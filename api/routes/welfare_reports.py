"""Reports of coupons: figures, what is unused and owed until when, what each person had, purchases that are alike."""

from typing import Any, Final

from api.commands.saying import Words
from api.routes.files import UNIT_HEADING, Column, every, filed, wanted
from api.routes.past import month_asked
from api.routes.patrol_reports import FROM, TO, days_asked
from api.routes.reading import FORMAT, PAGE, PERIOD, TEXT, Asked, Parameter, Read, choice_asked, page_size
from ledger import refusals as no
from ledger.calendar import day_after, end_of_day, start_of_day
from ledger.refusals import Malformed
from ledger.scheme.model import Scheme
from ledger.values import Day, UnitCode
from projections import benefits, coupon_lists, purchases
from projections.coupon_lists import By, Wanted
from projections.liability import worth

BY: Final[tuple[By, ...]] = ("batch", "of", "occasion", "period")
BATCH: Final = Parameter("batch", "One batch; by default all.", dict(TEXT))
OF: Final = Parameter("of", "A unit whose members they are for, empty for none in particular.", dict(TEXT))
OCCASION: Final = Parameter("occasion", "One occasion; by default all.", dict(TEXT))


def number_asked(asked: Asked, name: str, default: int, *, most: int = 1_000_000, least: int = 1) -> int:
    """A whole number of the query. Raises Malformed."""
    said = asked.query.get(name, str(default))
    if not (said.isascii() and said.isdigit() and len(said) <= 12 and least <= int(said) <= most):
        raise Malformed(errors=[f"/?{name}: number-out-of-range"])
    return int(said)


def _wanted(asked: Asked) -> Wanted:
    return Wanted(*(asked.query.get(name) for name in Wanted._fields))


def _today(asked: Asked) -> Day:
    return asked.served.ledger.view().today


# Figures -----------------------------------------------------------------------------------------------------

FIGURES: Final = (
    Column("name", Words("批次/单位/节日/月份", "Of")),
    Column("unit", UNIT_HEADING),
    Column("drafted", Words("拟发", "Drafted"), amount=True),
    Column("refused", Words("超限未发", "Refused"), amount=True),
    Column("coupons", Words("发放张数", "Coupons")),
    Column("issued", Words("已发", "Issued"), amount=True),
    Column("used", Words("已用", "Used"), amount=True),
    Column("refunded", Words("退回", "Refunded"), amount=True),
    Column("expired", Words("过期", "Expired"), amount=True),
    Column("voided", Words("作废", "Voided"), amount=True),
    Column("left", Words("未用", "Left"), amount=True),
)


def coupons(asked: Asked) -> Any:
    """What was drafted, refused by a cap, issued, used, refunded, expired, voided: by batch, unit, occasion or month.

    `left` is what the months shown added to what can be spent; of all months together it is what can still be spent.
    """
    period = month_asked(asked.query)
    by = choice_asked(asked.query, "by", BY)
    with asked.served.projected() as reading:
        found = coupon_lists.figures(reading, by=by, wanted=_wanted(asked), period=period)
    lines = [item._asdict() | {"left": item.left} for item in found]
    if wanted(asked):
        return filed(asked, f"coupons-by-{by}", FIGURES, lines)
    return {"by": by, "period": period, "figures": lines}


UNUSED: Final = (
    Column("of", Words("发放单位", "For members of")),
    Column("holder", Words("持券人", "Holder")),
    Column("coupon", Words("券", "Coupon")),
    Column("batch", Words("批次", "Batch")),
    Column("occasion", Words("节日", "Occasion")),
    Column("unit", UNIT_HEADING),
    Column("face", Words("面值", "Face value"), amount=True),
    Column("left", Words("未用", "Left"), amount=True),
    Column("expires_on", Words("到期日", "Last day")),
)


def unused(asked: Asked) -> Any:
    """Coupons with something left, soonest to end first; with `within` only those that end in so many days.

    `units` are the sums of the whole list by whose members they are, whatever page is shown.
    """
    today, limit, after = _today(asked), page_size(asked.query), _place(asked)
    until = None
    if "within" in asked.query:
        until = day_after(today, number_asked(asked, "within", 0, most=3_660, least=0))
    chosen = _wanted(asked)
    with asked.served.projected() as reading:
        if wanted(asked):
            pages = every(
                lambda place, size: coupon_lists.unused(reading, today, until, wanted=chosen, after=place, limit=size),
                lambda item: item.place,
                None,
            )
            return filed(asked, f"unused-coupons-{today}", UNUSED, (item._asdict() for item in pages))
        page = coupon_lists.unused(reading, today, until, wanted=chosen, after=after, limit=limit)
        units = coupon_lists.unused_by_unit(reading, today, until, wanted=chosen)
    following = f"{page[-1].expires_on}/{page[-1].position}" if len(page) == limit else None
    return {
        "on": today,
        "until": until,
        "units": [item._asdict() | {"of": item.of or None} for item in units],
        "coupons": [item._asdict() for item in page],
        "next": following,
    }


def _place(asked: Asked) -> tuple[str, int] | None:
    said = asked.query.get("after")
    if said is None:
        return None
    day, _, position = said.partition("/")
    if not (position.isascii() and position.isdigit() and len(position) <= 16):
        raise Malformed(errors=["/?after: wrong-form"])
    return day, int(position)


OWED: Final = (
    Column("month", Words("到期月份", "Ends in")),
    Column("unit", UNIT_HEADING),
    Column("fund", Words("资金", "Fund")),
    Column("source", Words("资金来源", "Source")),
    Column("coupons", Words("张数", "Coupons")),
    Column("left", Words("未用", "Left"), amount=True),
)


def owed(asked: Asked) -> Any:
    """What members can still ask goods for, by the month in which it ends, and by whose money it is."""
    today = _today(asked)
    with asked.served.projected() as reading:
        found = [item._asdict() for item in coupon_lists.owed(reading, today)]
    if wanted(asked):
        return filed(asked, f"coupon-liability-{today}", OWED, found)
    lines = [item | {name: item[name] or None for name in ("fund", "source")} for item in found]
    return {"on": today, "months": lines}


# Persons -----------------------------------------------------------------------------------------------------

BENEFITS: Final = (
    Column("holder", Words("持有人", "Holder")),
    Column("unit", UNIT_HEADING),
    Column("coupons", Words("发放券额", "Coupons"), amount=True),
    Column("voided", Words("其中作废", "Voided"), amount=True),
    Column("expired", Words("其中过期未用", "Expired unused"), amount=True),
    Column("in_kind", Words("实物", "In kind"), amount=True),
    Column("entitlements", Words("权益", "Entitlements"), amount=True),
    Column("total", Words("合计", "Total"), amount=True),
    Column("fen", Words("折合（分）", "In fen")),
)


def persons(asked: Asked) -> Any:
    """What each person had in a local year, as taxes ask for it: coupons not voided, things in kind, entitlements.

    Each counts in the year in which it was given; what was taken back of it is taken off that year. `fen` is the total
    in money at the scheme's valuation, 0 for what has none. A holder sees its own sum alone.
    """
    year = _year(asked)
    holder = asked.query.get("holder") or asked.caller.principal.holder
    if holder is not None:
        asked.caller.must_see("read", holder, kind="holder", id=holder)
    view, zone = asked.served.ledger.view(), asked.served.ledger.zone
    since, until = start_of_day(Day(f"{year}-01-01"), zone), end_of_day(Day(f"{year}-12-31"), zone)
    with asked.served.projected() as reading:
        found = benefits.benefits(reading, since, until)
    scheme = view.scheme(view.today)
    lines = [_benefit(scheme, item) for item in found if holder in {None, item.holder}]
    if wanted(asked):
        return filed(asked, f"benefits-{year}", BENEFITS, lines)
    limit, after = page_size(asked.query), asked.query.get("after", "")
    page = [line for line in lines if f"{line['holder']}/{line['unit']}" > after][:limit]
    following = f"{page[-1]['holder']}/{page[-1]['unit']}" if len(page) == limit else None
    return {"year": year, "persons": page, "next": following}


def _year(asked: Asked) -> str:
    said = asked.query["year"]
    if not (said.isascii() and said.isdigit() and len(said) == 4 and "1900" <= said < "9999"):
        raise Malformed(errors=["/?year: wrong-form"])
    return said


def _benefit(scheme: Scheme, item: benefits.Benefits) -> dict[str, Any]:
    return item._asdict() | {"total": item.total, "fen": in_fen(scheme, item.unit, item.total)}


def in_fen(scheme: Scheme, unit: str, amount: int) -> int:
    """Money is what it is, to the fen; other units are worth what the scheme says, or nothing."""
    known = scheme.units.get(UnitCode(unit))
    if known is None:
        return 0
    if known.kind == "money":
        steps: int = 10**known.scale
        return amount * 100 // steps
    return worth(scheme, known.code, amount)


# Purchases that are alike ------------------------------------------------------------------------------------


PATTERNS: Final = (
    Column("kind", Words("特征", "Likeness")),
    Column("merchant", Words("商户", "Merchant")),
    Column("key", Words("同一分钟/同一账户", "Same minute or account")),
    Column("times", Words("笔数", "Purchases")),
    Column("total", Words("合计", "In all"), amount=True),
    Column("purchase", Words("用券记录", "Purchase")),
    Column("account", Words("账户", "Account")),
    Column("occurred_at", Words("时间", "At")),
    Column("unit", UNIT_HEADING),
    Column("amount", Words("券付", "By coupons"), amount=True),
    Column("tender", Words("另付", "Paid outside"), amount=True),
    Column("refunded", Words("其中已退", "Already returned"), amount=True),
)


def patterns(asked: Asked) -> Any:
    """Purchases that are alike: in one minute, of round sums, of one account at one merchant, from so many on.

    Round sums are bills that coupons alone paid. Likeness says nothing of a reason: a canteen sells forty meals in a
    minute. Of each kind the largest are shown, each with its first 50 purchases.
    """
    from_on, to_on = days_asked(asked)
    zone = asked.served.ledger.zone
    usual = purchases.DEFAULT
    least = purchases.Thresholds(
        *(number_asked(asked, name, getattr(usual, name), most=100_000_000) for name in usual._fields)
    )
    span = purchases.Span(start_of_day(from_on, zone), end_of_day(to_on, zone), asked.query.get("merchant"))
    with asked.served.projected() as reading:
        found = purchases.patterns(reading, span, least, limit=page_size(asked.query))
    lines = [item._asdict() | {"purchases": [one._asdict() for one in item.purchases]} for item in found]
    for line in lines:
        line["key"] = line["key"] or None
    if wanted(asked):
        rows = (line | {"total": line["amount"]} | one for line in lines for one in line["purchases"])
        return filed(asked, f"coupon-patterns-{from_on}-{to_on}", PATTERNS, rows)
    return {"from": from_on, "to": to_on, "thresholds": least._asdict(), "patterns": lines}


def _threshold(name: str, what: str) -> Parameter:
    default = getattr(purchases.DEFAULT, name)
    return Parameter(name, what, {"type": "integer", "minimum": 1, "maximum": 100_000_000, "default": default})


BEHIND: Final = (no.ProjectionBehind,)
HOLDER: Final = Parameter("holder", "One person; a holder's own by default.", dict(TEXT))
REPORTS: Final = (
    Read(
        path="/reports/coupons",
        show=coupons,
        summary="Coupons drafted, issued, used, expired 券统计",
        query=(
            Parameter("by", "A batch by default.", {"type": "string", "enum": list(BY)}),
            PERIOD,
            BATCH,
            OF,
            OCCASION,
            FORMAT,
        ),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/unused-coupons",
        show=unused,
        summary="Coupons that nobody has used yet 未用券清单",
        query=(
            Parameter("within", "Only what ends in so many days.", {"type": "integer", "minimum": 0, "maximum": 3660}),
            BATCH,
            OF,
            OCCASION,
            FORMAT,
            *PAGE,
        ),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/coupon-liability",
        show=owed,
        summary="What coupons still promise, by the month in which they end 未用券负债",
        query=(FORMAT,),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/benefits",
        show=persons,
        own=True,
        summary="What each person had in a year 个人年度福利",
        query=(
            Parameter("year", "A local year, `2022`.", dict(TEXT), required=True),
            HOLDER,
            FORMAT,
            *PAGE,
        ),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/coupon-patterns",
        show=patterns,
        summary="Purchases that are alike 相似用券",
        query=(
            FROM,
            TO,
            Parameter("merchant", "One merchant; by default all.", dict(TEXT)),
            _threshold("same_minute", "From how many on, in one minute at one merchant."),
            _threshold("round_sums", "From how many on, of round sums at one merchant."),
            _threshold("round_to", "A round sum is a whole multiple of this, in the unit's smallest steps."),
            _threshold("same_pair", "From how many on, of one account at one merchant."),
            FORMAT,
            PAGE[1],
        ),
        refusals=BEHIND,
    ),
)

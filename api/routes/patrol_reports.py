"""Reports of patrols and of what their coins buy: figures, points issued, conversions, policies in force, seats."""

from typing import Any, Final

from api.routes.past import month_asked
from api.routes.reading import PAGE, TEXT, Asked, Parameter, Read, choice_asked, page_size
from ledger import refusals as no
from ledger.calendar import end_of_day, first_day, known_day, last_day, local_day, period_of
from ledger.refusals import Malformed, UnknownSchemeTerm
from ledger.scheme.model import Conversion
from ledger.sharing import percent
from ledger.values import Day, UnitCode
from projections import conversions, entitlements, patrol_lists, reviews
from projections.issued import By, issued

DATE: Final = {"type": "string", "format": "date"}
FROM: Final = Parameter("from", "The first local day; by default that of this month.", DATE)
TO: Final = Parameter("to", "The last local day, inclusive; by default that of the month of `from`.", DATE)
ON: Final = Parameter("on", "A local day; by default today.", DATE)
CODE: Final = Parameter("code", "An entitlement of the scheme; by default all.", dict(TEXT))
ROUTE: Final = Parameter("route", "One route; by default all.", dict(TEXT))
WINDOWS: Final[tuple[By, ...]] = ("day", "month", "period")


# What is asked -----------------------------------------------------------------------------------------------


def day_asked(asked: Asked, name: str, default: Day) -> Day:
    """A day of the query. Raises Malformed."""
    said = asked.query.get(name)
    if said is not None and not known_day(said):
        raise Malformed(errors=[f"/?{name}: wrong-form"])
    return default if said is None else Day(said)


def days_asked(asked: Asked) -> tuple[Day, Day]:
    """`from` and `to`, both included. Raises Malformed."""
    today = asked.served.ledger.view().today
    from_on = day_asked(asked, "from", first_day(period_of(today)))
    to_on = day_asked(asked, "to", last_day(period_of(from_on)))
    if to_on < from_on:
        raise Malformed(errors=["/?to: number-out-of-range"])
    return from_on, to_on


def _after(asked: Asked) -> int:
    said = asked.query.get("after", "0")
    if not (said.isascii() and said.isdigit() and len(said) <= 16):
        raise Malformed(errors=["/?after: wrong-form"])
    return int(said)


# Patrols -----------------------------------------------------------------------------------------------------


def patrols(asked: Asked) -> dict[str, Any]:
    """By route, slot and month, of tasks of these days: published, claimed, walked, approved.

    `approval_percent` is the share of what was decided; `waiting` is the length of the review queue now.
    """
    from_on, to_on = days_asked(asked)
    with asked.served.projected() as reading:
        found = patrol_lists.figures(
            reading, from_on, to_on, route=asked.query.get("route"), slot=asked.query.get("slot")
        )
        waiting = reviews.waiting(reading)
    lines = [item._asdict() | {"approval_percent": item.approval_percent} for item in found]
    sums = {name: sum(line[name] for line in lines) for name in patrol_lists.Figures._fields[3:]}
    share = percent(sums["approved"], sums["approved"] + sums["rejected"])
    total = sums | {"approval_percent": share}
    return {"from": from_on, "to": to_on, "figures": lines, "total": total, "waiting": waiting}


def finishers(asked: Asked) -> dict[str, Any]:
    """Who has walked a route, how often, when first and last: approved patrols alone."""
    limit = page_size(asked.query)
    with asked.served.projected() as reading:
        found = patrol_lists.finishers(reading, asked.query["route"], after=asked.query.get("after", ""), limit=limit)
    following = found[-1].holder if len(found) == limit else None
    return {"route": asked.query["route"], "finishers": [item._asdict() for item in found], "next": following}


# Value -------------------------------------------------------------------------------------------------------


def points_issued(asked: Asked) -> dict[str, Any]:
    """How often and how much each behaviour credited, by local day, by its month, or by the posted period.

    A credit that was taken back stands in a line of no behaviour, on the day on which it was.
    """
    from_on, to_on = days_asked(asked)
    by = choice_asked(asked.query, "by", WINDOWS)
    view = asked.served.ledger.view()
    named = asked.query.get("unit")
    unit = None if named is None else UnitCode(view.scheme(view.today).unit(named).code)
    with asked.served.projected() as reading:
        found = issued(reading, asked.served.ledger.zone, from_on, to_on, by=by, unit=unit)
    return {"from": from_on, "to": to_on, "by": by, "issued": [_named(item._asdict()) for item in found]}


def _named(line: dict[str, Any]) -> dict[str, Any]:
    """With null for what has no name: an empty text would look like one."""
    return {name: None if value == "" else value for name, value in line.items()}


def register(asked: Asked) -> dict[str, Any]:
    """Every conversion with both its sides and the rate that made it; `difference` is 0, or something is broken.

    What was taken back stands below zero. `totals` are those of the whole period, whatever page is shown.
    """
    period, limit = month_asked(asked.query), page_size(asked.query)
    with asked.served.projected() as reading:
        page = conversions.register(reading, period=period, after=_after(asked), limit=limit)
        totals = conversions.totals(reading, period=period)
    following = str(page[-1].position) if len(page) == limit else None
    rates = _Rates(asked)
    lines = [item._asdict() | rates.said(item) for item in page]
    return {"period": period, "totals": [item._asdict() for item in totals], "conversions": lines, "next": following}


class _Rates:
    """The rates of the days on which things were converted, each looked up once."""

    def __init__(self, asked: Asked) -> None:
        """As the adopted schemes have them."""
        self._zone = asked.served.ledger.zone
        self._view = asked.served.ledger.view()
        self._known: dict[tuple[str, str, Day], Conversion | None] = {}

    def said(self, item: conversions.Converted) -> dict[str, Any]:
        """The rate's name, and by how much the sides miss it; a reversal's is that of the day of the reversal."""
        day = local_day(item.occurred_at, self._zone)
        key = (item.unit, item.to_unit, day)
        if key not in self._known:
            self._known[key] = self._rate(*key)
        rate = self._known[key]
        if rate is None:
            return {"rate": None, "difference": None}
        missed = rate.of(abs(item.amount)).given - abs(item.to_amount)
        return {"rate": rate.code, "difference": missed if item.amount > 0 else -missed}

    def _rate(self, unit: str, to_unit: str, day: Day) -> Conversion | None:
        try:
            return self._view.scheme(day).conversion(unit, to_unit, day)
        except UnknownSchemeTerm:
            return None


# Entitlements ------------------------------------------------------------------------------------------------


def policies(asked: Asked) -> dict[str, Any]:
    """What of use `term` is in force at the end of a local day, and what all cost by payee and posted month."""
    ledger = asked.served.ledger
    on = day_asked(asked, "on", ledger.view().today)
    limit, code, ends_at = page_size(asked.query), asked.query.get("code"), end_of_day(on, ledger.zone)
    with asked.served.projected() as reading:
        page = entitlements.policies_in_force(reading, on, ends_at, code=code, after=_after(asked), limit=limit)
        counts = entitlements.count_in_force(reading, on, ends_at, code=code)
        costs = entitlements.owed(reading, code=code)
    return {
        "on": on,
        "in_force": [{"code": name, "count": counts[name]} for name in sorted(counts)],
        "policies": [item._asdict() for item in page],
        "costs": [_named(item._asdict()) for item in costs],
        "next": str(page[-1].position) if len(page) == limit else None,
    }


def seats(asked: Asked) -> dict[str, Any]:
    """Sessions that end on a day or later: places, booked, used, missed, waiting, free, and what was given back."""
    limit = page_size(asked.query)
    from_on = day_asked(asked, "from", Day("0001-01-01"))
    with asked.served.projected() as reading:
        found = entitlements.sessions(
            reading, code=asked.query.get("code"), from_on=from_on, after=_session(asked), limit=limit
        )
    following = "/".join(found[-1].place) if len(found) == limit else None
    return {"sessions": [item._asdict() | {"free": item.free} for item in found], "next": following}


def _session(asked: Asked) -> tuple[str, str] | None:
    day, slash, session = asked.query.get("after", "").partition("/")
    if not slash and day:
        raise Malformed(errors=["/?after: wrong-form"])
    return (day, session) if slash else None


BEHIND: Final = (no.ProjectionBehind,)
REPORTS: Final = (
    Read(
        path="/reports/patrols",
        show=patrols,
        summary="Patrols by route, slot and month 巡逻统计",
        query=(FROM, TO, ROUTE, Parameter("slot", "One slot; by default all.", dict(TEXT))),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/finishers",
        show=finishers,
        summary="Who has walked a route 完成者名单",
        query=(Parameter("route", "The route.", dict(TEXT), required=True), *PAGE),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/points-issued",
        show=points_issued,
        summary="Points issued by behaviour 发放统计",
        query=(
            FROM,
            TO,
            Parameter("by", "A local day by default.", {"type": "string", "enum": list(WINDOWS)}),
            Parameter("unit", "A unit of the scheme; by default all.", dict(TEXT)),
        ),
        refusals=(no.UnknownSchemeTerm, *BEHIND),
    ),
    Read(
        path="/reports/conversions",
        show=register,
        summary="The conversion register 兑换登记",
        query=(Parameter("period", "A posted month, `2022-06`; by default all.", dict(TEXT)), *PAGE),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/policies",
        show=policies,
        summary="Policies in force, and what entitlements cost 在保名册与费用",
        query=(ON, CODE, *PAGE),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/seats",
        show=seats,
        summary="Sessions and their places 场次名额",
        query=(Parameter("from", "Sessions that end on this local day or later.", DATE), CODE, *PAGE),
        refusals=BEHIND,
    ),
)

"""A merchant's page: today's till, what is to come, settlements, and statements to print."""

from typing import Any, Final, NamedTuple

from starlette.responses import Response

from api.export.amounts import shown
from api.pages.visits import Visit
from api.pages.words import clock_time, money
from api.routes.endpoint import aside
from api.routes.files import every
from api.routes.past import MONTH
from api.site import Served
from ledger.calendar import start_of_day
from ledger.merchants.entities import Merchant
from ledger.redemptions.billing import money_units
from ledger.refusals import NotFound
from ledger.scheme.model import Scheme
from ledger.values import Instant, PeriodName, UnitCode
from projections import merchant_statements, merchants
from projections.merchants import Sums
from projections.store import Reading

SETTLED: Final = 24
"""Settlements of two years."""


class Looking(NamedTuple):
    """At whose till, in which words."""

    served: Served
    reading: Reading
    scheme: Scheme
    merchant: str
    lang: str

    def figure(self, unit: str, amount: int) -> str:
        """An amount with the unit's digits after the point."""
        return money(shown(self.scheme, unit, amount), self.lang)

    def figures(self, unit: str, sums: Sums) -> dict[str, str]:
        """The same of each sum."""
        return {name: self.figure(unit, amount) for name, amount in sums._asdict().items()}

    def name(self, unit: str) -> str:
        """What people call the unit."""
        return self.scheme.units[UnitCode(unit)].names.in_language(self.lang)


async def show(visit: Visit) -> Response:
    """What a shop looks at in the evening."""
    values = await aside(gathered, visit.signed_in.served, _shop(visit), visit.lang)
    return visit.show("shop", **values)


async def statement(visit: Visit) -> Response:
    """A month's statement, to print. Raises NotFound for a unit or month that is none."""
    unit, period = (visit.request.path_params[name] for name in ("unit", "period"))
    values = await aside(stated, visit.signed_in.served, _shop(visit), unit, period, visit.lang)
    return visit.show("statement", **values)


def _shop(visit: Visit) -> str:
    """The merchant whose key this is: nobody names another one here."""
    return str(visit.signed_in.caller.principal.merchant)


# Today -----------------------------------------------------------------------------------------------------------


def gathered(served: Served, id: str, lang: str) -> dict[str, Any]:
    """Everything on the page, in the visitor's language. Blocking."""
    view = served.ledger.view()
    since = start_of_day(view.today, served.ledger.zone)
    with served.projected() as reading:
        at = Looking(served, reading, view.scheme(view.today), id, lang)
        sold = [unit for unit in _units(at.scheme) if any(merchants.sums(reading, id, unit))]
        tills = [_till(at, unit, since, view.period) for unit in sold]
        settled = merchants.settlements(reading, merchant=id, limit=1_000)
    latest = sorted(settled, key=lambda item: (item.period, item.unit), reverse=True)[:SETTLED]
    return {
        "house": at.scheme.names.in_language(lang),
        "shop": served.ledger.the(Merchant, id).name,
        "today": view.today,
        "period": view.period,
        "tills": tills,
        "settled": [_settled(at, item) for item in latest],
    }


def _units(scheme: Scheme) -> list[str]:
    """Every money unit of the scheme: first those of coupons, then those in which offers are sold."""
    of_coupons = money_units(scheme)
    all_units = (str(code) for code, unit in scheme.units.items() if unit.kind == "money")
    return sorted(all_units, key=lambda code: (code not in of_coupons, code))


def _till(at: Looking, unit: str, since: Instant, period: PeriodName) -> dict[str, Any]:
    lines = merchants.taken(at.reading, at.merchant, unit, since)
    return {
        "unit": unit,
        "name": at.name(unit),
        "today": at.figures(unit, merchants.sums(at.reading, at.merchant, unit, since=since)),
        "month": at.figures(unit, merchants.sums(at.reading, at.merchant, unit, period=period)),
        "due": at.figure(unit, merchants.sums(at.reading, at.merchant, unit).change),
        "lines": [
            {
                "at": clock_time(line.occurred_at, at.served.ledger.zone)[11:],
                "kind": _kind(line.type),
                "of": line.of,
                "amount": at.figure(unit, line.sums.change),
            }
            for line in lines
        ],
    }


def _kind(type: str) -> str:
    return "paid" if type == "settlement-paid.v1" else "back" if type.endswith("refunded.v1") else "sold"


def _settled(at: Looking, item: merchants.Settled) -> dict[str, Any]:
    amounts = {name: at.figure(item.unit, getattr(item, name)) for name in ("sold", "carried", "payable")}
    return item._asdict() | amounts | {"name": at.name(item.unit)}


# A statement -----------------------------------------------------------------------------------------------------


def stated(served: Served, id: str, unit: str, period: str, lang: str) -> dict[str, Any]:
    """A month of a shop's books as a sheet of paper shows them. Blocking. Raises NotFound."""
    view, zone = served.ledger.view(), served.ledger.zone
    scheme = view.scheme(view.today)
    if unit not in _units(scheme) or not MONTH.fullmatch(period):
        raise NotFound(kind="path", id=f"{unit}/{period}")
    month = PeriodName(period)
    with served.projected() as reading:
        at = Looking(served, reading, scheme, id, lang)
        opening = merchants.sums(reading, id, unit, before=month).change
        sums = merchants.sums(reading, id, unit, period=month)
        pages = every(
            lambda last, size: merchant_statements.statement(reading, id, unit, period=month, after=last, limit=size),
            lambda line: line.position,
            0,
        )
        lines = [
            {"at": clock_time(line.occurred_at, zone), "kind": _kind(line.type), "of": line.of}
            | {"reference": line.reference or "", "balance": at.figure(unit, line.balance)}
            | at.figures(unit, line.sums)
            for line in pages
        ]
    return {
        "house": scheme.names.in_language(lang),
        "shop": served.ledger.the(Merchant, id).name,
        "unit": at.name(unit),
        "period": period,
        "opening": at.figure(unit, opening),
        "sums": at.figures(unit, sums),
        "closing": at.figure(unit, opening + sums.change),
        "lines": lines,
    }

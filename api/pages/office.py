"""The office's page: what ends soon, batches and where they stand, funds, and settlements that wait for somebody."""

from itertools import islice
from typing import Any, Final

from starlette.responses import Response

from api.coupons.books import scanned
from api.export.amounts import shown
from api.pages.visits import Visit
from api.pages.words import money
from api.routes.endpoint import aside
from api.site import Served
from ledger.calendar import day_after
from ledger.coupons.entities import Batch
from ledger.funds.entities import Fund
from ledger.scheme.model import Scheme
from projections import coupon_lists, merchants
from projections.store import Reading

SOON_DAYS: Final = 30
MOST: Final = 100
"""Rows of a table: whoever wants them all asks for the list as a file."""
WAITING: Final = ("draft", "checked")

Rows = list[dict[str, Any]]


async def show(visit: Visit) -> Response:
    """What the office looks at in the morning."""
    values = await aside(gathered, visit.signed_in.served, visit.lang)
    return visit.show("office", **values)


def gathered(served: Served, lang: str) -> dict[str, Any]:
    """Everything on the page, in the visitor's language. Blocking."""
    view = served.ledger.view()
    scheme, until = view.scheme(view.today), day_after(view.today, SOON_DAYS)
    with served.projected() as reading:
        ending = coupon_lists.unused_by_unit(reading, view.today, until)
        batches = _batches(served, reading, scheme, lang)
        waiting = _waiting(reading, scheme, lang)
    return {
        "house": scheme.names.in_language(lang),
        "today": view.today,
        "until": until,
        "ending": [
            {"of": item.of, "coupons": item.coupons, "left": _figure(scheme, item.unit, item.left, lang)}
            for item in ending
        ],
        "batches": batches,
        "funds": _funds(served, scheme, lang),
        "waiting": waiting,
    }


def _figure(scheme: Scheme, unit: str, amount: int, lang: str) -> str:
    return money(shown(scheme, unit, amount), lang)


def _batches(served: Served, reading: Reading, scheme: Scheme, lang: str) -> Rows:
    """The last to end first; what became of their coupons stands beside them."""
    figures = {item.name: item for item in coupon_lists.figures(reading)}
    batches = [batch for _, batch in islice(scanned(served.ledger, Batch), 1_000)]
    found = []
    for batch in sorted(batches, key=lambda item: (item.expires_on, item.id), reverse=True)[:MOST]:
        figure = figures.get(batch.id)
        amounts = {"total": batch.total, "issued": batch.issued}
        amounts |= {"used": figure.used - figure.refunded, "left": figure.left} if figure else {"used": 0, "left": 0}
        found.append(
            {
                "id": batch.id,
                "of": batch.of or "",
                "occasion": scheme.reason(batch.occasion).in_language(lang),
                "status": batch.status,
                "expires_on": batch.expires_on,
                **{name: _figure(scheme, batch.unit, amount, lang) for name, amount in amounts.items()},
            }
        )
    return found


def _funds(served: Served, scheme: Scheme, lang: str) -> Rows:
    found = []
    for id, fund in islice(scanned(served.ledger, Fund), MOST):
        names = ("appropriated", "committed", "disbursed", "free")
        amounts = {name: _figure(scheme, fund.unit, getattr(fund, name), lang) for name in names}
        source = scheme.funds.get(fund.source)
        found.append({"id": id, "source": source.names.in_language(lang) if source else fund.source, **amounts})
    return found


def _waiting(reading: Reading, scheme: Scheme, lang: str) -> Rows:
    found = [item for status in WAITING for item in merchants.settlements(reading, status=status, limit=MOST)]
    return [
        item._asdict() | {"payable": _figure(scheme, item.unit, item.payable, lang)}
        for item in sorted(found, key=lambda item: item.settlement)
    ]

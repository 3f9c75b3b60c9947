"""From a debit to the grants that paid it, and from a lot to all that used it: always found by range."""

import pytest

from api.explaining import Source, explained, lot_explained
from ledger.points.commands import GrantPoints
from ledger.pools import Lot
from ledger.redemptions.commands import RefundRedemption
from ledger.redemptions.facts import RedemptionPlaced
from ledger.reversals.commands import ReverseMovement
from ledger.room import Envelope
from ledger.scheme.loading import load_scheme
from projections import lots
from tests.projections.site import POINT, Site, account


def last(site: Site) -> tuple[Envelope, ...]:
    """The transaction at the head of the journal."""
    row = site.ledger.storage.facts_at(site.head, 1)[0]
    return site.ledger.transaction(site.ledger.mapper.decode(row.state).tx)


@pytest.fixture
def bought(site: Site) -> Site:
    """A worker who earned 20, 20 and 5 in one pool and paid 35 with them."""
    site.people("h1").shelf(price=35)
    for day, points in (("2022-06-02", 20), ("2022-06-03", 20), ("2022-06-04", 5)):
        site.on(day).earn("h1", points)
    site.on("2022-06-05").sell("h1", "G001")
    return site.caught_up()


def test_a_sale_is_cut_at_the_grants_that_paid_it(bought: Site) -> None:
    with bought.store.reading() as reading:
        found = explained(Source(bought.ledger, reading), last(bought))
    assert [(lot["as"], lot["amount"], lot["granted_at"][:10]) for lot in found["lots"]] == [
        ("paid", 20, "2022-06-02"),
        ("paid", 15, "2022-06-03"),
    ]
    assert {lot["by"]["subject"] for lot in found["lots"]} == {"person:supervisor"}
    assert {lot["rule"] for lot in found["lots"]} == {load_scheme("safety-supermarket").rule}


def test_a_lot_tells_what_used_it(bought: Site) -> None:
    sale = last(bought)[0]
    assert isinstance(sale.data, RedemptionPlaced)
    pool = sale.data.paid[0].pool
    bought.do(RefundRedemption(redemption=sale.data.redemption, amount=5, reason="correction", restore="keep"))
    bought.lose("h1", 4)
    bought.caught_up()
    with bought.store.reading() as reading:
        second = lot_explained(Source(bought.ledger, reading), Lot(pool=pool, start=20, end=40))
        first = lot_explained(Source(bought.ledger, reading), Lot(pool=pool, start=0, end=20))
    assert [(use["as"], use["from"], use["to"]) for use in second["uses"]] == [
        ("paid", 20, 35),
        ("restored", 30, 35),
        ("taken", 30, 34),
    ]
    assert [origin["granted_at"][:10] for origin in second["origins"]] == ["2022-06-03"]
    assert [(use["as"], use["amount"]) for use in first["uses"]] == [("paid", 20)]


def test_the_uses_of_a_lot_come_in_pages(bought: Site) -> None:
    for _ in range(3):
        bought.lose("h1", 1)
    bought.caught_up()
    pool = last(bought)[0].data.taken[0].pool
    with bought.store.reading() as reading:
        known = lots.extent(reading, pool)
        assert known is not None
        whole = Lot(pool=pool, start=0, end=known.stop)
        every = lots.used(reading, whole)
        page = lots.used(reading, whole, limit=2)
        rest = lots.used(reading, whole, after=page[-1].place)
    assert [*page, *rest] == every
    assert len(every) == 4


def test_a_pool_that_nobody_opened_has_no_extent(bought: Site) -> None:
    with bought.store.reading() as reading:
        assert lots.extent(reading, "nothing") is None
        assert not lots.filled(reading, Lot(pool="nothing", start=0, end=1))


def test_a_grant_taken_back_names_the_grant(site: Site) -> None:
    site.people("h1").on("2022-06-02")
    site.do(GrantPoints(to=account("h1"), unit=POINT, amount=7, reason="correction"))
    given = last(site)[0]
    site.do(ReverseMovement(of=given.tx, reason="correction"))
    site.caught_up()
    with site.store.reading() as reading:
        found = explained(Source(site.ledger, reading), last(site))
    assert [(lot["as"], lot["amount"], lot["grant"]) for lot in found["lots"]] == [("taken", 7, given.pos)]

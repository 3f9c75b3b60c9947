"""The list of open holds, and what holds leave in a month's books."""

from ledger.accounts.commands import OpenAccount
from ledger.holds.commands import CaptureHold, ExtendHold, PlaceHold, VoidHold
from ledger.points.commands import GrantPoints
from ledger.values import AccountId, HoldId
from projections import holds
from projections.open_items import open_items
from projections.periods import standings
from projections.trial_balance import differences, trial_balance
from tests.projections.site import JUNE, POINT, Site

TILL, SHOP = AccountId("account:till"), AccountId("account:shop")


def hold(id: str, amount: int, *, to: AccountId | None = None, up_to: bool = False) -> PlaceHold:
    return PlaceHold(account=TILL, to=to, unit=POINT, amount=amount, id=HoldId(id), up_to=up_to)


def banked(site: Site) -> Site:
    """A till of 100 and a shop of nothing."""
    site.do(OpenAccount(id="till", unit=POINT), OpenAccount(id="shop", unit=POINT))
    site.do(GrantPoints(to=TILL, unit=POINT, amount=100))
    return site


def listed(site: Site) -> list[tuple[str, int, str | None, str | None]]:
    site.caught_up()
    with site.store.reading() as reading:
        return [(item.id, item.amount, item.payee, item.expires_at) for item in holds.open_holds(reading)]


def test_the_list_follows_captures_extensions_and_ends(site: Site) -> None:
    site.on("2022-06-10")
    banked(site).do(hold("a", 30, to=SHOP), hold("b", 20), hold("c", 10), hold("d", 5))
    site.do(CaptureHold(hold=HoldId("a"), amount=10), CaptureHold(hold=HoldId("b")), VoidHold(hold=HoldId("c")))
    end = "2022-06-10T04:15:00.000000Z"
    assert listed(site) == [("a", 20, SHOP, end), ("d", 5, None, end)]
    site.do(ExtendHold(hold=HoldId("a"), expires_in=0))
    assert listed(site) == [("a", 20, SHOP, None), ("d", 5, None, end)]
    site.do(ExtendHold(hold=HoldId("a"), expires_in=1800))
    site.on(end).do(GrantPoints(to=TILL, unit=POINT, amount=1))
    assert listed(site) == [("a", 20, SHOP, "2022-06-10T04:30:00.000000Z")]


def test_a_hold_of_nothing_is_never_open(site: Site) -> None:
    banked(site).do(hold("all", 100), hold("none", 1, up_to=True))
    assert [id for id, *_ in listed(site)] == ["all"]


def test_the_list_is_read_in_pages(site: Site) -> None:
    banked(site).do(*(hold(f"h{number}", 1) for number in range(5)))
    site.caught_up()
    with site.store.reading() as reading:
        first = holds.open_holds(reading, limit=3)
        rest = holds.open_holds(reading, first[-1].stream)
        items = open_items(reading)
    assert [item.id for item in (*first, *rest)] == [f"h{number}" for number in range(5)]
    assert [(item.kind, item.id) for item in items] == [("hold", f"h{number}") for number in range(5)]


def test_what_is_captured_for_nobody_was_redeemed_and_for_an_account_moved(site: Site) -> None:
    banked(site).do(hold("a", 30, to=SHOP), hold("b", 20), hold("c", 10))
    site.do(CaptureHold(hold=HoldId("a")), CaptureHold(hold=HoldId("b"), amount=15))
    site.caught_up()
    with site.store.reading() as reading:
        shop, till = standings(reading, JUNE)
        booked = trial_balance(reading)
    assert (till.credited, till.redeemed, till.moved, till.balance) == (100, 15, -30, 55)
    assert (shop.credited, shop.redeemed, shop.moved, shop.balance) == (0, 0, 30, 30)
    assert not any(differences(booked).values())

"""Monitors, bounds and activity change accounts without moving value: scrub and projections agree with that."""

from ledger.accounts.commands import OpenAccount, SetBounds
from ledger.monitors.commands import RemoveMonitor, SetMonitor
from ledger.people.commands import RegisterPerson
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.values import AccountId, Day, HolderId
from projections.scrub import Scrub
from tests.projections.site import POINT, Site, account

SHOP = AccountId("account:shop")


def scrubbed(site: Site) -> Scrub:
    return Scrub(site.caught_up().ledger.storage, site.store, zone="Asia/Shanghai")


def watch(holder: str, id: str) -> SetMonitor:
    return SetMonitor(id=id, account=account(holder), unit=POINT, measure="balance", side="below", threshold=90)


def test_an_account_that_is_watched_or_bounded_before_it_moves_is_no_alarm(site: Site) -> None:
    site.do(RegisterPerson(holder=HolderId("h1")), RegisterPerson(holder=HolderId("h2")), watch("h1", "m1"))
    site.do(SetBounds(account=account("h2"), unit=POINT, ceiling=500))
    site.do(SetBounds(account=account("h1"), unit=POINT, ceiling=5, effective_on=Day("2022-06-02")))
    assert scrubbed(site).run() == ()
    site.on("2022-06-03").do(RemoveMonitor(monitor="m1"))
    site.ledger.writer.sweep()
    assert scrubbed(site).run() == ()


def test_crossings_bounds_and_activity_leave_books_and_projections_equal(site: Site) -> None:
    tables = canonical(load_scheme("safety-supermarket")) | {"version": 2}
    tables["units"]["safety_point"]["inactivity"] = {"after": {"policy": "rolling-days", "days": 10}}
    site.do(AdoptScheme(scheme=tables, effective_from=Day("2022-05-01")))
    site.people("h1").do(watch("h1", "m1"), OpenAccount(id="shop", unit=POINT, floor=-100))
    site.do(
        GrantPoints(to=account("h1"), unit=POINT, amount=40),
        DeductPoints(account=account("h1"), unit=POINT, amount=60, reason="correction"),
        SetBounds(account=SHOP, unit=POINT, floor=-10, effective_on=Day("2022-06-10")),
    )
    assert scrubbed(site).run() == ()
    site.on("2022-06-30").ledger.writer.sweep()
    assert scrubbed(site).run() == ()
    facts = [row.topic for row in site.ledger.storage.facts(0, 1000)]
    for topic in ("threshold-crossed.v1", "bounds-changed.v1", "activity-noted.v1", "lots-lapsed.v1"):
        assert topic in facts

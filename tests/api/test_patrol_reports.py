"""Reports of patrols over HTTP: 小李's June, 120 policies, a coach of 40; and who may read them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.auth import ROLES
from api.ledgers import create_ledger
from ledger.entitlements.commands import BookPlace, CancelEntitlement, MarkNoShow, OpenSession, UseEntitlement
from ledger.entitlements.entities import EntitlementId, SessionId
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.patrols.commands import ClaimTask, FinishPatrol, PublishRoute, PublishTasks, StartPatrol
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.reviews.commands import ReviewPatrol
from ledger.room import Command
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.transfers.commands import ConvertPoints
from ledger.values import (
    AccountId,
    ClaimId,
    Day,
    HolderId,
    Instant,
    ItemId,
    RedemptionId,
    RouteId,
    TaskId,
    UnitCode,
    later,
)
from tests.api.served import HOLDERS, TESTER, Server, make_ledger, role_key, served, serving, settings_in
from tests.reviews.walks import POINTS, SYSTEM, measured

POINT, COIN = UnitCode("patrol_point"), UnitCode("patrol_coin")
LI = HolderId("li")
COACH = SessionId("nanxi-07-09")
READ_WITHOUT_UNITS = (
    "/trial-balance",
    "/liability",
    "/schemes",
    "/periods",
    "/people",
    *(f"/reports/{name}" for name in ("patrols", "points-issued", "conversions", "policies", "seats")),
)


class District:
    """A ledger of patrols with a clock that is moved."""

    def __init__(self, ledger: Ledger, clock: ManualClock) -> None:
        self.ledger, self.clock = ledger, clock

    def do(self, *commands: Command, by: Any = TESTER) -> None:
        for command in commands:
            self.ledger.submit(command, by=by)

    def on(self, at: str) -> None:
        self.clock.move_to(Instant(at if "T" in at else at + "T04:00:00.000000Z"))

    def walk(self, day: int, minutes: int = 133) -> None:
        """小李's evening: claimed at 18:30, started at 18:42."""
        on, claim = f"2022-06-{day:02d}", ClaimId(f"li-{day}")
        self.on(f"{on}T10:30:00.000000Z")
        self.do(ClaimTask(task=TaskId(f"songtai-2.{on}.evening"), holder=LI, id=claim))
        started = Instant(f"{on}T10:42:00.000000Z")
        self.on(started)
        self.do(StartPatrol(claim=claim, device="phone"))
        self.on(later(started, seconds=60 * minutes))
        self.do(FinishPatrol(claim=claim, track="t-" + claim, commitment="x-" + claim))
        found = measured(started, seconds=60 * minutes)
        self.do(ReviewPatrol(claim=claim, measured=found, commitment="x-" + claim), by=SYSTEM)

    def buy(self, holder: HolderId, item: str, coins: int = 0) -> RedemptionId:
        id = RedemptionId(f"{item}-{holder}")
        if coins:
            self.do(RegisterPerson(holder=holder))
            self.do(GrantPoints(to=AccountId("holder:" + holder), unit=COIN, amount=coins, reason="other"))
        self.do(PlaceRedemption(holder=holder, lines=(WantedLine(ItemId(item), 1),), id=id))
        return id


def lived(district: District) -> None:
    """June: 26 patrols of 小李, one too short; 119 others buy a policy as he does. July: a coach of 40 seats."""
    for holder in (LI, *map(HolderId, HOLDERS)):
        district.do(RegisterPerson(holder=holder))
    for item, price in (("accident-policy", 400), ("recuperation", 1000)):
        district.do(
            ListItem(id=ItemId(item), name=item, price=price, unit=COIN),
            ReceiveGoods(item=ItemId(item), quantity=500),
        )
    district.do(
        PublishRoute(id=RouteId("songtai-2"), name="松台-2", owner="platform", points=POINTS),
        PublishTasks(
            route=RouteId("songtai-2"), from_on=Day("2022-06-01"), to_on=Day("2022-06-30"), slots=("evening",), places=2
        ),
    )
    for day in range(1, 27):
        district.walk(day, 97 if day == 13 else 133)
    district.on("2022-06-30")
    district.do(ConvertPoints(account=AccountId("holder:li"), from_unit=POINT, to_unit=COIN, amount=500))
    district.buy(LI, "accident-policy")
    for number in range(119):
        district.buy(HolderId(f"v{number:03d}"), "accident-policy", 400)
    rode(district)


def rode(district: District) -> None:
    """43 hold vouchers, 40 have a seat, three wait; two give theirs back in time, one never comes."""
    district.do(
        OpenSession(
            id=COACH,
            code="recuperation",
            name="楠溪江",
            starts_on=Day("2022-07-09"),
            ends_on=Day("2022-07-10"),
            places=40,
        )
    )
    vouchers = [EntitlementId(district.buy(HolderId(f"r{number:02d}"), "recuperation", 1000)) for number in range(43)]
    for voucher in vouchers:
        district.do(BookPlace(entitlement=voucher, session=COACH))
    for voucher in vouchers[:2]:
        district.do(CancelEntitlement(entitlement=voucher, reason="cannot-come"))
    district.on("2022-07-09")
    for voucher in vouchers[2:41]:
        district.do(UseEntitlement(entitlement=voucher))
    district.do(MarkNoShow(entitlement=vouchers[41]))
    district.on("2022-07-12")
    district.ledger.writer.sweep()


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The district's ledger on 12 July 2022, served."""
    settings = settings_in(Path(tmp_path_factory.mktemp("district")))
    clock = ManualClock(Instant("2022-05-31T16:00:00.000000Z"))
    with create_ledger(settings, "site", "patrol", "Asia/Shanghai", clock=clock) as opened:
        lived(District(opened.ledger, clock))
        keys = {role: role_key(opened, role) for role in ROLES}
        with served(settings, opened) as url:
            running = Server(url, opened, keys)
            yield running
            running.close()


def get(server: Server, path: str, role: str = "auditor", status: int = 200) -> dict[str, Any]:
    answer = server.get("/reports" + path, role=role)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


# Figures -----------------------------------------------------------------------------------------------------


def test_the_month_of_xiaoli_is_25_of_26_approved(server: Server) -> None:
    found = get(server, "/patrols?from=2022-06-01")
    (line,) = found["figures"]
    assert (found["from"], found["to"]) == ("2022-06-01", "2022-06-30")
    assert (line["route"], line["slot"], line["month"]) == ("songtai-2", "evening", "2022-06")
    assert (line["tasks"], line["places"], line["claimed"], line["started"], line["finished"]) == (30, 60, 26, 26, 26)
    assert (line["approved"], line["rejected"], line["approval_percent"]) == (25, 1, "96.15")
    assert found["total"]["approval_percent"] == "96.15"
    assert found["waiting"] == 0


def test_days_routes_and_slots_narrow_the_figures(server: Server) -> None:
    day = get(server, "/patrols?from=2022-06-13&to=2022-06-13")
    assert (day["total"]["claimed"], day["total"]["rejected"], day["total"]["approval_percent"]) == (1, 1, "0.00")
    assert get(server, "/patrols?from=2022-06-01&slot=morning")["figures"] == []
    assert get(server, "/patrols?from=2022-06-01&route=hill")["total"]["approval_percent"] is None
    assert get(server, "/patrols")["from"] == "2022-07-01"


def test_points_issued_are_20_for_each_approved_patrol_on_its_day(server: Server) -> None:
    days = get(server, "/points-issued?from=2022-06-01&unit=patrol_point")["issued"]
    assert len(days) == 25
    assert {(line["behaviour"], line["times"], line["amount"]) for line in days} == {("patrol", 1, 20)}
    assert "2022-06-13" not in [line["when"] for line in days]
    (month,) = get(server, "/points-issued?from=2022-06-01&unit=patrol_point&by=month")["issued"]
    assert (month["when"], month["times"], month["amount"], month["reversed"]) == ("2022-06", 25, 500, 0)
    coins = get(server, "/points-issued?from=2022-06-01&unit=patrol_coin&by=period")["issued"]
    assert [(line["when"], line["behaviour"], line["amount"]) for line in coins] == [
        ("2022-06", None, 119 * 400 + 43 * 1000)
    ]


def test_points_issued_are_what_the_books_say(server: Server) -> None:
    booked = server.get("/trial-balance", role="auditor").json()["accounts"]
    issued = {line["unit"]: -line["balance"] for line in booked if line["account"] == "issued"}
    lines = get(server, "/points-issued?from=2022-01-01&to=2022-12-31&by=period")["issued"]
    sums = {unit: sum(line["amount"] for line in lines if line["unit"] == unit) for unit in issued}
    assert sums == issued == {"patrol_point": 500, "patrol_coin": 90_600}


def test_points_out_are_coins_in(server: Server) -> None:
    found = get(server, "/conversions")
    (line,) = found["conversions"]
    assert (line["amount"], line["to_amount"], line["rate"], line["difference"]) == (500, 500, "points-to-coins", 0)
    assert (line["account"], line["unit"], line["to_unit"]) == ("holder:li", "patrol_point", "patrol_coin")
    total = {"unit": "patrol_point", "to_unit": "patrol_coin", "conversions": 1, "amount": 500, "to_amount": 500}
    assert found["totals"] == [total]
    assert get(server, "/conversions?period=2022-07")["conversions"] == []


def test_120_policies_cost_the_union_7200_yuan(server: Server) -> None:
    found = get(server, "/policies?on=2022-07-01&code=accident-policy")
    assert found["in_force"] == [{"code": "accident-policy", "count": 120}]
    (cost,) = found["costs"]
    assert (cost["fund"], cost["payee"], cost["unit"], cost["issued"]) == ("union", "insurer", "cny", 120)
    assert (cost["amount"], cost["period"]) == (720_000, "2022-06")
    assert {(item["starts_on"], item["ends_on"]) for item in found["policies"]} == {("2022-07-01", "2023-06-30")}


@pytest.mark.parametrize(
    ("day", "count"), [("2022-06-30", 0), ("2022-07-01", 120), ("2023-06-30", 120), ("2023-07-01", 0)]
)
def test_a_policy_is_in_force_from_its_first_day_to_its_last(server: Server, day: str, count: int) -> None:
    found = get(server, f"/policies?on={day}")
    assert sum(line["count"] for line in found["in_force"]) == len(found["policies"]) == count


def test_what_policies_cost_is_payable_in_the_books(server: Server) -> None:
    booked = {
        line["account"]: line["balance"] for line in server.get("/trial-balance", role="auditor").json()["accounts"]
    }
    costs = get(server, "/policies")["costs"]
    owed = {line["payee"]: line["amount"] for line in costs}
    assert owed == {"insurer": 720_000, "resort": 41 * 50_000}
    assert {"payable:" + payee: amount for payee, amount in owed.items()} == {
        account: abs(balance) for account, balance in booked.items() if account.startswith("payable:")
    }


def test_the_coach_of_40_had_39_on_board(server: Server) -> None:
    (coach,) = get(server, "/seats")["sessions"]
    assert (coach["places"], coach["used"], coach["no_show"], coach["booked"], coach["free"]) == (40, 39, 1, 0, 0)
    assert (coach["cancelled"], coach["refunded"], coach["waiting"]) == (2, 2000, 0)
    assert get(server, "/seats?from=2022-07-11")["sessions"] == []
    assert get(server, "/seats?code=accident-policy")["sessions"] == []


def test_xiaoli_has_walked_the_route_25_times(server: Server) -> None:
    found = get(server, "/finishers?route=songtai-2")
    assert found["finishers"] == [
        {"holder": "li", "times": 25, "first_on": "2022-06-01", "last_on": "2022-06-26"},
    ]


# Pages, windows, permissions ------------------------------------------------------------------------------------


def test_pages_of_policies_are_all_of_them(server: Server) -> None:
    seen, after = [], ""
    while True:
        page = get(server, f"/policies?on=2022-07-01&limit=50{after}")
        seen += [item["entitlement"] for item in page["policies"]]
        assert page["in_force"] == [{"code": "accident-policy", "count": 120}]
        if page["next"] is None:
            break
        after = "&after=" + page["next"]
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/patrols?from=2022-02-30", "/?from: wrong-form"),
        ("/patrols?from=2022-06-02&to=2022-06-01", "/?to: number-out-of-range"),
        ("/points-issued?by=year", "/?by: unknown-value"),
        ("/conversions?after=x", "/?after: wrong-form"),
        ("/conversions?period=June", "/?period: wrong-form"),
        ("/policies?on=today", "/?on: wrong-form"),
        ("/seats?after=x", "/?after: wrong-form"),
        ("/finishers", "/?route: missing"),
        ("/patrols?crew=a", "/?crew: unknown-field"),
    ],
)
def test_what_no_report_understands_is_refused_at_its_name(server: Server, path: str, error: str) -> None:
    problem = get(server, path, status=422)
    assert problem["code"] == "malformed"
    assert [f"{place['pointer']}: {place['code']}" for place in problem["errors"]] == [error]


def test_a_unit_that_the_scheme_does_not_have_is_refused(server: Server) -> None:
    assert get(server, "/points-issued?unit=gold", status=422)["code"] == "unknown-scheme-term"


@pytest.mark.parametrize(
    "report", ["patrols", "points-issued", "conversions", "policies", "seats", "finishers?route=x"]
)
def test_reports_are_for_those_who_may_read_everything(server: Server, report: str) -> None:
    for role in ROLES:
        status = 200 if "read" in ROLES[role] else 403
        answer = server.get("/reports/" + report, role=role)
        assert answer.status_code == status, (role, answer.text)
        if status == 200:
            assert int(answer.headers["ledger-position"]) == server.opened.ledger.storage.head().position


def test_a_position_that_was_never_reached_is_waited_for_in_vain(server: Server) -> None:
    head = server.opened.ledger.storage.head().position
    separator = {"finishers?route=songtai-2": "&"}
    for report in ("patrols", "points-issued", "conversions", "policies", "seats", "finishers?route=songtai-2"):
        mark = separator.get(report, "?")
        assert server.get(f"/reports/{report}{mark}at_least={head}", role="auditor").status_code == 200
    assert get(server, f"/seats?at_least={head + 1}", status=503)["code"] == "projection-behind"


def test_a_ledger_without_any_unit_is_read_like_any_other(tmp_path: Path) -> None:
    """Walking routes earn nothing: what counts value has nothing to say, and says so."""
    settings = settings_in(tmp_path)
    with serving(settings, make_ledger(settings, scheme="walking-routes")) as running:
        shown = {path: running.get(path, role="admin") for path in READ_WITHOUT_UNITS}
    assert {path: answer.status_code for path, answer in shown.items()} == dict.fromkeys(READ_WITHOUT_UNITS, 200)
    assert shown["/trial-balance"].json()["accounts"] == []
    assert shown["/reports/points-issued"].json()["issued"] == []

"""Reports of coupons and money over HTTP: a union's June and July, to the fen; files, pages, and who may read what."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from api.auth import ROLES
from api.commands.saying import Words
from api.export.vouchers import vouchers
from api.ledgers import create_ledger
from api.routes.files import Column, sheet
from ledger.journal.clock import ManualClock
from ledger.values import Instant
from ledger.vault import Principal
from projections.catalogue import PROJECTIONS
from projections.projector import Projector
from projections.store import Store
from projections.verify import deviations
from tests.api.served import Server, role_key, served, settings_in
from tests.api.unions import ONE, TWO, Union, lived


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The union's ledger on 1 July 2022, served; each shop has a key of its own."""
    settings = settings_in(Path(tmp_path_factory.mktemp("union")))
    clock = ManualClock(Instant("2022-05-31T16:00:00.000000Z"))
    with create_ledger(settings, "site", "welfare-coupons", "Asia/Shanghai", clock=clock) as opened:
        lived(Union(opened.ledger, clock))
        keys = {role: role_key(opened, role) for role in ROLES}
        principals = opened.vault.principals
        for shop in ("corner", "lixian"):
            till = principals.add(Principal(id=f"client:{shop}", roles=("merchant",), merchant=shop))
            keys[shop] = principals.create_key(till.id)[0]
        with served(settings, opened) as url:
            running = Server(url, opened, keys)
            yield running
            running.close()


def get(server: Server, path: str, role: str = "finance", status: int = 200) -> dict[str, Any]:
    answer = server.get(path, role=role)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def table(server: Server, path: str, role: str = "finance", lang: str = "en") -> list[dict[str, str]]:
    answer = server.get(path, role=role, Accept_Language=lang)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


# Coupons -----------------------------------------------------------------------------------------------------


def test_batches_say_what_was_issued_used_and_what_is_left(server: Server) -> None:
    first, second = get(server, "/reports/coupons")["figures"]
    names = ("name", "drafted", "coupons", "issued", "used", "refunded", "expired", "voided", "left")
    assert [first[name] for name in names] == ["b1", 45_000, 3, 45_000, 20_001, 2_000, 0, 0, 26_999]
    assert [second[name] for name in names] == ["b2", 12_000, 2, 12_000, 0, 0, 6_000, 6_000, 0]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("by=of", ["", "mill"]),
        ("by=of&of=", [""]),
        ("by=occasion", ["mid-autumn", "qingming"]),
        ("by=period", ["2022-06"]),
        ("by=batch&occasion=qingming", ["b2"]),
        ("batch=b1&period=2022-06", ["b1"]),
        ("period=2022-07", []),
    ],
)
def test_figures_are_told_by_what_is_asked_for(server: Server, query: str, names: list[str]) -> None:
    assert [line["name"] for line in get(server, f"/reports/coupons?{query}")["figures"]] == names


def test_unused_coupons_come_in_pages_and_with_sums_by_unit(server: Server) -> None:
    found = get(server, "/reports/unused-coupons?limit=1")
    assert found["units"] == [{"of": "mill", "unit": "coupon_cny", "coupons": 2, "left": 26_999}]
    rest = get(server, f"/reports/unused-coupons?limit=1&after={found['next']}")
    shown = [(line["holder"], line["left"], line["of"]) for line in found["coupons"] + rest["coupons"]]
    assert shown == [(ONE, 15_000, "mill"), (TWO, 11_999, "mill")]
    assert get(server, f"/reports/unused-coupons?after={rest['next']}")["coupons"] == []


def test_a_reminder_names_what_ends_within_so_many_days(server: Server) -> None:
    assert get(server, "/reports/unused-coupons?within=182")["coupons"] == []
    found = get(server, "/reports/unused-coupons?within=183")
    assert (found["until"], len(found["coupons"])) == ("2022-12-31", 2)


def test_what_is_owed_is_told_by_the_month_in_which_it_ends(server: Server) -> None:
    (month,) = get(server, "/reports/coupon-liability")["months"]
    assert month == {
        "month": "2022-12",
        "unit": "coupon_cny",
        "fund": "gifts",
        "source": "union",
        "coupons": 2,
        "left": 26_999,
    }


def test_what_each_person_had_in_a_year(server: Server) -> None:
    found = get(server, "/reports/benefits?year=2022")["persons"]
    names = ("holder", "unit", "coupons", "voided", "expired", "in_kind", "total", "fen")
    assert [[line[name] for name in names] for line in found] == [
        [ONE, "cny", 0, 0, 0, 700, 700, 700],
        [ONE, "coupon_cny", 42_000, 6_000, 6_000, 0, 36_000, 36_000],
        [TWO, "coupon_cny", 15_000, 0, 0, 0, 15_000, 15_000],
    ]
    assert get(server, "/reports/benefits?year=2021")["persons"] == []
    page = get(server, "/reports/benefits?year=2022&limit=2")
    assert get(server, f"/reports/benefits?year=2022&after={page['next']}")["persons"] == found[2:]


def test_a_member_sees_its_own_year_alone(server: Server) -> None:
    assert {line["holder"] for line in get(server, "/reports/benefits?year=2022", "holder")["persons"]} == {ONE}
    get(server, f"/reports/benefits?year=2022&holder={TWO}", "holder", status=404)
    (line,) = get(server, f"/reports/benefits?year=2022&holder={TWO}")["persons"]
    assert line["holder"] == TWO


def test_purchases_that_are_alike_are_shown_with_what_makes_them_so(server: Server) -> None:
    path = "/reports/coupon-patterns?from=2022-06-01&same_minute=4&round_sums=3&round_to=5000&same_pair=3"
    found = get(server, path)["patterns"]
    assert [(it["kind"], it["merchant"], it["key"], it["times"], it["amount"]) for it in found] == [
        ("same-minute", "corner", "2022-06-03T04:30", 4, 20_001),
        ("round-sums", "corner", None, 3, 15_000),
        ("same-pair", "corner", f"holder:{ONE}", 3, 15_000),
    ]
    assert [[one["purchase"] for one in it["purchases"]] for it in found] == [
        ["p1", "p2", "p3", "p4"],
        ["p1", "p2", "p3"],
        ["p1", "p2", "p3"],
    ]
    assert found[0]["purchases"][3]["refunded"] == 2_000
    assert get(server, path.replace("same_pair=3", "same_pair=4"))["patterns"] == found[:2]
    assert get(server, path + "&merchant=lixian")["patterns"] == []
    assert get(server, "/reports/coupon-patterns")["patterns"] == []


def test_what_is_alike_is_a_file_for_whoever_looks_into_it(server: Server) -> None:
    path = "/reports/coupon-patterns?from=2022-06-01&same_minute=4&round_sums=3&round_to=5000&same_pair=3&format=csv"
    rows = table(server, path)
    assert [row["Purchase"] for row in rows] == ["p1", "p2", "p3", "p4", *["p1", "p2", "p3"] * 2]
    first = rows[0]
    assert (first["Likeness"], first["Same minute or account"], first["Purchases"]) == (
        "same-minute",
        "2022-06-03T04:30",
        "4",
    )
    assert (first["In all"], first["By coupons"], rows[3]["Already returned"]) == ("200.01", "50.00", "20.00")


# Money -------------------------------------------------------------------------------------------------------


def test_a_fund_adds_up_at_every_line_and_each_says_whose_money(server: Server) -> None:
    found = get(server, "/funds/gifts/statement")
    assert (found["source"], found["unit"], found["revolving"]) == ("union", "cny", False)
    for line in found["lines"]:
        assert line["appropriated"] == line["committed"] + line["disbursed"] + line["free"] + line["returned"]
        assert line["source"] == "union"
    last, now = found["lines"][-1], get(server, "/funds/gifts")
    for name in ("appropriated", "committed", "disbursed", "free"):
        assert last[name] == found["closing"][name] == now[name]
    assert now["committed"] == 26_999
    kinds = {line["type"] for line in found["lines"]}
    assert {"fund-committed.v1", "fund-disbursed.v1", "fund-released.v1", "fund-recommitted.v1"} <= kinds
    get(server, "/funds/none/statement", status=404)


def test_a_month_of_a_fund_begins_where_the_one_before_ended(server: Server) -> None:
    june, july = (get(server, f"/funds/gifts/statement?period=2022-0{month}") for month in (6, 7))
    assert june["opening"]["appropriated"] == 0
    assert july["opening"] == june["closing"] == july["closing"]
    assert july["lines"] == []
    page = get(server, "/funds/gifts/statement?limit=3")
    rest = get(server, f"/funds/gifts/statement?after={page['next']}")
    assert page["lines"] + rest["lines"] == june["lines"]


def test_a_merchants_month_ties_out_to_its_account_in_the_journal(server: Server) -> None:
    june = get(server, "/merchants/corner/statement?unit=coupon_cny&period=2022-06")
    # 1.5 % of each sale, rounded down: three times 75 and 75; of the refund 30 come back, rounded down to 29.
    fees = 75 * 4 - 29
    assert (june["sold"], june["refunded"], june["fees"], june["paid"]) == (20_001, 2_000, fees, 0)
    assert june["payable"] == june["closing"] == june["journal"] == 18_001 - fees
    assert (june["opening"], june["carried"], june["difference"]) == (0, 0, 0)
    assert (june["settlement"]["status"], june["settlement"]["invoice"]) == ("paid", "INV-5")
    assert [line["of"] for line in june["lines"]] == ["p1", "p2", "p3", "p4", "p4"]
    july = get(server, "/merchants/corner/statement?unit=coupon_cny")
    assert (july["period"], july["opening"], july["closing"]) == ("2022-07", june["closing"], 0)
    assert [line["reference"] for line in july["lines"]] == ["bank-17"]


def test_offers_stand_in_a_merchants_statement_with_their_subsidy(server: Server) -> None:
    found = get(server, "/merchants/corner/statement?unit=cny&period=2022-06")
    assert (found["sold"], found["subsidy"], found["fees"]) == (1_250, 1_150, 18)
    assert found["closing"] == found["journal"] == 1_232
    assert found["settlement"] is None


def test_a_merchant_sees_its_own_statement_and_settlements_alone(server: Server) -> None:
    path = "/statement?unit=coupon_cny&period=2022-06"
    assert get(server, "/merchants/corner" + path, "corner") == get(server, "/merchants/corner" + path)
    get(server, "/merchants/corner" + path, "lixian", status=404)
    get(server, "/merchants/corner" + path, "merchant", status=403)
    get(server, "/merchants/corner" + path, "holder", status=403)
    assert [it["merchant"] for it in get(server, "/reports/settlements", "lixian")["settlements"]] == ["lixian"]
    get(server, "/reports/settlements?merchant=corner", "lixian", status=404)
    get(server, "/reports/coupons", "corner", status=403)
    get(server, "/merchants/none" + path, status=404)
    get(server, "/merchants/corner/statement?unit=gold", status=422)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [("corner", "paid", 17_730), ("lixian", "draft", 0)]),
        ("?status=draft", [("lixian", "draft", 0)]),
        ("?merchant=corner&period=2022-06&unit=coupon_cny", [("corner", "paid", 17_730)]),
        ("?period=2022-07", []),
        ("?limit=1&after=corner.coupon_cny.2022-06", [("lixian", "draft", 0)]),
    ],
)
def test_settlements_are_listed(server: Server, query: str, found: list[tuple[str, str, int]]) -> None:
    shown = get(server, "/reports/settlements" + query)["settlements"]
    assert [(it["merchant"], it["status"], it["payable"]) for it in shown] == found


def test_vouchers_balance_and_say_whose_money_it_was(server: Server) -> None:
    found = get(server, "/reports/vouchers?period=2022-06")
    sums: dict[int, int] = {}
    for line in found["lines"]:
        sums[line["voucher"]] = sums.get(line["voucher"], 0) + line["debit"] - line["credit"]
    assert set(sums.values()) == {0}
    assert len(sums) == found["vouchers"]
    owed = [line for line in found["lines"] if line["account"] == "merchant/corner"]
    assert {(line["source"], line["on"]) for line in owed} == {("union", "2022-06-03")}
    (lapsed,) = [line for line in found["lines"] if line["account"] == "lapsed"]
    assert (lapsed["source"], lapsed["credit"], lapsed["belongs_to"]) == ("union", 6_000, None)
    (paid,) = [line for line in get(server, "/reports/vouchers")["lines"] if line["account"] == "paid"]
    assert (paid["credit"], paid["on"]) == (17_730, "2022-07-01")


def test_what_the_follower_wrote_is_what_the_facts_say_folded_anew(server: Server, tmp_path: Path) -> None:
    store = Store.sqlite(tmp_path / "anew.db", "site")
    store.create()
    projector = Projector(server.opened.ledger.storage, store, PROJECTIONS, batch=7)
    try:
        projector.advance()
        assert {it.name: deviations(projector, it.name) for it in PROJECTIONS} == {it.name: () for it in PROJECTIONS}
    finally:
        projector.stop()
        store.close()


# Files -------------------------------------------------------------------------------------------------------

LISTS = (
    ("/reports/coupons?by=batch", "figures"),
    ("/reports/unused-coupons?limit=1", "coupons"),
    ("/reports/coupon-liability?", "months"),
    ("/reports/benefits?year=2022", "persons"),
    ("/reports/settlements?limit=1", "settlements"),
    ("/reports/vouchers?period=2022-06", "lines"),
    ("/funds/gifts/statement?limit=1", "lines"),
    ("/merchants/corner/statement?unit=coupon_cny&period=2022-06&limit=2", "lines"),
)


@pytest.mark.parametrize(("path", "member"), LISTS)
def test_every_list_is_a_whole_file_too(server: Server, path: str, member: str) -> None:
    everything = get(server, path.replace("limit=1", "limit=1000").replace("limit=2", "limit=1000"))[member]
    english, chinese = (table(server, path + "&format=csv", lang=lang) for lang in ("en", "zh-CN"))
    assert len(english) == len(chinese) == len(everything)
    assert list(english[0]) != list(chinese[0])
    answer = server.get(path + "&format=xlsx", role="finance")
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == len(everything) + 1
    printed = server.get(path + "&format=html", role="finance")
    assert (printed.headers["content-type"], printed.text.count("<tr>")) == (
        "text/html; charset=utf-8",
        len(everything) + 1,
    )


def test_amounts_in_files_are_money_as_people_read_it(server: Server) -> None:
    lines = table(server, "/merchants/corner/statement?unit=coupon_cny&period=2022-06&format=csv", "corner")
    assert [(line["Sold"], line["Refunded"], line["To come"]) for line in lines[-2:]] == [
        ("50.01", "0.00", "197.01"),
        ("0.00", "20.00", "177.30"),
    ]
    persons = table(server, "/reports/benefits?year=2022&format=csv")
    assert [(line["Total"], line["In fen"]) for line in persons] == [
        ("7.00", "700"),
        ("360.00", "36000"),
        ("150.00", "15000"),
    ]
    names = {
        line["Account"]: line["Account name"] for line in table(server, "/reports/vouchers?period=2022-06&format=csv")
    }
    assert names["merchant/corner"] == "To come to merchant corner"
    assert names["fund/gifts/free"] == "Fund gifts, free"


def test_nothing_in_a_printed_page_runs() -> None:
    column = Column("name", Words("<b>", "<b>"))
    page = sheet("<t>", (column,), [("<script>alert(1)</script>",), (None,)], "en")
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_vouchers_made_from_the_journal_alone_are_the_same(server: Server) -> None:
    for period in ("2022-06", "2022-07"):
        names = ("voucher", "on", "account", "source", "belongs_to", "unit")
        shown = get(server, f"/reports/vouchers?period={period}")["lines"]
        expected = [
            (period, *(line[name] or "" for name in names), Decimal(line["debit"]) / 100, Decimal(line["credit"]) / 100)
            for line in shown
        ]
        assert [row for row in vouchers(server.opened) if row[0] == period] == expected


# Who may, and how -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/reports/coupons?by=colour",
        "/reports/coupons?period=June",
        "/reports/coupons?format=pdf",
        "/reports/unused-coupons?within=-1",
        "/reports/unused-coupons?within=4000",
        "/reports/unused-coupons?after=here",
        "/reports/benefits",
        "/reports/benefits?year=22",
        "/reports/coupon-patterns?same_pair=0",
        "/reports/coupon-patterns?from=2022-06-02&to=2022-06-01",
        "/reports/vouchers?period=2022",
        "/funds/gifts/statement?after=x",
        "/merchants/corner/statement",
    ],
)
def test_what_cannot_be_read_is_malformed(server: Server, path: str) -> None:
    assert get(server, path, status=422)["code"] == "malformed"


def test_a_report_waits_for_the_position_that_it_must_show(server: Server) -> None:
    head = int(server.get("/reports/coupons", role="finance").headers["ledger-position"])
    assert len(get(server, f"/reports/coupons?at_least={head}")["figures"]) == 2
    get(server, f"/reports/coupons?at_least={head + 1}", status=503)

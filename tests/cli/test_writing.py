"""Ledgers, imports, schemes, keys, closing: what commands change."""

import csv
from pathlib import Path

import pytest

from api.ledgers import open_ledger
from api.settings import Settings
from ledger.journal.clock import ManualClock
from ledger.people.entities import Badge
from ledger.room import By
from ledger.stock.commands import CountStock
from ledger.values import Instant, ItemId
from tests.cli.conftest import BUYER, Jifen
from tests.imports.site import csv_file

COUNTED_AT = Instant("2022-06-20T05:00:00.000000Z")


def second_version(folder: Path) -> Path:
    """The shipped scheme with check-ins at 2 points."""
    text = (Path(__file__).parents[2] / "ledger/schemes/safety-supermarket.toml").read_text("utf-8")
    head, table, tail = text.partition("[behaviours.check-in]")
    changed = head.replace("version = 1", "version = 2") + table + tail.replace("points = 1\n", "points = 2\n", 1)
    path = folder / "v2.toml"
    path.write_text(changed, "utf-8")
    return path


def test_a_ledger_is_made_and_listed(jifen: Jifen) -> None:
    made = jifen("ledger", "create", "annex", "--scheme", "safety-supermarket", "--period", "2022-06", "--json")
    assert (made.code, made.json["scheme"], made.json["period"]) == (0, "safety-supermarket/v1", "2022-06")
    assert [row["ledger"] for row in jifen("ledger", "list", "--json").json] == ["annex", "shop"]


def test_a_ledger_whose_vault_could_not_be_made_is_not_there_and_can_be_made(
    jifen: Jifen, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = ("ledger", "create", "annex", "--scheme", "safety-supermarket")
    monkeypatch.setenv("JIFEN_MASTER_KEY", "too short")
    assert jifen(*create).err.startswith("error vault: JIFEN_MASTER_KEY must be")
    monkeypatch.delenv("JIFEN_MASTER_KEY")
    assert jifen("doctor").code == 0
    assert jifen(*create).code == 0


def test_with_two_ledgers_one_must_be_named(jifen: Jifen) -> None:
    jifen("ledger", "create", "annex", "--scheme", "safety-supermarket")
    assert jifen("balance", BUYER, "--json").json["error"]["code"] == "ledger-unclear"
    assert jifen("balance", BUYER, "--ledger", "shop").code == 0


def test_an_import_says_what_became_of_each_row(jifen: Jifen, shop: Path) -> None:
    csv_file(shop, "工牌号,日期,签到", "YK-0001,2022-06-01,已签", "YK-0009,2022-06-01,已签", name="talks.csv")
    ran = jifen("import", "talks", "talks.csv", "--period", "2022-06", "--json")
    assert ran.code == 1
    assert ran.json[0]["counts"] == {"bad:unknown-badge": 1, "credited": 1}
    assert [(bad["row"], bad["code"]) for bad in ran.json[0]["bad"]] == [(3, "unknown-badge")]
    with (shop / "talks.csv.report.csv").open(encoding="utf-8-sig") as report:
        assert [row[3] for row in csv.reader(report)][1:] == ["unknown-badge"]


def test_a_second_import_adds_no_fact(jifen: Jifen) -> None:
    before = jifen("ledger", "list", "--json").json[0]["facts"]
    for profile in ("roster", "goods", "gate"):
        period = ("--period", "2022-06") if profile == "gate" else ()
        ran = jifen("import", profile, f"{profile}.csv", *period, "--json")
        assert ran.code == 0
        assert set(ran.json[0]["counts"]) == {"already-known"}
        assert ran.json[0]["last_read_at"] is not None
    assert jifen("ledger", "list", "--json").json[0]["facts"] == before


def test_a_dry_run_changes_nothing(jifen: Jifen, shop: Path) -> None:
    csv_file(shop, "工牌号,日期,签到", "YK-0001,2022-06-01,已签", name="talks.csv")
    before = jifen("ledger", "list", "--json").json
    ran = jifen("import", "talks", "talks.csv", "--dry-run", "--json")
    assert ran.json[0]["counts"] == {"ready": 1}
    assert jifen("ledger", "list", "--json").json == before


def test_the_report_goes_where_it_is_wanted(jifen: Jifen, shop: Path) -> None:
    assert jifen("import", "goods", "goods.csv", "--report", "reports").code == 0
    assert (shop / "reports" / "goods.csv.report.csv").exists()
    assert not (shop / "goods.csv.report.csv").exists()


def test_importing_the_shelf_again_does_not_reset_its_stock(jifen: Jifen, shop: Path) -> None:
    csv_file(shop, "商品编号,品名,积分,单位,库存", "G001,毛巾,5,条,999", name="goods.csv")
    assert jifen("import", "goods", "goods.csv", "--json").json[0]["counts"] == {"already-known": 1}
    listing = (shop / "shop-redemptions.csv").exists()
    assert not listing


def test_a_row_of_the_future_is_refused_by_name(jifen: Jifen, shop: Path) -> None:
    csv_file(shop, "工牌号,通行时间,方向", "YK-0001,2999-01-01 06:00,进", name="future.csv")
    ran = jifen("import", "gate", "future.csv", "--json")
    assert [(bad["code"], bad["detail"]) for bad in ran.json[0]["bad"]] == [("refused", "future")]


def test_a_changed_scheme_is_shown_key_by_key_and_adopted(jifen: Jifen, shop: Path) -> None:
    file = str(second_version(shop))
    changed = {item["path"]: item["after"] for item in jifen("scheme", "diff", "@", file, "--json").json}
    assert changed == {"behaviours.check-in.points": 2, "version": 2}
    ran = jifen("scheme", "adopt", file, "--from", "2022-07-01", "--json")
    assert (ran.code, ran.json["scheme"]) == (0, "safety-supermarket/v2")
    assert jifen("scheme", "adopt", file, "--from", "2022-07-01", "--json").json["error"]["code"] == "already-exists"


def test_a_simulation_says_who_would_have_won(jifen: Jifen, shop: Path) -> None:
    said = jifen("scheme", "simulate", str(second_version(shop)), "--over", "2022-06", "--json").json
    assert (said["before"], said["after"]) == (220, 240)
    assert [(row["was"], row["would"], row["difference"]) for row in said["changed"]] == [(120, 140, 20)]


def test_a_scheme_with_mistakes_names_key_and_line(jifen: Jifen, shop: Path) -> None:
    path = second_version(shop)
    path.write_text(path.read_text("utf-8").replace("per_day = 1", "per_day = -1"), "utf-8")
    error = jifen("scheme", "check", str(path), "--json").json["error"]
    assert [item["key"] for item in error["errors"]] == [
        "behaviours.check-in.per_day",
        "behaviours.pre-shift-talk.per_day",
    ]
    assert all(item["line"] for item in error["errors"])


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(jifen: Jifen) -> None:
    made = jifen("keys", "create", "client:till", "--role", "counter", "--json").json
    listed = jifen("keys", "list", "--json")
    assert made["key"].startswith("jf_" + made["id"])
    assert made["key"].split("_", 2)[2] not in listed.out
    assert [(row["principal"], row["revoked_at"]) for row in listed.json] == [("client:till", None)]
    assert jifen("keys", "revoke", made["id"]).code == 0
    assert jifen("keys", "show", made["id"], "--json").json[0]["revoked_at"] is not None


def test_a_key_that_is_valid_to_a_day_ends_with_it_where_the_ledger_lies(jifen: Jifen) -> None:
    said = ("2099-12-31", "2099-12-31T20:00:00+08:00", "2099-12-31T12:00:00Z")
    made = [jifen("keys", "create", "client:till", "--expires-at", when, "--json").json["expires_at"] for when in said]
    assert made == ["2099-12-31T16:00:00.000000Z", *["2099-12-31T12:00:00.000000Z"] * 2]


def test_a_volunteers_own_key_is_bound_to_his_record_alone(jifen: Jifen, shop: Path) -> None:
    with open_ledger(Settings(data=shop / "var"), "shop", writing=False) as opened:
        holder = opened.ledger.the(Badge, BUYER).holder
        made = jifen("keys", "create", f"person:{holder}", "--role", "holder", "--json").json
        bound = opened.vault.principals.authenticate(made["key"])
    assert bound is not None
    assert (bound.holder, bound.roles, bound.subject) == (holder, ("holder",), f"person:{holder}")
    refused = [
        (f"client:{holder}", "--role", "holder"),
        ("person:nobody", "--role", "holder"),
        ("person:x", "--role", "holder", "--role", "reviewer"),
    ]
    codes = [jifen("keys", "create", *words, "--json").json["error"]["code"] for words in refused]
    assert codes == ["malformed", "not-found", "malformed"]
    assert len(jifen("keys", "list", "--json").json) == 1


def test_a_month_is_closed_with_totals_that_add_up(jifen: Jifen) -> None:
    ran = jifen("close", "2022-06", "--json")
    assert (ran.code, ran.json["opens"], ran.json["turned"]) == (0, "2022-07", 2)
    whole = next(total for total in ran.json["totals"] if total["crew"] is None)
    assert (whole["granted"], whole["credited"], whole["redeemed"], whole["closing"]) == (200, 20, 5, 215)
    assert jifen("close", "2022-06").code == 0


def test_a_closing_shows_the_crews_in_order_and_what_the_count_found(jifen: Jifen, shop: Path) -> None:
    with open_ledger(Settings(data=shop / "var"), "shop", clock=ManualClock(COUNTED_AT)) as opened:
        opened.ledger.submit(CountStock(item=ItemId("G002"), counted=2), by=By(principal="client:counter"), key="count")
    ran = jifen("close", "2022-06", "--json")
    assert [(rank["place"], rank["who"], rank["earned"]) for rank in ran.json["ranking"]] == [(1, "钢筋队", 20)]
    assert [(item["item"], item["counted"]) for item in ran.json["count_differences"]] == [("G002", -1)]


def test_open_items_stop_the_closing_until_they_are_carried(jifen: Jifen, shop: Path) -> None:
    row = "2022-06-03 10:00,YK-0001,未戴安全帽,个人,,群安员001,照片1张"
    csv_file(shop, "时间,工牌号,行为,对象,说明,记录人,证据", row, name="behaviours.csv")
    assert jifen("import", "behaviours", "behaviours.csv", "--json").json[0]["counts"] == {"proposed": 1}
    error = jifen("close", "2022-06", "--json").json["error"]
    assert (error["code"], [item["kind"] for item in error["items"]]) == ("open-items", ["proposal"])
    assert jifen("close", "2022-06", "--carry").code == 0


def test_a_worker_does_one_round(jifen: Jifen) -> None:
    ran = jifen("worker", "--once", "--json")
    assert (ran.code, ran.json["rounds"]) == (0, 1)


@pytest.mark.parametrize("words", [(), ("--help",), ("import", "--help"), ("scheme", "--help")])
def test_help_is_given_in_both_languages(jifen: Jifen, words: tuple[str, ...]) -> None:
    ran = jifen(*words)
    assert ran.code == 0
    assert " / " in ran.out


def test_staff_are_known_by_their_alias_and_open_no_workers_account(jifen: Jifen, shop: Path) -> None:
    facts = jifen("ledger", "list", "--json").json[0]["facts"]
    made = jifen("staff", "add", "群安员009", "--role", "supervisor", "--name", "秦九", "--json")
    assert made.code == 0
    assert made.json["key"].startswith("jf_")
    assert made.json["principal"] in {person["id"] for person in jifen("staff", "list", "--json").json}
    assert jifen("ledger", "list", "--json").json[0]["facts"] == facts
    assert (
        jifen("staff", "add", "群安员009", "--role", "supervisor", "--json").json["error"]["code"] == "already-exists"
    )
    assert jifen("staff", "add", "群安员010", "--role", "king", "--json").code != 0
    head = "时间,工牌号,姓名,行为,对象,说明,记录人,证据"
    csv_file(shop, head, "2022-06-02 09:00,YK-0001,,隐患上报,设施,,群安员009,照片1张", name="seen.csv")
    ran = jifen("import", "behaviours", "seen.csv", "--period", "2022-06", "--json")
    assert ran.json[0]["counts"] == {"proposed": 1}

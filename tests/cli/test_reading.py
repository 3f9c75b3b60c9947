"""Balance, statement, explain, replay, status: what commands read, for people and for machines."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import BUYER, Jifen


def test_a_balance_is_one_json_document(jifen: Jifen) -> None:
    ran = jifen("balance", BUYER, "--json")
    unit = ran.json["units"][0]
    assert (ran.code, unit["unit"], unit["balance"], unit["available"]) == (0, "safety_point", 115, 15)


def test_a_balance_for_people_is_plain_lines_without_a_terminal(jifen: Jifen) -> None:
    lines = jifen("balance", BUYER).out.splitlines()
    assert lines[0].split("\t")[:2] == ["Unit", "Balance"]
    assert lines[1].split("\t")[:2] == ["safety_point", "115"]


def test_labels_follow_the_language(jifen: Jifen) -> None:
    assert "可用余额" in jifen("balance", BUYER, lang="zh-CN").out
    assert "Available" in jifen("balance", BUYER, lang="en").out


def test_a_balance_as_of_a_day_counts_what_had_happened_by_its_end(jifen: Jifen) -> None:
    ran = jifen("balance", BUYER, "--as-of", "2022-06-10", "--json")
    (unit,) = ran.json["units"]
    assert (unit["unit"], unit["balance"], unit["available"]) == ("safety_point", 110, 10)


def test_a_balance_as_it_was_known_leaves_out_what_came_later(jifen: Jifen) -> None:
    ran = jifen("balance", BUYER, "--known-at", "2022-06-10", "--json")
    assert [(unit["unit"], unit["balance"]) for unit in ran.json["units"]] == [("safety_point", 100)]
    assert ran.json["position"] > 0


def test_a_statement_by_day_runs_from_its_first_instant_to_its_last(jifen: Jifen) -> None:
    said = jifen("statement", BUYER, "--from", "2022-06-09", "--to", "2022-06-10", "--by", "occurred_at", "--json").json
    assert (said["closing"], len(said["lines"])) == (110, said["closing"] - said["opening"])
    as_of = jifen("balance", BUYER, "--as-of", "2022-06-10", "--json").json
    assert said["closing"] == as_of["units"][0]["balance"]


def test_a_statement_leads_from_the_opening_to_the_closing(jifen: Jifen) -> None:
    said = jifen("statement", BUYER, "--from", "2022-06", "--to", "2022-06", "--json").json
    assert (said["opening"], said["closing"], len(said["lines"])) == (0, 115, 22)
    assert said["opening"] + sum(line["amount"] for line in said["lines"]) == said["closing"]
    assert jifen("statement", BUYER).code == 0


def test_a_sale_is_explained_down_to_the_check_ins_that_paid_it(jifen: Jifen) -> None:
    lines = jifen("statement", BUYER, "--json").json["lines"]
    sale = next(line for line in lines if line["type"] == "redemption-placed.v1")
    by_position = jifen("explain", str(sale["position"]), "--json").json
    assert by_position == jifen("explain", sale["tx"], "--json").json
    assert sum(lot["amount"] for lot in by_position["lots"]) == 5
    assert {lot["behaviour"] for lot in by_position["lots"]} == {"check-in"}
    assert sum(leg["amount"] for fact in by_position["facts"] for leg in fact["postings"]) == 0
    assert "Where the lots came from" in jifen("explain", str(sale["position"])).out


def test_a_replay_agrees_with_book_and_projections(jifen: Jifen) -> None:
    ran = jifen("replay", "--check", "--json")
    assert (ran.code, ran.json["differences"]) == (0, [])
    assert ran.json["totals"][0] == {
        "unit": "safety_point",
        "accounts": 2,
        "balance": 215,
        "spendable": 15,
        "lowest": 100,
    }


def test_a_replay_as_known_at_a_day_adds_up_what_was_recorded_by_then(jifen: Jifen) -> None:
    assert jifen("replay", "--known-at", "2022-06-10", "--json").json["totals"][0]["balance"] == 200


def test_a_replay_of_one_holder_counts_that_one(jifen: Jifen) -> None:
    totals = jifen("replay", "--holder", "YK-0002", "--json").json["totals"]
    assert [(total["accounts"], total["balance"]) for total in totals] == [(1, 100)]


def test_projections_are_rebuilt_and_stand_at_the_head(jifen: Jifen) -> None:
    ran = jifen("projections", "rebuild", "balances", "--json")
    assert ran.code == 0
    rebuilt = next(row for row in ran.json if row["name"] == "balances")
    assert (rebuilt["behind"], rebuilt["error"]) == (0, None)
    assert jifen("projections", "status").code == 0


def test_projections_of_facts_that_the_journal_does_not_have_are_told_and_a_rebuild_mends_them(
    shop: Path, jifen: Jifen
) -> None:
    assert jifen("projections", "rebuild").code == 0
    with closing(sqlite3.connect(shop / "var" / "shop" / "projections.db")) as rows, rows:
        rows.execute("UPDATE projection_positions SET position = position + 7")
    projections = {"check": "shop projections", "ok": False}
    found = "7 facts beyond the journal: run jifen projections rebuild"
    assert projections | {"found": found} in jifen("doctor", "--json").json

    ran = jifen("replay", "--check")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error projection-halted: balances, statements, ")
    assert ran.err.count("rebuild it") == 1
    assert jifen("projections", "status").code == 1

    assert jifen("projections", "rebuild").code == 0
    assert jifen("replay", "--check").code == 0
    assert jifen("doctor").code == 0


def test_a_doctor_finds_a_healthy_ledger(jifen: Jifen) -> None:
    ran = jifen("doctor", "--json")
    assert ran.code == 0
    assert all(check["ok"] for check in ran.json)
    assert {"shop storage", "shop clock", "shop projections"} <= {check["check"] for check in ran.json}


def test_a_doctor_says_in_the_language_asked_for_what_it_has_found(jifen: Jifen) -> None:
    said = {lang: jifen("doctor", lang=lang).out for lang in ("zh-CN", "en")}
    assert [word for word in ("剩余 ", " 条事实", "落后 ") if word not in said["zh-CN"]] == []
    assert [word for word in (" free", " facts", "behind") if word in said["zh-CN"]] == []
    assert [word for word in (" MB free", " facts", " facts behind") if word not in said["en"]] == []


def test_settings_are_shown_with_passwords_masked(jifen: Jifen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIFEN_DATABASE_URL", "postgresql+psycopg://jifen:secret@127.0.0.1/jifen")
    ran = jifen("settings", "--json")
    assert ran.code == 0
    assert "secret" not in ran.out
    assert ran.json["database_url"] == "postgresql+psycopg://jifen:***@127.0.0.1/jifen"

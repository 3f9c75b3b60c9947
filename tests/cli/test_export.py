"""Exports: registers that add up, that no spreadsheet runs, and that bean-check accepts."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from python_calamine import load_workbook

from api.commands.saying import Words
from api.export.beancount import account_name, commodity
from api.export.files import write_csv, write_xlsx
from api.export.tables import TABLES, Table
from api.ledgers import open_ledger
from api.settings import Settings
from ledger.accounts.commands import OpenAccount
from ledger.room import By
from ledger.values import UnitCode
from tests.cli.conftest import Jifen

DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\N{FULLWIDTH EQUALS SIGN}1", " =1", "|calc", "%0")


def test_every_register_is_written_as_csv(jifen: Jifen, shop: Path) -> None:
    for what, rows in (("journal", 46), ("balances", 2), ("statements", 23), ("redemptions", 1)):
        ran = jifen("export", what, "--format", "csv", "--to", f"{what}.csv", "--json")
        assert (ran.code, ran.json["rows"]) == (0, rows)
        with (shop / f"{what}.csv").open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.reader(file))) == rows + 1


def test_the_journal_sums_to_zero(jifen: Jifen, shop: Path) -> None:
    jifen("export", "journal", "--format", "jsonl", "--to", "journal.jsonl")
    lines = [json.loads(line) for line in (shop / "journal.jsonl").read_text("utf-8").splitlines()]
    assert sum(line["amount"] for line in lines) == 0
    assert sum(line["amount"] for line in lines if line["account"].startswith("holder:")) == 215


def test_the_facts_are_the_journal_byte_for_byte(jifen: Jifen, shop: Path) -> None:
    assert jifen("export", "facts", "--format", "jsonl", "--to", "facts.jsonl").code == 0
    with open_ledger(Settings(data=shop / "var"), "shop", writing=False) as opened:
        stored = b"".join(row.state + b"\n" for row in opened.ledger.storage.facts(0, 10_000))
    assert (shop / "facts.jsonl").read_bytes() == stored


def test_a_workbook_has_the_rows_of_the_register(jifen: Jifen, shop: Path) -> None:
    assert jifen("export", "balances", "-f", "xlsx", "-o", "balances.xlsx").code == 0
    rows = load_workbook(shop / "balances.xlsx").get_sheet_by_index(0).to_python()
    assert rows[0][0] == "Account"
    assert sorted(row[2] for row in rows[1:]) == [100, 115]


def test_what_a_credit_line_allows_is_available_in_the_register_too(shop: Path) -> None:
    """As the account object says it: down to the floor; without a floor there is no end to it."""
    with open_ledger(Settings(data=shop / "var"), "shop") as opened:
        for id, floor in (("line", -50), ("open", None)):
            command = OpenAccount(id=id, unit=UnitCode("safety_point"), floor=floor)
            opened.ledger.submit(command, by=By(principal="client:tester"))
        found = {row[0]: row[5] for row in TABLES["balances"].rows(opened)}
    assert (found["account:line"], found["account:open"]) == (50, None)


def test_no_cell_of_a_file_runs_as_a_formula(shop: Path, tmp_path: Path) -> None:
    table = Table(("cell", "number"), (Words("格", "Cell"), Words("数", "Number")), lambda _opened: iter(rows))
    rows = [(cell, -5) for cell in DANGEROUS]
    with open_ledger(Settings(data=shop / "var"), "shop", writing=False) as opened:
        write_csv(tmp_path / "x.csv", table, opened, "en")
        write_xlsx(tmp_path / "x.xlsx", table, opened, "en")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))[1:]
    assert [row[0] for row in written] == ["'" + cell for cell in DANGEROUS]
    assert {row[1] for row in written} == {"-5"}
    found = load_workbook(tmp_path / "x.xlsx").get_sheet_by_index(0).to_python()[1:]
    assert [row[0] for row in found] == ["'" + cell for cell in DANGEROUS]


def test_bean_check_accepts_the_journal(jifen: Jifen, shop: Path) -> None:
    assert jifen("export", "--format", "beancount", "--to", "shop.beancount").code == 0
    checker = [sys.executable, "-m", "beancount.scripts.check", "shop.beancount"]
    checked = subprocess.run(checker, cwd=shop, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_bean_check_would_notice_an_amount_that_was_changed(jifen: Jifen, shop: Path) -> None:
    jifen("export", "--format", "beancount", "--to", "shop.beancount")
    text = (shop / "shop.beancount").read_text("utf-8")
    changed = text.replace("  -100 SAFETY_POINT", "  -101 SAFETY_POINT", 1)
    assert changed != text
    (shop / "shop.beancount").write_text(changed, "utf-8")
    checker = [sys.executable, "-m", "beancount.scripts.check", "shop.beancount"]
    assert subprocess.run(checker, cwd=shop, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize(
    ("account", "spelled"),
    [
        ("issued", "Equity:Issued"),
        ("redeemed", "Income:Redeemed"),
        ("holder:0198c7a0-1d2e", "Liabilities:Holders:0198c7a0-1d2e"),
        ("account:SHOP", "Liabilities:Accounts:SHOP"),
        ("payable:INSURER", "Liabilities:Payable:INSURER"),
        ("cost:UNION", "Expenses:Entitlements:UNION"),
    ],
)
def test_accounts_are_spelled_as_beancount_wants_them(account: str, spelled: str) -> None:
    assert account_name(account) == spelled


def test_accounts_that_beancount_cannot_spell_stay_apart() -> None:
    names = {account_name("holder:" + id) for id in ("a b", "a_b", "a-b", "小李")}
    assert len(names) == 4
    assert all(name.startswith("Liabilities:Holders:X") for name in names)


@pytest.mark.parametrize(("unit", "spelled"), [("safety_point", "SAFETY_POINT"), ("A", "UA-U"), ("9x", "U9X-U")])
def test_units_are_spelled_as_beancount_wants_them(unit: str, spelled: str) -> None:
    assert commodity(unit) == spelled

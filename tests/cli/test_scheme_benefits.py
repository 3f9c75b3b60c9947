"""`jifen scheme check` shows what benefits pay, from which day on, up to how much, and out of what."""

from pathlib import Path

from tests.cli.conftest import Jifen
from tests.scheme.wrong_benefits import aided


def test_the_shipped_schemes_of_aid_say_their_rules_in_one_line_each(jifen: Jifen) -> None:
    shown = jifen("scheme", "check", "mutual-aid").out
    for line in (
        "two-thirds: 2/3 (company)",
        "town-aid: 1/2, <= 1000000 / year (town)",
        "one-stop: 13/100, <= 5000000 / year (pool)",
    ):
        assert line in shown
    assert "advance: 1/5, <= 181000 (province)" in jifen("scheme", "check", "wage-arrears").out
    assert jifen("scheme", "check", "mutual-aid", "--json").json["benefits"] == ["two-thirds", "town-aid", "one-stop"]


def test_a_tariff_and_a_change_of_it_are_told_with_their_days(jifen: Jifen, tmp_path: Path) -> None:
    file = tmp_path / "tariff.toml"
    rates = '{ amount = 10000 }, { from = "2023-01-01", amount = 30000, ceiling = 90000 }'
    file.write_text(aided(rates=rates, sources='{ fund = "mill" }, { fund = "town" }'), "utf-8")
    assert "aid: 10000; 30000, <= 90000 [2023-01-01..] / year (mill, town)" in jifen("scheme", "check", str(file)).out


def test_a_scheme_without_benefits_shows_no_empty_line(jifen: Jifen) -> None:
    shown = jifen("scheme", "check", "safety-supermarket").out
    assert all(word not in shown for word in ("补助", "Benefits"))

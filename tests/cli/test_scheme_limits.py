"""`jifen scheme check` and `diff` show rates, limits and funds as a person reads them."""

from pathlib import Path

import pytest

from ledger.scheme.loading import load_scheme
from tests.cli.conftest import Jifen

MORE = """
[funds.union]
names = { zh = "工会", en = "Union" }

[limits.head]
names = { zh = "每人每年", en = "A head and year" }
counts = "amount"
kinds = ["grant"]
unit = "A"
per = ["person"]
window = "year"
amount = 1500
changes = [{ from = "2023-01-01", amount = 1600 }]

[limits.daily]
names = { zh = "每日次数", en = "Times a day" }
counts = "times"
kinds = ["transfer"]
window = "day"
amount = 9
"""


@pytest.fixture
def limited(tmp_path: Path) -> Path:
    shipped = Path(__file__).parents[2] / "ledger/schemes/conformance.toml"
    path = tmp_path / "limited.toml"
    path.write_text(shipped.read_text("utf-8").replace("numerator = 2\n", "numerator = 1\n") + MORE, "utf-8")
    return path


def test_a_check_lists_rates_limits_and_funds(jifen: Jifen, limited: Path) -> None:
    said = jifen("scheme", "check", str(limited), "--json").json
    assert {name: said[name] for name in ("conversions", "limits", "funds")} == {
        "conversions": ["A-to-B", "B-to-A"],
        "limits": ["head", "daily"],
        "funds": ["union"],
    }


def test_a_check_says_rates_and_limits_in_one_line_each(jifen: Jifen, limited: Path) -> None:
    shown = jifen("scheme", "check", str(limited)).out
    assert "2 A = 1 B; 1 B = 1 A" in shown
    assert "head: 1500, 1600 [2023-01-01..] A / person + year" in shown
    assert "daily: 9 × / day" in shown


def test_a_scheme_without_limits_shows_no_empty_line(jifen: Jifen) -> None:
    shown = jifen("scheme", "check", "safety-supermarket").out
    assert all(word not in shown for word in ("限额", "Limits", "兑换率", "Conversions"))


def test_a_diff_names_the_changed_rate_and_the_new_limits(jifen: Jifen, limited: Path) -> None:
    changed = jifen("scheme", "diff", "conformance", str(limited), "--json").json
    paths = {item["path"]: (item["before"], item["after"]) for item in changed}
    assert paths["conversions.B-to-A.numerator"] == (2, 1)
    assert set(paths) == {"conversions.B-to-A.numerator", "funds.union", "limits.daily", "limits.head"}
    assert paths["limits.head"][1]["changes"] == [{"from": "2023-01-01", "amount": 1600}]
    assert load_scheme(limited).limits["head"].amount == 1500

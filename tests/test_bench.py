"""The benchmarks run: one small round of each row, so that a figure is never missing when it is wanted."""

import pytest

from bench import http, redemptions
from bench.__main__ import PAGE, written
from bench.measuring import Timing, Verdict, in_turn

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redemptions, "ROUNDS", 1)
    monkeypatch.setattr(redemptions, "SALES", 200)
    monkeypatch.setattr(redemptions, "PLAIN", 20)
    monkeypatch.setattr(redemptions, "HOLDERS", 50)
    monkeypatch.setattr(redemptions, "CREDITS", 2)
    monkeypatch.setattr(redemptions, "MANY", 30)
    monkeypatch.setattr(redemptions, "FEW", 3)
    monkeypatch.setattr(http, "ROUNDS", 1)
    monkeypatch.setattr(http, "REQUESTS", 200)
    monkeypatch.setattr(http, "HOLDERS", 50)


def shown(verdicts: list[Verdict]) -> list[int]:
    assert all(verdict.ratio > 0 and verdict.line().count("|") == 8 for verdict in verdicts)
    return [verdict.row for verdict in verdicts]


def test_rows_1_5_and_7_are_measured_on_sqlite() -> None:
    assert shown(redemptions.against_the_database(None)) == [1, 1]
    assert shown(redemptions.one_thing()) == [5, 5]
    assert shown([redemptions.many_credits()]) == [7]


def test_row_3_is_measured_over_http() -> None:
    assert shown(list(http.over_http())) == [3, 3]


def test_a_ratio_is_that_of_each_round_and_the_median_of_them() -> None:
    figure = in_turn([[Timing("ours", 10, lambda: None), Timing("limit", 10, lambda: None)] for _ in range(3)])
    assert set(figure.rates) == {"ours", "limit"}
    assert list(figure.ratios) == ["limit"]


def test_a_row_below_its_floor_says_so() -> None:
    assert "✗" in Verdict(1, "figure", "1/s", "2/s", 0.39, 0.40).line()
    assert "✓" in Verdict(1, "figure", "1/s", "2/s", 0.40, 0.40).line()


def test_the_table_is_written_between_its_marks_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    before = PAGE.read_text("utf-8")
    pages: list[str] = []
    monkeypatch.setattr(type(PAGE), "write_text", lambda _path, text, _encoding: pages.append(text))
    written(["| a row |"])
    assert "| a row |" in pages[0]
    assert pages[0].split("<!-- bench: begin -->")[0] == before.split("<!-- bench: begin -->")[0]

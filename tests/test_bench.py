"""The benchmarks run: one small round of each row, so that a figure is never missing when it is wanted."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench import batches, capacity, following, http, month, processes, redemptions, replaying, servers
from bench.__main__ import PAGE, databases, written
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
    for module in (batches, following, month, processes, replaying, servers):
        monkeypatch.setattr(module, "ROUNDS", 1)
    monkeypatch.setattr(batches, "COMMANDS", 200)
    monkeypatch.setattr(batches, "BATCH", 50)
    monkeypatch.setattr(replaying, "HOLDERS", 50)
    monkeypatch.setattr(replaying, "SALES", 200)
    monkeypatch.setattr(month, "HOLDERS", 200)
    monkeypatch.setattr(month, "FEW", 100)
    monkeypatch.setattr(month, "BUYERS", 20)
    monkeypatch.setattr(month, "SALES", 10)
    monkeypatch.setattr(month, "BESIDE", 40)
    monkeypatch.setattr(processes, "SALES", 200)
    monkeypatch.setattr(processes, "HOLDERS", 50)
    monkeypatch.setattr(processes, "CREDITS", 2)
    monkeypatch.setattr(servers, "REQUESTS", 200)
    monkeypatch.setattr(servers, "WARMING", 200)


def shown(verdicts: list[Verdict]) -> list[int]:
    assert all(verdict.ratio > 0 and verdict.line().count("|") == 8 for verdict in verdicts)
    return [verdict.row for verdict in verdicts]


def in_a_thread(measure: Callable[[], Iterable[Verdict]]) -> list[Verdict]:
    """The client has an event loop of its own; a browser's test may have left one running in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: list(measure())).result()


def test_rows_1_5_and_7_are_measured_on_sqlite() -> None:
    assert shown(redemptions.against_the_database(None)) == [1, 1]
    assert shown(redemptions.one_thing()) == [5, 5]
    assert shown([redemptions.many_credits()]) == [7]


def test_row_3_is_measured_over_http() -> None:
    assert shown(in_a_thread(http.over_http)) == [3, 3]


def test_row_4_is_measured_over_http() -> None:
    assert shown(in_a_thread(batches.through_batches)) == [4]


@pytest.mark.postgres
def test_row_6_is_measured_with_two_processes_and_nothing_is_wrong() -> None:
    with databases() as fresh:
        assert shown(list(processes.two_processes(fresh))) == [6]


@pytest.mark.postgres
def test_row_6_is_measured_with_two_servers_and_nothing_is_wrong() -> None:
    with databases() as fresh:
        assert shown(in_a_thread(lambda: servers.two_servers(fresh))) == [6]


def test_row_8_is_measured_by_replaying() -> None:
    assert shown(list(replaying.replayed())) == [8, 8]


def test_row_9_is_measured_by_following_and_by_building_anew() -> None:
    assert shown(in_a_thread(following.followed)) == [9, 9, 9]


def test_row_11_is_measured_on_ledgers_of_two_sizes() -> None:
    assert shown(list(month.months())) == [11] * 5


@pytest.mark.postgres
def test_what_a_ledger_weighs_is_measured_on_both_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity, "HOLDERS", 50)
    with databases() as fresh:
        lines = capacity.capacity(fresh)
    assert [line.count("|") for line in lines] == [7] * 6 + [0] * 3


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
    assert pages[0].split("<!-- bench: end -->")[1] == before.split("<!-- bench: end -->")[1]

"""How a figure is taken: ours and its limits in turn, several rounds, medians; noise hits both alike."""

import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import NamedTuple

ROUNDS = int(os.environ.get("JIFEN_BENCH_ROUNDS", "5"))


class Timing(NamedTuple):
    """What was done, how many times a round, and how to do it."""

    name: str
    times: int
    run: Callable[[], object]


class Figure(NamedTuple):
    """Median rates per second by name, and the ratios of the first to each other one, round by round."""

    rates: dict[str, float]
    ratios: dict[str, float]


def in_turn(rounds: Iterable[Iterable[Timing]]) -> Figure:
    """Run each round's timings one after the other; the first is ours. Ratios are medians of the rounds' ratios."""
    taken: list[dict[str, float]] = [{timing.name: _rate(timing) for timing in timings} for timings in rounds]
    names = list(taken[0])
    rates = {name: statistics.median(round[name] for round in taken) for name in names}
    ratios = {name: statistics.median(round[names[0]] / round[name] for round in taken) for name in names[1:]}
    return Figure(rates, ratios)


def _rate(timing: Timing) -> float:
    started = time.perf_counter()
    timing.run()
    return timing.times / (time.perf_counter() - started)


class Verdict(NamedTuple):
    """One line of the table."""

    row: int
    figure: str
    measured: str
    compared: str
    ratio: float
    floor: float
    aim: float | None = None

    def line(self) -> str:
        """As Markdown."""
        mark = "✓" if self.ratio >= self.floor else "✗"
        aim = "" if self.aim is None else f"{self.aim:.2g}"
        return (
            f"| {self.row} | {self.figure} | {self.measured} | {self.compared} "
            f"| {self.ratio:.2f} | {self.floor:.2g} {mark} | {aim} |"
        )


HEADING = "| row | figure | measured | compared with | ratio | floor | aim |\n|---|---|---|---|---|---|---|"


def machine() -> str:
    """What it ran on."""
    parts = [
        f"{os.cpu_count()} cores, {platform.machine()}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        *(f"{name} {version(name)}" for name in ("sqlalchemy", "psycopg", "msgspec", "eventsourcing", "fastapi")),
    ]
    return ", ".join(parts)

"""`make bench`: measures, prints the table, and writes it into docs/performance.md."""

import argparse
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from bench.measuring import HEADING, ROUNDS, Verdict, machine
from bench.redemptions import against_the_database, many_credits, one_thing

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
ROWS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11)


@contextmanager
def databases() -> Iterator[Iterator[str]]:
    """Fresh databases of a PostgreSQL of our own that really syncs, one by one."""
    from tests.postgres import running_server

    with running_server(durable=True) as server:
        yield iter(server.create_database, "")


def measured(rows: set[int]) -> Iterator[Verdict]:
    """The lines of the table, as they are measured. Row 10, sealing, comes with the audit log."""
    from bench.batches import through_batches
    from bench.following import followed
    from bench.http import over_http
    from bench.month import months
    from bench.processes import two_processes
    from bench.replaying import replayed
    from bench.servers import two_servers

    kept: dict[int, Callable[[], Iterable[Verdict]]] = {
        1: lambda: against_the_database(None),
        2: lambda: _on_postgres(against_the_database),
        3: over_http,
        4: through_batches,
        5: one_thing,
        6: lambda: chain(_on_postgres(two_processes), _on_postgres(two_servers)),
        7: lambda: (many_credits(),),
        8: replayed,
        9: followed,
        11: months,
    }
    for row, measure in kept.items():
        if row in rows:
            yield from measure()


def _on_postgres(measure: Callable[[Iterator[str]], Iterable[Verdict]]) -> Iterator[Verdict]:
    with databases() as fresh:
        yield from measure(fresh)


def written(lines: list[str], part: str = "bench") -> None:
    """Put a table into its page, between its marks; what stands around it is prose by people."""
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    before, _, rest = PAGE.read_text("utf-8").partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(before + begin + "\n" + "\n".join(lines) + "\n" + end + after, "utf-8")


def main() -> None:
    """Measure the rows asked for, or all of them and what a ledger weighs."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=list(ROWS), choices=ROWS)
    parser.add_argument("--capacity", action="store_true", help="what a ledger weighs, and no rows")
    parser.add_argument("--holders", type=int, help="of row 11 (JIFEN_BENCH_HOLDERS)")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    arguments = parser.parse_args()
    if arguments.holders:
        from bench import month

        month.HOLDERS = arguments.holders
    day = datetime.now(UTC).date().isoformat()
    lines = [f"{machine()}; medians of {ROUNDS} rounds, ours and its limits in turn; {day}.", "", HEADING]
    if not arguments.capacity:
        print("\n".join(lines), flush=True)
        for verdict in measured(set(arguments.rows)):
            lines.append(verdict.line())
            print(lines[-1], flush=True)
        if arguments.write:
            written(lines)
    if arguments.capacity or arguments.rows == list(ROWS):
        weights = [f"{machine()}; {day}.", "", *weighed()]
        print("\n".join(weights), flush=True)
        if arguments.write:
            written(weights, "capacity")


def weighed() -> list[str]:
    """The capacity table."""
    from bench.capacity import capacity

    with databases() as fresh:
        return capacity(fresh)


if __name__ == "__main__":
    main()

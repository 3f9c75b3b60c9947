"""`python -m tests.simulation SEED [sqlite|postgresql]` repeats one run."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import running_server
from tests.simulation.run import Open, Simulation
from tests.simulation.storages import embedded, served


@contextmanager
def database(kind: str) -> Iterator[Open]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield embedded(Path(folder))
        return
    with running_server() as server:
        url = server.create_database()
        try:
            yield served(url)
        finally:
            server.drop_database(url)


def main(seed: str, kind: str = "sqlite") -> None:
    with database(kind) as open:
        seen = Simulation(int(seed), open).run()
    for name, times in sorted(seen.items()):
        print(f"{times:6} {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Several processes may follow one ledger: one of them folds, the others look on and go on when it no longer does."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import func, select

from projections.store import Store

FOLLOWER: Final = "jifen follower of "
"""What the lock of a ledger's follower is named after: other programs of this database may lock numbers as well."""


class Share:
    """One process's part in following: its own, until it sees that somebody else has taken facts in."""

    def __init__(self, store: Store, position: Callable[[], int], advance: Callable[[], int]) -> None:
        """`position` tells what every projection has reached, whoever brought it there; `advance` brings it further."""
        self.store, self.position, self.advance = store, position, advance
        self.mine = True
        """False while somebody else follows: what a follower does besides is his as well."""
        self._reached = -1
        self._again_at = float("-inf")

    def is_due(self, head: int, batch: int) -> bool:
        """Whether it is time to look: it has rested, or a whole batch has come."""
        return time.monotonic() >= self._again_at or head - self._reached >= batch

    def take_in(self, rest: float, *, asked: bool) -> None:
        """Take in what has come, then rest so many seconds; look on, and for twice as long, where somebody else does.

        Two that fold the same batch do it once for nothing: only one can write it. Who is `asked` does not wait for
        another who may hang.
        """
        with alone(self.store) as free:
            self.mine = asked or (free and not self._overtaken())
            self._reached = self.advance() if self.mine else self.position()
        self._again_at = time.monotonic() + (rest if self.mine else 2 * rest)

    def try_again(self) -> None:
        """Something went wrong: the next look must not wait."""
        self._again_at = float("-inf")

    def _overtaken(self) -> bool:
        """Whether somebody else has moved on since this one last looked; whoever moved last is overtaken by nobody."""
        return 0 <= self._reached < self.position()


@contextmanager
def alone(store: Store) -> Iterator[bool]:
    """Whether nobody else is taking facts in meanwhile. On SQLite one process has the ledger.

    The lock ends with its transaction, so also with its process.
    """
    if store.dialect != "postgresql":
        yield True
        return
    with store.engine.connect() as connection, connection.begin():
        lock = func.pg_try_advisory_xact_lock(func.hashtextextended(FOLLOWER + store.ledger, 0))
        yield bool(connection.execute(select(lock)).scalar_one())

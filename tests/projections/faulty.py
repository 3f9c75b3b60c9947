"""A second process with one fault, which the variable FAULT of its surroundings names; without one it is as any other.

`early` is dead before it is ready, `folding`, `writing` and `written` (but not answered) die at their second batch;
`deaf` stops listening and speaking there, `late` does not answer in time, `babbling` says what is no answer,
`full` has no room for what it writes, `away` has lost its databases, `other` is of another version, `broken:N` cannot
fold the fact at position N.
"""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from ledger.journal.storage import Storage
from projections import balances, helping
from projections.projection import Recorded
from projections.store import Store

FAULT: Final = os.environ.get("JIFEN_TEST_FAULT", "")


def die() -> None:
    """At once: nothing is closed, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)


def second(act: Callable[[], object]) -> Callable[[], None]:
    """Do something when it is asked for the second time, not before."""
    times = 0

    def count() -> None:
        nonlocal times
        times += 1
        if times == 2:
            act()

    return count


def before(place: Any, name: str, act: Callable[[], object]) -> None:
    """Act before each call."""
    original = getattr(place, name)

    def acting(*given: Any, **named: Any) -> Any:
        act()
        return original(*given, **named)

    setattr(place, name, acting)


def after(place: Any, name: str, act: Callable[[], object]) -> None:
    """Act after each call."""
    original = getattr(place, name)

    def acting(*given: Any, **named: Any) -> Any:
        found = original(*given, **named)
        act()
        return found

    setattr(place, name, acting)


def closed() -> None:
    """Alive, but at neither end of a pipe."""
    os.close(0)
    os.close(1)
    time.sleep(3_600)


def full() -> None:
    """No file of this process may grow."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))


def away() -> None:
    """As drivers say it."""
    raise ConnectionError("the database is away")


def break_at(position: int) -> None:
    """One projection cannot fold one fact."""
    original = balances.PROJECTION.apply

    def apply(batch: Sequence[Recorded], *rest: Any) -> Any:
        if batch[0].envelope.pos <= position <= batch[-1].envelope.pos:
            raise ZeroDivisionError("poison")
        return original(batch, *rest)

    vars(balances.PROJECTION)["apply"] = apply


SPOIL: Final[dict[str, Callable[[], None]]] = {
    "early": die,
    "folding": lambda: after(helping, "folded", second(die)),
    "writing": lambda: after(Store, "_put", second(die)),
    "written": lambda: after(Store, "write", second(die)),
    "deaf": lambda: before(helping, "written", second(closed)),
    "late": lambda: after(Store, "write", second(lambda: time.sleep(3_600))),
    "babbling": lambda: after(Store, "write", lambda: print("hello", flush=True)),
    "full": lambda: before(Store, "write", second(full)),
    "away": lambda: before(Storage, "facts", second(away)),
    "other": lambda: setattr(helping, "PROJECTIONS", ()),
}


if __name__ == "__main__":
    if FAULT.startswith("broken:"):
        break_at(int(FAULT.removeprefix("broken:")))
    elif FAULT:
        SPOIL[FAULT]()
    helping.work(sys.stdin.buffer, sys.stdout.buffer)
    os._exit(0)

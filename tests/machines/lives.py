"""How a machine is run: first its walks, which every run takes alike, then whatever chance brings."""

from collections import Counter as Tally
from collections.abc import Callable
from itertools import count
from typing import Any, ClassVar, Final, Protocol, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger.journal.storage import Storage
from tests.conftest import DEPTH

Opened = Callable[[], list[list[Storage]]]
_names = count()
ENOUGH: Final = 1_000
"""Lives in which a seeded bug must be found; the search ends with the first."""


class Machine(Protocol):
    """A state machine that knows its walks."""

    covered: ClassVar[Tally[tuple[str, str]]]

    @classmethod
    def tour(cls) -> None:
        """Take every walk once."""


M = TypeVar("M", bound=Machine)


def ledgers(*make: Callable[[str], Storage]) -> Opened:
    """Opens a new ledger on each of these databases; two `Ledger`s work on it in turns."""

    def fresh() -> list[list[Storage]]:
        name = f"case-{next(_names)}"
        make[0](name).create(migrate=False)
        for other in make[1:]:
            other(name).create(migrate=False)
        return [[one(name), one(name)] for one in make]

    return fresh


def migrated(make: Callable[[str], Storage]) -> Callable[[str], Storage]:
    first = make("first")
    first.create()
    first.close()
    return make


def machine(kind: type[M], *make: Callable[[str], Storage]) -> type[M]:
    """The machine on these databases, with a count of its own of what happened."""
    return type("Case", (kind,), {"opened": staticmethod(ledgers(*make)), "covered": Tally()})


def live(case: type[Machine], *, examples: int, steps: int) -> Tally[tuple[str, str]]:
    """The walks, and so many lives by chance; how often each wish ended how."""
    case.tour()
    # A story that fails is told as it was found: making it short takes longer than a test may.
    phases = set(Phase) if DEPTH == "deep" else set(Phase) - {Phase.shrink, Phase.explain}
    _run(case, settings(max_examples=examples, stateful_step_count=steps, phases=phases))
    for (wish, end), times in sorted(case.covered.items()):
        print(f"{wish:16} {end:26} {times:6}")
    return case.covered


def search(case: type[Machine], *, steps: int) -> None:
    """Until something is found: on the walks, which chance has no part in; in a deep run by chance alone."""
    if DEPTH != "deep":
        case.tour()
    # No shrinking: this asks whether it is found, not how it looks when smallest.
    _run(case, settings(max_examples=ENOUGH, stateful_step_count=steps, phases=[Phase.generate], database=None))


def _run(case: Any, how: settings) -> None:
    run_state_machine_as_test(case, settings=settings(how, suppress_health_check=list(HealthCheck)))

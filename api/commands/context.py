"""Where a command stands: its settings, its voice, and the ledger that it was asked about."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Final, NamedTuple

from cyclopts import Parameter

from api.commands.failures import CommandFailed, Failure, failure_of
from api.commands.saying import Voice, Words
from api.ledgers import OpenLedger, ledger_names, open_ledger
from api.settings import Settings
from ledger.refusals import LedgerInUse

LedgerName = Annotated[
    str | None, Parameter(name=("--ledger", "-l"), help="账本名,只有一个时可省略 / The ledger, if there are several")
]

_NONE: Final = Words("这里还没有账本。", "There is no ledger here yet.")
_MAKE_ONE: Final = Words(
    "用 jifen ledger create 建一个，或用 JIFEN_DATA 指明账本所在的目录。",
    "Make one with jifen ledger create, or name with JIFEN_DATA the directory where ledgers lie.",
)


class Context(NamedTuple):
    """What every command finds around it."""

    settings: Settings
    voice: Voice


_here: ContextVar[Context] = ContextVar("context")


def here() -> Context:
    """The context of the command that runs."""
    return _here.get()


@contextmanager
def standing(context: Context) -> Iterator[None]:
    """Run a command in this context."""
    token = _here.set(context)
    try:
        yield
    finally:
        _here.reset(token)


def chosen(name: str | None) -> str:
    """The ledger's name, which may be left out while there is only one."""
    if name is not None:
        return name
    names = ledger_names(here().settings)
    if len(names) == 1:
        return names[0]
    if not names:
        raise CommandFailed(Failure("not-found", _NONE, _MAKE_ONE, {"kind": "ledger", "id": ""}))
    listed = ", ".join(names)
    what = Words(f"有几个账本:{listed}。", f"There are several ledgers: {listed}.")
    raise CommandFailed(Failure("ledger-unclear", what, Words("请用 --ledger 指明。", "Name one with --ledger.")))


@contextmanager
def reading(name: str | None) -> Iterator[OpenLedger]:
    """The ledger, open for reading: works beside whoever writes it."""
    with open_ledger(here().settings, chosen(name), writing=False) as opened:
        yield opened


@contextmanager
def writing(name: str | None, route: str) -> Iterator[OpenLedger]:
    """The ledger, open for writing; while a server has it, `route` is named instead (`{ledger}` is filled in)."""
    ledger = chosen(name)
    try:
        opened = open_ledger(here().settings, ledger)
    except LedgerInUse as error:
        raise CommandFailed(failure_of(error, route=route.format(ledger=ledger))) from None
    with opened:
        yield opened

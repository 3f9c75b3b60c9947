"""What a route is: where it lies, what it takes, who may, and what it can be refused with."""

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec

from api.auth import Caller
from api.site import Served
from ledger import refusals as no
from ledger.refusals import Refusal
from ledger.room import Command

BASE: Final = "/v1/ledgers/{ledger}"
TERMS: Final = (no.UnknownSchemeTerm,)
MOVING: Final = (*TERMS, no.AccountFrozen, no.AccountClosed, no.AmountOutOfRange)
"""What everything that moves value may be refused with."""


class Arrival(NamedTuple):
    """With what a wish came in, beside its body."""

    served: Served
    caller: Caller
    key: str
    """The idempotency key: the header's, or the command's `id` in a batch."""
    id: str | None = None
    """In a batch, the command's `id`, which also names the thing that it makes."""


class Made(NamedTuple):
    """A command with the commitments to what the vault keeps beside it."""

    command: Command
    pd: dict[str, str]


def never(_body: Any) -> bool:
    """Most bodies become commands without asking anybody."""
    return False


def always(_body: Any) -> bool:
    """For what the vault keeps."""
    return True


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """A route that changes the ledger. Its command's `ROUTE` is its `type` in batches."""

    path: str
    """Below the ledger; a name in braces is a member of the body model as well."""
    command: type[Command]
    body: type[Any]
    make: Callable[[Any, Arrival], Command | Made]
    """Body to command; raises Malformed."""
    permission: str
    summary: str
    refusals: tuple[type[Refusal], ...] = ()
    """Beside the ones that every write may get."""
    blocking: Callable[[Any], bool] = never
    """Whether `make` waits for the vault or the ledger with this body: it then runs off the event loop."""
    own: bool = False
    """Whether a holder may do this for itself; `make` then looks whose it is."""
    decimals: bool = False
    """Whether numbers with a point may stand in the body, as degrees do; its model gets their text."""
    guard: Callable[[Arrival], None] | None = None
    """Asked of callers who are no administrators; raises Forbidden for what they may only propose. Blocking."""

    @property
    def type(self) -> str:
        """The singular of the route."""
        return self.command.ROUTE

    @property
    def params(self) -> tuple[str, ...]:
        """The names in the path."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def names_thing(self) -> bool:
        """Whether the body itself has an `id`: a batch then leaves it there."""
        return "id" in self.body.__struct_fields__

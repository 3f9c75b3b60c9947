"""How the quota of recorded refusals follows them."""

from typing import Final

from ledger.limits.evolve import counted
from ledger.requests.facts import CommandRefused

EVOLUTIONS: Final = (counted(CommandRefused),)

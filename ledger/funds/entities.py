"""A fund and what is promised from it."""

from typing import ClassVar

import msgspec

from ledger.room import Entity
from ledger.values import Instant, UnitCode


class Fund(Entity, frozen=True, kw_only=True):
    """Money of one source for one purpose. At every step appropriated = committed + disbursed + free + returned."""

    KIND: ClassVar[str] = "fund"

    unit: UnitCode
    source: str
    """The scheme's code of whose money it is."""
    revolving: bool = False
    """Whether what is recovered can be committed again (S19); else it goes back to the source."""
    year: int | None = None
    """The budget year, in which alone it promises; None: it runs on."""
    appropriated: int = 0
    committed: int = 0
    """Promised and neither paid nor released."""
    disbursed: int = 0
    """Paid, less what came back into a revolving fund."""
    recovered: int = 0
    """What debtors paid back in all."""
    written_off: int = 0
    """What nobody will pay back."""
    returned: int = 0
    """What was free when the fund was closed, and went back to its source."""
    closed_at: Instant | None = None
    into: str | None = None
    """The fund into which what was left was carried forward; None: it went back to its source."""

    @property
    def free(self) -> int:
        """What can be committed now."""
        return self.appropriated - self.committed - self.disbursed - self.returned


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One source's part of what is promised: 1 of 1 + 2 is a third (S13)."""

    fund: str
    weight: int


class Part(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one fund has promised in a commitment, and what became of it."""

    fund: str
    amount: int
    released: int = 0
    disbursed: int = 0
    recovered: int = 0
    written_off: int = 0

    @property
    def open(self) -> int:
        """Promised and neither paid nor released."""
        return self.amount - self.released - self.disbursed

    @property
    def outstanding(self) -> int:
        """Paid out and neither paid back nor given up."""
        return self.disbursed - self.recovered - self.written_off


class Commitment(Entity, frozen=True, kw_only=True):
    """A promise to pay for one thing, from one fund or from several in fixed shares."""

    KIND: ClassVar[str] = "commitment"

    unit: UnitCode
    of: str | None
    """What it is for: the stream of a thing of this ledger, or a reference into the vault."""
    parts: tuple[Part, ...] = ()

    @property
    def open(self) -> int:
        """What can still be paid or released."""
        return sum(part.open for part in self.parts)

    @property
    def outstanding(self) -> int:
        """What was paid and may still come back."""
        return sum(part.outstanding for part in self.parts)

"""Which versions of the scheme are adopted, and which is in force on a day."""

from typing import ClassVar

import msgspec

from ledger.refusals import NotFound
from ledger.room import Entity
from ledger.scheme.model import Scheme
from ledger.values import Day


class Version(msgspec.Struct, frozen=True, array_like=True):
    """One adopted version and the first local day on which it prices."""

    effective_from: Day
    scheme: Scheme


class Adopted(Entity, frozen=True, kw_only=True):
    """All versions, in the order in which they take effect."""

    KIND: ClassVar[str] = "scheme"
    ID: ClassVar[str] = "adopted"

    versions: tuple[Version, ...] = ()

    def in_force(self, day: Day) -> Scheme:
        """The version that prices what happened on that local day; the first prices what came before it too.

        Days before the first version belong to it: a takeover from paper names days on which no scheme stood here yet.
        """
        found = None
        for version in self.versions:
            if found is None or version.effective_from <= day:
                found = version.scheme
        if found is None:
            raise NotFound(kind="scheme", id=day)
        return found

"""How the adopted versions follow the adoptions."""

from typing import Final

from ledger.room import Evolution, Meta
from ledger.scheme.entities import Adopted, Version
from ledger.scheme.facts import SchemeAdopted
from ledger.scheme.loading import from_canonical


def on_adopted(adopted: Adopted | None, fact: SchemeAdopted, _meta: Meta, _id: str) -> Adopted:
    """One version more, in the order of effect; of two for one day the later adopted prices."""
    versions = (*(adopted.versions if adopted else ()), Version(fact.effective_from, from_canonical(fact.scheme)))
    return Adopted(versions=tuple(sorted(versions, key=lambda version: version.effective_from)))


EVOLUTIONS: Final = (Evolution(SchemeAdopted, Adopted, lambda _fact, _meta: (Adopted.ID,), on_adopted),)

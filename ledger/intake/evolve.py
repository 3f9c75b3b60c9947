"""How the memory of a file follows its imports."""

from typing import Final

from ledger.intake.entities import Imported
from ledger.intake.facts import ImportFinished, import_id
from ledger.room import Evolution, Meta


def on_finished(known: Imported | None, _fact: ImportFinished, meta: Meta, _id: str) -> Imported:
    """One time more."""
    return Imported(
        times=known.times + 1 if known else 1,
        first_at=known.first_at if known else meta.recorded_at,
        last_at=meta.recorded_at,
        position=meta.position,
    )


EVOLUTIONS: Final = (
    Evolution(
        ImportFinished,
        Imported,
        lambda fact, _meta: (import_id(fact.profile, fact.for_period, fact.file),),
        on_finished,
    ),
)

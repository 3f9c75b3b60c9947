"""How reported figures follow the facts about them."""

from typing import Final

from msgspec.structs import replace

from ledger.figures.entities import Figure
from ledger.figures.facts import FigureFact, FigureRead, FigureReported, FigureWithdrawn
from ledger.room import Evolution, Meta


def figure(fact: FigureFact, _meta: Meta) -> tuple[str, ...]:
    """The figure."""
    return (fact.figure,)


def on_reported(_figure: Figure | None, fact: FigureReported, meta: Meta, _id: str) -> Figure:
    """As it was said."""
    return Figure(
        kind=fact.kind,
        unit=fact.unit,
        amount=fact.amount,
        qualifier=fact.qualifier,
        adds=fact.adds,
        region=fact.region,
        from_on=fact.from_on,
        to_on=fact.to_on,
        printed=fact.printed,
        reading=fact.reading,
        reference=fact.reference,
        position=meta.position,
    )


def on_read(before: Figure, fact: FigureRead, _meta: Meta, _id: str) -> Figure:
    """Understood so; printed as ever."""
    return replace(before, reading=fact.reading)


def on_withdrawn(before: Figure, _fact: FigureWithdrawn, _meta: Meta, _id: str) -> Figure:
    """Counts no more."""
    return replace(before, withdrawn=True)


EVOLUTIONS: Final = (
    Evolution(FigureReported, Figure, figure, on_reported),
    Evolution(FigureRead, Figure, figure, on_read),
    Evolution(FigureWithdrawn, Figure, figure, on_withdrawn),
)

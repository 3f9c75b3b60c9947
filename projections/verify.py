"""Verify: every row of a projection against the same facts folded anew in memory; nothing is written."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from projections.folding import FollowerStoppedError
from projections.projection import Changes, Projection
from projections.projector import Projector

CHUNK = 5_000


class Deviation(NamedTuple):
    """A row that does not follow from the facts; None where there is no row."""

    sheet: str
    key: tuple[Any, ...]
    expected: tuple[Any, ...] | None
    found: tuple[Any, ...] | None


def deviations(projector: Projector, name: str) -> tuple[Deviation, ...]:
    """What differs in one projection, as of the position that it shows. Needs memory for its rows."""
    projection = projector.projections[name]
    with projector.store.reading() as reading:
        position = reading.position(projection)
        found = {
            sheet: {tuple(row[: len(sheet.keys)]): tuple(row) for row in reading.all(reading.select(projection, sheet))}
            for sheet in projection.sheets
        }
    folded = _folded(projector, projection, position)
    return tuple(
        deviation
        for sheet in projection.sheets
        for deviation in _differing(
            sheet.name, {row[: len(sheet.keys)]: row for row in sheet.tuples(folded[sheet])}, found[sheet]
        )
    )


def _folded(projector: Projector, projection: Projection, position: int) -> Changes:
    whole: Changes = {sheet: {} for sheet in projection.sheets}
    place = 0
    while place < position:
        batch, error = projector.decoded(place, projector.storage.facts(place, min(CHUNK, position - place)))
        if not batch:
            raise FollowerStoppedError(f"{projection.name}: {error or 'the journal has become shorter'}")
        for sheet, rows in projection.apply(batch).items():
            for key, values in rows.items():
                sheet.fold(whole[sheet], key, values)
        place = batch[-1].envelope.pos
    return whole


def _differing(
    sheet: str, expected: dict[tuple[Any, ...], tuple[Any, ...]], found: dict[tuple[Any, ...], tuple[Any, ...]]
) -> Iterator[Deviation]:
    for key in sorted({*expected, *found}):
        if expected.get(key) != found.get(key):
            yield Deviation(sheet, key, expected.get(key), found.get(key))

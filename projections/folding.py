"""Folding: facts in their order become what projections say about rows, whoever writes these and when."""

import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ledger.journal.mapper import Mapper, UnknownFormatError
from ledger.journal.storage import FactRow, Storage
from ledger.rooms import Registry
from projections.projection import Changes, Projection, Recorded, kinds_of, recorded
from projections.store import Mark

log = logging.getLogger("jifen.projector")

GARBAGE: Final = 1_000
"""Facts of a batch from which on the collector of cycles rests while they are in memory."""


class FollowerStoppedError(Exception):
    """A projection cannot go on: nothing was skipped, its error stands in the status."""


class Folding:
    """Reads the facts of one ledger and lets projections fold them. Writes nothing, and keeps nothing between two."""

    def __init__(self, storage: Storage, projections: Sequence[Projection], registry: Registry | None = None) -> None:
        """`registry`: the facts that are known, all of this program without one."""
        self.storage = storage
        self.projections = {projection.name: projection for projection in projections}
        known = registry or Registry()
        self.mapper = Mapper(known.topics.values(), known.upcasts)

    def decoded(self, place: int, rows: Sequence[FactRow]) -> tuple[list[Recorded], str | None]:
        """The facts that follow `place`, and what is wrong with the first that cannot be read."""
        batch: list[Recorded] = []
        for expected, row in enumerate(rows, place + 1):
            if row.position != expected:
                return batch, f"position {expected} is missing in the journal"
            try:
                envelope = self.mapper.read(row.topic, row.state)
            except UnknownFormatError as unknown:
                return batch, str(unknown)
            batch.append(recorded(envelope))
        return batch, None

    def folded(
        self, group: Sequence[Mark], batch: Sequence[Recorded]
    ) -> tuple[list[tuple[Mark, Changes]], list[tuple[Mark, str]]]:
        """What these facts say about the rows of each projection; and those that cannot apply them, with the reason."""
        steps: list[tuple[Mark, Changes]] = []
        failed: list[tuple[Mark, str]] = []
        kinds = kinds_of(batch)
        for mark in group:
            try:
                steps.append((mark, self.projections[mark.name].apply(batch, kinds)))
            except Exception as error:
                # A defect of one view must not hold up the others; it stands still, visibly, and skips nothing.
                log.critical("projection %s cannot apply facts after %s", mark.name, mark.position, exc_info=True)
                failed.append((mark, f"{type(error).__name__}: {error}"))
        return steps, failed


@contextmanager
def uncollected(facts: int) -> Iterator[None]:
    """A large batch makes no cycles, only many objects: the collector would go through all of them again and again."""
    resting = facts >= GARBAGE and gc.isenabled()
    if resting:
        gc.disable()
    try:
        yield
    finally:
        if resting:
            gc.enable()

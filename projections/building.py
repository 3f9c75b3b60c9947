"""Building anew: generations grow beside those that are read, and are shown when they have come as far."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from projections.ahead import Ahead, Landed
from projections.folding import Folding, FollowerStoppedError, uncollected
from projections.helper import HelperLostError
from projections.projection import Projection, kinds_of
from projections.store import Mark, Store

log = logging.getLogger("jifen.projector")

Progress = Callable[[int, int], None]
"""(done, of): how many facts of how many."""


class Building:
    """The new generations of some projections. They share every batch, so that each fact is read once for all."""

    def __init__(
        self,
        folding: Folding,
        store: Store,
        ahead: Callable[[Landed], AbstractContextManager[Ahead]],
        progress: Progress,
    ) -> None:
        """`ahead` writes what is folded, and tells each position that it has written."""
        self._folding, self._store, self._ahead, self._progress = folding, store, ahead, progress
        self._built: dict[Projection, Mark] = {}

    def begin(self, projection: Projection) -> Mark:
        """Begin a new generation, or go on with the one that somebody began and did not end."""
        own = [mark for mark in self._store.marks() if mark.name == projection.name]
        for mark in own:
            if not mark.live and mark.version == projection.version:
                return mark
        return self._store.begin(projection, max((mark.generation for mark in own), default=0) + 1, live=False)

    def build(self, wanted: Sequence[Projection], catching_up: AbstractContextManager[object]) -> None:
        """Fold every fact, then show the new rows; nobody follows (`catching_up`) while the last of them are folded."""
        self._built = {projection: self.begin(projection) for projection in wanted}
        while self._built:
            self._reach(self._folding.storage.head().position)
            with catching_up:
                self._reach(self._folding.storage.head().position)
                shown = [projection for projection, mark in self._built.items() if self._store.swap(projection, mark)]
            for projection in shown:
                del self._built[projection]
                self._store.forget(projection)

    def _reach(self, head: int) -> None:
        with self._ahead(lambda position: self._progress(position, head)) as ahead:
            while not self._reached(ahead, head):
                now = {(mark.name, mark.generation): mark for mark in self._store.marks()}
                # One that is no longer there was built by somebody else: whoever writes it next is told.
                for projection, mark in self._built.items():
                    self._built[projection] = now.get((mark.name, mark.generation), mark)

    def _reached(self, ahead: Ahead, head: int) -> bool:
        try:
            while (place := min(mark.position for mark in self._built.values())) < head:
                self._next(ahead, place, head)
            ahead.land()
        except HelperLostError as lost:
            log.warning("%s; read again from where it is", lost)
            return False
        return True

    def _next(self, ahead: Ahead, place: int, head: int) -> None:
        built, folding = self._built, self._folding
        next_one = min((mark.position for mark in built.values() if mark.position > place), default=head)
        limit = min(ahead.size(head - place), next_one - place)
        ahead.help(list(built.values()), place + limit, head)
        with uncollected(limit):
            batch, error = folding.decoded(place, folding.storage.facts(place, limit))
            if not batch:
                # Rows before the fact that cannot be read are kept: the next call goes on there.
                ahead.land()
                names = ", ".join(projection.name for projection in built)
                raise FollowerStoppedError(f"{names}: {error or 'the journal has become shorter'}")
            position = batch[-1].envelope.pos
            steps = {projection: mark for projection, mark in built.items() if mark.position == place}
            kinds = kinds_of(batch)
            changed = [(mark, projection.apply(batch, kinds)) for projection, mark in steps.items()]
            ahead.write(changed, position, aside=place + limit < head)
        moved = {projection: mark._replace(position=position) for projection, mark in steps.items()}
        built |= {projection: ahead.expected(mark) for projection, mark in moved.items()}

"""The projections of a ledger, as commands open them."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.ledgers import OpenLedger, projector_of
from api.settings import Settings
from projections.projector import Projector


@contextmanager
def followed(opened: OpenLedger, settings: Settings, *, caught_up: bool = False) -> Iterator[Projector]:
    """A projector on the ledger's projections; with `caught_up` they show everything that is recorded."""
    projector = projector_of(settings, opened)
    try:
        if caught_up:
            projector.advance()
        yield projector
    finally:
        projector.store.close()

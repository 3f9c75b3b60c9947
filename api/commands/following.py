"""The projections of a ledger, as commands open them."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.ledgers import OpenLedger
from api.settings import Settings
from projections.catalogue import PROJECTIONS
from projections.projector import Projector
from projections.store import Store


def store_of(opened: OpenLedger, settings: Settings) -> Store:
    """`projections.db` in the ledger's directory, or tables beside the journal's."""
    if opened.directory is not None:
        return Store.sqlite(opened.directory / "projections.db", opened.name)
    return Store.postgres(str(settings.database_url), opened.name)


@contextmanager
def followed(opened: OpenLedger, settings: Settings, *, caught_up: bool = False) -> Iterator[Projector]:
    """A projector on the ledger's projections; with `caught_up` they show everything that is recorded."""
    store = store_of(opened, settings)
    try:
        store.create()
        projector = Projector(opened.ledger.storage, store, PROJECTIONS, registry=opened.ledger.registry)
        if caught_up:
            projector.advance()
        yield projector
    finally:
        store.close()

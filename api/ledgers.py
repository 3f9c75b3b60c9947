"""Making and opening ledgers from settings: storage, vault and writer in one hand. Knows nothing of HTTP."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url

from api.settings import Settings, SettingsError
from ledger.calendar import known_zone, local_day, period_of
from ledger.journal.clock import Clock, SystemClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import DirectoryLock, Storage, lock_directory
from ledger.journal.tables import ledgers
from ledger.periods.commands import OpenBooks
from ledger.periods.decide import named
from ledger.refusals import AlreadyExists, Malformed, NotFound
from ledger.room import By
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.scheme.model import Scheme
from ledger.values import Day, Instant, PeriodName, instant
from ledger.vault import Vault, VaultPlace, create_vault, open_vault
from projections.catalogue import PROJECTIONS
from projections.projector import Projector
from projections.store import Store

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
OPERATOR: Final = By(principal="system")
"""Who sets a ledger up: whoever may write its directory or database."""


class OpenLedger:
    """A ledger with its vault, and on SQLite the right to write its directory. Close it when done."""

    def __init__(self, ledger: Ledger, vault: Vault, lock: DirectoryLock | None, directory: Path | None) -> None:
        """Use `open_ledger` or `create_ledger`."""
        self.ledger = ledger
        self.vault = vault
        self.directory = directory
        """Where its files lie (SQLite), or None."""
        self._lock = lock

    @property
    def name(self) -> str:
        """The ledger's name."""
        return self.ledger.name

    @property
    def zone(self) -> str:
        """Its IANA zone."""
        return self.ledger.zone

    def close(self) -> None:
        """Finish what waits, then let go of files, connections and the lock."""
        self.ledger.close()
        self.vault.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        """The open ledger."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closed."""
        self.close()


def create_ledger(  # noqa: PLR0913 - a ledger's birth has this many circumstances, most with a default
    settings: Settings,
    name: str,
    scheme: str | Path | Scheme,
    zone: str,
    *,
    period: str | None = None,
    clock: Clock | None = None,
    ids: Callable[[], str] | None = None,
    secret: bytes | None = None,
) -> OpenLedger:
    """Make storage, vault and secret, adopt the scheme, open the books, and give the ledger open for writing.

    `period` is the first period of the books, by default the current month in `zone`; the scheme prices from its
    first day on. Raises AlreadyExists, Malformed, SchemeError.
    """
    value = scheme if isinstance(scheme, Scheme) else load_scheme(scheme)
    if not NAME.fullmatch(name):
        raise Malformed(errors=["name: a to z, digits and hyphens, a letter first, at most 63"])
    if not known_zone(zone):
        raise Malformed(errors=[f"zone: {zone!r} is not a zone of the IANA data, such as Asia/Shanghai"])
    clock = clock or SystemClock()
    at = instant(clock.wall())
    # Before anything is made: a month refused by the books would leave a ledger without any under its name.
    first = named(PeriodName(period or period_of(local_day(at, zone))))
    if name in ledger_names(settings):
        raise AlreadyExists(kind="ledger", id=name)
    with ExitStack() as undo:
        lock = _lock(settings, name, undo)
        # The vault first, for it may want for its key or its database: a ledger is there once its journal is.
        _migrate(settings)
        # Alone with the directory, it may make anew what a creation that broke off has left; in a database another
        # process may be making the same ledger at this moment.
        alone, place = lock is not None, _place(settings, name)
        create_vault(name, place, clock=_instants(clock), without_facts=alone, secret=secret).close()
        _create_storage(settings, name, zone, value.rule, at)
        opened = _opened(settings, name, lock, clock, ids, writing=True)
        undo.callback(opened.close)
        adoption = AdoptScheme(scheme=canonical(value), effective_from=Day(f"{first}-01"))
        opened.ledger.submit(adoption, by=OPERATOR)
        opened.ledger.submit(OpenBooks(period=first), by=OPERATOR)
        undo.pop_all()
    return opened


def open_ledger(
    settings: Settings,
    name: str,
    *,
    writing: bool = True,
    clock: Clock | None = None,
    ids: Callable[[], str] | None = None,
) -> OpenLedger:
    """Open an existing ledger. Raises NotFound, LedgerInUse (SQLite, another process writes it), VaultError."""
    if name not in ledger_names(settings):
        raise NotFound(kind="ledger", id=name)
    with ExitStack() as undo:
        lock = _lock(settings, name, undo) if writing else None
        opened = _opened(settings, name, lock, clock or SystemClock(), ids, writing=writing)
        undo.pop_all()
    return opened


def projections_store(settings: Settings, opened: OpenLedger) -> Store:
    """Where its projections stand: `projections.db` in its directory, or tables beside the journal's. Close it."""
    if opened.directory is not None:
        return Store.sqlite(opened.directory / "projections.db", opened.name)
    return Store.postgres(str(settings.database_url), opened.name)


def projector_of(settings: Settings, opened: OpenLedger) -> Projector:
    """All its projections, with their tables. Close its `store`."""
    store = projections_store(settings, opened)
    store.create()
    return Projector(opened.ledger.storage, store, PROJECTIONS, registry=opened.ledger.registry, helped=True)


def ledger_names(settings: Settings) -> list[str]:
    """The names of all ledgers here, in order."""
    if settings.embedded:
        return sorted(found.parent.name for found in settings.data.glob("*/journal.db"))
    storage = _storage(settings, "")
    try:
        return _entered(storage.engine)
    finally:
        storage.close()


def _entered(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        if not engine.dialect.has_table(connection, ledgers.name):
            return []
        return sorted(connection.execute(select(ledgers.c.ledger)).scalars())


def check_roles(settings: Settings) -> None:
    """Raise SettingsError where the application would come to own the journal's tables, and so could change facts.

    Where it made them before, by whatever way, it goes on as it is.
    """
    if settings.embedded:
        return
    application = make_url(str(settings.database_url)).username
    if settings.owner_url is not None and make_url(settings.owner_url).username == application:
        raise SettingsError(f"JIFEN_OWNER_URL: another role than {application}, which must not own the journal")
    storage = _storage(settings, "")
    try:
        with storage.engine.connect() as connection:
            made = storage.engine.dialect.has_table(connection, ledgers.name)
    finally:
        storage.close()
    if not made and settings.owner_url is None:
        raise SettingsError(f"JIFEN_OWNER_URL: needed to make the first ledger, or {application} could change facts")


def _opened(
    settings: Settings,
    name: str,
    lock: DirectoryLock | None,
    clock: Clock,
    ids: Callable[[], str] | None,
    *,
    writing: bool,
) -> OpenLedger:
    vault = open_vault(name, _place(settings, name), clock=_instants(clock))
    storage = _storage(settings, name)
    ledger = Ledger(
        storage,
        vault.secret,
        zone=_zone(storage),
        clock=clock,
        ids=ids,
        capacity=settings.capacity,
        turn_size=settings.turn_size,
        backlog=settings.backlog,
        writing=writing,
    )
    return OpenLedger(ledger, vault, lock, _directory(settings, name))


def _directory(settings: Settings, name: str) -> Path | None:
    return settings.data / name if settings.embedded else None


def _place(settings: Settings, name: str) -> VaultPlace:
    directory = _directory(settings, name)
    if directory is not None:
        return VaultPlace.in_directory(directory)
    return VaultPlace.at(str(settings.database_url), settings.keys_url)


def _storage(settings: Settings, name: str) -> Storage:
    directory = _directory(settings, name)
    if directory is not None:
        return Storage.sqlite(directory / "journal.db", name)
    return Storage.postgres(str(settings.database_url), name)


def _migrate(settings: Settings) -> None:
    if settings.owner_url is not None:
        from ledger.journal.postgres import migrate  # psycopg is an extra: the embedded edition lives without it

        migrate(settings.owner_url, make_url(str(settings.database_url)).username or "")


def _create_storage(settings: Settings, name: str, zone: str, rule: str, at: Instant) -> None:
    storage = _storage(settings, name)
    try:
        storage.create(zone=zone, scheme=rule, created_at=at, migrate=settings.owner_url is None)
    finally:
        storage.close()


def _lock(settings: Settings, name: str, undo: ExitStack) -> DirectoryLock | None:
    directory = _directory(settings, name)
    if directory is None:
        return None
    lock = lock_directory(directory)
    undo.callback(lock.release)
    return lock


def _zone(storage: Storage) -> str:
    with storage.engine.connect() as connection:
        query = select(ledgers.c.zone).where(ledgers.c.ledger == storage.ledger)
        return str(connection.execute(query).scalar_one())


def _instants(clock: Clock) -> Callable[[], Instant]:
    return lambda: instant(clock.wall())

"""What one process serves: its open ledgers, each with its bridge to the writer and its keys."""

import asyncio
import itertools
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from api.auth import Caller, Keyring
from api.bridge import Bridge
from api.ledgers import OpenLedger, projector_of
from api.payees import sweep_payees
from api.people import sweep_orphans
from api.problems import away
from api.reviewing import EVERY_SECONDS, Reviewing
from api.scrubbing import scrub_of, stepping
from api.settings import Settings
from api.tracks.keeping import let_go
from ledger.refusals import NotFound, ProjectionBehind, Unauthenticated
from ledger.values import Instant, instant, later
from projections.store import Reading

log = logging.getLogger("jifen.site")
BEARER: Final = "Bearer "
ORPHANS_EVERY: Final = 60
"""Sweeps between two looks for orphans, and for tracks whose time is over."""
ORPHAN_AGE_SECONDS: Final = 86_400
"""Far longer than any command waits: a younger row may be about to get its fact."""
BATCHES_AT_ONCE: Final = 8
"""Batches of one ledger that may be in work at once; more are answered 429."""


class Served:
    """One open ledger as requests use it."""

    def __init__(self, opened: OpenLedger, loop: asyncio.AbstractEventLoop, settings: Settings) -> None:
        """Open for writing."""
        self.opened = opened
        self.ledger = opened.ledger
        self.vault = opened.vault
        self.settings = settings
        self.bridge = Bridge(opened.ledger.writer, loop)
        self.keyring = Keyring(opened.vault.principals, self.now)
        self.reviewing = Reviewing(opened.ledger, opened.vault)
        self.batches = 0
        self.projector = projector_of(settings, opened)
        self.store = self.projector.store

    def start(self) -> None:
        """Follow the journal from now on, and look for rows of the book that somebody changed by hand."""
        self.projector.start(idle=stepping(scrub_of(self.ledger, self.store)))

    def stop(self) -> None:
        """Stop following; the ledger itself belongs to whoever opened it. Blocking."""
        self.reviewing.stop()
        self.projector.stop()
        self.store.close()

    def forget_orphans(self) -> int:
        """Clear the vault of people, and accounts of merchants, of which no fact speaks after a day. Blocking."""
        before = later(self.now(), seconds=-ORPHAN_AGE_SECONDS)
        people = sweep_orphans(self.ledger, self.vault, before=before)
        return len(people) + len(sweep_payees(self.ledger, self.vault, before=before))

    def forget_tracks(self) -> int:
        """Delete from the vault the tracks whose time is over. Blocking."""
        return let_go(self.ledger, self.vault)

    @contextmanager
    def projected(self) -> Iterator[Reading]:
        """The projections as of the head at this moment, or newer. Raises ProjectionBehind after a second. Blocking."""
        self.projector.wait_for(self.ledger.storage.head().position)
        with self.store.reading() as reading:
            yield reading

    def reached(self, position: int, seconds: float = 1.0) -> None:
        """Return when ledger and projections show this position. Raises ProjectionBehind after a second. Blocking."""
        deadline = time.monotonic() + seconds
        while (head := self.ledger.storage.head().position) < position:
            if time.monotonic() >= deadline:
                raise ProjectionBehind(projected=head, head=position)
            time.sleep(0.02)
        self.projector.wait_for(position, max(0.0, deadline - time.monotonic()))

    def now(self) -> Instant:
        """The ledger's clock; what counts is what the turn reads."""
        return instant(self.ledger.clock.wall())


class Site:
    """All ledgers of this process."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is open yet."""
        self.settings = settings
        self.ledgers: dict[str, Served] = {}
        self.stopping = threading.Event()
        """A signal has said stop: whoever follows a feed is let go, for the server waits until nobody is connected."""

    def open(self, opened: Mapping[str, OpenLedger]) -> None:
        """Serve these ledgers from the running loop."""
        loop = asyncio.get_running_loop()
        for name, ledger in opened.items():
            served = self.ledgers[name] = Served(ledger, loop, self.settings)
            served.start()

    def close(self) -> None:
        """Stop what follows the ledgers. Blocking."""
        for served in self.ledgers.values():
            served.stop()

    async def caller(self, ledger: str, authorization: str) -> tuple[Served, Caller]:
        """The ledger and who calls. Raises Unauthenticated; NotFound for a ledger that the key does not open."""
        if not authorization.startswith(BEARER):
            raise Unauthenticated
        key = authorization[len(BEARER) :].strip()
        served = self.ledgers.get(ledger)
        if served is not None:
            try:
                return served, await served.keyring.caller(key)
            except Unauthenticated:
                pass
        await self._opens_another(key)
        raise NotFound(kind="ledger", id=ledger)

    async def _opens_another(self, key: str) -> None:
        """Raise Unauthenticated unless some ledger here knows the key: its holder learns nothing of other ledgers."""
        for served in self.ledgers.values():
            try:
                await served.keyring.caller(key)
            except Unauthenticated:
                continue
            return
        raise Unauthenticated

    async def sweep(self) -> None:
        """Record for ever what time does to things that nobody names; now and then, clear the vault."""
        for round in itertools.count():
            await asyncio.sleep(self.settings.sweep_seconds)
            for served in self.ledgers.values():
                try:
                    await asyncio.to_thread(served.ledger.writer.sweep)
                    if round % ORPHANS_EVERY == 0:
                        await asyncio.to_thread(served.forget_orphans)
                        await asyncio.to_thread(served.forget_tracks)
                except Exception as error:  # noqa: BLE001 - it is logged
                    _tell(f"a sweep of {served.ledger.name} failed; the next one tries again", error)

    async def review(self) -> None:
        """Let the machine review patrols for ever, each ledger's in turn with itself alone."""
        await asyncio.gather(*(self._review(served) for served in self.ledgers.values()))

    async def _review(self, served: Served) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await asyncio.to_thread(served.reviewing.step)
            except Exception as error:  # noqa: BLE001 - it is logged
                _tell(f"reviews of {served.ledger.name} failed; the next look tries again", error)


def _tell(what: str, error: Exception) -> None:
    """A store that is away is one line, however often it is looked for; a defect has its trace."""
    if (why := away(error)) is not None:
        log.warning("%s: %s", what, why)
    else:
        log.error(what, exc_info=error)

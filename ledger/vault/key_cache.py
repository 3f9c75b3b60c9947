"""Keeping authenticated callers at hand, without keeping a revoked key alive."""

import threading
from collections.abc import Callable
from hashlib import sha256

from ledger.values import Instant
from ledger.vault.principals import Principal, Principals


class KeyCache:
    """Answers `authenticate` from memory while no key of the ledger was revoked and no principal changed.

    Each call reads one row by its primary key to know that: a revocation counts at once, in every process.
    """

    def __init__(self, principals: Principals, *, clock: Callable[[], Instant], size: int = 10_000) -> None:
        """Keep at most `size` callers."""
        self._principals = principals
        self._clock = clock
        self._size = size
        self._lock = threading.Lock()
        self._version = -1
        self._known: dict[bytes, tuple[Principal, Instant | None]] = {}

    def authenticate(self, key_text: str) -> Principal | None:
        """Who holds this key, or None; see Principals.authenticate."""
        # By digest: a memory dump of the cache shows no key that still works.
        digest = sha256(key_text.encode()).digest()
        version = self._principals.version()
        kept = self._kept(digest, version)
        if kept is None:
            kept = self._principals.look_up(key_text)
            if kept is not None:
                self._keep(digest, kept, version)
        if kept is None or (kept[1] is not None and kept[1] <= self._clock()):
            return None
        return kept[0]

    def _kept(self, digest: bytes, version: int) -> tuple[Principal, Instant | None] | None:
        with self._lock:
            if version != self._version:
                self._known.clear()
                self._version = version
            return self._known.get(digest)

    def _keep(self, digest: bytes, found: tuple[Principal, Instant | None], version: int) -> None:
        with self._lock:
            # Looked up under an older version: the key may have been revoked since, so it is not kept.
            if version != self._version:
                return
            if len(self._known) >= self._size:
                self._known.clear()
            self._known[digest] = found

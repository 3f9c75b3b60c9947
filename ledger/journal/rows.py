"""What the journal's tables hold, row by row, and how storage says that it could not."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

KNOWN_EPOCH = 1
"""The newest format epoch that this program writes; a head beyond it is only read."""
made: Final = tuple.__new__
"""`made(BookRow, (…))` is what `BookRow(…)` comes to, without a call more: a sale makes six rows."""


class FactRow(NamedTuple):
    """One fact as it is stored; `state` is the leaf of the audit log, byte for byte."""

    position: int
    stream: str
    version: int
    topic: str
    state: bytes
    recorded_at: str


class KeyRow(NamedTuple):
    """One idempotency key: which transaction answered it. `length` is how many facts that transaction has."""

    client: str
    key_mac: str
    fingerprint: str
    tx: str
    position: int
    length: int
    answer: int
    language: str


class BookRow(NamedTuple):
    """One entity of the present. `state` None takes the row out of the book.

    `position` is the last fact that changed it, `version` that of its stream (0 when it is no stream).
    """

    kind: str
    id: str
    position: int
    version: int
    due_at: str | None
    state: bytes | None


class Head(NamedTuple):
    """Where a ledger ends: the row that every turn locks first."""

    position: int
    recorded_at: str
    epoch: int


class Ahead(NamedTuple):
    """What a turn knows that it will ask first: where every question is a journey, it travels with the head's lock."""

    after: int = -1
    """Facts with positions above this one; -1 asks for none."""
    limit: int = 0
    """At most so many of them."""
    pairs: Sequence[tuple[str, str]] = ()
    """Key rows by (client, mac)."""


class Begun(NamedTuple):
    """The locked head's row, None where there is no such ledger, and the rows of what was asked ahead, as of the lock.

    None: it has to be asked.
    """

    head: tuple[Any, ...] | None
    facts: list[tuple[Any, ...]] | None = None
    keys: list[tuple[Any, ...]] | None = None


class StorageError(Exception):
    """Storage did not do what was asked."""


class StorageUnavailableError(StorageError):
    """No connection, no lock, or the connection died before COMMIT was sent: nothing was done."""


class EpochUnknownError(StorageUnavailableError):
    """A newer program has written here: this one may only read."""


class LedgerUnknownError(StorageUnavailableError):
    """The database knows no such ledger."""


class CommitUnknownError(StorageError):
    """COMMIT was sent and its answer lost: head and key rows must be read back before anybody is answered."""


class ConstraintError(StorageError):
    """A constraint refused the batch; nothing of it was done."""


class StorageFullError(StorageError):
    """The disk is full or the database is read-only; nothing was done."""

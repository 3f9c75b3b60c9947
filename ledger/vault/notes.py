"""Notes: the free text of reasons and appeals. Facts carry a note's id and commitment, never its words."""

import os
from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select
from uuid_utils import uuid7

from ledger.refusals import NotFound
from ledger.values import Instant
from ledger.vault.engines import forget_deleted
from ledger.vault.keystore import KeyStore
from ledger.vault.personal import NONCE_BYTES, commitment, person_owner
from ledger.vault.sealing import seal, unseal
from ledger.vault.tables import notes

FIELD = "note"
"""The name under which a note's commitment stands in a fact's `pd`."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact may carry of a note."""

    id: str
    commitment: str


class _Words(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    nonce: bytes


class NoteBox:
    """Free text of one ledger; a note about a person is sealed under that person's key and forgotten with them."""

    def __init__(
        self,
        ledger: str,
        rows: Engine,
        keystore: KeyStore,
        *,
        clock: Callable[[], Instant],
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """Bind to one ledger."""
        self._ledger = ledger
        self._rows = rows
        self._keystore = keystore
        self._clock = clock
        self._random = random

    def write(self, text: str, about: str | None = None) -> Note:
        """Keep `text`, about one person, or about nobody under a key of its own. Raises NotFound: no such person."""
        note = str(uuid7())
        owner = _owner(note, about)
        keys = self._keystore.make([owner]) if about is None else self._keystore.keys([owner])
        if owner not in keys:
            raise NotFound(kind="person", id=about or "")
        words = _Words(text=text, nonce=self._random(NONCE_BYTES))
        sealed = seal(keys[owner], msgspec.msgpack.encode(words), "notes", self._ledger, note)
        row = {"ledger": self._ledger, "note": note, "about": about, "sealed": sealed, "written_at": self._clock()}
        with self._rows.begin() as connection:
            connection.execute(insert(notes).values(row))
        return Note(id=note, commitment=commitment(words.nonce, FIELD, text))

    def read(self, note: str) -> str | None:
        """The text, or None."""
        words = self._words(note)
        return None if words is None else words.text

    def verify(self, note: str, text: str, against: str) -> bool:
        """Whether `against` was made for this text."""
        words = self._words(note)
        return words is not None and words.text == text and commitment(words.nonce, FIELD, text) == against

    def erase(self, note: str) -> None:
        """Forget one note: its own key if it has one, then its row."""
        self._keystore.destroy([_owner(note, None)])
        with self._rows.begin() as connection:
            connection.execute(delete(notes).where(notes.c.ledger == self._ledger, notes.c.note == note))
        forget_deleted(self._rows)

    def forget_about(self, connection: Connection, holders: Sequence[str]) -> None:
        """Delete the notes about these people, whose keys are destroyed already."""
        connection.execute(delete(notes).where(notes.c.ledger == self._ledger, notes.c.about.in_(holders)))

    def _words(self, note: str) -> _Words | None:
        query = select(notes.c.about, notes.c.sealed).where(notes.c.ledger == self._ledger, notes.c.note == note)
        with self._rows.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        owner = _owner(note, row.about)
        key = self._keystore.keys([owner]).get(owner)
        if key is None:
            return None
        return msgspec.msgpack.decode(unseal(key, bytes(row.sealed), "notes", self._ledger, note), type=_Words)


def _owner(note: str, about: str | None) -> str:
    return "note:" + note if about is None else person_owner(about)

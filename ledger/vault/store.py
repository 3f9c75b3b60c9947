"""The vault: everything about people that may one day have to be forgotten, encrypted under a key per person."""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.refusals import AlreadyExists, NotFound
from ledger.values import HolderId, Instant
from ledger.vault.engines import chunks, forget_deleted
from ledger.vault.keystore import KeyStore
from ledger.vault.notes import Note, NoteBox
from ledger.vault.payees import PayeeBox
from ledger.vault.personal import FIELDS, PersonalData, Record, person_owner
from ledger.vault.pins import PinBox
from ledger.vault.principals import Principals
from ledger.vault.sealing import seal, unseal
from ledger.vault.secrets import LedgerSecret
from ledger.vault.tables import people
from ledger.vault.tracks import TrackBox

SCAN_LIMIT = 200_000
"""Rows that a search by name decrypts at most."""

_TABLE = "people"


class Vault:
    """Personal data of one ledger.

    A row is written before the fact that speaks of it, so a crash leaves an orphan row at worst: `orphans` sweeps it.
    Erasing destroys the person's key first, then the rows. Safe for several threads and processes.
    """

    def __init__(
        self,
        ledger: str,
        rows: Engine,
        keystore: KeyStore,
        *,
        clock: Callable[[], Instant],
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """Bind to one ledger; `random` makes commitment nonces only. Raises WrongMasterKey, VaultMissing."""
        self.ledger = ledger
        self.secret = LedgerSecret(keystore.secret())
        self.principals = Principals(ledger, rows, clock=clock)
        self._rows = rows
        self._keystore = keystore
        self._clock = clock
        self._random = random
        self._pins = PinBox(ledger, rows, keystore)
        self._notes = NoteBox(ledger, rows, keystore, clock=clock, random=random)
        self.tracks = TrackBox(ledger, rows, keystore, self.secret, clock=clock, random=random)
        self.payees = PayeeBox(ledger, rows, keystore, clock=clock, random=random)

    # People ---------------------------------------------------------------------------------------------

    def register(self, holder: str, data: PersonalData) -> dict[str, str]:
        """Keep a new person's data; answers the commitments, by field, for the fact's `pd`.

        Raises AlreadyExists naming the holder when the id or the outside reference is taken. A holder that is named
        and unknown to the book is an orphan of a crash: take its id over with `change` instead of a new one.
        """
        return self.register_many({holder: data})[holder]

    def register_many(self, persons: Mapping[str, PersonalData]) -> dict[str, dict[str, str]]:
        """Register all of them or none; commitments by holder and field."""
        self._refuse_taken(persons)
        keys = self._new_keys(persons)
        empty = Record(data=PersonalData(), nonces={})
        records = {holder: empty.changed(data.given(), self._random) for holder, data in persons.items()}
        rows = [self._row(holder, record, keys[person_owner(holder)]) for holder, record in records.items()]
        try:
            with self._rows.begin() as connection:
                for chunk in chunks(rows):
                    connection.execute(insert(people), chunk)
        except IntegrityError:
            # Somebody else took a reference between the look and the insert: our keys seal nothing.
            self._keystore.discard(keys)
            self._refuse_taken(persons)
            raise
        return {holder: record.commitments(record.nonces) for holder, record in records.items()}

    def person(self, holder: str) -> PersonalData | None:
        """Somebody's data, or None when unknown or erased."""
        return self.people([holder]).get(HolderId(holder))

    def people(self, holders: Iterable[str]) -> dict[HolderId, PersonalData]:
        """The data of those of `holders` that are known."""
        return {holder: record.data for holder, record in self._records(holders).items()}

    def holder_by_reference(self, reference: str) -> HolderId | None:
        """Who is known outside by this number; found by its mac, no index holds the number itself."""
        query = select(people.c.holder).where(
            people.c.ledger == self.ledger, people.c.reference_mac == self._reference_mac(reference)
        )
        with self._rows.connect() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else HolderId(found)

    def holders_by_reference(self, references: Iterable[str]) -> dict[str, HolderId]:
        """Those of `references` that are somebody's number outside, with whose."""
        macs = {self._reference_mac(reference): reference for reference in references}
        found: dict[str, HolderId] = {}
        for chunk in chunks(macs):
            query = select(people.c.reference_mac, people.c.holder).where(
                people.c.ledger == self.ledger, people.c.reference_mac.in_(chunk)
            )
            with self._rows.connect() as connection:
                found |= {macs[row.reference_mac]: HolderId(row.holder) for row in connection.execute(query)}
        return found

    def change(self, holder: str, **values: str | None) -> dict[str, str]:
        """Set fields of PersonalData by name (None removes one); answers the new commitments.

        Raises NotFound for an unknown or erased person, AlreadyExists for another person's reference.
        """
        if unknown := set(values) - set(FIELDS):
            raise TypeError(f"no such field of a person: {sorted(unknown)}")
        key = self._keystore.keys([person_owner(holder)]).get(person_owner(holder))
        with self._rows.begin() as connection:
            # The row is read under its lock: of two changes at once, the second must build on the first.
            here = (people.c.ledger == self.ledger) & (people.c.holder == holder)
            connection.execute(update(people).where(here).values(ledger=people.c.ledger))
            sealed = connection.execute(select(people.c.sealed).where(here)).scalar()
            if sealed is None or key is None:
                raise NotFound(kind="person", id=holder)
            record = self._read(holder, sealed, key).changed(values, self._random)
            try:
                connection.execute(update(people).where(here).values(**self._row(holder, record, key)))
            except IntegrityError:
                taken = self.holder_by_reference(record.data.reference or "") or holder
                raise AlreadyExists(kind="person", id=taken) from None
        return record.commitments(values)

    def erase(self, holder: str) -> None:
        """Forget a person for good: key, data, PIN, tracks, notes about them. May be repeated, as after a restore.

        Raises ErasureIncomplete when the key is gone but the database's log could not be truncated yet.
        """
        self.erase_many([holder])

    def erase_many(self, holders: Iterable[str]) -> None:
        """Forget all of them; keys go first, so that a crash in between leaves noise, not data."""
        everybody = list(holders)
        self._keystore.destroy(person_owner(holder) for holder in everybody)
        for chunk in chunks(everybody):
            with self._rows.begin() as connection:
                connection.execute(delete(people).where(people.c.ledger == self.ledger, people.c.holder.in_(chunk)))
                self._pins.forget(connection, chunk)
                self._notes.forget_about(connection, chunk)
                self.tracks.forget_about(connection, chunk)
        forget_deleted(self._rows)

    def search_name(self, text: str, *, limit: int = 50) -> list[HolderId]:
        """At most `limit` holders whose name contains `text` in any case, by holder id. Decrypts row by row."""
        wanted = text.casefold()
        found: list[HolderId] = []
        for chunk in chunks(self._holders()[:SCAN_LIMIT]):
            known = self.people(chunk)
            found += [holder for holder in chunk if holder in known and wanted in (known[holder].name or "").casefold()]
            if len(found) >= limit:
                break
        return found[:limit]

    def verify(self, holder: str, field: str, value: str, commitment: str) -> bool:
        """Whether the commitment in a fact was made for this value of this person's field, now or earlier."""
        record = self._records([holder]).get(HolderId(holder))
        return record is not None and record.opens(field, value, commitment)

    def orphans(self, known: Callable[[list[HolderId]], Iterable[str]], *, before: Instant) -> list[HolderId]:
        """Sweep rows written before `before` that no fact speaks of; answers whom.

        `known` says which of some holders the book has. `before` must lie further back than any command waits:
        a row is older than its fact, and a younger one may be about to get it. Keys without a row go too.
        """
        swept: list[HolderId] = []
        for chunk in chunks(self._holders(before)):
            kept = set(known(list(chunk)))
            swept += [holder for holder in chunk if holder not in kept]
        self.erase_many(swept)
        rows = {person_owner(holder) for holder in self._holders()}
        self._keystore.destroy(set(self._keystore.owners(person_owner(""), before=before)) - rows)
        return swept

    # Notes and PINs -------------------------------------------------------------------------------------

    def note(self, text: str, *, about: str | None = None) -> Note:
        """Keep free text (a reason, an appeal); the fact carries the note's id and commitment. See NoteBox.write."""
        return self._notes.write(text, about)

    def read_note(self, note: str) -> str | None:
        """The text of a note, or None when unknown or erased."""
        return self._notes.read(note)

    def verify_note(self, note: str, text: str, commitment: str) -> bool:
        """Whether the commitment in a fact was made for this text."""
        return self._notes.verify(note, text, commitment)

    def erase_note(self, note: str) -> None:
        """Forget one note for good."""
        self._notes.erase(note)

    def set_pin(self, holder: str, pin: str) -> None:
        """Give a person a PIN. Raises WeakPin, NotFound."""
        self._pins.set(holder, pin)

    def check_pin(self, holder: str, pin: str) -> bool:
        """Whether this is the person's PIN; false when there is none. About 40 ms: call it off the event loop."""
        return self._pins.check(holder, pin)

    def has_pin(self, holder: str) -> bool:
        """Whether the person has a PIN."""
        return self._pins.has(holder)

    def reset_pin(self, holder: str) -> None:
        """Take the PIN away; the person sets a new one."""
        self._pins.reset(holder)

    def close(self) -> None:
        """Give the connections back."""
        self._rows.dispose()
        self._keystore.close()

    # Inside ---------------------------------------------------------------------------------------------

    def _new_keys(self, persons: Mapping[str, PersonalData]) -> dict[str, bytes]:
        try:
            return self._keystore.make(person_owner(holder) for holder in persons)
        except IntegrityError:
            # Another call is registering one of these ids, or a crash left its key: `orphans` sweeps that.
            taken = self._keystore.keys(person_owner(holder) for holder in persons)
            holders = [holder for holder in persons if person_owner(holder) in taken]
            raise AlreadyExists(kind="person", id=next(iter(holders), "")) from None

    def _reference_mac(self, reference: str) -> str:
        return self.secret.mac("reference", reference)

    def _row(self, holder: str, record: Record, key: bytes) -> dict[str, Any]:
        reference = record.data.reference
        return {
            "ledger": self.ledger,
            "holder": holder,
            "reference_mac": None if reference is None else self._reference_mac(reference),
            "sealed": seal(key, record.sealed_form(), _TABLE, self.ledger, holder),
            "written_at": self._clock(),
        }

    def _read(self, holder: str, sealed: bytes, key: bytes) -> Record:
        return Record.read(unseal(key, bytes(sealed), _TABLE, self.ledger, holder))

    def _records(self, holders: Iterable[str]) -> dict[HolderId, Record]:
        found: dict[HolderId, Record] = {}
        for chunk in chunks(holders):
            query = select(people.c.holder, people.c.sealed).where(
                people.c.ledger == self.ledger, people.c.holder.in_(chunk)
            )
            with self._rows.connect() as connection:
                rows = connection.execute(query).all()
            keys = self._keystore.keys(person_owner(row.holder) for row in rows)
            # A row without its key is one whose erasure was cut short: it is noise, and counts as erased.
            found.update(
                (HolderId(row.holder), self._read(row.holder, row.sealed, keys[person_owner(row.holder)]))
                for row in rows
                if person_owner(row.holder) in keys
            )
        return found

    def _holders(self, before: Instant | None = None) -> list[HolderId]:
        query = select(people.c.holder).where(people.c.ledger == self.ledger).order_by(people.c.holder)
        if before is not None:
            query = query.where(people.c.written_at < before)
        with self._rows.connect() as connection:
            return [HolderId(holder) for holder in connection.execute(query).scalars()]

    def _refuse_taken(self, persons: Mapping[str, PersonalData]) -> None:
        """Raise AlreadyExists for the first id or reference that the vault knows, or that stands here twice."""
        macs = [self._reference_mac(data.reference) for data in persons.values() if data.reference is not None]
        for column, values in ((people.c.holder, list(persons)), (people.c.reference_mac, macs)):
            for chunk in chunks(values):
                query = select(people.c.holder).where(people.c.ledger == self.ledger, column.in_(chunk)).limit(1)
                with self._rows.connect() as connection:
                    if taken := connection.execute(query).scalar():
                        raise AlreadyExists(kind="person", id=taken)
        if len(set(macs)) != len(macs):
            raise AlreadyExists(kind="person", id=_second_of_a_pair(persons))


def _second_of_a_pair(persons: Mapping[str, PersonalData]) -> str:
    seen: set[str] = set()
    for holder, data in persons.items():
        if data.reference is not None and data.reference in seen:
            return holder
        seen.add(data.reference or "")
    return ""

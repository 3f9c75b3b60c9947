"""Tracks: where somebody was, sealed under that person's key. Facts carry ids and commitments, never a place."""

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from uuid_utils import uuid7

from ledger.refusals import NotFound, TooLarge
from ledger.values import Instant, instant
from ledger.vault.engines import chunks, forget_deleted
from ledger.vault.keystore import KeyStore
from ledger.vault.personal import NONCE_BYTES, commitment, person_owner
from ledger.vault.recordings import Recorded, Recordings
from ledger.vault.sealing import seal, unseal
from ledger.vault.secrets import LedgerSecret
from ledger.vault.tables import tracks

FIELD: Final = "track"
"""The name under which a track's commitment is made."""
MOST_FIXES: Final = 50_000
"""Of one claim: a fix each second for almost fourteen hours."""

Source = Literal["stream", "file"]
_TABLE: Final = "tracks"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Fix(NamedTuple):
    """Where a receiver was: microseconds since 1970 (UTC), and 1e-7 degrees of WGS-84."""

    at_us: int
    lon_e7: int
    lat_e7: int

    @property
    def at(self) -> Instant:
        """When, as the ledger writes it."""
        return instant(_EPOCH + timedelta(microseconds=self.at_us))


class Track(NamedTuple):
    """The fixes of a patrol by time, the datum they came in, and whether piece by piece or as one file."""

    fixes: tuple[Fix, ...]
    datum: str
    source: Source


class TrackMark(NamedTuple):
    """What a fact may carry of a track."""

    track: str
    commitment: str
    fixes: int
    """How many it has."""


class _Sealed(msgspec.Struct, frozen=True, kw_only=True):
    nonce: bytes
    datum: str
    source: Source
    fixes: tuple[tuple[int, int, int], ...]

    @property
    def track(self) -> Track:
        return Track(tuple(Fix(*one) for one in self.fixes), self.datum, self.source)


class _Part(NamedTuple):
    part: str
    track: str | None
    sealed: _Sealed

    @property
    def mark(self) -> TrackMark:
        made = commitment(self.sealed.nonce, FIELD, text_of(self.sealed.track.fixes))
        return TrackMark(self.track or "", made, len(self.sealed.fixes))


def tidy(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    """In order of time, one for each instant, whatever came late, twice or out of order."""
    # Of two places at one instant the one that sorts first stays: which arrived first must not matter.
    kept: dict[int, Fix] = {}
    for fix in sorted(set(fixes), reverse=True):
        kept[fix.at_us] = fix
    return tuple(kept[at] for at in sorted(kept))


def text_of(fixes: Iterable[Fix]) -> str:
    """What a commitment is made for: a line for each fix, its microseconds, longitude and latitude."""
    return "\n".join(f"{at} {lon} {lat}" for at, lon, lat in fixes)


class TrackBox:
    """Tracks of one ledger by claim. Rows are written before the facts that speak of them."""

    def __init__(
        self,
        ledger: str,
        rows: Engine,
        keystore: KeyStore,
        secret: LedgerSecret,
        *,
        clock: Callable[[], Instant],
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """Bind to one ledger."""
        self._ledger = ledger
        self._rows = rows
        self._keystore = keystore
        self._secret = secret
        self._recordings = Recordings(ledger, secret)
        self._clock = clock
        self._random = random

    # Coming in --------------------------------------------------------------------------------------------

    def append(self, claim: str, holder: str, fixes: Iterable[Fix], datum: str) -> int:
        """Keep a piece of a stream; sent again it changes nothing. Answers how many fixes are kept in pieces.

        Raises NotFound for a person without a key, TooLarge above MOST_FIXES.
        """
        piece = tidy(fixes)
        part = self._part(claim, "piece", piece)
        kept = self._pieces(claim)
        if part in kept or not piece:
            return sum(kept.values())
        total = sum(kept.values()) + len(piece)
        if total > MOST_FIXES:
            raise TooLarge(limit=MOST_FIXES)
        self._write(claim, holder, part, None, _Sealed(nonce=b"", datum=datum, source="stream", fixes=piece))
        return total

    def receive(self, claim: str, holder: str, fixes: Iterable[Fix], datum: str) -> TrackMark:
        """Keep a whole track, which stands from now on for whatever was streamed; the same again is the same track.

        Raises NotFound for a person without a key, TooLarge above MOST_FIXES.
        """
        return self._keep(claim, holder, Track(tidy(fixes), datum, "file"))

    def close(self, claim: str, holder: str) -> TrackMark | None:
        """Put together what was streamed; None when nothing is there. A whole track that was received goes before."""
        parts = self._opened(claim)
        whole = [part for part in parts if part.track is not None]
        pieces = [part for part in parts if part.track is None]
        before = whole[-1] if whole else None
        if before is not None and (before.sealed.source == "file" or not pieces):
            return before.mark
        if not pieces:
            return None
        every = [fix for part in (*pieces, *whole) for fix in part.sealed.track.fixes]
        mark = self._keep(claim, holder, Track(tidy(every), pieces[0].sealed.datum, "stream"))
        # Only those that were read: a piece that arrives meanwhile stays for the next time.
        self._drop(claim, [part.part for part in pieces])
        return mark

    # Reading ----------------------------------------------------------------------------------------------

    def read(self, claim: str, track: str) -> Track | None:
        """A track by its id; None when it is deleted or its person erased. Raises VaultDamaged."""
        return next((part.sealed.track for part in self._opened(claim) if part.track == track), None)

    def streamed(self, claim: str) -> tuple[Fix, ...]:
        """What has come in pieces and was not put together yet."""
        pieces = [part.sealed.track for part in self._opened(claim) if part.track is None]
        return tidy(fix for piece in pieces for fix in piece.fixes)

    def verify(self, claim: str, track: str, fixes: Iterable[Fix], against: str) -> bool:
        """Whether the commitment in a fact was made for these fixes."""
        said = text_of(tidy(fixes))
        nonces = [part.sealed.nonce for part in self._opened(claim) if part.track == track]
        return any(commitment(nonce, FIELD, said) == against for nonce in nonces)

    def elsewhere(self, claim: str, fixes: Iterable[Fix]) -> list[Recorded]:
        """The whole tracks of other claims with exactly these fixes, whoever handed them in: one recording.

        A track that was kept before recordings were compared is not among them.
        """
        with self._rows.connect() as connection:
            return self._recordings.others(connection, claim, text_of(tidy(fixes)))

    def claims(self, after: str, limit: int) -> list[tuple[str, Instant]]:
        """The claims of which anything is kept, by id, each with the time of its newest row."""
        query = (
            select(tracks.c.claim, func.max(tracks.c.written_at))
            .where(tracks.c.ledger == self._ledger, tracks.c.claim > after)
            .group_by(tracks.c.claim)
            .order_by(tracks.c.claim)
            .limit(limit)
        )
        with self._rows.connect() as connection:
            return [(claim, Instant(written_at)) for claim, written_at in connection.execute(query).all()]

    # Going ------------------------------------------------------------------------------------------------

    def delete(self, claims: Iterable[str]) -> None:
        """Delete everything kept of these claims for good. Raises ErasureIncomplete while somebody reads the log."""
        for chunk in chunks(claims):
            with self._rows.begin() as connection:
                here = (tracks.c.ledger == self._ledger) & tracks.c.claim.in_(chunk)
                connection.execute(delete(tracks).where(here))
                self._recordings.forget_claims(connection, chunk)
        forget_deleted(self._rows)

    def forget_about(self, connection: Connection, holders: Sequence[str]) -> None:
        """Delete the tracks of these people, whose keys are destroyed already."""
        connection.execute(delete(tracks).where(tracks.c.ledger == self._ledger, tracks.c.holder.in_(holders)))
        self._recordings.forget_about(connection, holders)

    # Inside -----------------------------------------------------------------------------------------------

    def _keep(self, claim: str, holder: str, track: Track) -> TrackMark:
        if len(track.fixes) > MOST_FIXES:
            raise TooLarge(limit=MOST_FIXES)
        part = self._part(claim, track.source, track.fixes)
        sealed = _Sealed(nonce=self._random(NONCE_BYTES), datum=track.datum, source=track.source, fixes=track.fixes)
        new = _Part(part, str(uuid7()), sealed)
        if self._write(claim, holder, part, new.track, sealed):
            return new.mark
        # The same track is there: the nonce of then made the commitment that a fact may already carry.
        there = next((one for one in self._opened(claim) if one.part == part), None)
        if there is None:
            raise NotFound(kind="person", id=holder)
        return there.mark

    def _write(self, claim: str, holder: str, part: str, track: str | None, sealed: _Sealed) -> bool:
        """Whether the row is new. Raises NotFound when the person has no key, or was erased."""
        owner = person_owner(holder)
        key = self._keystore.keys([owner]).get(owner)
        if key is None:
            raise NotFound(kind="person", id=holder)
        written_at = self._clock()
        row = {
            "ledger": self._ledger,
            "claim": claim,
            "part": part,
            "track": track,
            "holder": holder,
            "fixes": len(sealed.fixes),
            "sealed": seal(key, msgspec.msgpack.encode(sealed), _TABLE, self._ledger, claim, part),
            "written_at": written_at,
        }
        try:
            with self._rows.begin() as connection:
                connection.execute(insert(tracks).values(row))
                if track is not None:
                    of, fixes = Recorded(claim, track), text_of(sealed.track.fixes)
                    self._recordings.note(connection, of, holder, fixes, written_at)
        except IntegrityError:
            return False
        return True

    def _part(self, claim: str, kind: str, fixes: tuple[Fix, ...]) -> str:
        # A MAC, not a digest: a digest of few fixes could be searched for places.
        return self._secret.mac("track", claim, kind, text_of(fixes))

    def _pieces(self, claim: str) -> dict[str, int]:
        query = select(tracks.c.part, tracks.c.fixes).where(
            tracks.c.ledger == self._ledger, tracks.c.claim == claim, tracks.c.track.is_(None)
        )
        with self._rows.connect() as connection:
            return {row.part: row.fixes for row in connection.execute(query)}

    def _opened(self, claim: str) -> list[_Part]:
        """Everything kept of a claim, oldest first; what was sealed under a key that is destroyed is left out."""
        columns = (tracks.c.part, tracks.c.track, tracks.c.holder, tracks.c.sealed)
        query = select(*columns).where(tracks.c.ledger == self._ledger, tracks.c.claim == claim)
        with self._rows.connect() as connection:
            rows = connection.execute(query.order_by(tracks.c.written_at, tracks.c.track, tracks.c.part)).all()
        keys = self._keystore.keys({person_owner(row.holder) for row in rows})
        return [
            _Part(row.part, row.track, self._unsealed(keys[owner], bytes(row.sealed), claim, row.part))
            for row in rows
            if (owner := person_owner(row.holder)) in keys
        ]

    def _unsealed(self, key: bytes, sealed: bytes, claim: str, part: str) -> _Sealed:
        opened = unseal(key, sealed, _TABLE, self._ledger, claim, part)
        return msgspec.msgpack.decode(opened, type=_Sealed)

    def _drop(self, claim: str, parts: Iterable[str]) -> None:
        for chunk in chunks(parts):
            with self._rows.begin() as connection:
                here = (tracks.c.ledger == self._ledger) & (tracks.c.claim == claim)
                connection.execute(delete(tracks).where(here & tracks.c.part.in_(chunk)))

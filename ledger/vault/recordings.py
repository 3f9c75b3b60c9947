"""Recordings: which tracks hold the very same fixes, known by a MAC of them; it goes when its track goes."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from ledger.values import Instant
from ledger.vault.secrets import LedgerSecret
from ledger.vault.tables import recordings


class Recorded(NamedTuple):
    """A whole track of a claim, by its id."""

    claim: str
    track: str


class Recordings:
    """The recordings of one ledger's tracks."""

    def __init__(self, ledger: str, secret: LedgerSecret) -> None:
        """Bind to one ledger."""
        self._ledger = ledger
        self._secret = secret

    def note(self, connection: Connection, of: Recorded, holder: str, fixes: str, written_at: Instant) -> None:
        """Say which recording this track is, beside its row; `fixes` is their text."""
        place = {"ledger": self._ledger, "claim": of.claim, "track": of.track}
        row = place | {"holder": holder, "recording": self._mac(fixes), "written_at": written_at}
        connection.execute(insert(recordings).values(row))

    def others(self, connection: Connection, claim: str, fixes: str) -> list[Recorded]:
        """The tracks of other claims that are this recording, by claim and id."""
        query = select(recordings.c.claim, recordings.c.track).where(
            recordings.c.ledger == self._ledger,
            recordings.c.recording == self._mac(fixes),
            recordings.c.claim != claim,
        )
        found = connection.execute(query.order_by(recordings.c.claim, recordings.c.track))
        return [Recorded(row.claim, row.track) for row in found]

    def forget_claims(self, connection: Connection, claims: Sequence[str]) -> None:
        """Forget those of these claims."""
        self._forget(connection, recordings.c.claim.in_(claims))

    def forget_about(self, connection: Connection, holders: Sequence[str]) -> None:
        """Forget those of these people."""
        self._forget(connection, recordings.c.holder.in_(holders))

    def _forget(self, connection: Connection, which: ColumnElement[bool]) -> None:
        connection.execute(delete(recordings).where(recordings.c.ledger == self._ledger, which))

    def _mac(self, fixes: str) -> str:
        # A MAC, not a digest: whoever has the file of a walk must not find in the table who handed it in.
        return self._secret.mac("recording", fixes)

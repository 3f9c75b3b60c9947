"""The key store: one wrapped key per person, and the ledger's secret. Destroying a key is what erasure means."""

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Engine, delete, insert, select

from ledger.values import Instant
from ledger.vault.engines import chunks, forget_deleted
from ledger.vault.errors import VaultDamaged, VaultExists, VaultMissing, WrongMasterKey
from ledger.vault.sealing import new_key, seal, unseal
from ledger.vault.tables import KEYSTORE, wrapped_keys

_PLACE = "keystore"
_SECRET = "ledger-secret"  # noqa: S105 - the name of the row, not the secret


class KeyStore:
    """Keys of one ledger, each wrapped with AES-256-GCM under the master key and bound to ledger and owner."""

    def __init__(self, engine: Engine, ledger: str, master: bytes, *, clock: Callable[[], Instant]) -> None:
        """Bind to one ledger; `create` or `secret` shows whether the master key fits."""
        self._engine = engine
        self._ledger = ledger
        self._master = master
        self._clock = clock

    def create(self, secret: bytes | None = None, *, anew: bool = False) -> None:
        """Make the tables and the ledger's secret. Raises VaultExists when it has one.

        `anew`: one with which nothing was wrapped yet gives way; the ledger's creation broke off right behind it.
        """
        KEYSTORE.create_all(self._engine)
        if anew and self._alone():
            self.discard([_SECRET])
        if _SECRET in self._wrapped([_SECRET]):
            raise VaultExists(f"ledger {self._ledger!r} has a secret already")
        self.put({_SECRET: secret or new_key()})

    def _alone(self) -> bool:
        """Whether the secret is all that there is."""
        query = select(wrapped_keys.c.owner).where(wrapped_keys.c.ledger == self._ledger).limit(2)
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars()) == [_SECRET]

    def secret(self) -> bytes:
        """The ledger's 32-byte secret. Raises WrongMasterKey, or VaultMissing when there is none."""
        wrapped = self._wrapped([_SECRET]).get(_SECRET)
        if wrapped is None:
            raise VaultMissing(f"the key store has no secret of ledger {self._ledger!r}")
        try:
            return self._unwrap(_SECRET, wrapped)
        except VaultDamaged:
            raise WrongMasterKey(f"the master key does not open the key store of ledger {self._ledger!r}") from None

    def make(self, owners: Iterable[str]) -> dict[str, bytes]:
        """A new key for each owner, stored before anything is sealed under it; IntegrityError if one has a key."""
        keys = {owner: new_key() for owner in owners}
        self.put(keys)
        return keys

    def put(self, keys: Mapping[str, bytes]) -> None:
        """Wrap and store keys of owners that have none."""
        place = {"ledger": self._ledger, "made_at": self._clock()}
        rows = [{**place, "owner": owner, "wrapped": self._wrap(owner, key)} for owner, key in keys.items()]
        with self._engine.begin() as connection:
            for chunk in chunks(rows):
                connection.execute(insert(wrapped_keys), chunk)

    def keys(self, owners: Iterable[str]) -> dict[str, bytes]:
        """The keys of those owners that have one."""
        return {owner: self._unwrap(owner, wrapped) for owner, wrapped in self._wrapped(owners).items()}

    def owners(self, prefix: str, *, before: Instant) -> list[str]:
        """Everybody of one kind (`person:`, `note:`) whose key was made before that instant."""
        query = select(wrapped_keys.c.owner).where(
            wrapped_keys.c.ledger == self._ledger,
            wrapped_keys.c.owner.startswith(prefix, autoescape=True),
            wrapped_keys.c.made_at < before,
        )
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def destroy(self, owners: Iterable[str]) -> None:
        """Delete the keys for good; whoever has none is passed over. What they sealed is noise from now on."""
        self.discard(owners)
        forget_deleted(self._engine)

    def discard(self, owners: Iterable[str]) -> None:
        """Delete keys that never sealed anything: nobody need wait until the database's log is truncated."""
        with self._engine.begin() as connection:
            for chunk in chunks(owners):
                connection.execute(
                    delete(wrapped_keys).where(wrapped_keys.c.ledger == self._ledger, wrapped_keys.c.owner.in_(chunk))
                )

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _wrapped(self, owners: Iterable[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        with self._engine.connect() as connection:
            for chunk in chunks(owners):
                query = select(wrapped_keys.c.owner, wrapped_keys.c.wrapped).where(
                    wrapped_keys.c.ledger == self._ledger, wrapped_keys.c.owner.in_(chunk)
                )
                found.update((row.owner, bytes(row.wrapped)) for row in connection.execute(query))
        return found

    def _wrap(self, owner: str, key: bytes) -> bytes:
        return seal(self._master, key, _PLACE, self._ledger, owner)

    def _unwrap(self, owner: str, wrapped: bytes) -> bytes:
        return unseal(self._master, wrapped, _PLACE, self._ledger, owner)

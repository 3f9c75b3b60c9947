"""Creating and opening a vault."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, inspect, select

from ledger.values import Instant
from ledger.vault.engines import open_engine
from ledger.vault.errors import VaultMissing
from ledger.vault.keystore import KeyStore
from ledger.vault.master import find_master_key, make_master_key
from ledger.vault.store import Vault
from ledger.vault.tables import KEYSTORE, VAULT, payees, people, recordings, tracks, versions, wrapped_keys


class VaultPlace(NamedTuple):
    """Where a vault lives: the URL of its rows, that of its keys, and the directory that may hold the master key."""

    rows: str
    keys: str
    directory: Path | None = None

    @classmethod
    def in_directory(cls, directory: Path) -> "VaultPlace":
        """The embedded default: `vault.db` and `keystore.db` of a ledger's directory."""
        return cls(f"sqlite:///{directory / 'vault.db'}", f"sqlite:///{directory / 'keystore.db'}", directory)

    @classmethod
    def at(cls, rows: str, keys: str | None = None, directory: Path | None = None) -> "VaultPlace":
        """A PostgreSQL database; `keys` should be another one, whose backups are kept for days, not for years."""
        return cls(rows, keys or rows, directory)


def create_vault(
    ledger: str,
    place: VaultPlace,
    *,
    clock: Callable[[], Instant],
    without_facts: bool = False,
    secret: bytes | None = None,
    environ: Mapping[str, str] = os.environ,
    random: Callable[[int], bytes] = os.urandom,
) -> Vault:
    """Make master key (embedded), tables and the ledger's secret, and open the vault. Raises VaultExists.

    `without_facts`: no fact of this ledger stands; a vault in which nobody is was left by a creation that broke off,
    and gives way. `secret` (32 bytes) and `random` (commitment nonces) are injected by tests that compare two logs byte
    for byte.
    """
    master = make_master_key(place.directory, environ) if place.directory else find_master_key(None, environ)
    rows = open_engine(place.rows)
    VAULT.create_all(rows)
    keystore = KeyStore(open_engine(place.keys), ledger, master, clock=clock)
    keystore.create(secret, anew=without_facts and not _anybody(rows, ledger))
    vault = Vault(ledger, rows, keystore, clock=clock, random=random)
    vault.principals.prepare()
    return vault


def _anybody(rows: Engine, ledger: str) -> bool:
    """Whether a person, a client or anything that they left is in the vault."""
    with rows.connect() as connection:
        return any(
            connection.execute(select(table.c.ledger).where(table.c.ledger == ledger).limit(1)).first()
            for table in VAULT.sorted_tables
            if table is not versions
        )


def open_vault(
    ledger: str,
    place: VaultPlace,
    *,
    clock: Callable[[], Instant],
    environ: Mapping[str, str] = os.environ,
    random: Callable[[int], bytes] = os.urandom,
) -> Vault:
    """Open an existing vault. Raises VaultMissing, MasterKeyMissing, MasterKeyUnsafe or WrongMasterKey."""
    master = find_master_key(place.directory, environ)
    # Opening a file that is not there would make an empty one, and a lost vault would look like one without people.
    for name in ("vault.db", "keystore.db"):
        if place.directory is not None and place.rows.startswith("sqlite") and not (place.directory / name).exists():
            raise VaultMissing(f"{name} is missing from the ledger's directory")
    rows, keys = open_engine(place.rows), open_engine(place.keys)
    if not inspect(rows).has_table(people.name) or not inspect(keys).has_table(wrapped_keys.name):
        raise VaultMissing(f"there is no vault of ledger {ledger!r} here")
    if not all(map(inspect(rows).has_table, (tracks.name, payees.name, recordings.name))):
        # A vault of before there were tracks, accounts of merchants, or recordings that are compared.
        VAULT.create_all(rows)
    return Vault(ledger, rows, KeyStore(keys, ledger, master, clock=clock), clock=clock, random=random)


METADATA = (VAULT, KEYSTORE)
"""Both sets of tables, for migrations and for the test that walks them."""

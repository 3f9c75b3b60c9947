"""The vault's tables and the key store's: two sets, so that they can live in two files or two databases."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

VAULT = MetaData()
"""Personal data, PINs, notes, principals and API keys; backed up with the journal."""

KEYSTORE = MetaData()
"""Wrapped keys and the ledger's secret; backed up apart and for a short time only, or erasure would be a promise."""

people = Table(
    "vault_people",
    VAULT,
    Column("ledger", String(64), primary_key=True),
    Column("holder", String(128), primary_key=True),
    Column("reference_mac", String(64)),
    Column("sealed", LargeBinary, nullable=False),
    Column("written_at", String(27), nullable=False),
    UniqueConstraint("ledger", "reference_mac", name="vault_people_by_reference"),
)

pins = Table(
    "vault_pins",
    VAULT,
    Column("ledger", String(64), primary_key=True),
    Column("holder", String(128), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

notes = Table(
    "vault_notes",
    VAULT,
    Column("ledger", String(64), primary_key=True),
    Column("note", String(64), primary_key=True),
    Column("about", String(128)),
    Column("sealed", LargeBinary, nullable=False),
    Column("written_at", String(27), nullable=False),
    Index("vault_notes_by_person", "ledger", "about"),
)

tracks = Table(
    "vault_tracks",
    VAULT,
    Column("ledger", String(64), primary_key=True),
    Column("claim", String(128), primary_key=True),
    Column("part", String(64), primary_key=True),
    Column("track", String(64)),
    Column("holder", String(128), nullable=False),
    Column("fixes", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("written_at", String(27), nullable=False),
    Index("vault_tracks_by_person", "ledger", "holder"),
)

recordings = Table(
    "vault_recordings",
    VAULT,
    Column("ledger", String(64), primary_key=True),
    Column("claim", String(128), primary_key=True),
    Column("track", String(64), primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("recording", String(64), nullable=False),
    Column("written_at", String(27), nullable=False),
    Index("vault_recordings_alike", "ledger", "recording"),
    Index("vault_recordings_by_person", "ledger", "holder"),
)

payees = Table(
    "vault_payees",
    VAULT,
    Column("ledger", String(64), primary_key=True),
    Column("payee", String(64), primary_key=True),
    Column("merchant", String(128), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("written_at", String(27), nullable=False),
    Index("vault_payees_by_merchant", "ledger", "merchant"),
)

principals = Table(
    "vault_principals",
    VAULT,
    Column("ledger", String(64), primary_key=True),
    Column("id", String(160), primary_key=True),
    Column("name", String(200)),
    Column("subject", String(160)),
    Column("roles", String(400), nullable=False),
    Column("merchant", String(128)),
    Column("counter", String(128)),
    Column("holder", String(128)),
    Column("created_at", String(27), nullable=False),
    Column("disabled_at", String(27)),
)

api_keys = Table(
    "vault_api_keys",
    VAULT,
    Column("ledger", String(64), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("principal", String(160), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("last4", String(4), nullable=False),
    Column("roles", String(400)),
    Column("created_at", String(27), nullable=False),
    Column("expires_at", String(27)),
    Column("revoked_at", String(27)),
    Index("vault_api_keys_by_principal", "ledger", "principal"),
)

versions = Table(
    "vault_versions",
    VAULT,
    Column("ledger", String(64), primary_key=True),
    Column("topic", String(32), primary_key=True),
    Column("version", BigInteger, nullable=False),
)

wrapped_keys = Table(
    "keystore_keys",
    KEYSTORE,
    Column("ledger", String(64), primary_key=True),
    Column("owner", String(160), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("made_at", String(27), nullable=False),
)

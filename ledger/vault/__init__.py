"""The vault: personal data, its keys, commitments and erasure; the ledger's secret; PINs; principals and API keys."""

from ledger.vault.errors import VaultError
from ledger.vault.key_cache import KeyCache
from ledger.vault.notes import Note
from ledger.vault.opening import VaultPlace, create_vault, open_vault
from ledger.vault.payees import KnownPayee, PayeeAccount
from ledger.vault.personal import PersonalData
from ledger.vault.principals import KeyInfo, Principal, Principals
from ledger.vault.secrets import LedgerSecret
from ledger.vault.store import Vault
from ledger.vault.tracks import Fix, Track, TrackMark

__all__ = [
    "Fix",
    "KeyCache",
    "KeyInfo",
    "KnownPayee",
    "LedgerSecret",
    "Note",
    "PayeeAccount",
    "PersonalData",
    "Principal",
    "Principals",
    "Track",
    "TrackMark",
    "Vault",
    "VaultError",
    "VaultPlace",
    "create_vault",
    "open_vault",
]

"""AES-256-GCM for one row at a time: sealed bytes open only under their own key and in their own place."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.vault.errors import VaultDamaged

NONCE_BYTES = 12
_FORMAT = b"\x01"


def new_key() -> bytes:
    """A fresh 256-bit key. Keys and nonces are never injected: a repeated GCM nonce gives the plaintext away."""
    return os.urandom(32)


def seal(key: bytes, plaintext: bytes, *place: str) -> bytes:
    """Encrypt; `place` (table, ledger, id) is authenticated, so a row copied elsewhere does not open."""
    nonce = os.urandom(NONCE_BYTES)
    return _FORMAT + nonce + AESGCM(key).encrypt(nonce, plaintext, _bound(place))


def unseal(key: bytes, sealed: bytes, *place: str) -> bytes:
    """Decrypt what `seal` made for the same key and place, or raise VaultDamaged."""
    if sealed[:1] != _FORMAT:
        raise VaultDamaged("sealed in a format that this version does not know: " + "/".join(place))
    nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _bound(place))
    except InvalidTag:
        raise VaultDamaged("does not open under its key: " + "/".join(place)) from None


def _bound(place: tuple[str, ...]) -> bytes:
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in place)

"""The ledger's secret: under it keys, causes and references become macs that tell an outsider nothing."""

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

MAC_BYTES = 20
"""160 bits: two of 2^40 macs of one ledger meet with a chance below 2^-80."""

_frame = msgspec.json.Encoder().encode


class LedgerSecret:
    """HMAC-SHA256 under 32 bytes that live in the key store and are backed up with it.

    Losing it makes every stored idempotency key and cause unrecognisable: a retry would pay twice.
    """

    __slots__ = ("_keyed",)

    def __init__(self, key: bytes) -> None:
        """Hash the key once; each mac goes on from a copy, at about a microsecond."""
        self._keyed = HMAC(key, SHA256())

    def mac(self, purpose: str, *parts: str) -> str:
        """40 hexadecimal digits for `parts` under `purpose`.

        The message is the JSON array of all strings in UTF-8, so ("a", "bc") and ("ab", "c") never meet,
        and a mac made for one purpose says nothing about another.
        """
        keyed = self._keyed.copy()
        keyed.update(_frame((purpose, *parts)))
        return keyed.finalize()[:MAC_BYTES].hex()

    def __repr__(self) -> str:
        """Never the key."""
        return "LedgerSecret(…)"

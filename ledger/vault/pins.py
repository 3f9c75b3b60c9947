"""PINs: argon2id hashes, sealed under the person's key, so that a stolen file cannot be tried offline."""

import re
from collections.abc import Sequence
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from sqlalchemy import Connection, Engine, delete, insert, select

from ledger.refusals import NotFound, WeakPin
from ledger.vault.keystore import KeyStore
from ledger.vault.personal import person_owner
from ledger.vault.sealing import seal, unseal
from ledger.vault.tables import pins

# OWASP's least argon2id setting (19 MiB, 2 passes, 1 lane): 57 ms a check on a busy two-core machine, about 35 idle.
# A PIN has at most 10^8 values: what protects it is the sealing here and the lock after a few tries, not this cost.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)

_SHAPE = re.compile(r"[0-9]{4,8}")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def weakness(pin: str) -> str | None:
    """Why a PIN is refused (`shape`, `repeated`, `sequential`), or None for a fair one.

    `shape`: not 4–8 digits; `repeated`: a block of digits over and over (0000, 1212, 123123);
    `sequential`: each digit one up or one down, the 0 following the 9 (1234, 4321, 7890).
    """
    if not _SHAPE.fullmatch(pin):
        return "shape"
    if any(pin == (pin[:size] * len(pin))[: len(pin)] for size in range(1, len(pin) // 2 + 1)):
        return "repeated"
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return "sequential" if steps in ({1}, {9}) else None


class PinBox:
    """The PINs of one ledger. Counting wrong tries and locking are facts, kept elsewhere."""

    def __init__(self, ledger: str, rows: Engine, keystore: KeyStore) -> None:
        """Bind to one ledger."""
        self._ledger = ledger
        self._rows = rows
        self._keystore = keystore

    def set(self, holder: str, pin: str) -> None:
        """Give or replace a PIN. Raises WeakPin; NotFound when the person is unknown or erased."""
        pin = pin.translate(_FULL_WIDTH)
        if reason := weakness(pin):
            raise WeakPin(reason=reason)
        key = self._key(holder)
        if key is None:
            raise NotFound(kind="person", id=holder)
        sealed = seal(key, HASHER.hash(pin).encode(), "pins", self._ledger, holder)
        with self._rows.begin() as connection:
            self.forget(connection, [holder])
            connection.execute(insert(pins).values(ledger=self._ledger, holder=holder, sealed=sealed))

    def check(self, holder: str, pin: str) -> bool:
        """Whether `pin` is the person's; false without one."""
        sealed, key = self._sealed(holder), self._key(holder)
        if sealed is None or key is None:
            return False
        try:
            return HASHER.verify(unseal(key, sealed, "pins", self._ledger, holder), pin.translate(_FULL_WIDTH))
        except (VerificationError, InvalidHashError):
            return False

    def has(self, holder: str) -> bool:
        """Whether the person has a PIN."""
        return self._sealed(holder) is not None

    def reset(self, holder: str) -> None:
        """Take the PIN away."""
        with self._rows.begin() as connection:
            self.forget(connection, [holder])

    def forget(self, connection: Connection, holders: Sequence[str]) -> None:
        """Delete the PINs of these people."""
        connection.execute(delete(pins).where(pins.c.ledger == self._ledger, pins.c.holder.in_(holders)))

    def _key(self, holder: str) -> bytes | None:
        return self._keystore.keys([person_owner(holder)]).get(person_owner(holder))

    def _sealed(self, holder: str) -> bytes | None:
        query = select(pins.c.sealed).where(pins.c.ledger == self._ledger, pins.c.holder == holder)
        with self._rows.connect() as connection:
            sealed = connection.execute(query).scalar()
        return None if sealed is None else bytes(sealed)

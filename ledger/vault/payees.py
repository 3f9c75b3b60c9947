"""Bank accounts of those who are paid: sealed under a key each; facts carry an account's id and commitment alone."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Engine, Row, delete, insert, select
from uuid_utils import uuid7

from ledger.values import Instant
from ledger.vault.engines import chunks, forget_deleted
from ledger.vault.keystore import KeyStore
from ledger.vault.personal import NONCE_BYTES, commitment
from ledger.vault.sealing import seal, unseal
from ledger.vault.tables import payees

FIELD = "payee"
"""The name under which the account is committed to."""
SHOWN = 4
"""How many of the last digits of a number everybody may see."""


class PayeeAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A bank account in the clear. Lives in memory only; its repr shows no value, so that no log does."""

    bank: str
    """The bank and its branch."""
    number: str
    name: str
    """Whose account it is, as the bank has it."""

    @property
    def masked(self) -> str:
        """The last digits of its number, and as many stars as hide how long it is."""
        return "**** " + self.number[-SHOWN:]

    @property
    def said(self) -> str:
        """What a commitment is made for: one text for one account, with none of its parts able to end in another."""
        return msgspec.json.encode([self.bank, self.number, self.name]).decode()

    def __repr__(self) -> str:
        """Its kind, never its values."""
        return "PayeeAccount(...)"


class KeptPayee(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact may carry of an account."""

    id: str
    commitment: str


class KnownPayee(msgspec.Struct, frozen=True, kw_only=True):
    """An account as the vault has it, with whose it is."""

    id: str
    merchant: str
    account: PayeeAccount
    written_at: Instant


class ProposedPayee(NamedTuple):
    """An account by its id, and the merchant for whom somebody meant to propose it."""

    payee: str
    merchant: str


class _Sealed(msgspec.Struct, frozen=True, kw_only=True):
    account: PayeeAccount
    nonce: bytes


class PayeeBox:
    """The accounts of one ledger's merchants. None is ever changed: another account is another row, with another id."""

    def __init__(
        self,
        ledger: str,
        rows: Engine,
        keystore: KeyStore,
        *,
        clock: Callable[[], Instant],
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """Bind to one ledger."""
        self._ledger = ledger
        self._rows = rows
        self._keystore = keystore
        self._clock = clock
        self._random = random

    def keep(self, merchant: str, account: PayeeAccount) -> KeptPayee:
        """Keep an account; a crash before its fact leaves a row that nothing names."""
        payee = str(uuid7())
        sealed = _Sealed(account=account, nonce=self._random(NONCE_BYTES))
        (key,) = self._keystore.make([_owner(payee)]).values()
        place = {"ledger": self._ledger, "payee": payee, "merchant": merchant, "written_at": self._clock()}
        with self._rows.begin() as connection:
            connection.execute(insert(payees).values(**place, sealed=self._seal(key, sealed, payee, merchant)))
        return KeptPayee(id=payee, commitment=commitment(sealed.nonce, FIELD, account.said))

    def known(self, ids: Iterable[str]) -> dict[str, KnownPayee]:
        """Those of the accounts that are there and not erased, by id."""
        return {
            row.payee: KnownPayee(
                id=row.payee, merchant=row.merchant, account=sealed.account, written_at=Instant(row.written_at)
            )
            for row, sealed in self._opened(ids)
        }

    def verify(self, payee: str, account: PayeeAccount, against: str) -> bool:
        """Whether the commitment in a fact was made for this account."""
        return any(
            sealed.account == account and commitment(sealed.nonce, FIELD, account.said) == against
            for _, sealed in self._opened([payee])
        )

    def erase(self, payee: str) -> None:
        """Forget one account for good: its key, then its row. What was paid to it stays paid."""
        self._erase([payee])

    def orphans(self, known: Callable[[list[ProposedPayee]], Iterable[str]], *, before: Instant) -> list[str]:
        """Sweep rows written before `before` that no fact speaks of; answers which.

        `known` says which of some accounts a fact names. `before` must lie further back than any command waits: a row
        is older than its fact, and a younger one may be about to get it. Keys without a row go too.
        """
        rows = self._rows_before(before)
        kept = set(known(rows))
        swept = [row.payee for row in rows if row.payee not in kept]
        if swept:
            self._erase(swept)
        there = {_owner(row.payee) for row in self._rows_before(None)}
        self._keystore.destroy(set(self._keystore.owners(_owner(""), before=before)) - there)
        return swept

    def _rows_before(self, before: Instant | None) -> list[ProposedPayee]:
        query = select(payees.c.payee, payees.c.merchant).where(payees.c.ledger == self._ledger)
        if before is not None:
            query = query.where(payees.c.written_at < before)
        with self._rows.connect() as connection:
            return [ProposedPayee(*row) for row in connection.execute(query.order_by(payees.c.payee))]

    def _erase(self, ids: Iterable[str]) -> None:
        everything = list(ids)
        self._keystore.destroy(_owner(payee) for payee in everything)
        for chunk in chunks(everything):
            with self._rows.begin() as connection:
                connection.execute(delete(payees).where(payees.c.ledger == self._ledger, payees.c.payee.in_(chunk)))
        forget_deleted(self._rows)

    def _opened(self, ids: Iterable[str]) -> Iterator[tuple[Row[Any], _Sealed]]:
        """The rows that are there and whose keys are not destroyed, each with what is sealed in it."""
        for chunk in chunks(ids):
            query = select(payees).where(payees.c.ledger == self._ledger, payees.c.payee.in_(chunk))
            with self._rows.connect() as connection:
                rows = connection.execute(query).all()
            keys = self._keystore.keys(_owner(row.payee) for row in rows)
            for row in rows:
                if (key := keys.get(_owner(row.payee))) is not None:
                    yield row, self._unseal(key, row.sealed, row.payee, row.merchant)

    def _seal(self, key: bytes, sealed: _Sealed, payee: str, merchant: str) -> bytes:
        # Bound to its merchant: a row given to another one does not open.
        return seal(key, msgspec.msgpack.encode(sealed), "payees", self._ledger, payee, merchant)

    def _unseal(self, key: bytes, sealed: bytes, payee: str, merchant: str) -> _Sealed:
        opened = unseal(key, bytes(sealed), "payees", self._ledger, payee, merchant)
        return msgspec.msgpack.decode(opened, type=_Sealed)


def _owner(payee: str) -> str:
    return "payee:" + payee

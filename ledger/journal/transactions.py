"""A transaction's id says where its first fact stands, so that all its facts are found without an index."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, takewhile
from typing import Final, Protocol

import msgspec

from ledger.journal.rows import FactRow
from ledger.values import TxId

TX_STREAMS: Final = ("grant", "deduction", "redemption", "reversal", "lapse", "proposal", "transfer", "conversion")
"""Kinds of streams whose id is the transaction that began them: so are found those whose ids say no position."""
_UUID7: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_TAIL: Final = (1 << 48) - 1
"""The last twelve digits of a UUID hold 48 bits of the position, the five bits before them the rest."""
CHUNK: Final = 8
"""Facts that are read at first: most transactions are shorter."""
LARGEST: Final = 1024


class _Tx(msgspec.Struct):
    """All that is read of a fact to know whose it is."""

    tx: str


_decoder: Final = msgspec.json.Decoder(_Tx)


class Facts(Protocol):
    """Where facts are read: a turn, or the storage."""

    def facts(self, after: int, limit: int) -> list[FactRow]:
        """At most `limit` facts with positions above `after`, in order."""
        ...

    def facts_of(self, stream: str) -> list[FactRow]:
        """The whole life of one thing, in order."""
        ...


class TxIds:
    """Transaction ids of one turn: one UUIDv7 for all of them, told apart by their positions."""

    def __init__(self, ids: Callable[[], str]) -> None:
        """`ids` is asked when the first id is wanted; what is no UUIDv7 is asked for each."""
        self._ids = ids
        self._start, self._middle = "", 0

    def at(self, position: int) -> TxId:
        """The id of the transaction whose first fact stands at `position` (below 2^53)."""
        if not self._start:
            id = self._ids()
            if not _UUID7.fullmatch(id):
                return TxId(id)
            self._start, self._middle = id[:19], int(id[19:23], 16) & 0xFFE0
        return TxId(f"{self._start}{self._middle | position >> 48:04x}-{position & _TAIL:012x}")


def placed(id: str, position: int) -> TxId:
    """The UUIDv7 `id` with `position` in its low 53 bits: still one, still unlike those of other ledgers and turns.

    What is no UUIDv7, as tests inject, stays as it is.
    """
    return TxIds(lambda: id).at(position)


def position_of(tx: str) -> int | None:
    """The position that `tx` carries, or seems to: whoever goes there must look whose the fact is."""
    return (int(tx[19:23], 16) & 0x1F) << 48 | int(tx[24:], 16) if _UUID7.fullmatch(tx) else None


def streams_of(tx: str) -> list[str]:
    """The streams that would be called after this transaction."""
    return [f"{kind}:{tx}" for kind in TX_STREAMS]


def transaction(facts: Facts, tx: str) -> list[FactRow]:
    """All facts of a transaction, in order; they stand side by side. Empty when there is none.

    Its first fact stands where the id says. Ids from before they said so, and those that tests make, are found by the
    streams that are called after them; a transaction that began none is then not found.
    """
    position = position_of(tx)
    found = [] if position is None else list(_onwards(facts, tx, position - 1))
    if found:
        return found
    known = next((row for row in _named(facts, tx) if _is_of(tx, row)), None)
    if known is None:
        return []
    return [*reversed(list(_backwards(facts, tx, known.position))), *_onwards(facts, tx, known.position - 1)]


def onwards(facts: Facts, position: int) -> list[FactRow]:
    """The fact at `position` and those of its transaction behind it; empty when there is none."""
    first = facts.facts(position - 1, 1)
    return list(_onwards(facts, _decoder.decode(first[0].state).tx, position - 1)) if first else []


def _named(facts: Facts, tx: str) -> Iterator[FactRow]:
    return chain.from_iterable(facts.facts_of(stream) for stream in streams_of(tx))


def _is_of(tx: str, row: FactRow) -> bool:
    return _decoder.decode(row.state).tx == tx


def _onwards(facts: Facts, tx: str, after: int) -> Iterator[FactRow]:
    def page(size: int, read: int) -> Sequence[FactRow]:
        return facts.facts(after + read, size)

    return takewhile(lambda row: _is_of(tx, row), _pages(page))


def _backwards(facts: Facts, tx: str, before: int) -> Iterator[FactRow]:
    def page(size: int, read: int) -> Sequence[FactRow]:
        last = before - 1 - read
        first = max(0, last - size)
        return facts.facts(first, last - first)[::-1] if last > 0 else []

    return takewhile(lambda row: _is_of(tx, row), _pages(page))


def _pages(page: Callable[[int, int], Sequence[FactRow]]) -> Iterator[FactRow]:
    """Rows from pages of growing size, read only as far as somebody looks."""
    size, read, rows = CHUNK, 0, page(CHUNK, 0)
    while rows:
        yield from rows
        read += len(rows)
        wanted, size = size, min(size * 4, LARGEST)
        rows = page(size, read) if len(rows) == wanted else ()

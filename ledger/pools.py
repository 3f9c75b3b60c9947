"""Lots as ranges of pools: which ranges pay, what has lapsed, what a refund restores. Pure.

A *pool* joins all grants to one account with equal expiry day, kind, funding source and terms; a *lot* is a range of
the pool's running total. 500 one-point credits are one pool with one open range, not 500 rows.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.values import Day, TxId

Span = tuple[int, int]
"""Half-open range of a pool's running total: [from, to)."""

EARNED = "earned"
INITIAL = "initial"


class Lot(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}, gc=False):
    """A range of one pool as facts name it: `{"from": 0, "pool": "0198d2", "to": 45}`, [from, to)."""

    pool: str
    start: int
    end: int

    @property
    def amount(self) -> int:
        """How much value the range holds."""
        return self.end - self.start


class Repaid(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}, gc=False):
    """A range that repaid (part of) the debt of one deduction the moment it came in."""

    deduction: TxId
    pool: str
    start: int
    end: int

    @property
    def lot(self) -> Lot:
        """The range alone."""
        return Lot(pool=self.pool, start=self.start, end=self.end)


MOST_REPAID: Final = 128
"""Ranges by which one fact repays a holder's debts. What is left over stays open beside them, with the same balance:
beyond the 32,768 bytes of a fact, a hold of somebody with hundreds of debts could not end."""


class Terms(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What makes two grants join one pool."""

    expires_on: Day | None = None
    kind: str = EARNED
    fund: str | None = None
    terms: str | None = None


class Landed(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}, gc=False):
    """A new range where value arrived from another account or unit, under the terms that it came with."""

    pool: str
    start: int
    end: int
    terms: Terms
    of: Lot | None = None
    """The range that it was; None: drawn below zero, nobody's lot before."""

    @property
    def lot(self) -> Lot:
        """The new range alone."""
        return Lot(pool=self.pool, start=self.start, end=self.end)


class Pool(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One pool of one account: its terms, its running total, and the ranges that are open or earmarked."""

    id: str
    terms: Terms
    opened: int
    """Position of the fact that opened it: the second key of the order in which pools pay."""
    total: int = 0
    """Everything ever granted into it: where the next lot begins."""
    open: tuple[Span, ...] = ()
    """Unspent and not earmarked, ascending, never touching."""
    earmarked: int = 0
    """Value set aside by holds; it does not lapse while they are open."""
    reopened: bool = False
    """Forgotten once and brought back by a refund: its total is lost, so no grant may join it (it would hand out a
    range twice)."""

    @property
    def remaining(self) -> int:
        """What the open ranges hold."""
        left = 0
        for start, end in self.open:
            left += end - start
        return left

    @property
    def order(self) -> tuple[bool, Day, int]:
        """Soonest expiry first, then the pool opened first; what never expires pays last."""
        day = self.terms.expires_on
        return (day is None, day or Day(""), self.opened)

    def first(self, amount: int) -> tuple[Lot, ...]:
        """The first `amount` of the open ranges, at most all of them."""
        lots = []
        for start, end in self.open:
            if amount <= 0:
                break
            stop = min(end, start + amount)
            lots.append(Lot(pool=self.id, start=start, end=stop))
            amount -= stop - start
        return tuple(lots)

    def granted(self, amount: int) -> "Pool":
        """Append a lot at the end of the running total."""
        before, total = self.open, self.total
        end = total + amount
        start, stop = before[-1] if before else (total, 0)
        if stop == total and amount > 0:
            # The last lot is whole yet: the new one makes it longer, however many ranges stand before it.
            longer = (start, end)
            return replace(self, total=end, open=(longer,) if len(before) == 1 else (*before[:-1], longer))
        return replace(self, total=end, open=_join((*before, (total, end))))

    def taken(self, lot: Lot) -> "Pool":
        """Without this range, which lies in one open range."""
        return replace(self, open=_cut(self.open, lot.start, lot.end))

    def restored(self, lot: Lot) -> "Pool":
        """With this range open again, at its old place."""
        spans = _join(tuple(sorted((*self.open, (lot.start, lot.end)))))
        return replace(self, total=max(self.total, lot.end), open=spans)


class LotNotOpenError(ValueError):
    """A range is taken that is not open, or given back that is: a defect of the program."""


def amount_of(lots: Iterable[Lot]) -> int:
    """Total value of these ranges."""
    return sum([lot.end - lot.start for lot in lots])


def first_of(lots: Iterable[Lot], amount: int) -> tuple[Lot, ...]:
    """The first `amount` of these ranges, in their order."""
    taken = []
    for lot in lots:
        if amount <= 0:
            break
        stop = min(lot.end, lot.start + amount)
        taken.append(Lot(pool=lot.pool, start=lot.start, end=stop))
        amount -= stop - lot.start
    return tuple(taken)


def last_of(lots: Iterable[Lot], amount: int) -> tuple[Lot, ...]:
    """The last `amount` of these ranges, latest first: a refund gives back in reverse order."""
    taken = []
    for lot in reversed(tuple(lots)):
        if amount <= 0:
            break
        begin = max(lot.start, lot.end - amount)
        taken.append(Lot(pool=lot.pool, start=begin, end=lot.end))
        amount -= lot.end - begin
    return tuple(taken)


def without(lots: Iterable[Lot], gone: Iterable[Lot]) -> tuple[Lot, ...]:
    """These ranges less those: what is left of a payment after some of it was given back."""
    missing = tuple(gone)
    left: list[Lot] = []
    for lot in lots:
        spans: tuple[Span, ...] = ((lot.start, lot.end),)
        for cut in missing:
            if cut.pool == lot.pool and lot.start <= cut.start and cut.end <= lot.end:
                spans = _cut(spans, cut.start, cut.end)
        left.extend(Lot(pool=lot.pool, start=start, end=end) for start, end in spans)
    return tuple(left)


def repaying(debts: Iterable[tuple[TxId, int]], lots: Iterable[Lot], *, bounded: bool) -> tuple[Repaid, ...]:
    """How these ranges repay debts, in the order of both; where many may be owed, not in more than `MOST_REPAID`."""
    most = MOST_REPAID if bounded else None
    left = tuple(lots)
    paid: list[Repaid] = []
    for deduction, amount in debts:
        if not left or len(paid) == most:
            break
        part = first_of(left, amount)[: None if most is None else most - len(paid)]
        paid.extend(Repaid(deduction=deduction, pool=lot.pool, start=lot.start, end=lot.end) for lot in part)
        left = without(left, part)
    return tuple(paid)


def _cut(spans: tuple[Span, ...], begin: int, stop: int) -> tuple[Span, ...]:
    if spans and spans[0][0] == begin and stop < spans[0][1]:
        # The beginning of the first range, as nearly every sale.
        rest = (stop, spans[0][1])
        return (rest,) if len(spans) == 1 else (rest, *spans[1:])
    for index, (start, end) in enumerate(spans):
        if start <= begin and stop <= end:
            pieces: tuple[Span, ...] = ((start, begin),) if start < begin else ()
            if stop < end:
                pieces += ((stop, end),)
            return spans[:index] + pieces + spans[index + 1 :]
    raise LotNotOpenError(f"range {(begin, stop)} is not open in {spans}")


def _join(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            raise LotNotOpenError(f"range {(start, end)} is open already in {spans}")
        if joined and start == joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        elif start < end:
            joined.append((start, end))
    return tuple(joined)

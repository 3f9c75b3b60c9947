"""Whose money each fen of a coupon is: in a batch of several sources every fen is one source's for ever.

The coupons of a batch stand one behind the other in what it issues (`run`), and a run is shared by its place alone
(`sharing.running`). So what is spent, given back, lapses or is taken back, in any order and any parts, moves exactly
the fen of each source that are in it, and what a fund has promised always equals what its part of the coupons holds.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from ledger.coupons.entities import Batch, Coupon, Sourced, Used
from ledger.pools import Lot, Span
from ledger.room import Book
from ledger.sharing import between

Split = dict[str, int]
"""So much from each fund, by its id."""


def split(batch: Batch, run: Iterable[Span]) -> Split:
    """Which funds stand behind these ranges of what the batch issues, each with how much; none where none does."""
    parts = _parts(batch, run)
    return {funding.fund: part for funding, part in zip(batch.funding, parts, strict=True) if part}


def sourced(batch: Batch, run: Iterable[Span]) -> tuple[Sourced, ...]:
    """The same by source, as facts say it; nothing where one source stands behind all of it, which the batch says."""
    amounts: dict[str, int] = {}
    for funding, part in zip(batch.funding, _parts(batch, run), strict=True):
        amounts[funding.source] = amounts.get(funding.source, 0) + part
    return tuple(Sourced(source, amount) for source, amount in amounts.items() if amount)


def _parts(batch: Batch, run: Iterable[Span]) -> list[int]:
    weights = [funding.weight for funding in batch.funding]
    parts = [0] * len(weights)
    for start, end in run if weights else ():
        for place, part in enumerate(between(start, end, weights)):
            parts[place] += part
    return parts


def in_run(coupon: Coupon, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Where these ranges of a coupon stand in what its batch issues."""
    return tuple(found for start, end in spans for found in _stretch(coupon.run, start, end))


def _stretch(run: tuple[Span, ...], start: int, end: int) -> Iterator[Span]:
    """What is behind a coupon's units `start` to `end`; `run` may be in pieces, of a coupon that was issued anew."""
    for first, last in run:
        length = last - first
        if start < length and end > 0:
            yield first + max(0, start), first + min(end, length)
        start, end = start - length, end - length


def promised(book: Book, lots: Iterable[Lot]) -> Mapping[str, int | Split]:
    """How much of these ranges of coupons was promised under which commitment: a sum, or of several funds each one's.

    Paid to the merchant with the sale, a fund's promise always equals what of its coupons can still be spent.
    """
    amounts: dict[str, int | Split] = {}
    for lot in lots:
        coupon = book.the(Coupon, lot.pool)
        before = amounts.get(coupon.commitment) if coupon.commitment is not None else None
        if coupon.commitment is None:
            continue
        if not coupon.run:
            amounts[coupon.commitment] = lot.amount + (before if isinstance(before, int) else 0)
            continue
        more = split(book.the(Batch, coupon.batch), in_run(coupon, [(lot.start, lot.end)]))
        have = before if isinstance(before, dict) else {}
        amounts[coupon.commitment] = {fund: have.get(fund, 0) + more.get(fund, 0) for fund in {**have, **more}}
    return amounts


def of_coupon(book: Book, coupon: Coupon, spans: Iterable[Span]) -> tuple[Sourced, ...]:
    """By source, what these ranges of a coupon hold; nothing where its batch has one source."""
    return sourced(book.the(Batch, coupon.batch), in_run(coupon, spans)) if coupon.run else ()


def with_sources(book: Book, used: Iterable[Used], lots: Iterable[Lot]) -> tuple[Used, ...]:
    """What these ranges take of each coupon, with whose money it is where several sources stand behind it."""
    spans: dict[str, list[Span]] = {}
    for lot in lots:
        spans.setdefault(lot.pool, []).append((lot.start, lot.end))
    return tuple(
        replace(part, sources=of_coupon(book, book.the(Coupon, part.coupon), spans[part.coupon])) for part in used
    )

"""Promising and taking back, as every room does it that gives out what a fund pays for."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from ledger.funds.entities import Commitment, Fund, Part, Share
from ledger.funds.facts import (
    FundAppropriated,
    FundClosed,
    FundCommitted,
    FundDisbursed,
    FundRecommitted,
    FundRecovered,
    FundReleased,
    FundWrittenOff,
)
from ledger.refusals import FundExhausted, Malformed, NotEligible, UnitMismatch
from ledger.room import Book, Key
from ledger.sharing import apportioned, running
from ledger.values import UnitCode

MOST_SHARES = 8
"""Funds that may share in one promise."""
Split = Mapping[str, int]
"""So much from each fund, by its id: of a thing that knows whose money each unit of it is."""
KEPT = ":"
"""In the name of a promise that a thing of this ledger keeps: `coupon-batch:<id>`, `offer-claim:<id>`."""


def usable(book: Book, id: str) -> Fund:
    """The fund, or `not-found`, or `not-eligible` when it is closed."""
    fund = book.the(Fund, id)
    if fund.closed_at is not None:
        raise NotEligible(reason="fund-closed")
    return fund


def in_its_year(book: Book, id: str) -> Fund:
    """The fund, or `not-eligible` when its budget is of another year than the day on which it is promised."""
    fund = usable(book, id)
    if fund.year is not None and book.day[:4] != f"{fund.year:04}":
        raise NotEligible(reason="fund-year")
    return fund


def ending(book: Book, id: str, amount: int, reason: str, into: str | None) -> Iterator[FundClosed | FundAppropriated]:
    """What is free of a fund that has ended goes back to its source, or on into the fund that follows it.

    Where that has ended too it goes back: nobody could promise it any more.
    """
    unit = book.the(Fund, id).unit
    following = book.the(Fund, into) if into is not None else None
    yield FundClosed(fund=id, unit=unit, amount=amount, reason=reason, into=into)
    if into is not None and following is not None and following.closed_at is None and amount:
        free = following.free + amount
        yield FundAppropriated(fund=into, unit=unit, amount=amount, free=free, reference="fund:" + id)


def by_hand(book: Book, id: str) -> Commitment:
    """The promise, unless a batch or a claim keeps it: released by hand, its coupons could neither pay nor lapse."""
    found = book.the(Commitment, id)
    if KEPT in id:
        raise NotEligible(reason="commitment-kept")
    return found


def promising(
    book: Book, commitment: str, shares: Sequence[Share], amount: int, of: str | None
) -> Iterator[FundCommitted]:
    """Promise, each fund its part, or `fund-exhausted` with what the one that is short still has; all or nothing.

    Checks: shares (422), funds (404), one unit, none closed, each in its year, what is free. A part of nothing makes
    no fact.
    """
    well_shared(shares)
    unit = _one_unit([book.the(Fund, share.fund) for share in shares])
    funds = [in_its_year(book, share.fund) for share in shares]
    parts = running(amount, [share.weight for share in shares])
    for share, fund, part in zip(shares, funds, parts, strict=True):
        if part > fund.free:
            raise FundExhausted(fund=share.fund, required=part, available=fund.free)
    for share, fund, part in zip(shares, funds, parts, strict=True):
        if part:
            free = fund.free - part
            yield FundCommitted(fund=share.fund, unit=unit, commitment=commitment, amount=part, free=free, of=of)


def releasing(
    book: Book, id: str, amount: int | Split, reason: str
) -> Iterator[FundReleased | FundClosed | FundAppropriated]:
    """Take `amount` of what is open back into the funds that promised it; the caller has checked that it is open.

    A fund that was closed when its coupons were spent, and is free again after a refund, gives it back to its source.
    """
    commitment = book.the(Commitment, id)
    for part, back in _parts(commitment, amount, lambda part: part.open):
        fund = book.the(Fund, part.fund)
        free = fund.free + back
        yield FundReleased(fund=part.fund, unit=commitment.unit, commitment=id, amount=back, free=free, reason=reason)
        if fund.closed_at is not None:
            yield from ending(book, part.fund, free, reason, fund.into)


def paying(book: Book, id: str, amount: int | Split, payee: str, reference: str | None) -> Iterator[FundDisbursed]:
    """Pay `amount` of what is open; the caller has checked that it is open."""
    commitment = book.the(Commitment, id)
    for part, paid in _parts(commitment, amount, lambda part: part.open):
        yield FundDisbursed(
            fund=part.fund,
            unit=commitment.unit,
            commitment=id,
            amount=paid,
            free=book.the(Fund, part.fund).free,
            payee=payee,
            reference=reference,
        )


def recommitting(
    book: Book, id: str, amount: int | Split, payee: str, reference: str | None
) -> Iterator[FundRecommitted]:
    """Promise again what had been paid; the caller has checked that so much was."""
    commitment = book.the(Commitment, id)
    for part, back in _parts(commitment, amount, lambda part: part.outstanding):
        yield FundRecommitted(
            fund=part.fund,
            unit=commitment.unit,
            commitment=id,
            amount=back,
            free=book.the(Fund, part.fund).free,
            payee=payee,
            reference=reference,
        )


def _parts(commitment: Commitment, amount: int | Split, room: Callable[[Part], int]) -> list[tuple[Part, int]]:
    """Each fund's part, those of nothing left out: a part of nothing makes no fact.

    As the thing says whose money it is; of a sum alone in proportion to what each has `room` for.
    """
    if isinstance(amount, int):
        shares: Sequence[int] = apportioned(amount, [room(part) for part in commitment.parts])
    else:
        shares = [amount.get(part.fund, 0) for part in commitment.parts]
    return [(part, share) for part, share in zip(commitment.parts, shares, strict=True) if share]


def funds_behind(book: Book, commitment: str | None) -> list[Key]:
    """What to read of the funds that share in a promise; nothing of one that is not known, or where there is none."""
    found = None if commitment is None else book.get(Commitment, commitment)
    return [(Fund.KIND, part.fund) for part in (found.parts if found else ())]


def coming_back(
    book: Book, id: str, amount: int, payer: str, reference: str | None
) -> Iterator[FundRecovered | FundClosed | FundAppropriated]:
    """Have back `amount` of what was paid; the caller has checked that so much is outstanding."""
    commitment = book.the(Commitment, id)
    for part, back in _parts(commitment, amount, lambda part: part.outstanding):
        yield from _coming_into(book, part.fund, id, back, payer, reference)


def _coming_into(
    book: Book, id: str, commitment: str, amount: int, payer: str, reference: str | None
) -> Iterator[FundRecovered | FundClosed | FundAppropriated]:
    """What was advanced out of a fund is paid back: into the fund when it revolves, else to its source.

    After its end it is the source's, or that fund's into which it was carried forward.
    """
    fund = book.the(Fund, id)
    revolving = fund.revolving and (fund.closed_at is None or fund.into is not None)
    free = fund.free + (amount if revolving else 0)
    yield FundRecovered(
        fund=id,
        unit=fund.unit,
        commitment=commitment,
        amount=amount,
        free=free,
        payer=payer,
        revolving=revolving,
        reference=reference,
    )
    if revolving and fund.closed_at is not None:
        yield from ending(book, id, free, "recovered", fund.into)


def writing_off(book: Book, id: str, amount: int, reason: str) -> Iterator[FundWrittenOff]:
    """Give up `amount` of what was paid; the caller has checked that so much is outstanding."""
    commitment = book.the(Commitment, id)
    for part, lost in _parts(commitment, amount, lambda part: part.outstanding):
        yield FundWrittenOff(
            fund=part.fund,
            unit=commitment.unit,
            commitment=id,
            amount=lost,
            free=book.the(Fund, part.fund).free,
            reason=reason,
        )


def well_shared(shares: Sequence[Share]) -> None:
    """Malformed unless these are some funds, each once, with a weight."""
    names = [share.fund for share in shares]
    if not 1 <= len(names) <= MOST_SHARES or len(set(names)) < len(names):
        raise Malformed(errors=[f"shares: 1 to {MOST_SHARES} funds, each once"])
    if any(not 1 <= share.weight <= 1_000_000 for share in shares):
        raise Malformed(errors=["shares.weight: 1 to 1000000"])


def _one_unit(funds: Sequence[Fund]) -> UnitCode:
    units = sorted({fund.unit for fund in funds})
    if len(units) > 1:
        raise UnitMismatch(expected=units[0], given=units[1])
    return units[0]

"""Deciding about funds. Checks in this order: terms (422), existence, status, what is left; then nothing may fail."""

from collections.abc import Iterable
from typing import Final

from ledger.approvals.content import reference
from ledger.funds.commands import (
    AppropriateFund,
    CloseFund,
    CommitFunds,
    DisburseCommitment,
    OpenFund,
    RecoverCommitment,
    ReleaseCommitment,
    WriteOffCommitment,
)
from ledger.funds.entities import Commitment, Fund
from ledger.funds.facts import FundAppropriated, FundOpened
from ledger.funds.promising import (
    KEPT,
    by_hand,
    coming_back,
    ending,
    funds_behind,
    paying,
    promising,
    releasing,
    usable,
    well_shared,
    writing_off,
)
from ledger.naming import nameable, wrong_id
from ledger.points.decide import whole
from ledger.refusals import AlreadyExists, AmountOutOfRange, ExceedsOriginal, Malformed, NotEligible, UnitMismatch
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import MAX_AMOUNT

_YEARS: Final = range(1970, 10_000)

OfCommitment = ReleaseCommitment | DisburseCommitment | RecoverCommitment | WriteOffCommitment
"""Wishes about what was promised."""


def open_fund(command: OpenFund, book: Book, now: Now) -> Facts:
    """Checks: id, year, unit and source (422); id not taken."""
    if errors := list(wrong_id(command.id)):
        raise Malformed(errors=errors)
    if command.year is not None and command.year not in _YEARS:
        raise Malformed(errors=["year: a year such as 2022"])
    scheme = book.scheme(now.day)
    unit, source = scheme.unit(command.unit), scheme.fund(command.source)
    if book.get(Fund, command.id) is not None:
        raise AlreadyExists(kind="fund", id=command.id)
    yield FundOpened(
        fund=command.id, unit=unit.code, source=source.code, revolving=command.revolving, year=command.year
    )


def appropriate(command: AppropriateFund, book: Book, _now: Now) -> Facts:
    """Checks: amount and reference (422), fund (404), not closed, the sum (422)."""
    amount = whole(command.amount)
    reference("reference", command.reference)
    fund = usable(book, command.fund)
    if fund.appropriated + amount > MAX_AMOUNT:
        raise AmountOutOfRange
    yield FundAppropriated(
        fund=command.fund, unit=fund.unit, amount=amount, free=fund.free + amount, reference=command.reference
    )


def commit(command: CommitFunds, book: Book, now: Now) -> Facts:
    """Checks: amount, thing, shares and id (422), funds (404), id not taken, funds open, what is free in each."""
    amount = whole(command.amount)
    reference("of", command.of)
    well_shared(command.shares)
    nameable(command.id)
    if command.id is not None and KEPT in command.id:
        raise Malformed(errors=[f"id: no {KEPT}, which stands in the names of what batches and claims have promised"])
    for share in command.shares:
        book.the(Fund, share.fund)
    id = now.tx if command.id is None else command.id
    if book.get(Commitment, id) is not None:
        raise AlreadyExists(kind="commitment", id=id)
    yield from promising(book, id, command.shares, amount, command.of)


def release(command: ReleaseCommitment, book: Book, now: Now) -> Facts:
    """Checks: amount and reason (422), commitment (404), made by hand, that so much is open."""
    book.scheme(now.day).reason(command.reason)
    commitment = by_hand(book, command.commitment)
    yield from releasing(book, command.commitment, _of(command.amount, commitment.open), command.reason)


def disburse(command: DisburseCommitment, book: Book, _now: Now) -> Facts:
    """Checks: amount, payee and reference (422), commitment (404), made by hand, that so much is open."""
    reference("payee", command.payee)
    reference("reference", command.reference)
    commitment = by_hand(book, command.commitment)
    amount = _of(command.amount, commitment.open)
    yield from paying(book, command.commitment, amount, command.payee, command.reference)


def recover(command: RecoverCommitment, book: Book, _now: Now) -> Facts:
    """Checks: amount, payer and reference (422), commitment (404), made by hand, that so much is outstanding."""
    reference("payer", command.payer)
    reference("reference", command.reference)
    commitment = by_hand(book, command.commitment)
    amount = _of(command.amount, commitment.outstanding)
    yield from coming_back(book, command.commitment, amount, command.payer, command.reference)


def write_off(command: WriteOffCommitment, book: Book, now: Now) -> Facts:
    """Checks: amount and reason (422), commitment (404), made by hand, that so much is outstanding."""
    book.scheme(now.day).reason(command.reason)
    commitment = by_hand(book, command.commitment)
    amount = _of(command.amount, commitment.outstanding)
    yield from writing_off(book, command.commitment, amount, command.reason)


def close(command: CloseFund, book: Book, now: Now) -> Facts:
    """Checks: reason (422), funds (404), not closed yet, one unit and source, the sum (422), nothing promised."""
    book.scheme(now.day).reason(command.reason)
    if command.into == command.fund:
        raise Malformed(errors=["into: another fund"])
    fund = book.the(Fund, command.fund)
    following = None if command.into is None else book.the(Fund, command.into)
    usable(book, command.fund)
    if command.into is not None and following is not None:
        _can_follow(fund, following, book, command.into)
    if fund.committed:
        raise NotEligible(reason="commitments-open")
    yield from ending(book, command.fund, fund.free, command.reason, command.into)


def _can_follow(fund: Fund, following: Fund, book: Book, into: str) -> None:
    usable(book, into)
    if following.unit != fund.unit:
        raise UnitMismatch(expected=fund.unit, given=following.unit)
    if following.source != fund.source:
        # What the union put aside must not become the employer's by the turn of a year.
        raise NotEligible(reason="other-source")
    if following.appropriated + fund.free > MAX_AMOUNT:
        raise AmountOutOfRange


def _of(amount: int | None, available: int) -> int:
    """What was asked for, or all; more than there is, and nothing of nothing, is `exceeds-original`."""
    asked = max(1, available) if amount is None else whole(amount)
    if asked > available:
        raise ExceedsOriginal(original=available, reversed=0, requested=asked)
    return asked


# What they read ------------------------------------------------------------------------------------------------


def named_fund(command: OpenFund | AppropriateFund | CloseFund, _book: Book) -> Iterable[Key]:
    """The fund, and the one that follows it."""
    yield Fund.KIND, command.id if isinstance(command, OpenFund) else command.fund
    if isinstance(command, CloseFund) and command.into is not None:
        yield Fund.KIND, command.into


def shared_by(command: CommitFunds, _book: Book) -> Iterable[Key]:
    """The funds, and whether the id is taken."""
    yield from ((Fund.KIND, share.fund) for share in command.shares)
    if command.id is not None:
        yield Commitment.KIND, command.id


def promised(command: OfCommitment, _book: Book) -> Iterable[Key]:
    """The commitment."""
    return [(Commitment.KIND, command.commitment)]


def promised_by(command: OfCommitment, book: Book) -> Iterable[Key]:
    """The funds that share in it."""
    return funds_behind(book, command.commitment)


HANDLERS: Final = (
    Handler(OpenFund, open_fund, (named_fund,)),
    Handler(AppropriateFund, appropriate, (named_fund,)),
    Handler(CommitFunds, commit, (shared_by,)),
    Handler(ReleaseCommitment, release, (promised, promised_by)),
    Handler(DisburseCommitment, disburse, (promised, promised_by)),
    Handler(RecoverCommitment, recover, (promised, promised_by)),
    Handler(WriteOffCommitment, write_off, (promised, promised_by)),
    Handler(CloseFund, close, (named_fund,)),
)

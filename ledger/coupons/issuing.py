"""Issuing an approved batch line by line, taking coupons back, and other codes for them."""

from collections.abc import Iterable, Iterator
from typing import Final

from ledger.coupons.commands import FinishBatch, IssueCoupons, Issuing, ReplaceCode, VoidCoupon
from ledger.coupons.eligible import days_of, payee
from ledger.coupons.entities import CODE_MAC, Batch, Coupon, CouponCode, Line, coupon_id, line_id
from ledger.coupons.facts import BatchIssued, CodeReplaced, CouponIssued, CouponLapsed, LineRefused
from ledger.coupons.sources import in_run, sourced, split
from ledger.coupons.standing import in_hand
from ledger.coupons.voiding import voiding
from ledger.funds.entities import Commitment, Fund
from ledger.funds.promising import funds_behind, releasing
from ledger.limits.drawing import limit_counters, limited_by_scheme, limited_by_sources
from ledger.limits.entities import Counter
from ledger.limits.facts import Count
from ledger.people.entities import Holder
from ledger.people.standing import survivor
from ledger.points.entities import Account, account_key
from ledger.points.granting import moving
from ledger.points.moving import fitting
from ledger.pools import Lot, Span
from ledger.refusals import (
    AlreadyExists,
    CouponReserved,
    LimitExceeded,
    Malformed,
    NotEligible,
    Refusal,
    RegionalLimitExceeded,
)
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import AccountId, HolderId, holder_account

MOST_ISSUED: Final = 40
"""Lines of one wish: small enough to leave the turn to others."""


def issue(command: IssueCoupons, book: Book, now: Now) -> Facts:
    """Issue each line that waits; one that a cap or its holder's standing refuses is said to be refused, and stays so.

    Checks: number and codes (422), batch and lines (404), approved, its last day not over, codes not taken.
    """
    _well_formed(command)
    batch = book.the(Batch, command.batch)
    lines = [book.the(Line, line_id(command.batch, asked.holder)) for asked in command.lines]
    if batch.status != "approved":
        raise NotEligible(reason=f"batch-{batch.status}")
    if batch.expires_on < now.today:
        raise NotEligible(reason="batch-expired")
    waiting = [(asked, line) for asked, line in zip(command.lines, lines, strict=True) if line.status == "drafted"]
    for asked, line in waiting:
        _codes_fit(asked, line, book)
    for asked, line in waiting:
        yield from _one(asked, line, batch, book, now)


def _well_formed(command: IssueCoupons) -> None:
    holders = [line.holder for line in command.lines]
    codes = [code for line in command.lines for code in line.codes]
    if not 1 <= len(holders) <= MOST_ISSUED or len(set(holders)) < len(holders):
        raise Malformed(errors=[f"lines: 1 to {MOST_ISSUED}, each holder once"])
    if len(set(codes)) < len(codes) or not all(map(CODE_MAC.fullmatch, codes)):
        raise Malformed(errors=["codes: a MAC for each piece, each once"])


def _codes_fit(asked: Issuing, line: Line, book: Book) -> None:
    if asked.codes and len(asked.codes) != line.pieces:
        raise Malformed(errors=[f"codes: {line.pieces} for {line.pieces} pieces, or none"])
    for code in asked.codes:
        if book.get(CouponCode, code) is not None:
            raise AlreadyExists(kind="coupon-code", id=code)


def _one(asked: Issuing, line: Line, batch: Batch, book: Book, now: Now) -> Facts:
    amount = line.face * line.pieces
    try:
        account = payee(line.holder, batch, book)
        fitting(account, amount)
        # The whole line first: a cap must not let half of it through.
        counts = _counts(book, now, batch, account.account, amount)
        if line.pieces > 1 and any(count.amount != amount for count in counts):
            # A limit on times: each piece is one, and the last must not fail after the first.
            now.rehearsed(_pieces(asked, line, batch, account.account, book, now))
    except Refusal as refusal:
        yield _refused(line, batch, amount, refusal)
        return
    yield from _pieces(asked, line, batch, account.account, book, now)


def _pieces(asked: Issuing, line: Line, batch: Batch, account: AccountId, book: Book, now: Now) -> Facts:
    return (_piece(asked, line, batch, account, piece, book, now) for piece in range(line.pieces))


def _counts(book: Book, now: Now, batch: Batch, account: AccountId, amount: int) -> tuple[Count, ...]:
    unit, reason, days = batch.unit, batch.occasion, days_of(batch, now.day)
    if not batch.funding:
        return limited_by_scheme(book, now, "grant", account, unit, amount, reason=reason, fund=batch.source, days=days)
    parts = {part.source: part.amount for part in sourced(batch, _next_in_run(book, batch, amount))}
    return limited_by_sources(book, now, "grant", account, unit, parts, reason=reason, days=days)


def _piece(
    asked: Issuing, line: Line, batch: Batch, account: AccountId, piece: int, book: Book, now: Now
) -> CouponIssued:
    id = coupon_id(now.tx, now.position)
    run = _next_in_run(book, batch, line.face)
    return CouponIssued(
        account=account,
        unit=batch.unit,
        amount=line.face,
        coupon=id,
        batch=batch.id,
        holder=line.holder,
        lot=Lot(pool=id, start=0, end=line.face),
        expires_on=batch.expires_on,
        reason=batch.occasion,
        fund=batch.source,
        commitment=batch.commitment if batch.funds else None,
        code=asked.codes[piece] if asked.codes else None,
        last=piece == line.pieces - 1,
        counts=_counts(book, now, batch, account, line.face),
        remind_on=batch.remind_on(now.today),
        run=run,
        sources=sourced(batch, run),
    )


def _next_in_run(book: Book, batch: Batch, face: int) -> tuple[Span, ...]:
    """The next so many fen of what a batch of several sources issues; as the book has it now, piece after piece."""
    if not batch.funding:
        return ()
    issued = book.the(Batch, batch.id).issued
    return ((issued, issued + face),)


def _refused(line: Line, batch: Batch, amount: int, refusal: Refusal) -> LineRefused:
    limited = refusal if isinstance(refusal, LimitExceeded) else None
    return LineRefused(
        batch=batch.id,
        holder=line.holder,
        amount=amount,
        code=refusal.code,
        rule=limited.rule if limited else None,
        limit=limited.limit if limited else None,
        used=limited.used if limited else None,
        offered=limited.offered if limited else None,
        region=refusal.region if isinstance(refusal, RegionalLimitExceeded) else None,
        reason=refusal.reason if isinstance(refusal, NotEligible) else None,
    )


def finish(command: FinishBatch, book: Book, now: Now) -> Facts:
    """Checks: batch (404), approved, no line waiting; after its last day those that wait are never issued."""
    batch = book.the(Batch, command.batch)
    if batch.status != "approved":
        raise NotEligible(reason=f"batch-{batch.status}")
    if batch.waiting and batch.expires_on >= now.today:
        raise NotEligible(reason="lines-waiting")
    yield BatchIssued(batch=command.batch, total=batch.total, issued=batch.issued)
    if batch.funds and batch.total > batch.issued:
        rest = split(batch, [(batch.issued, batch.total)]) if batch.funding else batch.total - batch.issued
        yield from releasing(book, batch.commitment, rest, "not-issued")


# One coupon --------------------------------------------------------------------------------------------------------


def void(command: VoidCoupon, book: Book, now: Now) -> Facts:
    """Checks: reason (422), coupon (404), something left, not reserved, not frozen. Unspent, limits come back."""
    book.scheme(now.day).reason(command.reason)
    coupon = book.the(Coupon, command.coupon)
    account = in_hand(coupon, book)
    if coupon.reserved_until is not None:
        # Goods that wait at a counter are promised for it: they go first.
        raise CouponReserved(coupon=coupon.id, until=coupon.reserved_until)
    moving(account)
    yield voiding(coupon, account, command.reason, book)


def replace_code(command: ReplaceCode, book: Book, now: Now) -> Facts:
    """Checks: reason and code (422), coupon (404), code not taken, something left."""
    book.scheme(now.day).reason(command.reason)
    if not CODE_MAC.fullmatch(command.code):
        raise Malformed(errors=["code: a MAC"])
    coupon = book.the(Coupon, command.coupon)
    if book.get(CouponCode, command.code) is not None:
        raise AlreadyExists(kind="coupon-code", id=command.code)
    in_hand(coupon, book)
    yield CodeReplaced(coupon=command.coupon, code=command.code, replaced=coupon.code, reason=command.reason)


# What time and purchases leave to the fund ---------------------------------------------------------------------------


def freeing(before: Coupon | None, after: Coupon, book: Book, _now: Now) -> Facts:
    """What is gone of a coupon unspent is told of it, and free in its fund again, in the same transaction."""
    gone = after.gone - (before.gone if before else 0)
    if not gone:
        return
    lapsed = after.lapsed - (before.lapsed if before else 0)
    run = in_run(after, after.ended[len(before.ended) if before else 0 :])
    batch = book.the(Batch, after.batch) if run else None
    if lapsed:
        sources = sourced(batch, run) if batch else ()
        yield CouponLapsed(coupon=after.id, batch=after.batch, unit=after.unit, amount=lapsed, sources=sources)
    if after.commitment is not None:
        reason = "coupon-lapsed" if lapsed else "coupon-voided"
        yield from releasing(book, after.commitment, split(batch, run) if batch else gone, reason)


# What they read ----------------------------------------------------------------------------------------------------


def issued_lines(command: IssueCoupons, _book: Book) -> Iterable[Key]:
    """The batch, the lines, their holders and codes."""
    yield Batch.KIND, command.batch
    for line in command.lines:
        yield Line.KIND, line_id(command.batch, line.holder)
        yield Holder.KIND, line.holder
        yield from ((CouponCode.KIND, code) for code in line.codes)


def survivors(command: IssueCoupons, book: Book) -> Iterable[Key]:
    """The records that answer for merged ones."""
    return [(Holder.KIND, id) for id in _survivors(command, book)]


def paid_accounts(command: IssueCoupons, book: Book) -> Iterable[Key]:
    """The accounts, and the counters of the limits."""
    batch = book.get(Batch, command.batch)
    if batch is None:
        return
    days = days_of(batch, book.day)
    for id in _survivors(command, book):
        account = holder_account(id)
        yield Account.KIND, account_key(account, batch.unit)
        for source in batch.sources:
            yield from limit_counters(book, "grant", account, batch.unit, reason=batch.occasion, fund=source, days=days)


def _survivors(command: IssueCoupons, book: Book) -> Iterator[HolderId]:
    for line in command.lines:
        if book.get(Holder, line.holder) is not None:
            yield survivor(book, line.holder)


def batch_of(command: FinishBatch, _book: Book) -> Iterable[Key]:
    """The batch."""
    return [(Batch.KIND, command.batch)]


def its_fund(command: FinishBatch, book: Book) -> Iterable[Key]:
    """What its funds promised."""
    batch = book.get(Batch, command.batch)
    if batch is not None and batch.funds:
        yield Commitment.KIND, batch.commitment
        yield from ((Fund.KIND, fund) for fund in batch.funds)


def coupon_of(command: VoidCoupon | ReplaceCode, _book: Book) -> Iterable[Key]:
    """The coupon, and whether the new code is taken."""
    yield Coupon.KIND, command.coupon
    if isinstance(command, ReplaceCode):
        yield CouponCode.KIND, command.code


def its_owner(command: VoidCoupon | ReplaceCode, book: Book) -> Iterable[Key]:
    """Whose it was, its code and batch, what its fund promised, and the limits that it drew on."""
    coupon = book.get(Coupon, command.coupon)
    if coupon is None:
        return
    yield Holder.KIND, coupon.account.partition(":")[2]
    yield Batch.KIND, coupon.batch
    if coupon.code is not None:
        yield CouponCode.KIND, coupon.code
    if coupon.commitment is not None:
        yield Commitment.KIND, coupon.commitment
    yield from ((Counter.KIND, count.counter) for count in coupon.counts)


def its_account(command: VoidCoupon | ReplaceCode, book: Book) -> Iterable[Key]:
    """Whose it is now, and the funds that promised it."""
    coupon = book.get(Coupon, command.coupon)
    if coupon is None:
        return
    owner = survivor(book, coupon.account.partition(":")[2])
    yield Account.KIND, account_key(holder_account(owner), coupon.unit)
    yield from funds_behind(book, coupon.commitment)


HANDLERS: Final = (
    Handler(IssueCoupons, issue, (issued_lines, survivors, paid_accounts)),
    Handler(FinishBatch, finish, (batch_of, its_fund)),
    Handler(VoidCoupon, void, (coupon_of, its_owner, its_account)),
    Handler(ReplaceCode, replace_code, (coupon_of, its_owner, its_account)),
)

"""Drafting and approving a batch. Checks: terms (422), existence, status, who decides, what the fund has free."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import msgspec

from ledger.approvals.content import reference
from ledger.approvals.people import by_maker, deciding_person
from ledger.calendar import known_day
from ledger.coupons.commands import (
    ApproveBatch,
    DraftBatch,
    DraftedLine,
    DraftLines,
    RejectBatch,
    StrikeLines,
    SubmitBatch,
)
from ledger.coupons.entities import Batch, Conditions, Drafts, Funding, Line, line_id
from ledger.coupons.facts import (
    BatchApproved,
    BatchDrafted,
    BatchRejected,
    BatchSubmitted,
    LinesDrafted,
    LinesStruck,
)
from ledger.crews.entities import Crew
from ledger.crews.standing import called
from ledger.funds.entities import Commitment, Fund, Share
from ledger.funds.promising import promising, well_shared
from ledger.people.entities import Holder
from ledger.refusals import AlreadyExists, Malformed, NotEligible, ProposalMismatch, UnitMismatch
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.scheme.couponing import CouponTerms
from ledger.values import MAX_AMOUNT, Day

MOST_LINES: Final = 200
"""Lines of one wish: each takes up to 120 of a fact's 32,768 bytes."""
MOST_PIECES: Final = 50
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def draft(command: DraftBatch, book: Book, now: Now) -> Facts:
    """Checks: id, days, kind, occasion and whose money (422), funds (404), id not taken, the funds' unit."""
    scheme = book.scheme(now.day)
    kind = scheme.coupon(command.kind)
    scheme.reason(command.occasion)
    reference("of", command.of)
    expires_on = command.expires_on or (kind.life.last_spendable_day(now.day) if kind.life else None)
    if errors := list(_wrong(command, expires_on, now.today)):
        raise Malformed(errors=errors)
    if command.shares:
        well_shared(command.shares)
    funding = _funding(command, book)
    # One fund alone needs no shares: it is the batch's fund.
    fund, funding = (funding[0].fund, ()) if len(funding) == 1 else (None, funding)
    source = book.the(Fund, fund).source if fund else command.source
    for code in (source, *(one.source for one in funding)):
        if code is not None:
            scheme.fund(code)
    if book.get(Batch, command.id) is not None:
        raise AlreadyExists(kind="coupon-batch", id=command.id)
    for unit in sorted({book.the(Fund, id).unit for id in (fund, *(one.fund for one in funding)) if id is not None}):
        if scheme.unit(unit).scale != scheme.unit(kind.unit).scale:
            raise UnitMismatch(expected=kind.unit, given=unit)
    yield BatchDrafted(
        batch=command.id,
        kind=kind.code,
        conditions=_conditions(kind),
        unit=scheme.unit(kind.unit).code,
        occasion=command.occasion,
        fund=fund,
        source=source,
        of=None if command.of is None else called(book, command.of, now.today),
        members_on=command.members_on,
        occasion_on=command.occasion_on,
        valid_from_on=command.valid_from_on,
        expires_on=expires_on or now.today,
        funding=funding,
    )


def _funding(command: DraftBatch, book: Book) -> tuple[Funding, ...]:
    """The funds that were named, with whose money each is."""
    shares = command.shares or (() if command.fund is None else (Share(command.fund, 1),))
    return tuple(Funding(share.fund, book.the(Fund, share.fund).source, share.weight) for share in shares)


def _wrong(command: DraftBatch, expires_on: Day | None, today: Day) -> Iterable[str]:
    if not _ID.fullmatch(command.id):
        yield "id: 1 to 40 letters, digits, hyphens and underscores"
    if (command.fund is not None) + (command.source is not None) + bool(command.shares) > 1:
        yield "fund, shares, source: one of them; a fund knows its source"
    days = {
        "members_on": command.members_on,
        "occasion_on": command.occasion_on,
        "valid_from_on": command.valid_from_on,
        "expires_on": command.expires_on,
    }
    unreadable = [name for name, day in days.items() if day is not None and not known_day(day)]
    yield from (f"{name}: a day such as 2022-06-30" for name in unreadable)
    if expires_on is None:
        yield "expires_on: the scheme gives this kind of coupon no life, so the batch names its last day"
    elif not unreadable and expires_on < max(today, command.valid_from_on or today):
        yield f"expires_on: {expires_on} has passed or comes before it is valid"


def _conditions(kind: CouponTerms) -> Conditions:
    return Conditions(
        merchants=kind.merchants,
        goods=kind.goods,
        splittable=kind.splittable,
        stack=kind.stack,
        most=kind.most,
        from_amount=kind.from_amount,
        personal=kind.personal,
        remind_days=tuple(sorted(set(kind.remind_days), reverse=True)),
    )


# Lines -------------------------------------------------------------------------------------------------------------


def add_lines(command: DraftLines, book: Book, _now: Now) -> Facts:
    """Checks: number, faces and pieces (422), batch and holders (404), a draft, nobody twice, the sum (422)."""
    _well_formed(command.lines)
    batch = book.the(Batch, command.batch)
    for line in command.lines:
        book.the(Holder, line.holder)
    if batch.status != "draft":
        raise NotEligible(reason=f"batch-{batch.status}")
    for line in command.lines:
        if book.get(Line, line_id(command.batch, line.holder)) is not None:
            raise AlreadyExists(kind="coupon-line", id=line.holder)
    total = batch.total + sum(line.face * line.pieces for line in command.lines)
    if total > MAX_AMOUNT:
        raise Malformed(errors=["lines: the total is beyond 2^53 - 1"])
    digest = _chained(batch.digest, [[line.holder, line.face, line.pieces] for line in command.lines])
    yield LinesDrafted(batch=command.batch, lines=command.lines, total=total, digest=digest)


def _well_formed(lines: tuple[DraftedLine, ...]) -> None:
    errors = []
    if not 1 <= len(lines) <= MOST_LINES:
        errors.append(f"lines: 1 to {MOST_LINES}")
    twice = {line.holder for line in lines if sum(line.holder == other.holder for other in lines) > 1}
    errors += [f"lines: holder {holder} stands twice" for holder in sorted(twice)]
    errors += [f"lines: face 1 to {MAX_AMOUNT}" for line in lines if not 1 <= line.face <= MAX_AMOUNT][:1]
    errors += [f"lines: pieces 1 to {MOST_PIECES}" for line in lines if not 1 <= line.pieces <= MOST_PIECES][:1]
    if errors:
        raise Malformed(errors=errors)


def strike(command: StrikeLines, book: Book, now: Now) -> Facts:
    """Checks: reason and number (422), batch and lines (404), not approved yet, each line still in it."""
    book.scheme(now.day).reason(command.reason)
    if not 1 <= len(set(command.holders)) == len(command.holders) <= MOST_LINES:
        raise Malformed(errors=[f"holders: 1 to {MOST_LINES}, each once"])
    batch = book.the(Batch, command.batch)
    lines = [book.the(Line, line_id(command.batch, holder)) for holder in command.holders]
    if batch.status not in {"draft", "submitted"}:
        raise NotEligible(reason=f"batch-{batch.status}")
    if any(line.status == "struck" for line in lines):
        raise NotEligible(reason="struck")
    yield LinesStruck(
        batch=command.batch,
        holders=command.holders,
        reason=command.reason,
        total=batch.total - sum(line.face * line.pieces for line in lines),
        digest=_chained(batch.digest, ["struck", *command.holders]),
    )


def _chained(digest: str, more: list[object]) -> str:
    """SHA-256 over the digest so far and what comes, as canonical JSON: one digest binds every line in its order."""
    return sha256(digest.encode() + _ENCODER.encode(more)).hexdigest()


# Another person ----------------------------------------------------------------------------------------------------


def submit(command: SubmitBatch, book: Book, _now: Now) -> Facts:
    """Checks: batch (404), a draft, somebody in it."""
    batch = book.the(Batch, command.batch)
    if batch.status != "draft":
        raise NotEligible(reason=f"batch-{batch.status}")
    if not batch.waiting:
        raise NotEligible(reason="batch-empty")
    yield BatchSubmitted(batch=command.batch, lines=batch.waiting, total=batch.total, digest=batch.digest)


def approve(command: ApproveBatch, book: Book, now: Now) -> Facts:
    """Checks: batch (404), submitted, a person, not its maker (403), the lines that he saw, what the fund has free."""
    batch = _submitted(book, command.batch)
    deciding_person(now)
    same = by_maker(book, now, batch.maker)
    if command.digest != batch.digest:
        raise ProposalMismatch(digest=batch.digest)
    if not batch.waiting:
        raise NotEligible(reason="batch-empty")
    promised = []
    if batch.funds:
        of = batch.commitment
        shares = [Share(one.fund, one.weight) for one in batch.funding] or [Share(batch.funds[0], 1)]
        promised = list(promising(book, of, shares, batch.total, of))
    yield BatchApproved(
        batch=command.batch, lines=batch.waiting, total=batch.total, digest=batch.digest, by_maker=same, of=batch.of
    )
    yield from promised


def reject(command: RejectBatch, book: Book, now: Now) -> Facts:
    """Checks: reason (422), batch (404), not decided; its maker may withdraw it, else a person."""
    book.scheme(now.day).reason(command.reason)
    batch = book.the(Batch, command.batch)
    if batch.status not in {"draft", "submitted"}:
        raise NotEligible(reason=f"batch-{batch.status}")
    if now.by.principal != batch.maker.principal:
        deciding_person(now)
    yield BatchRejected(batch=command.batch, reason=command.reason, of=batch.of)


def _submitted(book: Book, id: str) -> Batch:
    batch = book.the(Batch, id)
    if batch.status != "submitted":
        raise NotEligible(reason=f"batch-{batch.status}")
    return batch


# What they read ----------------------------------------------------------------------------------------------------


def drafted(command: DraftBatch, _book: Book) -> Iterable[Key]:
    """The id, the funds, and the unit: it may have been merged, and has drafts."""
    yield Batch.KIND, command.id
    if command.of is not None:
        yield Crew.KIND, command.of
        yield Drafts.KIND, command.of
    if command.fund is not None:
        yield Fund.KIND, command.fund
    yield from ((Fund.KIND, share.fund) for share in command.shares)


def with_lines(command: DraftLines, _book: Book) -> Iterable[Key]:
    """The batch, the holders, and whether they stand in it."""
    yield Batch.KIND, command.batch
    for line in command.lines:
        yield Holder.KIND, line.holder
        yield Line.KIND, line_id(command.batch, line.holder)


def struck(command: StrikeLines, _book: Book) -> Iterable[Key]:
    """The batch and the lines."""
    yield Batch.KIND, command.batch
    yield from ((Line.KIND, line_id(command.batch, holder)) for holder in command.holders)


def named(command: SubmitBatch | ApproveBatch | RejectBatch, _book: Book) -> Iterable[Key]:
    """The batch."""
    return [(Batch.KIND, command.batch)]


def unit_of(command: ApproveBatch | RejectBatch, book: Book) -> Iterable[Key]:
    """The drafts of its unit."""
    batch = book.get(Batch, command.batch)
    return [(Drafts.KIND, batch.of)] if batch and batch.of is not None else []


def paying(command: ApproveBatch, book: Book) -> Iterable[Key]:
    """Its funds, and what they have promised for it: nothing yet."""
    batch = book.get(Batch, command.batch)
    if batch is not None and batch.funds:
        yield Commitment.KIND, batch.commitment
        yield from ((Fund.KIND, fund) for fund in batch.funds)
    yield from unit_of(command, book)


HANDLERS: Final = (
    Handler(DraftBatch, draft, (drafted,)),
    Handler(DraftLines, add_lines, (with_lines,)),
    Handler(StrikeLines, strike, (struck,)),
    Handler(SubmitBatch, submit, (named,)),
    Handler(ApproveBatch, approve, (named, paying)),
    Handler(RejectBatch, reject, (named, unit_of)),
)

"""How batches and their lines follow the facts about them."""

from typing import Final

from msgspec.structs import replace

from ledger.coupons.entities import Batch, Line, line_id
from ledger.coupons.facts import (
    BatchApproved,
    BatchDrafted,
    BatchFact,
    BatchIssued,
    BatchRejected,
    BatchSubmitted,
    CouponFact,
    CouponIssued,
    CouponLapsed,
    CouponVoided,
    LineRefused,
    LinesDrafted,
    LinesStruck,
)
from ledger.room import Evolution, Meta

# Batches -----------------------------------------------------------------------------------------------------------


def batches(fact: BatchFact | CouponFact, _meta: Meta) -> tuple[str, ...]:
    """The batch."""
    return (fact.batch,)


def on_drafted(_batch: Batch | None, fact: BatchDrafted, meta: Meta, _id: str) -> Batch:
    """Begun, by whoever will not approve it."""
    return Batch(
        id=fact.batch,
        kind=fact.kind,
        conditions=fact.conditions,
        unit=fact.unit,
        occasion=fact.occasion,
        fund=fact.fund,
        source=fact.source,
        of=fact.of,
        members_on=fact.members_on,
        occasion_on=fact.occasion_on,
        valid_from_on=fact.valid_from_on,
        expires_on=fact.expires_on,
        maker=meta.by,
        digest="",
        funding=fact.funding,
    )


def on_lines(batch: Batch, fact: LinesDrafted, _meta: Meta, _id: str) -> Batch:
    """More lines."""
    more = len(fact.lines)
    return replace(batch, lines=batch.lines + more, waiting=batch.waiting + more, total=fact.total, digest=fact.digest)


def on_struck(batch: Batch, fact: LinesStruck, _meta: Meta, _id: str) -> Batch:
    """Fewer that wait."""
    return replace(batch, waiting=batch.waiting - len(fact.holders), total=fact.total, digest=fact.digest)


def on_submitted(batch: Batch, _fact: BatchSubmitted, _meta: Meta, _id: str) -> Batch:
    """Waits for another person."""
    return replace(batch, status="submitted")


def on_approved(batch: Batch, _fact: BatchApproved, _meta: Meta, _id: str) -> Batch:
    """Can be issued."""
    return replace(batch, status="approved")


def on_rejected(batch: Batch, _fact: BatchRejected, _meta: Meta, _id: str) -> Batch:
    """Over."""
    return replace(batch, status="rejected")


def on_batch_issued(batch: Batch, _fact: BatchIssued, _meta: Meta, _id: str) -> Batch:
    """Over."""
    return replace(batch, status="issued")


def on_line_refused(batch: Batch, _fact: LineRefused, _meta: Meta, _id: str) -> Batch:
    """One fewer that waits."""
    return replace(batch, waiting=batch.waiting - 1)


def on_one_issued(batch: Batch, fact: CouponIssued, _meta: Meta, _id: str) -> Batch:
    """So much more is out; the line waits no more with its last piece."""
    waiting = batch.waiting - 1 if fact.last else batch.waiting
    return replace(batch, issued=batch.issued + fact.amount, waiting=waiting)


def on_gone(batch: Batch, fact: CouponVoided | CouponLapsed, _meta: Meta, _id: str) -> Batch:
    """So much of it will never be spent."""
    return replace(batch, gone=batch.gone + fact.amount)


# Lines -------------------------------------------------------------------------------------------------------------


def lines_drafted(fact: LinesDrafted, _meta: Meta) -> list[str]:
    """Each new line."""
    return [line_id(fact.batch, line.holder) for line in fact.lines]


def on_line(_line: Line | None, fact: LinesDrafted, _meta: Meta, id: str) -> Line:
    """Waits."""
    drafted = next(line for line in fact.lines if line_id(fact.batch, line.holder) == id)
    return Line(holder=drafted.holder, face=drafted.face, pieces=drafted.pieces)


def lines_struck(fact: LinesStruck, _meta: Meta) -> list[str]:
    """Each line that goes."""
    return [line_id(fact.batch, holder) for holder in fact.holders]


def on_line_struck(line: Line, _fact: LinesStruck, _meta: Meta, _id: str) -> Line:
    """Gone."""
    return replace(line, status="struck")


def line_refused(fact: LineRefused, _meta: Meta) -> tuple[str, ...]:
    """The line."""
    return (line_id(fact.batch, fact.holder),)


def on_refused(line: Line, _fact: LineRefused, _meta: Meta, _id: str) -> Line:
    """Decided."""
    return replace(line, status="refused")


def line_issued(fact: CouponIssued, _meta: Meta) -> tuple[str, ...]:
    """The line of which it is a piece."""
    return (line_id(fact.batch, fact.holder),)


def on_line_issued(line: Line, _fact: CouponIssued, _meta: Meta, _id: str) -> Line:
    """Decided: all its pieces stand in one transaction."""
    return replace(line, status="issued")


EVOLUTIONS: Final = (
    Evolution(BatchDrafted, Batch, batches, on_drafted),
    Evolution(LinesDrafted, Batch, batches, on_lines),
    Evolution(LinesDrafted, Line, lines_drafted, on_line),
    Evolution(LinesStruck, Batch, batches, on_struck),
    Evolution(LinesStruck, Line, lines_struck, on_line_struck),
    Evolution(BatchSubmitted, Batch, batches, on_submitted),
    Evolution(BatchApproved, Batch, batches, on_approved),
    Evolution(BatchRejected, Batch, batches, on_rejected),
    Evolution(BatchIssued, Batch, batches, on_batch_issued),
    Evolution(LineRefused, Batch, batches, on_line_refused),
    Evolution(LineRefused, Line, line_refused, on_refused),
    Evolution(CouponIssued, Batch, batches, on_one_issued),
    Evolution(CouponIssued, Line, line_issued, on_line_issued),
    Evolution(CouponVoided, Batch, batches, on_gone),
    Evolution(CouponLapsed, Batch, batches, on_gone),
)

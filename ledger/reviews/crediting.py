"""What an approved patrol earns: each award of the scheme once, by the rules of behaviours, or why it was withheld."""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from msgspec import UNSET

from ledger.approvals.facts import ProposalMade
from ledger.behaviours.caps import fits
from ledger.behaviours.commands import RecordBehaviour
from ledger.limits.entities import counter_id, draw
from ledger.limits.facts import Count
from ledger.patrols.entities import Claim
from ledger.people.entities import Holder
from ledger.people.standing import records
from ledger.points.facts import PointsEarned
from ledger.refusals import Refusal
from ledger.reviews.facts import Credited, Withheld
from ledger.room import Approval, Book, By, Fact, Facts, Now, Stamped
from ledger.scheme.model import Behaviour
from ledger.values import ClaimId, HolderId, Instant, TaskId, holder_account

SYSTEM: Final = By(principal="system")
"""In whose name a person's approval credits: he checks, the scheme makes."""
PAID: Final = "patrol-paid"
"""Counted once for each task and person."""
_STATE: Final = 500
"""Refusals from this status on say nothing about the award: they must stop the command."""
Said = Callable[[Credited | Withheld], None]


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be credited for one claim: to whom, out of which fund, of which day, and on whose word."""

    claim: ClaimId
    task: TaskId
    holder: HolderId
    fund: str | None
    occurred_at: Instant
    behaviours: tuple[Behaviour, ...]
    reviewer: str | None
    """The subject who approved; None: the machine did."""


def finished(claim: Claim) -> Instant:
    """When the patrol ended."""
    if claim.finished_at is None:
        raise ValueError("a patrol that was not finished earns nothing")
    return claim.finished_at


def once(award: Award, book: Book) -> tuple[Count, ...]:
    """Count that the man is paid for this task, if the scheme pays; or `limit-exceeded`, he was under another record.

    Two records of one man may both have walked it before they were merged: one walk is paid.
    """
    if not award.behaviours:
        return ()
    mine, *others = paid_counters(award, book)
    return (draw(book, mine, 1, limit=1, beside=others),)


def paid_counters(award: Award, book: Book) -> tuple[str, ...]:
    """The ids of what counts that: his own, then those of the records that were merged into his."""
    ids = records(award.holder, book.the(Holder, award.holder))
    return tuple(counter_id(PAID, holder_account(id), award.task) for id in ids)


def crediting(award: Award, book: Book, now: Now, position: int, said: Said) -> Facts:
    """The facts of every award, and of each what became of it; none is refused.

    `position` is that of the approval. Beyond a budget an award waits as a proposal for that of the next period, as
    every other one does (R09), and `withheld` says so. The scheme names no award that would need a second person.
    """
    for behaviour in award.behaviours:
        yield from _one(award, behaviour, book, now, position, said)


def _one(award: Award, behaviour: Behaviour, book: Book, now: Now, position: int, said: Said) -> Facts:
    begun = False
    try:
        for item in _recorded(award, behaviour, book, now, position):
            begun = True
            yield item
            for outcome in _outcome(behaviour, item):
                said(outcome)
    except Refusal as refusal:
        if begun or refusal.status >= _STATE:
            raise
        said(withheld(behaviour, refusal))


def withheld(behaviour: Behaviour, refusal: Refusal) -> Withheld:
    """An award that this stands in the way of."""
    return Withheld(behaviour=behaviour.code, code=refusal.code, limit=getattr(refusal, "limit", None))


def _recorded(award: Award, behaviour: Behaviour, book: Book, now: Now, position: int) -> Facts:
    approval = _approval(award, behaviour, book, now, position)
    return now.carry_out(
        recording(award, behaviour),
        by=now.by if approval is None else SYSTEM,
        occurred_at=award.occurred_at,
        approval=approval,
    )


def recording(award: Award, behaviour: Behaviour) -> RecordBehaviour:
    """One award as the wish that it is."""
    return RecordBehaviour(
        holder=award.holder,
        behaviour=behaviour.code,
        counts_as=behaviour.counts_as,
        fund=UNSET if award.fund is None else award.fund,
    )


def _approval(award: Award, behaviour: Behaviour, book: Book, now: Now, position: int) -> Approval | None:
    """The reviewer's, unless a budget is used up: what waits for the next period needs its own."""
    if award.reviewer is None:
        return None
    if behaviour.budget is not None:
        budget = book.scheme(now.today).budget(behaviour.budget)
        if not fits(book, budget, now.period, behaviour.points):
            return None
    return Approval(proposal=award.claim, by=award.reviewer, position=position)


def _outcome(behaviour: Behaviour, item: Fact | Stamped) -> Iterator[Credited | Withheld]:
    fact = item.fact if isinstance(item, Stamped) else item
    if isinstance(fact, PointsEarned):
        yield Credited(behaviour=behaviour.code, unit=fact.unit, amount=fact.amount)
    elif isinstance(fact, ProposalMade):
        yield Withheld(behaviour=behaviour.code, code=fact.why)

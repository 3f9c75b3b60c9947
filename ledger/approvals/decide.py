"""Deciding about proposals and delegates. Checks: shape, existence, status, who decides; then what was proposed."""

from collections.abc import Iterable
from typing import Final

from ledger.approvals import appeals
from ledger.approvals.commands import ApproveProposal, BreakGlass, MakeProposal, NameDelegate, RejectProposal
from ledger.approvals.content import command_of, reference
from ledger.approvals.entities import Delegation, Proposal
from ledger.approvals.facts import DelegateNamed, GlassBroken, ProposalApproved, ProposalExpired, ProposalRejected
from ledger.approvals.people import by_maker, deciding_person, same_person
from ledger.approvals.proposing import proposing
from ledger.calendar import known_day
from ledger.refusals import (
    AlreadyDecided,
    ApprovalExpired,
    Malformed,
    NotEligible,
    ProposalMismatch,
    Refusal,
    SelfApproval,
)
from ledger.room import Approval, Book, Command, Due, Facts, Handler, Inner, Key, Now, Stamped
from ledger.scheme.entities import Adopted

NEVER_PROPOSED: Final = (
    *("proposal", "approval", "break-glass", "rejection", "delegate", "appeal", "appeal-decision"),
    *("review", "patrol-approval", "patrol-rejection", "patrol-appeal", "patrol-appeal-decision"),
    *("coupon-approval", "coupon-rejection", "settlement-check", "settlement-payment", "dispute-resolution"),
    "aid-approval",
)
"""A decision is taken by a person, not proposed to one: two proposals of each other would approve themselves."""


def propose(command: MakeProposal, book: Book, now: Now) -> Facts:
    """Checks: a command that can be proposed, of the right shape, about things that exist (422, 404)."""
    inner = command_of(command.command)
    if inner.ROUTE in NEVER_PROPOSED:
        raise Malformed(errors=[f"command.type: {inner.ROUTE} cannot be proposed"])
    _try(inner, now)
    yield proposing(inner, book, now, "proposed")


def _try(command: Command, now: Now) -> None:
    """Refuse what no state can accept; what the present state refuses may be approved in another one."""
    approval = Approval(proposal=now.tx, by=now.by.principal, position=now.position)
    trial = now.carry_out(command, by=now.by, occurred_at=now.occurred_at, approval=approval)
    try:
        next(trial, None)
    except Refusal as refusal:
        if not refusal.recorded:
            raise
    finally:
        trial.close()


def proposed(command: MakeProposal, _book: Book) -> Iterable[Command | Key]:
    """All that the command itself reads."""
    return [(Adopted.KIND, Adopted.ID), command_of(command.command)]


# Approval ----------------------------------------------------------------------------------------------------


def approve(command: ApproveProposal, book: Book, now: Now) -> Facts:
    """Carry out what was proposed, in the maker's name and at its time.

    Checks: note (422), proposal (404), still open, not expired, a person, not its maker (403), delegate's dates, the
    content that the approver saw; then those of the command itself: its refusal is this one's, the proposal stays open.
    """
    reference("note", command.note)
    proposal = _open(command.proposal, book, now)
    checker = deciding_person(now)
    same = by_maker(book, now, proposal.maker)
    _in_whose_place(command, book, now, proposal)
    if command.digest is not None and command.digest != proposal.digest:
        raise ProposalMismatch(digest=proposal.digest)
    yield ProposalApproved(
        proposal=command.proposal,
        digest=proposal.digest,
        note=command.note,
        on_behalf_of=command.on_behalf_of,
        by_maker=same,
    )
    yield from now.carry_out(
        command_of(proposal.command),
        by=proposal.maker,
        occurred_at=proposal.occurred_at,
        approval=Approval(proposal=command.proposal, by=checker, position=proposal.position),
    )


def break_glass(command: BreakGlass, book: Book, now: Now) -> Facts:
    """Carry out one's own proposal alone: for a night on which nobody else can be had.

    Checks: reason and note (422), proposal (404), still open, not expired, the scheme allows it, a person, its own
    maker (anybody else approves it), the content that he saw; then those of the command itself.
    """
    reference("note", command.note)
    rules = book.scheme(now.today)
    rules.reason(command.reason)
    proposal = _open(command.proposal, book, now)
    if not rules.approvals.break_glass:
        raise NotEligible(reason="break-glass-not-allowed")
    alone = deciding_person(now)
    if not same_person(now.by, proposal.maker):
        raise NotEligible(reason="not-the-maker")
    if command.digest != proposal.digest:
        raise ProposalMismatch(digest=proposal.digest)
    yield GlassBroken(proposal=command.proposal, digest=proposal.digest, reason=command.reason, note=command.note)
    yield from now.carry_out(
        command_of(proposal.command),
        by=proposal.maker,
        occurred_at=proposal.occurred_at,
        approval=Approval(proposal=command.proposal, by=alone, position=proposal.position),
    )


def _open(id: str, book: Book, now: Now) -> Proposal:
    proposal = book.the(Proposal, id)
    # At equal instants the expiry wins.
    if proposal.status == "expired" or (proposal.status == "open" and proposal.expires_at <= now.recorded_at):
        raise ApprovalExpired(expired_at=proposal.expires_at)
    if proposal.status != "open":
        raise AlreadyDecided(decision=proposal.status, position=proposal.decided_position)
    return proposal


def _in_whose_place(command: ApproveProposal, book: Book, now: Now, proposal: Proposal) -> None:
    absent = command.on_behalf_of
    if absent is None:
        return
    rules = book.scheme(now.today).approvals
    delegation = book.get(Delegation, absent) or Delegation()
    if not rules.delegates or not delegation.covers(now.by.subject or "", now.today):
        raise NotEligible(reason="no-delegation")
    if absent == proposal.maker.subject and not rules.maker_may_check:
        raise SelfApproval(maker=absent)


def waiting(command: ApproveProposal | BreakGlass | RejectProposal, _book: Book) -> Iterable[Key]:
    """The proposal, the scheme, and who stands in for whom."""
    yield Proposal.KIND, command.proposal
    yield Adopted.KIND, Adopted.ID
    if isinstance(command, ApproveProposal) and command.on_behalf_of is not None:
        yield Delegation.KIND, command.on_behalf_of


def carried(command: ApproveProposal | BreakGlass, book: Book) -> Iterable[Inner]:
    """All that the proposed command reads, on the day on which it happened."""
    proposal = book.the(Proposal, command.proposal)
    if proposal.status == "open":
        yield Inner(command=command_of(proposal.command), occurred_at=proposal.occurred_at)


# Rejection and expiry ----------------------------------------------------------------------------------------------


def reject(command: RejectProposal, book: Book, now: Now) -> Facts:
    """Checks: note and reason (422), proposal (404), still open, not expired, a person or its maker (a withdrawal)."""
    reference("note", command.note)
    book.scheme(now.today).reason(command.reason)
    proposal = _open(command.proposal, book, now)
    if now.by.principal != proposal.maker.principal:
        deciding_person(now)
    yield ProposalRejected(proposal=command.proposal, reason=command.reason, note=command.note)


def expire(proposal: Proposal, _book: Book, now: Now) -> Facts:
    """It lapses at its instant, by `system`."""
    del now
    yield Stamped(fact=ProposalExpired(proposal=proposal.id), occurred_at=proposal.expires_at)


# Delegates -----------------------------------------------------------------------------------------------------


def name_delegate(command: NameDelegate, book: Book, now: Now) -> Facts:
    """Checks: two subjects and days in order (422), the scheme allows delegates, nobody makes himself one (403)."""
    reference("absent", command.absent)
    reference("delegate", command.delegate)
    if command.absent == command.delegate:
        raise Malformed(errors=["delegate: another person than the absent one"])
    if _checked_day("from_on", command.from_on) > _checked_day("to_on", command.to_on):
        raise Malformed(errors=["to_on: not before from_on"])
    if not book.scheme(now.today).approvals.delegates:
        raise NotEligible(reason="no-delegation")
    if now.by.subject == command.delegate:
        raise SelfApproval(maker=command.delegate)
    yield DelegateNamed(absent=command.absent, delegate=command.delegate, from_on=command.from_on, to_on=command.to_on)


def _checked_day(name: str, day: str) -> str:
    if not known_day(day):
        raise Malformed(errors=[f"{name}: a day is written 2022-06-01"])
    return day


def delegation(command: NameDelegate, _book: Book) -> Iterable[Key]:
    """Who stood in before."""
    return [(Delegation.KIND, command.absent), (Adopted.KIND, Adopted.ID)]


HANDLERS: Final = (
    Handler(MakeProposal, propose, (proposed,)),
    Handler(ApproveProposal, approve, (waiting, carried)),
    Handler(BreakGlass, break_glass, (waiting, carried)),
    Handler(RejectProposal, reject, (waiting,)),
    Handler(NameDelegate, name_delegate, (delegation,)),
    *appeals.HANDLERS,
)
DUES: Final = (Due(Proposal, expire),)

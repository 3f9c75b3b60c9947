"""Claiming a benefit: reckoned at once, and paid at once where the scheme lets it and nothing is exceptional."""

from collections.abc import Iterable, Iterator
from typing import Final

from ledger.aids.commands import ClaimAid
from ledger.aids.entities import AidClaim, Exceptional, commitment_of
from ledger.aids.facts import AidClaimed
from ledger.aids.paying import paid
from ledger.aids.reckoning import counter_keys, reckoned
from ledger.approvals.content import reference
from ledger.calendar import day_after
from ledger.entitlements.issuing import having, held_keys
from ledger.funds.entities import Commitment, Fund, Share
from ledger.funds.promising import promising
from ledger.naming import wrong_id
from ledger.people.entities import Holder
from ledger.people.standing import living
from ledger.refusals import AlreadyExists, Malformed, NotEligible, UnitMismatch
from ledger.room import Book, Facts, Key, Now
from ledger.scheme.benefiting import Benefit
from ledger.values import MAX_AMOUNT

MOST_LINES: Final = 200
"""Persons of one claim: each may be a payment of its transaction."""


def claim(command: ClaimAid, book: Book, now: Now) -> Facts:
    """Reckon a claim; nothing exceptional and within the limit, it is promised and paid in the same transaction.

    Checks: form and what the benefit asks for (422), holders and funds (404), id not taken, the funds' sources and
    unit, entitlements in force, what is left to pay, ceilings, what is free in the funds.
    """
    benefit = book.scheme(now.day).benefit(command.benefit)
    if errors := [*_wrong_lines(command), *_wrong_terms(command, benefit, now)]:
        raise Malformed(errors=errors)
    for line in command.lines:
        living(book, line.holder)
    funds = [book.the(Fund, fund) for fund in command.funds]
    id = now.tx if command.id is None else command.id
    if book.get(AidClaim, id) is not None:
        raise AlreadyExists(kind="aid-claim", id=id)
    _fitting(benefit, funds)
    _enrolled(command, benefit, book, now)
    lines, counts = reckoned(book, benefit, command.lines, now.day)
    total = sum(line.aid for line in lines)
    exceptions = tuple(_exceptions(benefit, total, now))
    shares = tuple(Share(fund, source.weight) for fund, source in zip(command.funds, benefit.sources, strict=True))
    at_once = not exceptions and benefit.approval_limit != 0
    # Asked before the first fact: a fund that is short refuses the claim, and its cause stays unused.
    promise = list(promising(book, commitment_of(id), shares, total, commitment_of(id))) if at_once else []
    yield AidClaimed(
        claim=id,
        benefit=benefit.code,
        unit=funds[0].unit,
        lines=tuple(lines),
        shares=shares,
        needed=0 if at_once else benefit.approvers,
        exceptions=exceptions,
        payee=command.payee,
        debtor=command.debtor,
        evidence=command.evidence,
        collects=benefit.own_share == "collected" and any(line.own for line in lines),
        counts=tuple(counts),
    )
    yield from promise
    if at_once and not book.the(AidClaim, id).collects:
        yield from paid(book, id, None)


def _wrong_lines(command: ClaimAid) -> Iterator[str]:
    if command.id is not None:
        yield from wrong_id(command.id)
    holders = {line.holder for line in command.lines}
    if not 1 <= len(command.lines) <= MOST_LINES or len(holders) < len(command.lines):
        yield f"lines: 1 to {MOST_LINES} persons, each once"
    if any(not (1 <= line.amount <= MAX_AMOUNT and 0 <= line.covered <= line.amount) for line in command.lines):
        yield f"lines: an amount from 1 to {MAX_AMOUNT}, of which others have covered at most all"
    elif sum(line.amount for line in command.lines) > MAX_AMOUNT:
        yield f"lines: all amounts together pass {MAX_AMOUNT}"


def _wrong_terms(command: ClaimAid, benefit: Benefit, now: Now) -> Iterator[str]:
    for name in ("payee", "debtor", "evidence"):
        reference(name, getattr(command, name))
    if benefit.evidence and command.evidence is None:
        yield f"evidence: {benefit.code} needs a reference to it"
    # A proposal bears the cause that its maker named; here it can only be asked of what is decided directly.
    if benefit.once and now.cause is None and now.approval is None:
        yield f"cause: {benefit.code} is paid once for each, such as a bill's number"
    if benefit.advance != (command.debtor is not None):
        yield "debtor: named where a debt is advanced, and nowhere else"
    if len(command.funds) != len(benefit.sources):
        yield f"funds: one of each of {', '.join(source.fund for source in benefit.sources)}"


def _fitting(benefit: Benefit, funds: list[Fund]) -> None:
    for fund, source in zip(funds, benefit.sources, strict=True):
        if fund.source != source.fund:
            raise NotEligible(reason="fund-of-another-source")
        if fund.unit != benefit.unit:
            raise UnitMismatch(expected=benefit.unit, given=fund.unit)


def _enrolled(command: ClaimAid, benefit: Benefit, book: Book, now: Now) -> None:
    if benefit.needs is None:
        return
    for line in command.lines:
        if not any(held.covered(now.day) for held in having(book, line.holder, benefit.needs)):
            raise NotEligible(reason="not-enrolled")


def _exceptions(benefit: Benefit, total: int, now: Now) -> Iterator[Exceptional]:
    # Where people always decide, that they do is no exception.
    if benefit.approval_limit and total > benefit.approval_limit:
        yield "above-limit"
    if benefit.late_days is not None and now.today > day_after(now.day, benefit.late_days):
        yield "late"


# What it reads -----------------------------------------------------------------------------------------------------


def named(command: ClaimAid, _book: Book) -> Iterable[Key]:
    """The holders, the funds, the id."""
    yield from ((Holder.KIND, line.holder) for line in command.lines)
    yield from ((Fund.KIND, fund) for fund in command.funds)
    if command.id is not None:
        yield AidClaim.KIND, command.id
        yield Commitment.KIND, commitment_of(command.id)


def drawn(command: ClaimAid, book: Book) -> Iterable[Key]:
    """The counters of their ceilings, and what they are entitled to."""
    benefit = book.scheme(book.day).benefits.get(command.benefit)
    if benefit is not None:
        for line in command.lines:
            yield from counter_keys(book, benefit, line.holder, book.day)
            if benefit.needs is not None:
                yield from held_keys(book, line.holder, (benefit.needs,))

"""Deciding about behaviours. Checks: terms, existence, status, caps, approval, budget, funds; then nothing may fail."""

from collections.abc import Iterable
from typing import Final

from msgspec import UNSET

from ledger.accounts.activity import kept_alive
from ledger.approvals.content import reference
from ledger.approvals.proposing import proposing
from ledger.behaviours.caps import budget_counter, caps, draw_budget, draw_once, fits
from ledger.behaviours.commands import RecordBehaviour
from ledger.behaviours.facts import BehaviourRecorded
from ledger.behaviours.suspending import suspending
from ledger.calendar import day_after, end_of_day
from ledger.limits.drawing import limit_counters, limited_by_scheme
from ledger.limits.entities import Counter
from ledger.limits.facts import Count
from ledger.people.entities import Holder
from ledger.people.standing import living, may_earn, records, survivor
from ledger.periods.entities import Books
from ledger.points.decide import whole
from ledger.points.entities import Account, account_key
from ledger.points.facts import PointsDeducted, PointsEarned
from ledger.points.granting import account_of, counted_of_deduction, deducting, earning, moving
from ledger.pools import Terms
from ledger.refusals import Malformed
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.scheme.entities import Adopted
from ledger.scheme.limiting import Kind
from ledger.scheme.model import Behaviour, Scheme, Unit
from ledger.values import HolderId, Instant, holder_account


def record(command: RecordBehaviour, book: Book, now: Now) -> Facts:
    """Award, deduct or propose, priced by the version in force on the day on which it happened (R06).

    Checks: terms and shape (422), holder (404), left or frozen, caps and limits, then whether it must wait for another
    person or for the next period's budget (it becomes a proposal), and under an approval the budget; last the funds.
    """
    scheme = book.scheme(now.day)
    behaviour = scheme.behaviour(command.behaviour)
    points = _priced(command, behaviour, scheme, now)
    unit = scheme.unit(behaviour.unit)
    holder, others = _present(command, book, now)
    account = moving(account_of(book, holder_account(holder), unit))
    counts = draw_once(book, caps(behaviour, scheme, now.day), holder, *others)
    counts += limited_by_scheme(
        book,
        now,
        _kind(behaviour),
        account.account,
        unit.code,
        counted_of_deduction(account, unit, points) if behaviour.kind == "deduct" else points,
        behaviour=behaviour.code,
        reason=command.reason,
        fund=command.fund or None,
    )
    budget = scheme.budget(behaviour.budget) if behaviour.budget else None
    if now.approval is None:
        if budget and not fits(book, budget, now.period, points):
            yield proposing(command, book, now, "over-budget")
            return
        if behaviour.approval_limit is not None and points > behaviour.approval_limit:
            yield proposing(command, book, now, "approval-limit")
            return
    counts += draw_budget(book, budget, now.period, points)
    if behaviour.kind == "deduct":
        yield _deducted(command, behaviour, now, account, unit, points, counts)
        if behaviour.suspends:
            yield suspending(holder, behaviour.code, book, now)
    else:
        yield _earned(command, behaviour, now, account, unit, points, counts)
    yield from kept_alive(book, now, account.account, unit.code, _kind(behaviour))
    if command.target is not None or command.evidence is not None:
        yield _recorded(command, holder)


# Terms -------------------------------------------------------------------------------------------------------


def _priced(command: RecordBehaviour, behaviour: Behaviour, scheme: Scheme, now: Now) -> int:
    """The points of the record, if it says what the scheme wants and no more."""
    errors = [*_contradictions(command, behaviour), *_miscounted(command, behaviour), *_unlike(command, behaviour, now)]
    if errors:
        raise Malformed(errors=errors)
    reference("evidence", command.evidence)
    if command.reason is not None:
        scheme.reason(command.reason)
    if command.fund:
        scheme.fund(command.fund)
    if command.amount is not None:
        return whole(command.amount)
    return behaviour.points * (1 if command.quantity is UNSET else command.quantity)


def _contradictions(command: RecordBehaviour, behaviour: Behaviour) -> Iterable[str]:
    if behaviour.kind == "initial":
        yield f"behaviour: {behaviour.code} is granted by the period, not recorded"
    if (command.amount is not None) != (behaviour.kind == "opening"):
        yield "amount: named with an opening balance, and with nothing else"
    if behaviour.evidence and command.evidence is None:
        yield f"evidence: {behaviour.code} needs a reference to it"
    if command.fund and behaviour.kind == "deduct":
        yield "fund: nobody pays for a deduction"


def _miscounted(command: RecordBehaviour, behaviour: Behaviour) -> Iterable[str]:
    # Half hours of which nobody said how many would be taken for one.
    if behaviour.most is None:
        if command.quantity is not UNSET:
            yield f"quantity: {behaviour.code} is recorded one at a time"
    elif command.quantity is UNSET or not 1 <= command.quantity <= behaviour.most:
        yield f"quantity: from 1 to {behaviour.most}"


def _unlike(command: RecordBehaviour, behaviour: Behaviour, now: Now) -> Iterable[str]:
    if behaviour.targets and command.target not in behaviour.targets:
        yield f"target: one of {', '.join(behaviour.targets)}"
    if not behaviour.targets and command.target is not None:
        yield f"target: {behaviour.code} has none"
    # Without it a punch put right would have causes of its own, and a day could pay twice.
    lender_wanted = now.cause is not None or command.counts_as is not None
    if lender_wanted and command.counts_as != behaviour.counts_as:
        yield f"counts_as: {behaviour.counts_as or 'none'} in this scheme"


def _present(command: RecordBehaviour, book: Book, now: Now) -> tuple[HolderId, tuple[HolderId, ...]]:
    """The holder, if he was on site on that day, and the records that were merged into his."""
    # While a proposal waits, its holder's record may be merged into another: approving it then pays the living one.
    id = command.holder if now.approval is None else survivor(book, command.holder)
    holder = living(book, id)
    may_earn(holder, now.day)
    return id, holder.merged_from


# What it yields ------------------------------------------------------------------------------------------------


def _earned(
    command: RecordBehaviour,
    behaviour: Behaviour,
    now: Now,
    account: Account,
    unit: Unit,
    points: int,
    counts: tuple[Count, ...],
) -> PointsEarned:
    life = behaviour.lot_life or unit.lot_life
    terms = Terms(expires_on=life.last_spendable_day(now.day), fund=command.fund or None)
    return earning(account, points, now, behaviour=behaviour.code, reason=command.reason, terms=terms, counts=counts)


def _deducted(
    command: RecordBehaviour,
    behaviour: Behaviour,
    now: Now,
    account: Account,
    unit: Unit,
    points: int,
    counts: tuple[Count, ...],
) -> PointsDeducted:
    return deducting(
        account,
        unit,
        points,
        behaviour=behaviour.code,
        reason=command.reason,
        target=command.target,
        counts=counts,
        appeal_until_at=_appeal_until_at(behaviour, now),
    )


def _appeal_until_at(behaviour: Behaviour, now: Now) -> Instant | None:
    """The end, exclusive, of the last local day on which it can be appealed, counted from when it was recorded."""
    if behaviour.appeal_days is None:
        return None
    return end_of_day(day_after(now.today, behaviour.appeal_days), now.zone)


def _kind(behaviour: Behaviour) -> Kind:
    """As what the scheme's limits count it."""
    return "deduction" if behaviour.kind == "deduct" else "grant"


def _recorded(command: RecordBehaviour, holder: HolderId) -> BehaviourRecorded:
    return BehaviourRecorded(
        holder=holder, behaviour=command.behaviour, target=command.target, evidence=command.evidence
    )


# Keys --------------------------------------------------------------------------------------------------------


def rules(command: RecordBehaviour, _book: Book) -> Iterable[Key]:
    """The holder, and what says which counters the behaviour draws on."""
    return [(Holder.KIND, command.holder), (Adopted.KIND, Adopted.ID), (Books.KIND, Books.ID)]


def drawn(command: RecordBehaviour, book: Book) -> Iterable[Key]:
    """The account, the counters of its caps and of the scheme's limits, and that of its budget."""
    scheme = book.scheme(book.day)
    behaviour = scheme.behaviour(command.behaviour)
    ids = records(command.holder, book.the(Holder, command.holder))
    yield Account.KIND, account_key(holder_account(command.holder), behaviour.unit)
    for cap in caps(behaviour, scheme, book.day):
        yield from ((Counter.KIND, cap.counter(id)) for id in ids)
    if behaviour.budget is not None:
        yield Counter.KIND, budget_counter(scheme.budget(behaviour.budget), book.period)
    yield from limit_counters(
        book,
        _kind(behaviour),
        holder_account(command.holder),
        behaviour.unit,
        behaviour=behaviour.code,
        reason=command.reason,
        fund=command.fund or None,
    )


HANDLERS: Final = (Handler(RecordBehaviour, record, (rules, drawn)),)

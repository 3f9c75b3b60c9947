"""Issuing: on which terms an entitlement is given, and who may have it. Shared by sales, holds, quotes and officers."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from ledger.calendar import add_months, day_after
from ledger.entitlements.entities import Cost, Entitlement, EntitlementId, Held, held_id
from ledger.entitlements.facts import EntitlementIssued
from ledger.people.entities import Holder
from ledger.people.standing import records
from ledger.refusals import AlreadyExists, EntitlementInForce, Malformed
from ledger.room import Book, Key
from ledger.scheme.model import Scheme
from ledger.scheme.patrolling import Entitlement as Rules
from ledger.values import Day, HolderId, ItemId, RedemptionId, UnitCode

MOST_ISSUED: Final = 100
"""Entitlements that one redemption can issue: each is a fact of its transaction."""


class Bought(Protocol):
    """So many pieces of one item."""

    @property
    def item(self) -> ItemId:
        """Which."""
        ...

    @property
    def quantity(self) -> int:
        """How many."""
        ...


# Terms ---------------------------------------------------------------------------------------------------------


def first_day(rules: Rules, today: Day) -> Day:
    """The local day from which it can be used, or is in force."""
    return today if rules.starts == "at-once" else day_after(today, 1)


def last_day(rules: Rules, starts_on: Day) -> Day | None:
    """The last local day: twelve months from 2022-07-01 end with 2023-06-30."""
    if rules.term_months is not None:
        return day_after(add_months(starts_on, rules.term_months), -1)
    return rules.life.last_spendable_day(starts_on) if rules.life else None


def issued(
    rules: Rules,
    id: EntitlementId,
    holder: HolderId,
    today: Day,
    *,
    redemption: RedemptionId | None = None,
    item: ItemId | None = None,
    reason: str | None = None,
) -> EntitlementIssued:
    """One entitlement as a fact: from now on it keeps these terms, whatever scheme is adopted."""
    starts_on = first_day(rules, today)
    cost = rules.cost
    return EntitlementIssued(
        entitlement=id,
        code=rules.code,
        holder=holder,
        use=rules.use,
        redemption=redemption,
        item=item,
        starts_on=starts_on,
        ends_on=last_day(rules, starts_on),
        cancel_days=rules.cancel_days,
        fund=rules.fund,
        cost=None if cost is None else Cost(UnitCode(cost.unit), cost.amount, cost.payee),
        reason=reason,
    )


# One at a time -------------------------------------------------------------------------------------------------


def may_have(book: Book, holder: HolderId, rules: Rules, pieces: int, today: Day) -> None:
    """Refuse `entitlement-in-force` where only one at a time is allowed; what a merged record has counts too."""
    if not rules.one_in_force:
        return
    for held in having(book, holder, rules.code):
        for one in held.in_force(today):
            raise EntitlementInForce(until=one.ends_on)
    if pieces > 1:
        # The first of them would be in force when the second is issued.
        raise EntitlementInForce(until=last_day(rules, first_day(rules, today)))


def having(book: Book, holder: HolderId, code: str) -> Iterator[Held]:
    """What one man has of one kind, under all his records."""
    for key in held_keys(book, holder, (code,)):
        held = book.get(Held, key[1])
        if held is not None:
            yield held


def held_keys(book: Book, holder: HolderId, codes: Iterable[str]) -> Iterator[Key]:
    """Where it stands: for a round of `reads` after the one that names the holder."""
    person = book.get(Holder, holder)
    for record in records(holder, person) if person else (holder,):
        for code in codes:
            yield Held.KIND, held_id(record, code)


# Redemptions ---------------------------------------------------------------------------------------------------


def may_take(book: Book, scheme: Scheme, holder: HolderId, lines: Sequence[Bought], today: Day) -> None:
    """What a sale's lines entitle to can be issued: not too many, and no second of what is in force."""
    for rules, pieces in _entitling(scheme, lines):
        if pieces > MOST_ISSUED:
            raise Malformed(errors=[f"lines: {pieces} entitlements are more than {MOST_ISSUED}"])
        may_have(book, holder, rules, pieces, today)


def free_ids(book: Book, scheme: Scheme, redemption: RedemptionId, lines: Sequence[Bought]) -> None:
    """Refuse a redemption under the caller's own id when an entitlement has the id of one that it would issue."""
    for id, _, _ in _pieces(scheme, redemption, lines):
        if book.get(Entitlement, id) is not None:
            raise AlreadyExists(kind=Entitlement.KIND, id=id)


def issue_bought(
    scheme: Scheme, holder: HolderId, redemption: RedemptionId, lines: Sequence[Bought], today: Day
) -> Iterator[EntitlementIssued]:
    """What a sale's lines entitle to, one for each piece."""
    for id, rules, item in _pieces(scheme, redemption, lines):
        yield issued(rules, id, holder, today, redemption=redemption, item=item)


def sale_keys(book: Book, holder: HolderId, lines: Sequence[Bought], redemption: RedemptionId | None) -> Iterator[Key]:
    """What these look at: what the holder has of those kinds, and the ids that a caller's own id leads to."""
    scheme = book.scheme(book.today)
    yield from held_keys(book, holder, [rules.code for rules, _ in _entitling(scheme, lines)])
    if redemption is not None:
        yield from ((Entitlement.KIND, id) for id, _, _ in _pieces(scheme, redemption, lines))


def _entitling(scheme: Scheme, lines: Sequence[Bought]) -> Iterator[tuple[Rules, int]]:
    """Every kind of entitlement that the lines issue, and how many of it."""
    for rules in scheme.entitlements.values():
        pieces = sum(line.quantity for line in lines if line.item in rules.items)
        if pieces:
            yield rules, pieces


def _pieces(
    scheme: Scheme, redemption: RedemptionId, lines: Sequence[Bought]
) -> Iterator[tuple[EntitlementId, Rules, ItemId]]:
    """Each piece that issues one: the first has the redemption's id, the others are numbered."""
    number = 0
    for line in lines:
        rules = scheme.entitlement_of(line.item)
        if rules is None:
            continue
        for _ in range(min(line.quantity, MOST_ISSUED)):
            number += 1
            yield EntitlementId(redemption if number == 1 else f"{redemption}~{number}"), rules, line.item

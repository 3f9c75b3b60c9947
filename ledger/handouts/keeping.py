"""Keeping kits for somebody: set aside, collected once, or back in stock when the last day is over."""

from collections.abc import Iterable
from typing import Final

from ledger.approvals.content import reference
from ledger.calendar import known_day
from ledger.handouts.checks import drawn, gift, in_stock, pieces_of, place_of
from ledger.handouts.commands import CollectKits, ReleaseKits, SetKitsAside
from ledger.handouts.entities import Depot, HandOut, Kit, SetAside, depot_id
from ledger.handouts.facts import KitsHandedOut, KitsReleased, KitsSetAside
from ledger.limits.entities import Counter
from ledger.limits.facts import all_back
from ledger.naming import wrong_id
from ledger.people.entities import Holder
from ledger.people.standing import living, may_redeem, survivor
from ledger.refusals import AlreadyExists, Malformed, NotEligible
from ledger.room import Book, Due, Facts, Handler, Key, Now, Stamped

NOT_COLLECTED: Final = "not-collected"
"""Why what nobody came for is in stock again."""


def set_aside(command: SetKitsAside, book: Book, now: Now) -> Facts:
    """Keep kits for a person. What he gets counts, at cost, on the scheme's limits on grants, as handed out at once.

    Checks: pieces, references, day and occasion (422), kit and person (404), id not taken, standing, limits, stock.
    """
    pieces = pieces_of(command.pieces)
    place_of("depot", command.depot)
    reference("evidence", command.evidence)
    if errors := [] if command.id is None else list(wrong_id(command.id)):
        raise Malformed(errors=errors)
    if not known_day(command.collect_by_on) or command.collect_by_on < now.today:
        raise Malformed(errors=["collect_by_on: a day such as 2022-06-30, today or later"])
    book.scheme(now.day).reason(command.occasion)
    kit = book.the(Kit, command.kit)
    holder = living(book, command.holder)
    id = now.tx if command.id is None else command.id
    if book.get(SetAside, id) is not None or book.get(HandOut, id) is not None:
        raise AlreadyExists(kind=SetAside.KIND, id=id)
    may_redeem(holder, now.today)
    cost = kit.cost * pieces
    counts = gift(command, kit, command.holder, book, now)
    in_stock(book, command.depot, command.kit, pieces)
    yield KitsSetAside(
        kit=command.kit,
        unit=kit.unit,
        pieces=pieces,
        cost=cost,
        reservation=id,
        depot=command.depot,
        occasion=command.occasion,
        holder=command.holder,
        collect_by_on=command.collect_by_on,
        evidence=command.evidence,
        counts=counts,
    )


def collect(command: CollectKits, book: Book, now: Now) -> Facts:
    """Hand out what was kept: the hand-out bears the id of what was kept, so that it happens once.

    Checks: references (422), what is kept (404), neither collected nor released, standing.
    """
    for name in ("signature", "collected_by", "place"):
        reference(name, getattr(command, name))
    kept = book.the(SetAside, command.reservation)
    _waiting(kept)
    if book.get(HandOut, kept.id) is not None:
        raise AlreadyExists(kind=HandOut.KIND, id=kept.id)
    # He may turn out to be the same man as another record while it waits.
    holder = survivor(book, kept.holder)
    may_redeem(book.the(Holder, holder), now.today)
    yield KitsHandedOut(
        kit=kept.kit,
        unit=kept.unit,
        pieces=kept.pieces,
        cost=kept.cost,
        hand_out=kept.id,
        depot=kept.depot,
        occasion=kept.occasion,
        holder=holder,
        signature=command.signature,
        collected_by=command.collected_by,
        place=command.place,
        reservation=kept.id,
        kept_counts=kept.counts,
    )


def release(command: ReleaseKits, book: Book, now: Now) -> Facts:
    """Checks: reason (422), what is kept (404), neither collected nor released."""
    book.scheme(now.day).reason(command.reason)
    kept = book.the(SetAside, command.reservation)
    _waiting(kept)
    yield _released(kept, command.reason)


def lapse(kept: SetAside, _book: Book, now: Now) -> Facts:
    """Nobody came: it goes back at the end of its last day."""
    due_at = kept.due_at(now.zone)
    if due_at is not None and due_at <= now.recorded_at:
        yield Stamped(fact=_released(kept, NOT_COLLECTED), occurred_at=due_at)


def _waiting(kept: SetAside) -> None:
    if kept.status != "waiting":
        raise NotEligible(reason=f"reservation-{kept.status}")


def _released(kept: SetAside, reason: str) -> KitsReleased:
    return KitsReleased(
        kit=kept.kit,
        unit=kept.unit,
        pieces=kept.pieces,
        cost=kept.cost,
        reservation=kept.id,
        depot=kept.depot,
        holder=kept.holder,
        reason=reason,
        counts=all_back(kept.counts),
    )


# What they read ----------------------------------------------------------------------------------------------------


def wanted(command: SetKitsAside, _book: Book) -> Iterable[Key]:
    """The kit, the depot, the person, the id."""
    yield Kit.KIND, command.kit
    yield Depot.KIND, depot_id(command.depot, command.kit)
    yield Holder.KIND, command.holder
    if command.id is not None:
        yield SetAside.KIND, command.id
        yield HandOut.KIND, command.id


def kept(command: CollectKits | ReleaseKits, _book: Book) -> Iterable[Key]:
    """What is kept, and the hand-out of its id."""
    return [(SetAside.KIND, command.reservation), (HandOut.KIND, command.reservation)]


def kept_for(command: CollectKits | ReleaseKits, book: Book) -> Iterable[Key]:
    """Its depot, its person, its counters."""
    found = book.get(SetAside, command.reservation)
    if found is not None:
        yield Depot.KIND, depot_id(found.depot, found.kit)
        yield Holder.KIND, found.holder
        yield from ((Counter.KIND, count.counter) for count in found.counts)


HANDLERS: Final = (
    Handler(SetKitsAside, set_aside, (wanted, drawn)),
    Handler(CollectKits, collect, (kept, kept_for)),
    Handler(ReleaseKits, release, (kept, kept_for)),
)
DUES: Final = (Due(SetAside, lapse),)

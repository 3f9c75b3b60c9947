"""Deciding about hand-outs. Checks: terms (422), existence, status, limits, stock; then nothing may fail."""

from collections.abc import Iterable
from typing import Final

from ledger.approvals.content import reference
from ledger.handouts import keeping
from ledger.handouts.checks import MOST_PIECES, drawn, gift, in_stock, pieces_of, place_of, there
from ledger.handouts.commands import CountKits, DefineKit, HandOutKits, MoveKits, ReceiveKits, ReturnKits
from ledger.handouts.entities import Component, Depot, HandOut, Kit, depot_id
from ledger.handouts.facts import (
    KitDefined,
    KitsCounted,
    KitsHandedOut,
    KitsMoved,
    KitsReceived,
    KitsReturned,
)
from ledger.limits.drawing import counted_back
from ledger.limits.entities import Counter
from ledger.limits.facts import Count
from ledger.naming import nameable, wrong_id, wrong_name
from ledger.people.entities import Holder
from ledger.people.standing import living, may_redeem
from ledger.refusals import AlreadyExists, AmountOutOfRange, ExceedsOriginal, Malformed
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import MAX_AMOUNT

_MOST_COMPONENTS: Final = 50


def define(command: DefineKit, book: Book, now: Now) -> Facts:
    """Checks: id, name and makings (422), unit (422), id not taken."""
    errors = [*wrong_id(command.id), *wrong_name(command.name), *_component_errors(command.components)]
    if errors:
        raise Malformed(errors=errors)
    unit = book.scheme(now.day).unit(command.unit)
    if book.get(Kit, command.id) is not None:
        raise AlreadyExists(kind="kit", id=command.id)
    cost = sum(part.quantity * part.cost for part in command.components)
    yield KitDefined(kit=command.id, name=command.name, unit=unit.code, components=command.components, cost=cost)


def _component_errors(components: tuple[Component, ...]) -> list[str]:
    if not 1 <= len(components) <= _MOST_COMPONENTS:
        return [f"components: 1 to {_MOST_COMPONENTS}"]
    errors = [error for part in components for error in wrong_name(part.name)][:1]
    if any(not 1 <= part.quantity <= MOST_PIECES or not 0 <= part.cost <= MAX_AMOUNT for part in components):
        errors.append("components: a quantity from 1, a cost from 0")
    elif sum(part.quantity * part.cost for part in components) * MOST_PIECES > MAX_AMOUNT:
        errors.append("components: a million of them would cost more than 2^53 - 1")
    return errors


def receive(command: ReceiveKits, book: Book, _now: Now) -> Facts:
    """Checks: pieces, depot and reference (422), kit (404), the sum (422)."""
    pieces = pieces_of(command.pieces)
    place_of("depot", command.depot)
    reference("reference", command.reference)
    kit = book.the(Kit, command.kit)
    if there(book, command.depot, command.kit).good + pieces > MAX_AMOUNT:
        raise AmountOutOfRange
    yield KitsReceived(
        kit=command.kit,
        unit=kit.unit,
        pieces=pieces,
        cost=kit.cost * pieces,
        depot=command.depot,
        reference=command.reference,
    )


def move(command: MoveKits, book: Book, _now: Now) -> Facts:
    """Checks: pieces and depots (422), kit (404), so many there and fit."""
    pieces = pieces_of(command.pieces)
    if place_of("depot", command.depot) == place_of("to", command.to):
        raise Malformed(errors=["to: another depot"])
    kit = book.the(Kit, command.kit)
    in_stock(book, command.depot, command.kit, pieces)
    yield KitsMoved(
        kit=command.kit,
        unit=kit.unit,
        pieces=pieces,
        cost=kit.cost * pieces,
        depot=command.depot,
        to=command.to,
    )


def hand_out(command: HandOutKits, book: Book, now: Now) -> Facts:
    """Checks: pieces, references, id and occasion (422), kit and person (404), id not taken, standing, limits, stock.

    Whoever is named signs, himself or another for him; who is not named signs nothing. What a person gets counts, at
    cost, on the scheme's limits on grants: a gift in kind is a gift.
    """
    pieces = pieces_of(command.pieces)
    _well_signed(command)
    nameable(command.id)
    book.scheme(now.day).reason(command.occasion)
    kit = book.the(Kit, command.kit)
    id = now.tx if command.id is None else command.id
    holder = None if command.holder is None else living(book, command.holder)
    if book.get(HandOut, id) is not None:
        raise AlreadyExists(kind="hand-out", id=id)
    counts: tuple[Count, ...] = ()
    if holder is not None and command.holder is not None:
        may_redeem(holder, now.today)
        counts = gift(command, kit, command.holder, book, now)
    in_stock(book, command.depot, command.kit, pieces)
    yield KitsHandedOut(
        kit=command.kit,
        unit=kit.unit,
        pieces=pieces,
        cost=kit.cost * pieces,
        hand_out=id,
        depot=command.depot,
        occasion=command.occasion,
        holder=command.holder,
        signature=command.signature,
        collected_by=command.collected_by,
        place=command.place,
        counts=counts,
        heads=command.heads,
    )


def _well_signed(command: HandOutKits) -> None:
    place_of("depot", command.depot)
    for name in ("signature", "collected_by", "place"):
        reference(name, getattr(command, name))
    if command.holder is not None and command.signature is None:
        raise Malformed(errors=["signature: whoever is named signs for it, or somebody for him"])
    if command.holder is None and (command.signature is not None or command.collected_by is not None):
        raise Malformed(errors=["signature, collected_by: only for a person who is named"])
    if not 1 <= command.heads <= (MOST_PIECES if command.holder is None else 1):
        raise Malformed(errors=[f"heads: 1 to {MOST_PIECES}; who is named is one"])


def give_back(command: ReturnKits, book: Book, now: Now) -> Facts:
    """Checks: pieces and reason (422), hand-out (404), so many not back yet."""
    pieces = pieces_of(command.pieces)
    book.scheme(now.day).reason(command.reason)
    given = book.the(HandOut, command.hand_out)
    if given.returned + pieces > given.pieces:
        raise ExceedsOriginal(original=given.pieces, reversed=given.returned, requested=pieces)
    original, cost = given.cost * given.pieces, given.cost * pieces
    yield KitsReturned(
        kit=given.kit,
        unit=given.unit,
        pieces=pieces,
        cost=cost,
        hand_out=command.hand_out,
        depot=given.depot,
        damaged=command.damaged,
        reason=command.reason,
        counts=counted_back(given.counts, amount=cost, original=original, before=given.cost * given.returned),
    )


def count(command: CountKits, book: Book, _now: Now) -> Facts:
    """The count is the truth. Checks: numbers and depot (422), kit (404)."""
    if not (0 <= command.good <= MOST_PIECES and 0 <= command.damaged <= MOST_PIECES):
        raise Malformed(errors=[f"good, damaged: 0 to {MOST_PIECES}"])
    place_of("depot", command.depot)
    kit = book.the(Kit, command.kit)
    before = there(book, command.depot, command.kit)
    difference = command.good + command.damaged - before.good - before.damaged
    yield KitsCounted(
        kit=command.kit,
        unit=kit.unit,
        depot=command.depot,
        good=command.good,
        damaged=command.damaged,
        difference=difference,
        cost=abs(difference) * kit.cost,
    )


# What they read ----------------------------------------------------------------------------------------------------


def in_depot(command: ReceiveKits | CountKits, _book: Book) -> Iterable[Key]:
    """The kit and the depot."""
    return [(Kit.KIND, command.kit), (Depot.KIND, depot_id(command.depot, command.kit))]


def moved(command: MoveKits, _book: Book) -> Iterable[Key]:
    """The kit and both depots."""
    yield Kit.KIND, command.kit
    yield from ((Depot.KIND, depot_id(depot, command.kit)) for depot in (command.depot, command.to))


def given(command: HandOutKits, _book: Book) -> Iterable[Key]:
    """The kit, the depot, the person, the id."""
    yield Kit.KIND, command.kit
    yield Depot.KIND, depot_id(command.depot, command.kit)
    if command.holder is not None:
        yield Holder.KIND, command.holder
    if command.id is not None:
        yield HandOut.KIND, command.id


def returned(command: ReturnKits, _book: Book) -> Iterable[Key]:
    """The hand-out."""
    return [(HandOut.KIND, command.hand_out)]


def returned_to(command: ReturnKits, book: Book) -> Iterable[Key]:
    """Its depot and the counters."""
    found = book.get(HandOut, command.hand_out)
    if found is not None:
        yield Depot.KIND, depot_id(found.depot, found.kit)
        yield from ((Counter.KIND, count.counter) for count in found.counts)


HANDLERS: Final = (
    Handler(DefineKit, define, (lambda command, _book: [(Kit.KIND, command.id)],)),
    Handler(ReceiveKits, receive, (in_depot,)),
    Handler(MoveKits, move, (moved,)),
    Handler(HandOutKits, hand_out, (given, drawn)),
    Handler(ReturnKits, give_back, (returned, returned_to)),
    Handler(CountKits, count, (in_depot,)),
    *keeping.HANDLERS,
)
DUES: Final = keeping.DUES

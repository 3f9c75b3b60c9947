"""Deciding about ratios. Checks in this order: terms (422), existence, status; then nothing may fail."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import UNSET

from ledger.approvals.content import reference
from ledger.naming import nameable, wrong_id, wrong_name, wrong_span
from ledger.ratios.commands import ChangeWhole, OpenRatio, RecordPurchase, WithdrawPurchase
from ledger.ratios.entities import WHOLE, Purchase, Ratio
from ledger.ratios.facts import PurchaseRecorded, PurchaseWithdrawn, RatioOpened, WholeChanged
from ledger.refusals import AlreadyExists, AmountOutOfRange, Malformed, NotEligible, UnitMismatch
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import MAX_AMOUNT

MOST_LEVELS: Final = 8
"""From a basic union to the country."""


def open_ratio(command: OpenRatio, book: Book, now: Now) -> Facts:
    """Checks: form (422), unit and kind of coupon (422), the one above (404), id not taken, one unit, not too deep."""
    if errors := list(_wrong(command)):
        raise Malformed(errors=errors)
    scheme = book.scheme(now.day)
    unit = scheme.unit(command.unit)
    if command.coupons is not None:
        scheme.coupon(command.coupons)
    above = None if command.above is None else book.the(Ratio, command.above)
    if book.get(Ratio, command.id) is not None:
        raise AlreadyExists(kind="ratio", id=command.id)
    if above is not None and above.unit != unit.code:
        raise UnitMismatch(expected=above.unit, given=unit.code)
    if command.above is not None and len(list(_levels(command.above, book))) >= MOST_LEVELS:
        raise NotEligible(reason="too-many-levels")
    yield RatioOpened(
        ratio=command.id,
        name=command.name,
        unit=unit.code,
        at_least=command.at_least,
        whole=command.whole,
        above=command.above,
        coupons=command.coupons,
        from_on=command.from_on,
        to_on=command.to_on,
    )


def _wrong(command: OpenRatio) -> Iterator[str]:
    yield from wrong_id(command.id)
    yield from wrong_name(command.name)
    # All of a whole that grows with each purchase could never be reached again once something else was bought.
    most = WHOLE if command.whole is not None else WHOLE - 1
    if not 1 <= command.at_least <= most:
        yield f"at_least: 1 to {most} hundredths of a per cent"
    if command.whole is not None and not 1 <= command.whole <= MAX_AMOUNT // WHOLE:
        yield f"whole: 1 to {MAX_AMOUNT // WHOLE}"
    if command.coupons is None and (command.from_on, command.to_on) != (UNSET, UNSET):
        yield "from_on, to_on: only of coupons, which count as they are issued"
    yield from wrong_span(command.from_on, command.to_on)


def _levels(ratio: str | None, book: Book) -> Iterator[str]:
    """A ratio and those above it."""
    while ratio is not None:
        yield ratio
        ratio = book.the(Ratio, ratio).above


def change_whole(command: ChangeWhole, book: Book, _now: Now) -> Facts:
    """Checks: whole and reference (422), ratio (404), that it has a total of its own."""
    reference("reference", command.reference)
    if not 1 <= command.whole <= MAX_AMOUNT // WHOLE:
        raise Malformed(errors=[f"whole: 1 to {MAX_AMOUNT // WHOLE}"])
    if book.the(Ratio, command.ratio).moves:
        raise NotEligible(reason="whole-moves")
    yield WholeChanged(ratio=command.ratio, whole=command.whole, reference=command.reference)


def record(command: RecordPurchase, book: Book, now: Now) -> Facts:
    """Checks: reference, id and amounts (422), ratio (404), id not taken, the sums of all levels (422)."""
    reference("reference", command.reference)
    nameable(command.id)
    if not (1 <= command.amount <= MAX_AMOUNT // WHOLE and 0 <= command.aided <= command.amount):
        raise Malformed(errors=[f"amount: 1 to {MAX_AMOUNT // WHOLE}; aided: 0 to the amount"])
    ratio = book.the(Ratio, command.ratio)
    id = now.tx if command.id is None else command.id
    if book.get(Purchase, id) is not None:
        raise AlreadyExists(kind="aided-purchase", id=id)
    ratios = tuple(_levels(command.ratio, book))
    for level in (book.the(Ratio, name) for name in ratios):
        # A ratio is compared in products: its sums stay so far below the bounds.
        if max(level.whole, level.part) + command.amount > MAX_AMOUNT // WHOLE:
            raise AmountOutOfRange
    yield PurchaseRecorded(
        purchase=id,
        ratios=ratios,
        unit=ratio.unit,
        amount=command.amount,
        aided=command.aided,
        reference=command.reference,
    )


def withdraw(command: WithdrawPurchase, book: Book, now: Now) -> Facts:
    """Checks: reason (422), purchase (404), not withdrawn yet."""
    book.scheme(now.day).reason(command.reason)
    found = book.the(Purchase, command.purchase)
    if found.withdrawn:
        raise NotEligible(reason="withdrawn")
    yield PurchaseWithdrawn(
        purchase=command.purchase,
        ratios=found.ratios,
        amount=found.amount,
        aided=found.aided,
        reason=command.reason,
    )


# What they read ----------------------------------------------------------------------------------------------------


def opened(command: OpenRatio, _book: Book) -> Iterable[Key]:
    """The id and the one above."""
    yield Ratio.KIND, command.id
    if command.above is not None:
        yield Ratio.KIND, command.above


def counted(command: ChangeWhole | RecordPurchase, _book: Book) -> Iterable[Key]:
    """The ratio, and whether the purchase's id is taken."""
    yield Ratio.KIND, command.ratio
    if isinstance(command, RecordPurchase) and command.id is not None:
        yield Purchase.KIND, command.id


def next_level(command: OpenRatio | RecordPurchase, book: Book) -> Iterable[Key]:
    """One level more than is known: as many rounds as there may be levels."""
    ratio = command.above if isinstance(command, OpenRatio) else command.ratio
    while ratio is not None:
        found = book.get(Ratio, ratio)
        ratio = found.above if found else None
        if ratio is not None:
            yield Ratio.KIND, ratio


def withdrawn(command: WithdrawPurchase, _book: Book) -> Iterable[Key]:
    """The purchase."""
    return [(Purchase.KIND, command.purchase)]


def uncounted(command: WithdrawPurchase, book: Book) -> Iterable[Key]:
    """The ratios in which it counts."""
    found = book.get(Purchase, command.purchase)
    return [(Ratio.KIND, ratio) for ratio in (found.ratios if found else ())]


_UP: Final = (next_level,) * MOST_LEVELS
HANDLERS: Final = (
    Handler(OpenRatio, open_ratio, (opened, *_UP)),
    Handler(ChangeWhole, change_whole, (counted,)),
    Handler(RecordPurchase, record, (counted, *_UP)),
    Handler(WithdrawPurchase, withdraw, (withdrawn, uncounted)),
)

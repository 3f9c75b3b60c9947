"""How redemptions and the goods in them follow what happens at the counter, alike for points and for money."""

from collections.abc import Iterable

from msgspec.structs import replace

from ledger.points.entities import account_key
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import (
    BillCancelled,
    BillEnding,
    BillExpired,
    BillFulfilled,
    BillHeld,
    Billing,
    BillPlaced,
    BillRefunded,
    RedemptionCancelled,
    RedemptionExpired,
    RedemptionFact,
    RedemptionFulfilled,
    RedemptionHeld,
    RedemptionPlaced,
    RedemptionRefunded,
    Releasing,
    ReturnedLine,
    Taking,
)
from ledger.room import Meta
from ledger.stock.entities import Item, Promise
from ledger.values import ItemId

WithPieces = Taking | RedemptionFulfilled | Releasing | Billing | BillEnding
WithLines = WithPieces | RedemptionRefunded | BillRefunded

# Redemptions -----------------------------------------------------------------------------------------------------


def redemptions(fact: RedemptionFact, _meta: Meta) -> tuple[str, ...]:
    """The redemption that a fact is about."""
    return (fact.redemption,)


def on_cancelled(
    redemption: Redemption, _fact: RedemptionCancelled | BillCancelled, meta: Meta, _id: str
) -> Redemption:
    """Called off."""
    return replace(redemption, status="cancelled", ended_at=meta.recorded_at)


def on_expired(redemption: Redemption, _fact: RedemptionExpired | BillExpired, meta: Meta, _id: str) -> Redemption:
    """Ended, at the instant that was said."""
    return replace(redemption, status="expired", ended_at=meta.occurred_at)


def completed(redemption: Redemption) -> Redemption:
    """Refunded, once all of it is back."""
    return replace(redemption, status="refunded") if redemption.complete else redemption


def returned(redemption: Redemption, lines: Iterable[ReturnedLine]) -> tuple[tuple[ItemId, int], ...]:
    """The pieces of each item that are back, with these."""
    pieces = dict(redemption.returned)
    for line in lines:
        pieces[line.item] = pieces.get(line.item, 0) + line.quantity
    return tuple(pieces.items())


# Items -----------------------------------------------------------------------------------------------------------


def items(fact: WithLines, _meta: Meta) -> list[str]:
    """Each item once."""
    if len(fact.lines) == 1:
        return [fact.lines[0].item]  # as most sales are
    return list(dict.fromkeys(line.item for line in fact.lines))


def _pieces(fact: WithPieces, item: str) -> int:
    if len(fact.lines) == 1:
        return fact.lines[0].quantity
    return sum(line.quantity for line in fact.lines if line.item == item)


def on_sold(item: Item, fact: RedemptionPlaced | BillPlaced, _meta: Meta, id: str) -> Item:
    """Fewer pieces on the shelf."""
    return replace(item, stock=item.stock - _pieces(fact, id))


def on_promised(item: Item, fact: RedemptionHeld | BillHeld, _meta: Meta, id: str) -> Item:
    """Pieces are kept; the shelf is as it was."""
    account = account_key(fact.account, fact.unit)
    return item.promised(Promise(fact.redemption, account, _pieces(fact, id), fact.expires_at))


def on_handed_over(item: Item, fact: RedemptionFulfilled | BillFulfilled, _meta: Meta, id: str) -> Item:
    """The kept pieces left the shelf."""
    return replace(item.freed(fact.redemption), stock=item.stock - _pieces(fact, id))


def on_freed(item: Item, fact: Releasing | BillCancelled | BillExpired, _meta: Meta, _id: str) -> Item:
    """The kept pieces are for everybody."""
    return item.freed(fact.redemption)


def on_restocked(item: Item, fact: RedemptionRefunded | BillRefunded, _meta: Meta, id: str) -> Item:
    """What is fit for it is on the shelf again; the rest has a fact of its own."""
    back = sum(line.quantity for line in fact.lines if line.item == id and line.restock)
    return replace(item, stock=item.stock + back)

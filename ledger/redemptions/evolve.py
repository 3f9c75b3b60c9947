"""How redemptions, accounts, items and counters follow what happens at the counter."""

from typing import Final

import msgspec

from ledger.limits.evolve import counted
from ledger.points.entities import Account
from ledger.points.evolve import accounts
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import RedemptionPlaced
from ledger.room import Evolution, Meta
from ledger.stock.entities import Item


def on_placed(_redemption: Redemption | None, fact: RedemptionPlaced, meta: Meta, _id: str) -> Redemption:
    """A sale."""
    return Redemption(
        account=fact.account,
        unit=fact.unit,
        lines=fact.lines,
        paid=fact.paid,
        placed_at=meta.recorded_at,
        counts=fact.counts,
    )


def on_paid(account: Account, fact: RedemptionPlaced, _meta: Meta, _id: str) -> Account:
    """The ranges that paid are gone."""
    return msgspec.structs.replace(account.taken(fact.paid), spent=account.spent + fact.amount)


def on_sold(item: Item, fact: RedemptionPlaced, _meta: Meta, id: str) -> Item:
    """Fewer pieces on the shelf."""
    return msgspec.structs.replace(item, stock=item.stock - _pieces(fact, id))


def _pieces(fact: RedemptionPlaced, item: str) -> int:
    return sum(line.quantity for line in fact.lines if line.item == item)


def sold_items(fact: RedemptionPlaced, _meta: Meta) -> list[str]:
    """Each item once."""
    return [line.item for line in fact.lines]


EVOLUTIONS: Final = (
    Evolution(RedemptionPlaced, Redemption, lambda fact, _meta: (fact.redemption,), on_placed),
    Evolution(RedemptionPlaced, Account, accounts, on_paid),
    Evolution(RedemptionPlaced, Item, sold_items, on_sold),
    counted(RedemptionPlaced),
)

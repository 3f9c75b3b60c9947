"""How ratios follow the facts about them."""

from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from ledger.ratios.entities import Purchase, Ratio
from ledger.ratios.facts import PurchaseFact, PurchaseRecorded, PurchaseWithdrawn, RatioFact, RatioOpened, WholeChanged
from ledger.room import Evolution, Meta


def ratio(fact: RatioFact, _meta: Meta) -> tuple[str, ...]:
    """The ratio."""
    return (fact.ratio,)


def counted_in(fact: PurchaseFact, _meta: Meta) -> tuple[str, ...]:
    """Its own ratio and every one above."""
    return fact.ratios


def purchase(fact: PurchaseFact, _meta: Meta) -> tuple[str, ...]:
    """The purchase."""
    return (fact.purchase,)


def on_opened(_ratio: Ratio | None, fact: RatioOpened, _meta: Meta, _id: str) -> Ratio:
    """Nothing has counted."""
    return Ratio(
        name=fact.name,
        unit=fact.unit,
        at_least=fact.at_least,
        moves=fact.whole is None,
        whole=fact.whole or 0,
        above=fact.above,
        coupons=fact.coupons,
        from_on=None if fact.from_on is UNSET else fact.from_on,
        to_on=None if fact.to_on is UNSET else fact.to_on,
    )


def on_whole(ratio: Ratio, fact: WholeChanged, _meta: Meta, _id: str) -> Ratio:
    """Of another total."""
    return replace(ratio, whole=fact.whole)


def on_bought(ratio: Ratio, fact: PurchaseRecorded, _meta: Meta, _id: str) -> Ratio:
    """More of the part, and, where purchases make it, of the whole."""
    whole = ratio.whole + (fact.amount if ratio.moves else 0)
    return replace(ratio, part=ratio.part + fact.aided, whole=whole)


def on_undone(ratio: Ratio, fact: PurchaseWithdrawn, _meta: Meta, _id: str) -> Ratio:
    """As if it had not been."""
    whole = ratio.whole - (fact.amount if ratio.moves else 0)
    return replace(ratio, part=ratio.part - fact.aided, whole=whole)


def on_recorded(_purchase: Purchase | None, fact: PurchaseRecorded, _meta: Meta, _id: str) -> Purchase:
    """Counts."""
    return Purchase(ratios=fact.ratios, amount=fact.amount, aided=fact.aided)


def on_withdrawn(purchase: Purchase, _fact: PurchaseWithdrawn, _meta: Meta, _id: str) -> Purchase:
    """Counts no more."""
    return replace(purchase, withdrawn=True)


EVOLUTIONS: Final = (
    Evolution(RatioOpened, Ratio, ratio, on_opened),
    Evolution(WholeChanged, Ratio, ratio, on_whole),
    Evolution(PurchaseRecorded, Ratio, counted_in, on_bought),
    Evolution(PurchaseRecorded, Purchase, purchase, on_recorded),
    Evolution(PurchaseWithdrawn, Ratio, counted_in, on_undone),
    Evolution(PurchaseWithdrawn, Purchase, purchase, on_withdrawn),
)

"""What happens on the shelf."""

from typing import ClassVar, Final

from ledger.room import Fact
from ledger.stock.entities import Limit
from ledger.values import Instant, ItemId, TxId, UnitCode


class ItemFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one item."""

    item: ItemId

    def stream(self, tx: TxId) -> str:
        """The life of the item."""
        del tx
        return "item:" + self.item


class ItemListed(ItemFact, frozen=True, kw_only=True):
    """An item came onto the price list; stock comes by goods receipts."""

    TOPIC: ClassVar[str] = "item-listed.v1"

    name: str
    unit: UnitCode
    price: int
    limit: Limit | None = None
    on_sale_from_at: Instant | None = None
    on_sale_to_at: Instant | None = None


class GoodsReceived(ItemFact, frozen=True, kw_only=True):
    """Pieces came onto the shelf."""

    TOPIC: ClassVar[str] = "goods-received.v1"

    quantity: int
    stock: int
    """Pieces on the shelf after it."""
    note_code: str | None = None
    """Number of the delivery note."""


FACTS: Final = (ItemListed, GoodsReceived)

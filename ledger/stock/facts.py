"""What happens on the shelf."""

from typing import ClassVar, Final

from ledger.room import Fact
from ledger.stock.entities import Limit
from ledger.values import Instant, ItemId, RedemptionId, TxId, UnitCode


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


class ItemChanged(ItemFact, frozen=True, kw_only=True):
    """An item's limit and sale window from now on, in whole."""

    TOPIC: ClassVar[str] = "item-changed.v1"

    limit: Limit | None = None
    on_sale_from_at: Instant | None = None
    on_sale_to_at: Instant | None = None


class PriceChanged(ItemFact, frozen=True, kw_only=True):
    """What a piece costs from an instant on; sales before it keep theirs."""

    TOPIC: ClassVar[str] = "price-changed.v1"

    price: int
    from_at: Instant


class ItemDelisted(ItemFact, frozen=True, kw_only=True):
    """An item left the price list."""

    TOPIC: ClassVar[str] = "item-delisted.v1"


class ItemRelisted(ItemFact, frozen=True, kw_only=True):
    """An item came back onto the price list."""

    TOPIC: ClassVar[str] = "item-relisted.v1"


class GoodsReceived(ItemFact, frozen=True, kw_only=True):
    """Pieces came onto the shelf."""

    TOPIC: ClassVar[str] = "goods-received.v1"

    quantity: int
    stock: int
    """Pieces on the shelf after it."""
    note_code: str | None = None
    """Number of the delivery note."""


class GoodsScrapped(ItemFact, frozen=True, kw_only=True):
    """Broken or spoilt pieces left the shelf."""

    TOPIC: ClassVar[str] = "goods-scrapped.v1"

    quantity: int
    reason: str
    stock: int
    """Pieces on the shelf after it."""


class ReturnScrapped(ItemFact, frozen=True, kw_only=True):
    """Pieces came back from a redemption and were not fit for the shelf: the stock is as it was."""

    TOPIC: ClassVar[str] = "return-scrapped.v1"

    quantity: int
    reason: str
    redemption: RedemptionId


class StockCounted(ItemFact, frozen=True, kw_only=True):
    """The shelf was counted, and the books follow it: `difference` = counted - expected, found (+) or missing (-)."""

    TOPIC: ClassVar[str] = "stock-counted.v1"

    expected: int
    counted: int
    difference: int


class ItemSupplied(ItemFact, frozen=True, kw_only=True):
    """Whose goods these are from now on, and of which group; None: nobody's, of none."""

    TOPIC: ClassVar[str] = "item-supplied.v1"

    merchant: str | None = None
    goods: str | None = None


FACTS: Final = (
    ItemListed,
    ItemChanged,
    PriceChanged,
    ItemDelisted,
    ItemRelisted,
    GoodsReceived,
    GoodsScrapped,
    ReturnScrapped,
    StockCounted,
    ItemSupplied,
)

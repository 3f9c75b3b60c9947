"""Goods receipts 入库: what was delivered to the shop, by the number of the delivery note."""

from api.imports import causes
from api.imports.headings import Heading
from api.imports.outcomes import Item, Skipped
from api.imports.profile import Bad, Judge, Profile, Terms, amount_of, cell, day_of, label_of, skipped, within
from api.imports.profiles.columns import ITEM
from api.imports.profiles.goods import MOST_LETTERS, item_code
from api.imports.sheets import Row
from ledger.values import Day


class GoodsReceipt(Item, frozen=True, kw_only=True):
    """So many pieces of an item on a delivery note, on a local day."""

    item: str
    quantity: int
    received_on: Day
    document: str

    @property
    def cause(self) -> str:
        """Delivery note and item."""
        return causes.goods_receipt(self.document, self.item)


def judge(terms: Terms) -> Judge:
    """Read deliveries. Order of checks: item, quantity, day, period, note, repeats.

    A delivery without a number is refused: the same file again could not be told from a second delivery.
    """
    seen: dict[str, tuple[int, Day]] = {}

    def receipt(row: Row) -> GoodsReceipt | Skipped:
        read = _receipt(row, terms)
        said = (read.quantity, read.received_on)
        if read.cause not in seen:
            seen[read.cause] = said
            return read
        if seen[read.cause] == said:
            return skipped(row, "duplicate")
        raise Bad("item", "item-twice", cell(row, "item"))

    return receipt


def _receipt(row: Row, terms: Terms) -> GoodsReceipt:
    item = item_code(row)
    if not terms.item(item):
        raise Bad("item", "unknown-item", cell(row, "item"))
    quantity = amount_of(row, "quantity", lowest=1)
    on = within(day_of(row, "day", terms), row, "day", terms)
    document = label_of(row, "document", longest=MOST_LETTERS).upper()
    if not document:
        raise Bad("document", "missing-document")
    return GoodsReceipt(row=row.number, item=item, quantity=quantity, received_on=on, document=document)


PROFILE = Profile(
    "goods-receipts",
    (
        ITEM,
        Heading("quantity", ("数量", "入库数量", "到货数量", "quantity")),
        Heading("day", ("入库日期", "到货日期", "日期", "date", "received on")),
        Heading("document", ("入库单号", "送货单号", "单号", "单据编号", "document", "delivery note")),
    ),
    judge,
)

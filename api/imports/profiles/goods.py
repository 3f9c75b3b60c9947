"""Goods 货架: what the shop offers, at which price in points, with which opening stock."""

import re
from typing import Final

from api.imports import causes, cells
from api.imports.cells import UnreadableCell
from api.imports.headings import Heading
from api.imports.outcomes import Item, Skipped
from api.imports.profile import Bad, Judge, Profile, Terms, amount_of, cell, skipped
from api.imports.profiles.columns import ITEM
from api.imports.sheets import Row

MOST_LETTERS: Final = 128
LONGEST_NAME: Final = 200
_CODE: Final = re.compile(f"[!-~]{{1,{MOST_LETTERS}}}")
"""What a counter can ask for: the form of an item's id in every body of the API."""


class ShelfItem(Item, frozen=True, kw_only=True):
    """An item: its price in whole points, what it is counted in (瓶, 把), and its opening stock.

    Stock is set when the item is new; afterwards it moves by receipts, counts and sales only.
    """

    item: str
    name: str
    price: int
    counted_in: str
    stock: int

    @property
    def cause(self) -> str:
        """The item's first appearance."""
        return causes.shelf_item(self.item)


def judge(terms: Terms) -> Judge:  # noqa: ARG001 - every judge is made of terms; a shelf needs none
    """Read items; the same code again is a duplicate if all is equal, else `item-twice`."""
    seen: dict[str, tuple[str, int, str, int]] = {}

    def shelf_item(row: Row) -> ShelfItem | Skipped:
        read = _item(row)
        said = (read.name, read.price, read.counted_in, read.stock)
        if read.item not in seen:
            seen[read.item] = said
            return read
        if seen[read.item] == said:
            return skipped(row, "duplicate")
        raise Bad("item", "item-twice", cell(row, "item"))

    return shelf_item


def item_code(row: Row) -> str:
    """The item code of a row; raises Bad for an empty or spoilt one."""
    try:
        code = cells.code(cell(row, "item"))
    except UnreadableCell:
        raise Bad("item", "unreadable-item", cell(row, "item")) from None
    if not code:
        raise Bad("item", "missing-item")
    return code


def _item(row: Row) -> ShelfItem:
    code = item_code(row)
    name = cells.name(cell(row, "name"))
    if not name:
        raise Bad("name", "missing-name")
    if len(name) > LONGEST_NAME:
        raise Bad("name", "unusable-text", name)
    if not _CODE.fullmatch(code):
        raise Bad("item", "unreadable-item", cell(row, "item"))
    return ShelfItem(
        row=row.number,
        item=code,
        name=name,
        price=amount_of(row, "price", lowest=1),
        counted_in=cells.label(cell(row, "counted_in")),
        stock=amount_of(row, "stock"),
    )


PROFILE = Profile(
    "goods",
    (
        ITEM,
        Heading("name", ("品名", "商品名称", "名称", "商品", "name", "goods")),
        Heading("price", ("积分", "兑换积分", "所需积分", "价格", "price", "points")),
        Heading("counted_in", ("单位", "计量单位", "unit", "counted in"), required=False),
        Heading("stock", ("库存", "期初库存", "数量", "stock", "opening stock")),
    ),
    judge,
)

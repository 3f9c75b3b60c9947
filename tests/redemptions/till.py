"""A till for the tests of mixed sales: Li has points and coupons, the shelf has goods for either."""

from typing import Any

from ledger.coupons.entities import Coupon
from ledger.funds.entities import Fund
from ledger.merchants.till import Till, till_id
from ledger.points.commands import GrantPoints
from ledger.redemptions.commands import PlaceRedemption, RefundRedemption, ReturningLine, WantedLine
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.scheme.model import Scheme
from ledger.stock.commands import ListItem, ReceiveGoods, SupplyItem
from ledger.stock.entities import Item
from ledger.values import AccountId, HolderId, ItemId, RedemptionId, UnitCode
from tests.coupons.gifts import LI, union
from tests.given import Story

RICE, SOAP, CUP, TEA = ItemId("rice"), ItemId("soap"), ItemId("cup"), ItemId("tea")
MONEY, POINT = UnitCode("coupon_cny"), UnitCode("point")


def programme(**limits: dict[str, Any]) -> Scheme:
    """Welfare coupons beside points, with these limits besides its own."""
    tables = canonical(load_scheme("welfare-coupons"))
    tables["units"]["point"] = {"names": {"zh": "积分", "en": "Points"}, "kind": "points"}
    for code, limit in limits.items():
        tables["limits"][code] = {"names": {"zh": code, "en": code}} | limit
    return checked(tables)


def till(scheme: Scheme | None = None, *, points: int = 100) -> Story:
    """Rice at 57.00 and soap at 29.00 of the county's shop, tea at 10.00 of the corner's, cups at 35 points."""
    story = union(scheme or programme())
    for item, price, unit, shop, goods in (
        (RICE, 5_700, MONEY, "lixian", "food"),
        (SOAP, 2_900, MONEY, "lixian", "household"),
        (TEA, 1_000, MONEY, "corner", "food"),
        (CUP, 35, POINT, None, None),
    ):
        story.given(ListItem(id=item, name=item, price=price, unit=unit), ReceiveGoods(item=item, quantity=10))
        story.given(SupplyItem(item=item, merchant=shop, goods=goods))
    return story.given(GrantPoints(to=AccountId("holder:" + LI), unit=POINT, amount=points)) if points else story


def sale(*coupons: str, tender: int | None = None, holder: HolderId = LI, **terms: Any) -> PlaceRedemption:
    """`sale(coupon, rice=2, cup=1, tender=0, hold=True)`."""
    of_items = {name: terms.pop(name) for name in ("rice", "soap", "cup", "tea") if name in terms}
    lines = tuple(WantedLine(ItemId(item), quantity) for item, quantity in of_items.items())
    if tender is not None:
        terms["tender"] = tender
    return PlaceRedemption(holder=holder, lines=lines, coupons=coupons, **terms)


def back(redemption: str, *, shelf: bool = True, **pieces: int) -> RefundRedemption:
    lines = tuple(ReturningLine(ItemId(item), quantity, shelf) for item, quantity in pieces.items())
    return RefundRedemption(redemption=RedemptionId(redemption), reason="returned-goods", lines=lines)


def stock(story: Story, *items: ItemId) -> list[int]:
    return [story.the(Item, item).stock for item in items]


def counted(story: Story, merchant: str = "lixian", period: str = "2022-06") -> Till:
    return story.get(Till, till_id(merchant, MONEY, period)) or Till()


def promised(story: Story) -> tuple[int, int]:
    """What the fund has promised and paid; its promise is always what the coupons of the tests still hold."""
    fund = story.the(Fund, "gifts")
    held = sum(
        row.entity.left
        for (kind, _), row in story.book.rows.items()
        if kind == Coupon.KIND and row is not None and isinstance(row.entity, Coupon)
    )
    assert fund.committed == held
    return fund.committed, fund.disbursed

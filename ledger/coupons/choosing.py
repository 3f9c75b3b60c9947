"""Which of somebody's coupons pay a bill, and why the others do not: shared by the counter, its quotes and officers."""

from collections.abc import Iterable, Mapping

from ledger.coupons.commands import BoughtLine
from ledger.coupons.entities import Batch, Coupon
from ledger.stacking import Choice, Offered, choose
from ledger.values import Day

Goods = Mapping[str, int]
"""How much of a bill is for which group of goods."""


def basket(lines: Iterable[BoughtLine]) -> dict[str, int]:
    """The lines of a bill by group of goods, in the order in which they came."""
    goods: dict[str, int] = {}
    for line in lines:
        goods[line.goods] = goods.get(line.goods, 0) + line.amount
    return goods


def unfit(batch: Batch, merchant: str, goods: Goods, today: Day) -> str | None:
    """Why a coupon of this batch can pay nothing of such a bill here today; None: it can."""
    if batch.valid_from_on is not None and today < batch.valid_from_on:
        return "not-yet-valid"
    if not _taken_by(batch, merchant):
        return "merchant"
    return None if valid_here(batch, merchant, goods) else "goods"


def valid_here(batch: Batch, merchant: str, goods: Goods) -> bool:
    """Whether this merchant takes coupons of the batch, for any of these goods."""
    terms = batch.conditions
    return _taken_by(batch, merchant) and (not terms.goods or not set(terms.goods).isdisjoint(goods))


def _taken_by(batch: Batch, merchant: str) -> bool:
    return not batch.conditions.merchants or merchant in batch.conditions.merchants


def chosen(held: Iterable[tuple[Coupon, Batch, int]], goods: Goods) -> Choice:
    """The way to pay a bill that covers most; `held` says how much of each coupon is there to be spent."""
    return choose(sum(goods.values()), (_offered(*one) for one in held), goods)


def _offered(coupon: Coupon, batch: Batch, left: int) -> Offered:
    terms = batch.conditions
    return Offered(
        id=coupon.id,
        face=coupon.face,
        left=left,
        expires_on=coupon.expires_on or batch.expires_on,
        splittable=terms.splittable,
        stack=terms.stack,
        most=terms.most,
        from_amount=terms.from_amount,
        goods=terms.goods,
    )

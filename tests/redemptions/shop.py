"""A shop for the tests of the counter: one worker with points, towels and cups on the shelf."""

from typing import Any

import msgspec

from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account
from ledger.redemptions.commands import (
    CancelRedemption,
    FulfilRedemption,
    PlaceRedemption,
    RefundRedemption,
    Restore,
    ReturningLine,
    WantedLine,
)
from ledger.redemptions.entities import Redemption
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Scheme
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.stock.entities import Item, Limit
from ledger.values import AccountId, Day, HolderId, ItemId, RedemptionId, TxId, UnitCode
from tests.given import Story

WANG = HolderId("wang")
LI = HolderId("li")
TOWEL, CUP = ItemId("G002"), ItemId("G001")
DAY_30_ENDS = "2022-06-30T16:00:00.000000Z"


def rules(name: str = "conformance", **changed: Any) -> Scheme:
    """A shipped scheme with other rules of redemption."""
    scheme = load_scheme(name)
    return msgspec.structs.replace(scheme, redemption=msgspec.structs.replace(scheme.redemption, **changed))


def shop(scheme: Scheme | str = "conformance", *, points: int = 100, unit: str = "A", stock: int = 10) -> Story:
    """Two people, of whom Wang has points; towels at 10 and cups at 35."""
    story = Story(scheme).given(RegisterPerson(holder=WANG), RegisterPerson(holder=LI))
    story.given(listed(TOWEL, 10, unit), listed(CUP, 35, unit))
    if stock:
        story.given(ReceiveGoods(item=TOWEL, quantity=stock), ReceiveGoods(item=CUP, quantity=stock))
    return story.given(granted(points, unit=unit)) if points else story


def listed(item: ItemId, price: int, unit: str = "A", limit: Limit | None = None) -> ListItem:
    return ListItem(id=item, name=item, price=price, unit=UnitCode(unit), limit=limit)


def granted(amount: int, *, to: HolderId = WANG, until: str | None = None, unit: str = "A") -> GrantPoints:
    account = AccountId("holder:" + to)
    return GrantPoints(to=account, unit=UnitCode(unit), amount=amount, expires_on=Day(until) if until else None)


def lines(**pieces: int) -> tuple[WantedLine, ...]:
    """`lines(G001=1)`."""
    return tuple(WantedLine(ItemId(item), quantity) for item, quantity in pieces.items())


def buy(holder: HolderId = WANG, *, id: str | None = None, **pieces: int) -> PlaceRedemption:
    return PlaceRedemption(holder=holder, lines=lines(**pieces), id=RedemptionId(id) if id else None)


def hold(
    holder: HolderId = WANG, *, id: str | None = None, expires_in: int | None = None, **pieces: int
) -> PlaceRedemption:
    wish = buy(holder, id=id, **pieces)
    return msgspec.structs.replace(wish, hold=True, expires_in=expires_in)


def fulfil(redemption: str | TxId) -> FulfilRedemption:
    return FulfilRedemption(redemption=RedemptionId(redemption))


def cancel(redemption: str | TxId) -> CancelRedemption:
    return CancelRedemption(redemption=RedemptionId(redemption), reason="correction")


def back(redemption: str | TxId, *, shelf: bool = True, restore: Restore = "keep", **pieces: int) -> RefundRedemption:
    returning = tuple(ReturningLine(ItemId(item), quantity, shelf) for item, quantity in pieces.items())
    return RefundRedemption(redemption=RedemptionId(redemption), reason="correction", lines=returning, restore=restore)


def points_back(redemption: str | TxId, amount: int, *, restore: Restore = "keep") -> RefundRedemption:
    return RefundRedemption(redemption=RedemptionId(redemption), reason="correction", amount=amount, restore=restore)


def wallet(story: Story, holder: HolderId = WANG, unit: str = "A") -> Account:
    return story.the(Account, f"holder:{holder}/{unit}")


def available(story: Story, holder: HolderId = WANG, unit: str = "A", scheme: Scheme | None = None) -> int:
    return wallet(story, holder, unit).available((scheme or load_scheme("conformance")).unit(unit))


def shelf(story: Story, item: ItemId) -> Item:
    return story.the(Item, item)


def redemption(story: Story, id: str) -> Redemption:
    return story.the(Redemption, id)


def open_lots(story: Story) -> list[tuple[str | None, tuple[tuple[int, int], ...]]]:
    """Expiry day and open ranges of Wang's pools, in the order in which they pay."""
    return [(pool.terms.expires_on, pool.open) for pool in wallet(story).pools if pool.open]

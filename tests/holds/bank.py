"""A bank for the tests of holds: two holders, a merchant, a till, and an account with a credit line."""

from typing import Any

from ledger.accounts.commands import OpenAccount
from ledger.holds.commands import CaptureHold, ExtendHold, PlaceHold, VoidHold
from ledger.holds.entities import Hold
from ledger.people.commands import RegisterPerson
from ledger.points.commands import DeductPoints, FreezeAccount, GrantPoints
from ledger.points.entities import Account
from ledger.values import AccountId, Day, HolderId, HoldId, UnitCode
from tests.given import Story

WANG, LI = AccountId("holder:wang"), AccountId("holder:li")
SHOP, TILL, LINE = AccountId("account:shop"), AccountId("account:till"), AccountId("account:line")
NOON = "2022-06-10T04:00:00.000000Z"
IN_15_MINUTES = "2022-06-10T04:15:00.000000Z"
BEFORE_MIDNIGHT = "2022-06-10T15:55:00.000000Z"
AFTER_MIDNIGHT = "2022-06-10T16:05:00.000000Z"
IN_TEN_MINUTES_MORE = "2022-06-10T16:10:00.000000Z"


def bank(*, points: int = 100, unit: str = "A", scheme: Any = "conformance") -> Story:
    """Wang and the till have points, the line may go to -50; it is noon."""
    story = Story(scheme).given(RegisterPerson(holder=HolderId("wang")), RegisterPerson(holder=HolderId("li")))
    story.given(opened("shop", unit), opened("till", unit), opened("line", unit, floor=-50)).on(NOON)
    return story.given(granted(points, unit=unit), granted(points, TILL, unit=unit)) if points else story


def opened(id: str, unit: str = "A", *, floor: int | None = 0) -> OpenAccount:
    return OpenAccount(id=id, unit=UnitCode(unit), floor=floor)


def granted(amount: int, to: AccountId = WANG, *, until: str | None = None, unit: str = "A") -> GrantPoints:
    return GrantPoints(to=to, unit=UnitCode(unit), amount=amount, expires_on=Day(until) if until else None)


def deducted(amount: int, account: AccountId = WANG, *, unit: str = "D") -> DeductPoints:
    return DeductPoints(account=account, unit=UnitCode(unit), amount=amount, reason="correction")


def frozen(account: AccountId = WANG, unit: str = "A") -> FreezeAccount:
    return FreezeAccount(account=account, unit=UnitCode(unit), reason="correction")


def hold(
    amount: int,
    account: AccountId = WANG,
    *,
    to: AccountId | None = None,
    id: str | None = "h",
    up_to: bool = False,
    expires_in: int | None = None,
    unit: str = "A",
) -> PlaceHold:
    return PlaceHold(
        account=account,
        to=to,
        unit=UnitCode(unit),
        amount=amount,
        up_to=up_to,
        expires_in=expires_in,
        id=HoldId(id) if id else None,
    )


def capture(amount: int | None = None, *, of: str = "h", final: bool = False) -> CaptureHold:
    return CaptureHold(hold=HoldId(of), amount=amount, final=final)


def void(of: str = "h") -> VoidHold:
    return VoidHold(hold=HoldId(of))


def extend(seconds: int, of: str = "h") -> ExtendHold:
    return ExtendHold(hold=HoldId(of), expires_in=seconds)


def the_hold(story: Story, id: str = "h") -> Hold:
    return story.the(Hold, id)


def at(story: Story, account: AccountId = WANG, unit: str = "A") -> Account:
    return story.the(Account, f"{account}/{unit}")


def figures(story: Story, account: AccountId = WANG, unit: str = "A") -> tuple[int, int, int]:
    """Balance, held, incoming."""
    found = story.get(Account, f"{account}/{unit}")
    return (found.balance, found.held, found.incoming) if found else (0, 0, 0)


def open_pools(
    story: Story, account: AccountId = WANG, unit: str = "A"
) -> list[tuple[str | None, tuple[tuple[int, int], ...]]]:
    """Expiry day and open ranges, in the order in which they pay."""
    return [(pool.terms.expires_on, pool.open) for pool in at(story, account, unit).pools if pool.open]

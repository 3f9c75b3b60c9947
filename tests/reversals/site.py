"""A bank for the tests of reversals: two holders, a till, an account with a credit line and one without a floor."""

from typing import Literal

from msgspec import UNSET

from ledger.accounts.commands import OpenAccount
from ledger.people.commands import RegisterPerson
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.points.entities import Account
from ledger.reversals.commands import ReverseMovement
from ledger.scheme.model import Scheme
from ledger.transfers.commands import ConvertPoints, TransferPoints
from ledger.values import AccountId, Day, HolderId, TxId, UnitCode
from tests.given import Story

WANG, LI = AccountId("holder:wang"), AccountId("holder:li")
TILL, LINE, MINT = AccountId("account:till"), AccountId("account:line"), AccountId("account:mint")
Span = tuple[int, int]


def bank(scheme: str | Scheme = "conformance") -> Story:
    """The line may go to -50, the mint as low as it likes; all accounts are empty."""
    story = Story(scheme).given(*(RegisterPerson(holder=HolderId(name)) for name in ("wang", "li")))
    for unit in ("A", "B", "D"):
        for id, floor in (("till", 0), ("line", -50), ("mint", None)):
            story.given(OpenAccount(id=id, unit=UnitCode(unit), floor=floor))
    return story


def grant(amount: int, to: AccountId = WANG, *, until: str | None = None, unit: str = "A") -> GrantPoints:
    return GrantPoints(to=to, unit=UnitCode(unit), amount=amount, expires_on=Day(until) if until else None)


def deduct(amount: int, account: AccountId = WANG, *, unit: str = "A") -> DeductPoints:
    return DeductPoints(account=account, unit=UnitCode(unit), amount=amount, reason="correction")


def transfer(amount: int, account: AccountId = WANG, to: AccountId = LI, *, unit: str = "A") -> TransferPoints:
    return TransferPoints(account=account, to=to, unit=UnitCode(unit), amount=amount)


def convert(amount: int, account: AccountId = WANG, *, of: str = "A", to: str = "B") -> ConvertPoints:
    return ConvertPoints(account=account, from_unit=UnitCode(of), to_unit=UnitCode(to), amount=amount)


def reverse(
    of: TxId, amount: int | None = None, *, position: int | None = None, if_spent: Literal["refuse", "debt"] = "refuse"
) -> ReverseMovement:
    return ReverseMovement(
        of=of, position=UNSET if position is None else position, amount=amount, reason="correction", if_spent=if_spent
    )


def account(story: Story, name: AccountId, unit: str = "A") -> Account:
    return story.the(Account, f"{name}/{unit}")


def balance(story: Story, name: AccountId, unit: str = "A") -> int:
    found = story.get(Account, f"{name}/{unit}")
    return found.balance if found else 0


def open_lots(story: Story, name: AccountId, unit: str = "A") -> list[tuple[str | None, tuple[Span, ...]]]:
    return [(pool.terms.expires_on, pool.open) for pool in account(story, name, unit).pools if pool.open]

"""What happens to an account itself: opened, closed."""

from typing import ClassVar, Final

from ledger.points.entities import account_key
from ledger.points.facts import AccountFact
from ledger.values import TxId


class AccountLifeFact(AccountFact, frozen=True, kw_only=True):
    """A fact that moves nothing and shows the account after itself."""

    amount: int = 0

    def stream(self, tx: TxId) -> str:
        """The life of the account."""
        del tx
        return "account:" + account_key(self.account, self.unit)

    def entry(self) -> None:
        """No value moves."""


class AccountOpened(AccountLifeFact, frozen=True, kw_only=True):
    """A free-standing account is there: `floor` is how low it may go, None without end."""

    TOPIC: ClassVar[str] = "account-opened.v1"

    floor: int | None


class AccountClosed(AccountLifeFact, frozen=True, kw_only=True):
    """An empty account will not move again."""

    TOPIC: ClassVar[str] = "account-closed.v1"

    reason: str


FACTS: Final = (AccountOpened, AccountClosed)

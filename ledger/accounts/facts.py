"""What happens to an account itself: opened, closed, bounded."""

from typing import ClassVar, Final

from msgspec import UNSET, UnsetType

from ledger.points.entities import account_key
from ledger.points.facts import AccountFact
from ledger.values import Day, TxId


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


class BoundsFact(AccountLifeFact, frozen=True, kw_only=True):
    """How low and how high the balance may go; None is without bound, and a holder's account has no floor at all."""

    floor: int | UnsetType | None = UNSET
    ceiling: int | UnsetType | None = UNSET


class BoundsChanged(BoundsFact, frozen=True, kw_only=True):
    """From now on the bounds are these; one that is not named stays what it was."""

    TOPIC: ClassVar[str] = "bounds-changed.v1"

    effective_on: Day | None = None
    """The day for which it was scheduled; None: it was wished for at once."""


class BoundsScheduled(BoundsFact, frozen=True, kw_only=True):
    """They will be these with the first instant of a local day."""

    TOPIC: ClassVar[str] = "bounds-scheduled.v1"

    effective_on: Day


class ActivityNoted(AccountLifeFact, frozen=True, kw_only=True):
    """Something was done with the account: unless more is done, what it holds after the local day `idle_on` lapses."""

    TOPIC: ClassVar[str] = "activity-noted.v1"

    kind: str | None = None
    """What it was; None: value arrived and started the clock, or there was nothing left for it to end."""
    idle_on: Day | None
    """None: the clock stands until value arrives or something is done."""


FACTS: Final = (AccountOpened, AccountClosed, BoundsChanged, BoundsScheduled, ActivityNoted)

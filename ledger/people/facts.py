"""What happens to people's records. No name, phone or outside reference ever stands here."""

from typing import ClassVar, Final

from ledger.room import Fact
from ledger.values import BadgeNumber, Day, HolderId, TxId


class PersonRegistered(Fact, frozen=True, kw_only=True):
    """A holder exists from now on; the envelope's `pd` commits to what the vault keeps of the person."""

    TOPIC: ClassVar[str] = "person-registered.v1"

    holder: HolderId
    badge: BadgeNumber | None
    crew: str | None
    joined_on: Day | None

    def stream(self, tx: TxId) -> str:
        """The life of the holder."""
        del tx
        return "holder:" + self.holder


FACTS: Final = (PersonRegistered,)

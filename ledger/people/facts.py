"""What happens to people's records. No name, phone or outside reference ever stands here."""

from typing import ClassVar, Final

import msgspec

from ledger.room import Fact
from ledger.values import BadgeNumber, Day, HolderId, Instant, PeriodName, TxId, UnitCode


class HolderFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one holder."""

    holder: HolderId

    def stream(self, tx: TxId) -> str:
        """The life of the holder."""
        del tx
        return "holder:" + self.holder


class PersonRegistered(HolderFact, frozen=True, kw_only=True):
    """A holder exists from now on; the envelope's `pd` commits to what the vault keeps of the person."""

    TOPIC: ClassVar[str] = "person-registered.v1"

    badge: BadgeNumber | None
    crew: str | None
    joined_on: Day | None


# Badges ------------------------------------------------------------------------------------------------------


class ContactChanged(HolderFact, frozen=True, kw_only=True):
    """He is known or reached by something else: which fields changed; their commitments stand in `pd`."""

    TOPIC: ClassVar[str] = "contact-changed.v1"

    fields: tuple[str, ...]


class BadgeFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one card."""

    badge: BadgeNumber
    holder: HolderId

    def stream(self, tx: TxId) -> str:
        """The life of the card."""
        del tx
        return "badge:" + self.badge


class BadgeIssued(BadgeFact, frozen=True, kw_only=True):
    """A holder carries a new card; `replaces` is the one it is the successor of."""

    TOPIC: ClassVar[str] = "badge-issued.v1"

    replaces: BadgeNumber | None = None


class BadgeRevoked(BadgeFact, frozen=True, kw_only=True):
    """A card is invalid from `revoked_on`: the local day on which it was lost, not that on which we heard of it."""

    TOPIC: ClassVar[str] = "badge-revoked.v1"

    reason: str
    revoked_on: Day


# Leaving -------------------------------------------------------------------------------------------------------


class HolderLeft(HolderFact, frozen=True, kw_only=True):
    """Spending ends with `spend_until_on`; then what is open in each of `units` lapses."""

    TOPIC: ClassVar[str] = "holder-left.v1"

    left_on: Day
    spend_until_on: Day
    reason: str
    units: tuple[UnitCode, ...] = ()


class HolderRejoined(HolderFact, frozen=True, kw_only=True):
    """Nothing ends any more in each of `units`."""

    TOPIC: ClassVar[str] = "holder-rejoined.v1"

    joined_on: Day
    units: tuple[UnitCode, ...] = ()


class BarPlaced(HolderFact, frozen=True, kw_only=True):
    """The holder may not redeem from that local day on."""

    TOPIC: ClassVar[str] = "bar-placed.v1"

    barred_on: Day
    reason: str


class BarLifted(HolderFact, frozen=True, kw_only=True):
    """The holder may redeem again."""

    TOPIC: ClassVar[str] = "bar-lifted.v1"

    reason: str


# Merging -------------------------------------------------------------------------------------------------------


class Survivor(msgspec.Struct, frozen=True, kw_only=True):
    """What the surviving record says after a merge, of both."""

    crew: str | None
    joined_on: Day | None
    """The earlier."""
    left_on: Day | None
    """None while either record is still on site."""
    spend_until_on: Day | None
    badge: BadgeNumber | None
    suspended: tuple[PeriodName, ...] = ()
    barred_on: Day | None
    merged_from: tuple[HolderId, ...] = ()


class HoldersMerged(HolderFact, frozen=True, kw_only=True):
    """`holder` was a second record of the man behind `into`, who answers for both; value moves by facts of its own."""

    TOPIC: ClassVar[str] = "holders-merged.v1"

    into: HolderId
    reason: str
    survivor: Survivor
    units: tuple[UnitCode, ...] = ()
    """In which the survivor's accounts end, or no longer end, with his `spend_until_on`."""


# PINs --------------------------------------------------------------------------------------------------------


class PinFailed(HolderFact, frozen=True, kw_only=True):
    """A wrong PIN was typed; at the last of the scheme's tries it is locked until an instant."""

    TOPIC: ClassVar[str] = "pin-failed.v1"

    tries_left: int
    locked_until_at: Instant | None = None


class PinAccepted(HolderFact, frozen=True, kw_only=True):
    """The right PIN was typed after wrong ones: they count no more. Other right ones are not recorded."""

    TOPIC: ClassVar[str] = "pin-accepted.v1"


class PinSet(HolderFact, frozen=True, kw_only=True):
    """The holder has a new PIN; who set it stands on the envelope."""

    TOPIC: ClassVar[str] = "pin-set.v1"


class PinReset(HolderFact, frozen=True, kw_only=True):
    """The holder has no PIN any more; who took it away stands on the envelope."""

    TOPIC: ClassVar[str] = "pin-reset.v1"


FACTS: Final = (
    PersonRegistered,
    ContactChanged,
    BadgeIssued,
    BadgeRevoked,
    HolderLeft,
    HolderRejoined,
    BarPlaced,
    BarLifted,
    HoldersMerged,
    PinFailed,
    PinAccepted,
    PinSet,
    PinReset,
)

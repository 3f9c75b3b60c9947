"""Wishes about people."""

from typing import ClassVar, Final

from ledger.room import Command
from ledger.values import BadgeNumber, Day, HolderId

CONTACT: Final = ("name", "phone", "reference")
"""By what a person is known or reached."""


class RegisterPerson(Command, frozen=True, kw_only=True):
    """Make a holder under a random id of ours, with a badge if there is one.

    With `grant_initial` the open period's initial lot is granted in the same transaction, in full, where the scheme's
    `periods.joining` says so. Left out by default: the opening of a month grants everybody's in one run.
    """

    ROUTE: ClassVar[str] = "person"

    holder: HolderId
    badge: BadgeNumber | None = None
    crew: str | None = None
    joined_on: Day | None = None
    grant_initial: bool = False


class ChangeContact(Command, frozen=True, kw_only=True):
    """Note that something by which a person is known or reached has changed: the vault has it, the ledger which."""

    ROUTE: ClassVar[str] = "contact"

    holder: HolderId
    fields: tuple[str, ...]


# Badges (S02) ----------------------------------------------------------------------------------------------


class IssueBadge(Command, frozen=True, kw_only=True):
    """Give a holder a card; one who carries a valid card needs that one revoked or reissued first."""

    ROUTE: ClassVar[str] = "badge"

    holder: HolderId
    badge: BadgeNumber


class RevokeBadge(Command, frozen=True, kw_only=True):
    """Make a card invalid from the local day on which it was lost; what was earned with it stays."""

    ROUTE: ClassVar[str] = "badge-revocation"

    badge: BadgeNumber
    reason: str


class ReissueBadge(Command, frozen=True, kw_only=True):
    """Revoke a card, unless it is, and issue its successor: `YK-0001-2` after `YK-0001`."""

    ROUTE: ClassVar[str] = "badge-reissue"

    holder: HolderId
    badge: BadgeNumber
    reason: str = "lost"


# Joining and leaving (R38) ------------------------------------------------------------------------------------


class LeaveSite(Command, frozen=True, kw_only=True):
    """Note that a holder has left: days up to `left_on` still credit, spending ends some days later."""

    ROUTE: ClassVar[str] = "leaving"

    holder: HolderId
    left_on: Day
    reason: str = "left-site"


class RejoinSite(Command, frozen=True, kw_only=True):
    """Note that a holder who had left is back; what has lapsed meanwhile stays lapsed."""

    ROUTE: ClassVar[str] = "rejoining"

    holder: HolderId
    joined_on: Day
    grant_initial: bool = False
    """Grant the open period's initial lot, unless this period has granted one already."""


class BarHolder(Command, frozen=True, kw_only=True):
    """Let nobody redeem for this holder until it is lifted; earning goes on."""

    ROUTE: ClassVar[str] = "bar"

    holder: HolderId
    reason: str


class UnbarHolder(Command, frozen=True, kw_only=True):
    """Lift the bar."""

    ROUTE: ClassVar[str] = "unbar"

    holder: HolderId
    reason: str


# Two records of one man (R28) ------------------------------------------------------------------------------------


class MergeHolders(Command, frozen=True, kw_only=True):
    """Join two records of one man: all value, debt and standing of `old` go to `into`, which answers for both."""

    ROUTE: ClassVar[str] = "merge"

    old: HolderId
    into: HolderId
    reason: str


# PINs --------------------------------------------------------------------------------------------------------


class CountPinAttempt(Command, frozen=True, kw_only=True):
    """Note that a PIN was typed and whether it was right; the PIN itself never comes here."""

    ROUTE: ClassVar[str] = "pin-attempt"

    holder: HolderId
    right: bool


class SetPin(Command, frozen=True, kw_only=True):
    """Note that the holder has a new PIN; counting starts anew."""

    ROUTE: ClassVar[str] = "pin"

    holder: HolderId


class ResetPin(Command, frozen=True, kw_only=True):
    """Note that the holder's PIN was taken away."""

    ROUTE: ClassVar[str] = "pin-reset"

    holder: HolderId

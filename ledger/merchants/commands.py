"""Wishes about merchants."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from ledger.room import Command
from ledger.values import Day


class AdmitMerchant(Command, frozen=True, kw_only=True):
    """Let a business take part from a local day on. Its bank account and people stand in the vault, not here."""

    ROUTE: ClassVar[str] = "merchant"

    id: str
    name: str
    admitted_from_on: Day
    licence_ends_on: Day | None = None
    goods: tuple[str, ...] = ()
    rate: int = 0
    """Hundredths of a per cent that the programme keeps."""
    region: str | UnsetType = UNSET
    """Where it is at home, a region of the scheme."""


class ChangeMerchant(Command, frozen=True, kw_only=True):
    """Set its goods and the end of its licence anew: what is not named is any, and no end. Its region stays."""

    ROUTE: ClassVar[str] = "merchant-change"

    merchant: str
    licence_ends_on: Day | None = None
    goods: tuple[str, ...] = ()
    region: str | UnsetType = UNSET
    """Another region."""


class ChangeMerchantRate(Command, frozen=True, kw_only=True):
    """Set what is kept of its sales from a local day on, never of days that have begun."""

    ROUTE: ClassVar[str] = "merchant-rate"

    merchant: str
    rate: int
    from_on: Day


class ChangeMerchantPayee(Command, frozen=True, kw_only=True):
    """Pay it to another account from a local day on: always another person's to allow. The number is in the vault."""

    ROUTE: ClassVar[str] = "merchant-payee"

    merchant: str
    payee: str
    """The account's id in the vault."""
    commitment: str
    """By which it can be proved what that account was."""
    from_on: Day | None = None
    """None, or a day that has passed when it is approved: from the day of its approval on."""


class SuspendMerchant(Command, frozen=True, kw_only=True):
    """Take nothing from it and sell nothing of it until it is resumed; open reservations stay."""

    ROUTE: ClassVar[str] = "merchant-suspension"

    merchant: str
    reason: str


class ResumeMerchant(Command, frozen=True, kw_only=True):
    """Let a suspended merchant take part again; where its licence had ended, with the new end."""

    ROUTE: ClassVar[str] = "merchant-resumption"

    merchant: str
    reason: str
    licence_ends_on: Day | None = None

"""A holder and a badge, as the ledger knows them: random ids, no names."""

from typing import ClassVar

from ledger.crews.entities import Dated
from ledger.room import Entity
from ledger.values import BadgeNumber, Day, HolderId, Instant, PeriodName


class Holder(Entity, frozen=True, kw_only=True):
    """A person's accounts. `merged_into` names the record that this one turned out to be the same man as."""

    KIND: ClassVar[str] = "holder"

    crew: str | None = None
    joined_on: Day | None = None
    left_on: Day | None = None
    badge: BadgeNumber | None = None
    """The card issued last; it may be revoked since."""
    suspended: tuple[PeriodName, ...] = ()
    """Periods whose evaluation this holder is out of; never a bar to redeeming (3-domain)."""
    barred_on: Day | None = None
    merged_into: HolderId | None = None
    pin_tries: int = 0
    """Wrong PINs since the last right one, or since the last lock."""
    pin_locked_until_at: Instant | None = None
    spend_until_on: Day | None = None
    """The last local day on which one who has left may redeem (R38)."""
    merged_from: tuple[HolderId, ...] = ()
    """Every record that ended in this one: a limit per person counts what they drew too."""
    crews: Dated = ()
    """Every crew he belonged to and since when, `crew` the last; nothing: he never changed."""
    memberships: tuple[tuple[Day, bool], ...] = ()
    """Since when he is a member of the union or is none, the last word last; nothing: he is."""
    first_joined_on: Day | None = None
    """His first day of all, where he was away in between."""
    absences: tuple[tuple[Day, Day], ...] = ()
    """Each last day before he was away, with the day on which he was back."""


class Badge(Entity, frozen=True, kw_only=True):
    """A card. A revoked one keeps pointing at its holder in history."""

    KIND: ClassVar[str] = "badge"

    holder: HolderId
    revoked_on: Day | None = None
    replaced_by: BadgeNumber | None = None

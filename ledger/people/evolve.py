"""How holders and badges follow the facts about them, and how a leaver's accounts come to their end."""

from typing import Final

import msgspec

from ledger.people.entities import Badge, Holder
from ledger.people.facts import (
    BadgeFact,
    BadgeIssued,
    BadgeRevoked,
    BarLifted,
    BarPlaced,
    ContactChanged,
    HolderFact,
    HolderLeft,
    HolderRejoined,
    HoldersMerged,
    PersonRegistered,
    PinAccepted,
    PinFailed,
    PinReset,
    PinSet,
)
from ledger.points.entities import Account, account_key
from ledger.room import Evolution, Meta
from ledger.values import AccountId, BadgeNumber, Day, HolderId, UnitCode, holder_account


def holder(fact: HolderFact, _meta: Meta) -> tuple[str, ...]:
    """The holder that a fact is about."""
    return (fact.holder,)


def on_registered(_holder: Holder | None, fact: PersonRegistered, _meta: Meta, _id: str) -> Holder:
    """A holder exists."""
    return Holder(crew=fact.crew, joined_on=fact.joined_on, badge=fact.badge)


def on_contact(holder: Holder, _fact: ContactChanged, _meta: Meta, _id: str) -> Holder:
    """What changed is the vault's affair."""
    return holder


def on_badge(_badge: Badge | None, fact: PersonRegistered, _meta: Meta, _id: str) -> Badge:
    """The badge points at its holder."""
    return Badge(holder=fact.holder)


# Badges ------------------------------------------------------------------------------------------------------


def cards(fact: BadgeIssued, _meta: Meta) -> list[BadgeNumber]:
    """The new card and the one that it replaces."""
    return [fact.badge, *([fact.replaces] if fact.replaces else [])]


def on_issued(badge: Badge | None, fact: BadgeIssued, _meta: Meta, id: str) -> Badge:
    """The new card points at its holder, the old one at the new."""
    if badge is None or id == fact.badge:
        return Badge(holder=fact.holder)
    return msgspec.structs.replace(badge, replaced_by=fact.badge)


def on_carried(holder: Holder, fact: BadgeIssued, _meta: Meta, _id: str) -> Holder:
    """The holder carries the new card."""
    return msgspec.structs.replace(holder, badge=fact.badge)


def card(fact: BadgeFact, _meta: Meta) -> tuple[str, ...]:
    """The card."""
    return (fact.badge,)


def on_revoked(badge: Badge, fact: BadgeRevoked, _meta: Meta, _id: str) -> Badge:
    """Invalid, and still pointing at its holder."""
    return msgspec.structs.replace(badge, revoked_on=fact.revoked_on)


# Leaving and barring ---------------------------------------------------------------------------------------------


def on_left(holder: Holder, fact: HolderLeft, _meta: Meta, _id: str) -> Holder:
    """Gone, with some days left to spend."""
    return msgspec.structs.replace(holder, left_on=fact.left_on, spend_until_on=fact.spend_until_on)


def on_rejoined(holder: Holder, fact: HolderRejoined, _meta: Meta, _id: str) -> Holder:
    """Back; that he was there before stays known, and that he was not in between."""
    away = ((holder.left_on, fact.joined_on),) if holder.left_on is not None else ()
    return msgspec.structs.replace(
        holder,
        joined_on=fact.joined_on,
        left_on=None,
        spend_until_on=None,
        first_joined_on=holder.first_joined_on if holder.absences else holder.joined_on,
        absences=(*holder.absences, *away),
    )


def accounts_of(fact: HolderLeft | HolderRejoined | HoldersMerged, _meta: Meta) -> list[str]:
    """The accounts whose end moves."""
    owner = fact.into if isinstance(fact, HoldersMerged) else fact.holder
    return [account_key(holder_account(owner), unit) for unit in fact.units]


def on_ending(
    account: Account | None, fact: HolderLeft | HolderRejoined | HoldersMerged, _meta: Meta, id: str
) -> Account:
    """What is open in the account ends with that day, or with none; a survivor's may open with it."""
    owner, _, unit = id.rpartition("/")
    before = account or Account(account=AccountId(owner), unit=UnitCode(unit))
    return msgspec.structs.replace(before, ends_on=_end(fact))


def _end(fact: HolderLeft | HolderRejoined | HoldersMerged) -> Day | None:
    match fact:
        case HolderLeft():
            return fact.spend_until_on
        case HoldersMerged():
            return fact.survivor.spend_until_on
    return None


def on_barred(holder: Holder, fact: BarPlaced, _meta: Meta, _id: str) -> Holder:
    """May not redeem."""
    return msgspec.structs.replace(holder, barred_on=fact.barred_on)


def on_unbarred(holder: Holder, _fact: BarLifted, _meta: Meta, _id: str) -> Holder:
    """May redeem."""
    return msgspec.structs.replace(holder, barred_on=None)


# Merging -----------------------------------------------------------------------------------------------------


def both(fact: HoldersMerged, _meta: Meta) -> tuple[HolderId, HolderId]:
    """The second record and the one that answers for both."""
    return fact.holder, fact.into


def on_merged(holder: Holder, fact: HoldersMerged, _meta: Meta, id: str) -> Holder:
    """One points at the other, which bears the standing of both."""
    if id == fact.holder:
        return msgspec.structs.replace(holder, merged_into=fact.into)
    return msgspec.structs.replace(holder, **msgspec.structs.asdict(fact.survivor))


# PINs --------------------------------------------------------------------------------------------------------


def on_pin_failed(holder: Holder, fact: PinFailed, _meta: Meta, _id: str) -> Holder:
    """One wrong try more; a lock begins the count anew."""
    tries = 0 if fact.locked_until_at else holder.pin_tries + 1
    return msgspec.structs.replace(holder, pin_tries=tries, pin_locked_until_at=fact.locked_until_at)


def on_pin_cleared(holder: Holder, _fact: PinAccepted | PinSet | PinReset, _meta: Meta, _id: str) -> Holder:
    """Wrong tries are forgotten."""
    return msgspec.structs.replace(holder, pin_tries=0, pin_locked_until_at=None)


EVOLUTIONS: Final = (
    Evolution(PersonRegistered, Holder, holder, on_registered),
    Evolution(PersonRegistered, Badge, lambda fact, _meta: (fact.badge,) if fact.badge else (), on_badge),
    Evolution(ContactChanged, Holder, holder, on_contact),
    Evolution(BadgeIssued, Badge, cards, on_issued),
    Evolution(BadgeIssued, Holder, holder, on_carried),
    Evolution(BadgeRevoked, Badge, card, on_revoked),
    Evolution(HolderLeft, Holder, holder, on_left),
    Evolution(HolderLeft, Account, accounts_of, on_ending),
    Evolution(HolderRejoined, Holder, holder, on_rejoined),
    Evolution(HolderRejoined, Account, accounts_of, on_ending),
    Evolution(BarPlaced, Holder, holder, on_barred),
    Evolution(BarLifted, Holder, holder, on_unbarred),
    Evolution(HoldersMerged, Holder, both, on_merged),
    Evolution(HoldersMerged, Account, accounts_of, on_ending),
    Evolution(PinFailed, Holder, holder, on_pin_failed),
    Evolution(PinAccepted, Holder, holder, on_pin_cleared),
    Evolution(PinSet, Holder, holder, on_pin_cleared),
    Evolution(PinReset, Holder, holder, on_pin_cleared),
)

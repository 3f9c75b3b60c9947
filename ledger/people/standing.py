"""Who may act: the living record of a person, what barring and leaving stop, and whom a badge stands for."""

from typing import Protocol, TypeVar

from ledger.calendar import day_after
from ledger.people.entities import Badge, Holder
from ledger.refusals import BadgeRevoked, HolderBarred, HolderMerged
from ledger.room import Entity
from ledger.values import AccountId, BadgeNumber, Day, HolderId, holder_account

E = TypeVar("E", bound=Entity)


class Present(Protocol):
    """Where entities are looked up: the book of a rule, or an open ledger."""

    def the(self, kind: type[E], id: str) -> E:
        """The entity, or the refusal `not-found`."""
        ...


def living(book: Present, holder: str) -> Holder:
    """The holder; refused `not-found`, or `holder-merged` naming the record that answers for this one."""
    entity = book.the(Holder, holder)
    if entity.merged_into is not None:
        raise HolderMerged(holder=holder, into=survivor(book, holder))
    return entity


def survivor(book: Present, holder: str) -> HolderId:
    """The record that answers for this one now: itself, unless it was merged (R28: old ids resolve)."""
    # Each step leads to a record that was living when it was taken, so the way ends.
    while (into := book.the(Holder, holder).merged_into) is not None:
        holder = into
    return HolderId(holder)


def surviving_account(book: Present, account: AccountId) -> AccountId:
    """Where the value of an account lives now: reversals and refunds of a merged record go to its survivor."""
    namespace, _, id = account.partition(":")
    return holder_account(survivor(book, id)) if namespace == "holder" else account


def records(holder: HolderId, entity: Holder) -> tuple[HolderId, ...]:
    """Every id under which this man has drawn on limits per person."""
    return (holder, *entity.merged_from)


def may_redeem(holder: Holder, today: Day) -> None:
    """Refuse `holder-barred` for one who is barred, or whose days of spending after leaving are over."""
    if holder.barred_on is not None:
        raise HolderBarred(since=holder.barred_on)
    if holder.spend_until_on is not None and today > holder.spend_until_on:
        raise HolderBarred(since=day_after(holder.spend_until_on, 1))


def may_earn(holder: Holder, day: Day) -> None:
    """Refuse credit for what was done on a local day after leaving; days up to it credit however late they come."""
    if holder.left_on is not None and day > holder.left_on:
        raise HolderBarred(since=holder.left_on)


def holder_of(book: Present, badge: BadgeNumber) -> HolderId:
    """Whom a card stands for now. Refused `not-found`, or `badge-revoked` with the day since when (S02)."""
    card = book.the(Badge, badge)
    if card.revoked_on is not None:
        raise BadgeRevoked(badge=badge, since=card.revoked_on)
    return survivor(book, card.holder)

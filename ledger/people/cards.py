"""Cards: issued, revoked, reissued; a revoked number keeps pointing at its holder in history (S02, R27)."""

from collections.abc import Iterable
from typing import Final

from ledger.people.badges import original, successor
from ledger.people.commands import IssueBadge, ReissueBadge, RevokeBadge
from ledger.people.entities import Badge, Holder
from ledger.people.facts import BadgeIssued, BadgeRevoked
from ledger.people.standing import living, survivor
from ledger.refusals import AlreadyExists, NotEligible, NotFound
from ledger.refusals import BadgeRevoked as BadgeIsRevoked
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import BadgeNumber

REASONS: Final = frozenset({"lost", "stolen", "damaged"})
"""Why a card ends, beside the scheme's own reasons."""


def issue(command: IssueBadge, book: Book, _now: Now) -> Facts:
    """Checks: number (422), holder (404), merged, left, carries no valid card, number free."""
    original(command.badge)
    holder = living(book, command.holder)
    if holder.left_on is not None:
        raise NotEligible(reason="left-site")
    if holder.badge is not None and book.the(Badge, holder.badge).revoked_on is None:
        raise NotEligible(reason="badge-valid")
    _free(book, command.badge)
    yield BadgeIssued(badge=command.badge, holder=command.holder)


def revoke(command: RevokeBadge, book: Book, now: Now) -> Facts:
    """Checks: reason (422), card (404), still valid."""
    _reason(command.reason, book, now)
    badge = _valid(book, command.badge)
    holder = survivor(book, badge.holder)
    yield BadgeRevoked(badge=command.badge, holder=holder, reason=command.reason, revoked_on=now.day)


def reissue(command: ReissueBadge, book: Book, now: Now) -> Facts:
    """Checks: reason (422), holder and card (404; another's card is not found), merged, left, not replaced yet."""
    _reason(command.reason, book, now)
    holder = living(book, command.holder)
    badge = book.the(Badge, command.badge)
    if survivor(book, badge.holder) != command.holder:
        raise NotFound(kind=Badge.KIND, id=command.badge)
    if holder.left_on is not None:
        raise NotEligible(reason="left-site")
    if badge.replaced_by is not None:
        raise AlreadyExists(kind=Badge.KIND, id=badge.replaced_by)
    new = successor(command.badge)
    _free(book, new)
    if badge.revoked_on is None:
        yield BadgeRevoked(badge=command.badge, holder=command.holder, reason=command.reason, revoked_on=now.day)
    yield BadgeIssued(badge=new, holder=command.holder, replaces=command.badge)


def _reason(reason: str, book: Book, now: Now) -> None:
    if reason not in REASONS:
        book.scheme(now.day).reason(reason)


def _valid(book: Book, number: BadgeNumber) -> Badge:
    badge = book.the(Badge, number)
    if badge.revoked_on is not None:
        raise BadgeIsRevoked(badge=number, since=badge.revoked_on)
    return badge


def _free(book: Book, number: BadgeNumber) -> None:
    if book.get(Badge, number) is not None:
        raise AlreadyExists(kind=Badge.KIND, id=number)


def carrier(command: IssueBadge | ReissueBadge, _book: Book) -> Iterable[Key]:
    """The holder and the card."""
    return [(Holder.KIND, command.holder), (Badge.KIND, command.badge)]


def other_card(command: IssueBadge | ReissueBadge, book: Book) -> Iterable[Key]:
    """The card that a holder carries now, or the number that a successor will bear."""
    if isinstance(command, ReissueBadge):
        yield Badge.KIND, successor(command.badge)
    elif (holder := book.get(Holder, command.holder)) is not None and holder.badge is not None:
        yield Badge.KIND, holder.badge


def card(command: RevokeBadge, _book: Book) -> Iterable[Key]:
    """The card."""
    return [(Badge.KIND, command.badge)]


def its_holder(command: RevokeBadge, book: Book) -> Iterable[Key]:
    """Whose card it is."""
    badge = book.get(Badge, command.badge)
    return [(Holder.KIND, badge.holder)] if badge else []


HANDLERS: Final = (
    Handler(IssueBadge, issue, (carrier, other_card)),
    Handler(RevokeBadge, revoke, (card, its_holder)),
    Handler(ReissueBadge, reissue, (carrier, other_card)),
)

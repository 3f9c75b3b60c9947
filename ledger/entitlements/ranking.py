"""Ranking: where an application for a place stands, by the criteria of the scheme (S22)."""

from typing import NamedTuple

from msgspec import UNSET, UnsetType

from ledger.calendar import add_months, known_day
from ledger.entitlements.commands import BookPlace
from ledger.entitlements.entities import Entitlement, Session
from ledger.entitlements.issuing import having
from ledger.people.standing import survivor
from ledger.refusals import Malformed
from ledger.room import Book, Now
from ledger.scheme.patrolling import Criterion
from ledger.values import Day


class Application(NamedTuple):
    """Where it stands, and why; without a rule by the rank that somebody gave."""

    rank: int
    grounds: tuple[str, ...] | UnsetType = UNSET
    last_on: Day | UnsetType = UNSET


def application(command: BookPlace, entitlement: Entitlement, session: Session, book: Book, now: Now) -> Application:
    """Checks (422): grounds only where something ranks by them and each known, a rank only where nothing does."""
    scheme = book.scheme(now.today)
    rules = scheme.entitlements.get(entitlement.code)
    criteria = rules.ranking if rules is not None else ()
    said = (command.grounds, command.last_on)
    if not criteria:
        if said != (UNSET, UNSET):
            raise Malformed(errors=["grounds, last_on: the scheme ranks nobody by them"])
        return Application(command.rank)
    if command.rank:
        raise Malformed(errors=["rank: the scheme ranks by its own rule"])
    grounds = () if command.grounds is UNSET else command.grounds
    for ground in grounds:
        scheme.ground(ground)
    last_on = _last(command, entitlement, book, now)
    return Application(
        rank(criteria, frozenset(grounds), last_on, session.starts_on), grounds, UNSET if last_on is None else last_on
    )


def _last(command: BookPlace, entitlement: Entitlement, book: Book, now: Now) -> Day | None:
    """When he last had one, as the ledger knows it of all his records, or as was said: the later of them."""
    days = [held.last_on for held in having(book, survivor(book, entitlement.holder), entitlement.code)]
    if command.last_on is not UNSET:
        if not known_day(command.last_on) or command.last_on > now.today:
            raise Malformed(errors=[f"last_on: {command.last_on} is no day that has been"])
        days.append(command.last_on)
    return max((day for day in days if day is not None), default=None)


def rank(criteria: tuple[Criterion, ...], grounds: frozenset[str], last_on: Day | None, begins_on: Day) -> int:
    """The lower the better. The first criterion outweighs all that follow: each is one digit of a binary number."""
    place = 0
    for criterion in criteria:
        place = 2 * place + (not _meets(criterion, grounds, last_on, begins_on))
    return place


def _meets(criterion: Criterion, grounds: frozenset[str], last_on: Day | None, begins_on: Day) -> bool:
    if criterion.ground is not None:
        return criterion.ground in grounds
    # Three years to the day are three years.
    return last_on is None or last_on <= add_months(begins_on, -(criterion.months_since_last or 0))

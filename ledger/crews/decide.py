"""Deciding about crews. Checks in this order: shape and terms, existence, merged, status; then nothing may fail."""

from collections.abc import Iterable
from typing import Final

from ledger.calendar import known_day
from ledger.crews.commands import ChangeCrew, ChangeMembership, MergeCrews, PlaceCrew
from ledger.crews.entities import EVER, Crew
from ledger.crews.facts import CrewChanged, CrewPlaced, CrewsMerged, MembershipChanged
from ledger.naming import wrong_name
from ledger.people.entities import Holder
from ledger.people.standing import living
from ledger.refusals import Malformed, NotEligible
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import Day


def place(command: PlaceCrew, book: Book, now: Now) -> Facts:
    """Checks: name and day (422), region (422), not merged. A crew that nobody belongs to yet begins with it."""
    _well_formed(*wrong_name(command.crew, "crew"), *_wrong_day("from_on", command.from_on))
    book.scheme(now.today).region(command.region)
    _standing_alone(book.get(Crew, command.crew))
    yield CrewPlaced(crew=command.crew, region=command.region, from_on=command.from_on or EVER)


def merge(command: MergeCrews, book: Book, now: Now) -> Facts:
    """Checks: reason, two crews and the day (422), both exist (404), neither is merged, after those that it took in."""
    book.scheme(now.today).reason(command.reason)
    _well_formed(
        *(["into: another crew than the one that is merged"] if command.into == command.crew else []),
        *_wrong_day("merged_on", command.merged_on, until=now.today),
    )
    crew, into = book.the(Crew, command.crew), book.the(Crew, command.into)
    _standing_alone(crew)
    _standing_alone(into)
    if crew.grown_on is not None and command.merged_on < crew.grown_on:
        raise NotEligible(reason="before-earlier-merger")
    yield CrewsMerged(
        crew=command.crew,
        into=command.into,
        merged_on=command.merged_on,
        reason=command.reason,
        also=crew.merged_from,
    )


def change(command: ChangeCrew, book: Book, now: Now) -> Facts:
    """Checks: day (422), holder and crew (404), the holder is not merged and here, the crew not merged, and another."""
    _well_formed(*_wrong_day("moved_on", command.moved_on, until=now.today))
    holder, crew = living(book, command.holder), book.the(Crew, command.crew)
    if holder.left_on is not None:
        raise NotEligible(reason="left-site")
    _standing_alone(crew)
    if holder.joined_on is not None and command.moved_on < holder.joined_on:
        raise NotEligible(reason="before-joining")
    if holder.crews and command.moved_on < holder.crews[-1].from_on:
        raise NotEligible(reason="before-earlier-change")
    if holder.crew == command.crew:
        raise NotEligible(reason="same-crew")
    yield CrewChanged(holder=command.holder, crew=command.crew, was=holder.crew, moved_on=command.moved_on)


def membership(command: ChangeMembership, book: Book, now: Now) -> Facts:
    """Checks: day (422), holder (404), merged, not before what was said last, and not what holds anyway."""
    _well_formed(*_wrong_day("since_on", command.since_on, until=now.today))
    holder = living(book, command.holder)
    since_on = command.since_on or EVER
    last_on, member = holder.memberships[-1] if holder.memberships else (EVER, True)
    if since_on < last_on:
        raise NotEligible(reason="before-earlier-change")
    if member == command.member:
        raise NotEligible(reason="member" if member else "no-member")
    yield MembershipChanged(holder=command.holder, member=command.member, since_on=since_on)


def _well_formed(*errors: str) -> None:
    if errors:
        raise Malformed(errors=list(errors))


def _wrong_day(field: str, day: Day | None, *, until: Day | None = None) -> Iterable[str]:
    if day is not None and not known_day(day):
        yield f"{field}: not a day such as 2022-06-01"
    elif day is not None and until is not None and day > until:
        yield f"{field}: {day} has not come yet"


def _standing_alone(crew: Crew | None) -> None:
    if crew is not None and crew.names:
        raise NotEligible(reason="crew-merged")


# What they read ----------------------------------------------------------------------------------------------------


def placed(command: PlaceCrew, _book: Book) -> Iterable[Key]:
    """The crew."""
    return [(Crew.KIND, command.crew)]


def merging(command: MergeCrews, _book: Book) -> Iterable[Key]:
    """Both crews."""
    return [(Crew.KIND, command.crew), (Crew.KIND, command.into)]


def crews_before(command: MergeCrews, book: Book) -> Iterable[Key]:
    """Those that were merged into the one that goes."""
    crew = book.get(Crew, command.crew)
    return [(Crew.KIND, name) for name in (crew.merged_from if crew else ())]


def changing(command: ChangeCrew, _book: Book) -> Iterable[Key]:
    """The holder and where he goes."""
    return [(Holder.KIND, command.holder), (Crew.KIND, command.crew)]


def whose(command: ChangeMembership, _book: Book) -> Iterable[Key]:
    """The holder."""
    return [(Holder.KIND, command.holder)]


HANDLERS: Final = (
    Handler(PlaceCrew, place, (placed,)),
    Handler(MergeCrews, merge, (merging, crews_before)),
    Handler(ChangeCrew, change, (changing,)),
    Handler(ChangeMembership, membership, (whose,)),
)

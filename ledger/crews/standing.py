"""Which crew a person belongs to on a day, in which region that lies, and whether he was there and a member then."""

from typing import Protocol, TypeVar

from ledger.crews.entities import Crew, on
from ledger.people.entities import Holder
from ledger.room import Entity
from ledger.values import Day

E = TypeVar("E", bound=Entity)


class Known(Protocol):
    """Where entities are looked up: the book of a rule, or an open ledger."""

    def get(self, kind: type[E], id: str) -> E | None:
        """The entity, or None when there is none."""
        ...


def called(book: Known, crew: str, day: Day) -> str:
    """By what name a crew goes on that day: its own, or that of the one that it was merged into."""
    found = book.get(Crew, crew)
    # Nearly none ever was: the rest is not asked of it.
    return crew if found is None or not found.names else on(found.names, day) or crew


def own_crew(holder: Holder, day: Day) -> str | None:
    """The crew that a person joined, as he was told; it may have been merged since."""
    return on(holder.crews, day) if holder.crews else holder.crew


def crew_on(book: Known, holder: Holder, day: Day) -> str | None:
    """The crew that a person belongs to on that day, by the name that it has then."""
    crew = own_crew(holder, day)
    return None if crew is None else called(book, crew, day)


def region_on(book: Known, holder: Holder, day: Day) -> str | None:
    """The region in which a person's crew lies on that day; None: in none that anybody said."""
    crew = crew_on(book, holder, day)
    found = None if crew is None else book.get(Crew, crew)
    return None if found is None else on(found.regions, day)


def first_day(holder: Holder) -> Day | None:
    """A person's first day of all, before whatever he was away for; None: nobody said."""
    return holder.first_joined_on if holder.absences else holder.joined_on


def there_on(holder: Holder, day: Day) -> bool:
    """Whether a person was there on that day: from his first day to his last, both included, but while he was away."""
    joined_on = first_day(holder)
    early = joined_on is not None and day < joined_on
    late = holder.left_on is not None and holder.left_on < day
    return not (early or late or any(left_on < day < back_on for left_on, back_on in holder.absences))


def member_on(holder: Holder, day: Day) -> bool:
    """Whether a person was a member of the union on that day: as everybody is of whom nobody said otherwise."""
    known = None
    for since_on, member in holder.memberships:
        if since_on <= day:
            known = member
    return True if known is None else known

"""How holders and badges follow the facts about them."""

from typing import Final

from ledger.people.entities import Badge, Holder
from ledger.people.facts import PersonRegistered
from ledger.room import Evolution, Meta


def on_registered(_holder: Holder | None, fact: PersonRegistered, _meta: Meta, _id: str) -> Holder:
    """A holder exists."""
    return Holder(crew=fact.crew, joined_on=fact.joined_on, badge=fact.badge)


def on_badge(_badge: Badge | None, fact: PersonRegistered, _meta: Meta, _id: str) -> Badge:
    """The badge points at its holder."""
    return Badge(holder=fact.holder)


EVOLUTIONS: Final = (
    Evolution(PersonRegistered, Holder, lambda fact, _meta: (fact.holder,), on_registered),
    Evolution(PersonRegistered, Badge, lambda fact, _meta: (fact.badge,) if fact.badge else (), on_badge),
)

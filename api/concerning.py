"""Whom a fact concerns, and as much of it as that caller may see."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from api.auth import Caller
from ledger.entitlements.facts import EntitlementFact, SessionFact
from ledger.patrols.facts import ClaimFact, RouteFact, TaskFact
from ledger.points.facts import AccountFact, BetweenFact
from ledger.reviews.facts import PatrolReferred, ReviewFact
from ledger.room import Envelope

PATROLS: Final = (RouteFact, TaskFact, ClaimFact, ReviewFact, EntitlementFact, SessionFact)
"""What concerns whoever runs patrols, whoever did it: the machine's reviews, claims that fell back, who moved up."""
FOUND: Final = frozenset({"findings", "measured"})


def accounts_in(fact: Any) -> Iterator[str]:
    """Every account, and every holder's account namespace, that a fact names."""
    if isinstance(fact, AccountFact):
        yield from (account for account, _, _ in fact.states())
    for name in ("account", "to", "into", "came_from"):
        if isinstance(account := getattr(fact, name, None), str):
            yield account
    if isinstance(holder := getattr(fact, "holder", None), str):
        yield "holder:" + holder


def concerns(envelope: Envelope, caller: Caller) -> bool:
    """Whether a fact is a holder's own affair, or another client's own doing, or of patrols that it runs."""
    scope = caller.principal.holder
    if scope is None:
        mine = envelope.by.principal == caller.by.principal
        return mine or (caller.may("task") and isinstance(envelope.data, PATROLS))
    return "holder:" + scope in accounts_in(envelope.data)


def hidden_from(fact: Any, holder: str) -> frozenset[str]:
    """The members of a fact that a holder does not see; `holder` is `holder:<id>`.

    What somebody else's account held after it; and what was found in a patrol that a person has yet to decide: to the
    volunteer it is under review until then.
    """
    if isinstance(fact, PatrolReferred):
        return FOUND
    if not isinstance(fact, BetweenFact):
        return frozenset()
    other = fact.other_side()
    sides = {"after": fact.account, "to_after": holder if other is None else other[0]}
    return frozenset(name for name, account in sides.items() if account != holder)


def of_another(fact: Any, member: str, holder: str) -> bool:
    """Whether the ranges that this member of a movement names stand in somebody else's account."""
    if not isinstance(fact, BetweenFact):
        return False
    other = fact.other_side()
    return (other[0] if other is not None and member in fact.THERE else fact.account) != holder


def shown_to(envelope: Envelope, state: bytes, caller: Caller) -> bytes:
    """A fact as it is stored, but for what a holder, or who does not review, may not see of it."""
    scope = caller.principal.holder
    if scope is not None:
        hidden = hidden_from(envelope.data, "holder:" + scope)
    else:
        hidden = FOUND if isinstance(envelope.data, PatrolReferred) and not caller.may("review") else frozenset()
    if not hidden:
        return state
    value = msgspec.json.decode(state)
    value["data"] = {name: part for name, part in value["data"].items() if name not in hidden}
    return msgspec.json.encode(value, order="sorted")

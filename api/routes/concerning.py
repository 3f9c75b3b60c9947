"""Whom a fact concerns, and as much of it as that caller may see."""

from collections.abc import Iterator
from typing import Any

import msgspec

from api.auth import Caller
from ledger.points.facts import AccountFact, BetweenFact
from ledger.room import Envelope


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
    """Whether a fact is a holder's own affair, or another client's own doing."""
    scope = caller.principal.holder
    if scope is None:
        return envelope.by.principal == caller.by.principal
    return "holder:" + scope in accounts_in(envelope.data)


def shown_to(envelope: Envelope, state: bytes, caller: Caller) -> bytes:
    """A fact as it is stored, but that a holder does not see what somebody else's account held after it."""
    scope, fact = caller.principal.holder, envelope.data
    if scope is None or not isinstance(fact, BetweenFact):
        return state
    other = fact.other_side()
    hidden = {"after"} if fact.account != "holder:" + scope else set()
    if other is not None and other[0] != "holder:" + scope:
        hidden.add("to_after")
    value = msgspec.json.decode(state)
    value["data"] = {name: part for name, part in value["data"].items() if name not in hidden}
    return msgspec.json.encode(value, order="sorted")

"""What stories of funds have in common: a fund with money in it, what is free in it, one more person who approves."""

from typing import Any

from ledger.vault import Principal
from tests.stories.programme import Programme


def fund(programme: Programme, id: str, source: str, amount: int, **terms: Any) -> None:
    """Open a fund and put money into it."""
    programme.do("/funds", {"id": id, "unit": "cny", "source": source, **terms}, "finance")
    programme.do(f"/funds/{id}/appropriate", {"amount": amount, "reference": "minutes-1"}, "finance")


def free(programme: Programme, id: str) -> int:
    """What a fund can promise. At every look appropriated = committed + disbursed + free + returned."""
    found = programme.ask(f"/funds/{id}")
    assert found["appropriated"] == sum(found[name] for name in ("committed", "disbursed", "free", "returned"))
    return int(found["free"])


def approver(programme: Programme, name: str) -> None:
    """Another person who approves, with a key of that name."""
    principals = programme.opened.vault.principals
    person = principals.add(Principal(id=f"person:{name}", roles=("approver",)))
    programme.keys[name] = principals.create_key(person.id)[0]  # type: ignore[index] # the story's own dict

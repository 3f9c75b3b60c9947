"""Holders as people name them on the command line: a badge number, typed with or without check digit, or an id."""

from api.ledgers import OpenLedger
from ledger.people.badges import parse_badge
from ledger.people.entities import Badge, Holder
from ledger.refusals import NotFound, Refusal
from ledger.values import HolderId


def holder_named(opened: OpenLedger, said: str) -> HolderId:
    """The holder; a record that was merged answers by the one it became. Raises NotFound."""
    ledger = opened.ledger
    id = said.removeprefix("holder:")
    holder = ledger.get(Holder, id)
    if holder is None:
        badge = _badge(opened, said)
        if badge is None:
            raise NotFound(kind="holder", id=said)
        id, holder = badge.holder, ledger.the(Holder, badge.holder)
    return holder.merged_into or HolderId(id)


def _badge(opened: OpenLedger, said: str) -> Badge | None:
    try:
        return opened.ledger.get(Badge, parse_badge(said, checked=False))
    except (Refusal, ValueError):
        return None

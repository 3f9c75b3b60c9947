"""The past, from facts alone: what accounts stood at, as it happened and as it was known."""

from collections.abc import Iterator

from api.ledgers import OpenLedger
from ledger.points.facts import AccountFact
from ledger.room import Envelope
from ledger.values import Instant


def envelopes(opened: OpenLedger, *, known_at: Instant | None = None, page: int = 5_000) -> Iterator[Envelope]:
    """Every fact in order; with `known_at` only those recorded before that instant."""
    after, storage, decode = 0, opened.ledger.storage, opened.ledger.mapper.decode
    while rows := storage.facts(after, page):
        for row in rows:
            if known_at is not None and row.recorded_at >= known_at:
                return
            yield decode(row.state)
        after = rows[-1].position


def balances_at(
    opened: OpenLedger, *, as_of: Instant | None = None, known_at: Instant | None = None, holder: str | None = None
) -> tuple[dict[tuple[str, str], int], int]:
    """(account, unit) → balance of what happened before `as_of` as far as it was recorded before `known_at`.

    Also the position that was known. May pass below a floor, and never decides anything (2-house, Dates).
    """
    sums: dict[tuple[str, str], int] = {}
    position = 0
    for envelope in envelopes(opened, known_at=known_at):
        position = envelope.pos
        if not isinstance(envelope.data, AccountFact) or (as_of is not None and envelope.occurred_at >= as_of):
            continue
        entry = envelope.data.entry()
        for posting in entry.postings if entry else ():
            namespace, _, id = posting.account.partition(":")
            if namespace in {"holder", "account"} and holder in {None, id}:
                key = (posting.account, posting.unit)
                sums[key] = sums.get(key, 0) + posting.amount
    return sums, position

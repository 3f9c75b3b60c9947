"""Which transaction somebody at a terminal means: by its id, or by the position of any of its facts."""

from api.commands.history import envelopes
from api.ledgers import OpenLedger
from ledger.refusals import NotFound
from ledger.room import Envelope
from ledger.values import TxId


def transaction(opened: OpenLedger, said: str) -> tuple[Envelope, ...]:
    """The facts of the transaction that has this id, or that holds this position. Raises NotFound."""
    if said.isdecimal():
        found = _around(opened, int(said))
    else:
        # Only an id from before ids said where their facts stand may need all facts to be looked through.
        found = opened.ledger.transaction(TxId(said)) or tuple(it for it in envelopes(opened) if it.tx == said)
    if not found:
        raise NotFound(kind="transaction", id=said)
    return found


def _around(opened: OpenLedger, position: int) -> tuple[Envelope, ...]:
    """A transaction's facts stand side by side: walk both ways while the id stays."""
    rows = _at(opened, position)
    if not rows:
        return ()
    first = last = position
    tx = rows[0].tx
    while first > 1 and _at(opened, first - 1)[0].tx == tx:
        first -= 1
    while (following := _at(opened, last + 1)) and following[0].tx == tx:
        last += 1
    return tuple(envelope for place in range(first, last + 1) for envelope in _at(opened, place))


def _at(opened: OpenLedger, position: int) -> list[Envelope]:
    return [opened.ledger.mapper.decode(row.state) for row in opened.ledger.storage.facts_at(position, 1)]

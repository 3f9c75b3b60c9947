"""Which transaction somebody at a terminal means, by its id or a position, and which patrols stand behind it."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from api.commands.history import envelopes
from api.commands.saying import Grid, Words
from api.ledgers import OpenLedger
from ledger.refusals import NotFound
from ledger.room import Envelope
from ledger.values import TxId

MOST_DIGITS: Final = 18
"""Of a position: a longer one fits no column."""


def transaction(opened: OpenLedger, said: str) -> tuple[Envelope, ...]:
    """The facts of the transaction that has this id, or that holds this position. Raises NotFound."""
    if said.isdecimal() and len(said) <= MOST_DIGITS:
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


# Patrols -----------------------------------------------------------------------------------------------------

PATROLS = (
    Words("位置", "Position"),
    Words("任务", "Task"),
    Words("领取", "Claim"),
    Words("分钟", "Minutes"),
    Words("审核", "Reviewed by"),
    Words("更正", "Corrects"),
)


def patrols(data: dict[str, Any]) -> list[Grid]:
    """A line for each approved patrol that an explanation leads to, however many conversions lie between; or none."""
    found = {patrol["claim"]: patrol for patrol in ([data["patrol"]] if "patrol" in data else [])}
    found |= {patrol["claim"]: patrol for patrol in _behind(data["lots"])}
    if not found:
        return []
    rows = [_patrol(patrol) for patrol in sorted(found.values(), key=lambda patrol: patrol["position"])]
    return [Grid(PATROLS, rows, Words("巡逻", "Patrols"))]


def _behind(lots: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for lot in lots:
        if "patrol" in lot:
            yield lot["patrol"]
        yield from _behind(lot.get("came_from", ()))


def _patrol(patrol: dict[str, Any]) -> tuple[Any, ...]:
    minutes = None if patrol["measured"] is None else patrol["measured"]["seconds"] // 60
    said = (patrol[name] for name in ("position", "task", "claim"))
    return *said, minutes, patrol["reviewed_by"], patrol["corrects"]

"""Reads that explain: what paid a transaction and who granted it, and what became of a lot."""

from typing import Any, Final

from api.explaining import Source, account_of, explained, lot_explained
from api.routes.histories import place, visible
from api.routes.reading import PAGE, Asked, Parameter, Read, page_size
from ledger import refusals as no
from ledger.pools import Lot
from ledger.refusals import Malformed, NotFound
from projections.lots import FIRST, Place, extent


def transaction(asked: Asked) -> dict[str, Any]:
    """A transaction's facts and postings, and the origins of every range that it names, through transfers too."""
    facts = visible(asked, asked.params["tx"])
    with asked.served.projected() as reading:
        return explained(Source(asked.served.ledger, reading, _scope(asked)), facts)


def lot(asked: Asked) -> dict[str, Any]:
    """What opened a range of a pool, and every fact that used any of it since; a holder sees its own pools alone."""
    pool, scope = asked.params["pool"], _scope(asked)
    after, limit = _place(asked.query.get("after")), page_size(asked.query)
    with asked.served.projected() as reading:
        known = extent(reading, pool)
        if known is None:
            raise NotFound(kind="pool", id=pool)
        account, unit = account_of(asked.served.ledger, known)
        if scope not in {None, account}:
            raise NotFound(kind="pool", id=pool)
        wanted = Lot(pool=pool, start=_step(asked, "from", 0), end=_step(asked, "to", known.stop))
        found = lot_explained(Source(asked.served.ledger, reading, scope), wanted, after=after, limit=limit)
    return {**found, "account": account, "unit": unit}


def _scope(asked: Asked) -> str | None:
    holder = asked.caller.principal.holder
    return None if holder is None else "holder:" + holder


def _place(said: str | None) -> Place:
    if said is None:
        return FIRST
    position, _, rest = said.partition("/")
    start, _, use = rest.partition("/")
    if not start.isdecimal():
        raise Malformed(errors=["/?after: wrong-form"])
    return place(position), place(start), use


def _step(asked: Asked, name: str, default: int) -> int:
    said = asked.query.get(name, str(default))
    if not (said.isascii() and said.isdigit() and len(said) <= 16):
        raise Malformed(errors=[f"/?{name}: number-out-of-range"])
    return int(said)


STEP: Final[dict[str, Any]] = {"type": "integer", "minimum": 0}
EXPLANATIONS: Final = (
    Read(
        path="/transactions/{tx}/explain",
        show=transaction,
        own=True,
        summary="What paid it, who granted that 交易溯源",
        refusals=(no.ProjectionBehind,),
    ),
    Read(
        path="/lots/{pool}",
        show=lot,
        own=True,
        summary="A lot, from its grant to all that used it 批次溯源",
        query=(
            Parameter("from", "The first step of the pool; 0 by default.", STEP),
            Parameter("to", "The step after the last; the pool's end by default.", STEP),
            *PAGE,
        ),
        refusals=(no.ProjectionBehind,),
    ),
)

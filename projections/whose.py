"""Whose money a movement was, as the scheme calls it: of a grant, a coupon, a purchase, a lapse."""

from collections.abc import Iterable, Sequence
from typing import Any

from ledger.coupons.entities import is_coupon
from ledger.coupons.facts import CouponFact, PurchaseFact
from ledger.points.facts import LotsLapsed
from ledger.room import Envelope
from projections import coupons
from projections.store import Reading
from projections.vouchers import money_of, sources_of


def sources_among(reading: Reading, envelopes: Sequence[Envelope]) -> dict[int, tuple[str, ...]]:
    """By position, for those of these facts that the journal says it of."""
    ended = {lot.pool for it in envelopes if isinstance(it.data, LotsLapsed) for lot in it.data.lots}
    of_coupons = _of_coupons(reading, filter(is_coupon, ended))
    moneys = {it.pos: _moneys(it.data, of_coupons) for it in envelopes}
    wanted = {money for found in moneys.values() for money in found}
    names = sources_of(reading, wanted) if wanted else {}
    found = {position: sorted({names[money] for money in told} - {""}) for position, told in moneys.items()}
    return {position: tuple(sources) for position, sources in found.items() if sources}


def _moneys(fact: Any, of_coupons: dict[str, set[str]]) -> set[str]:
    match fact:
        case PurchaseFact():
            return set(money_of(fact.used))
        case CouponFact():
            return {"source:" + part.source for part in fact.sources} or {"batch:" + fact.batch}
        case LotsLapsed():
            return {money for lot in fact.lots for money in of_coupons.get(lot.pool, ())}
    fund = getattr(fact, "fund", None)
    return {"source:" + fund} if isinstance(fund, str) and fund else set()


def _of_coupons(reading: Reading, wanted: Iterable[str]) -> dict[str, set[str]]:
    """What stands behind each of these coupons: its batch, or where several sources do, those."""
    ids = list(wanted)
    if not ids:
        return {}
    coupon, part = coupons.COUPONS.c, coupons.PARTS.c
    query = reading.select(coupons.PROJECTION, coupons.COUPONS, coupon.coupon, coupon.batch)
    found = {id: {"batch:" + batch} for id, batch in reading.all(query.where(coupon.coupon.in_(ids)))}
    query = reading.select(coupons.PROJECTION, coupons.PARTS, part.coupon, part.source)
    shared: dict[str, set[str]] = {}
    for id, source in reading.all(query.where(part.coupon.in_(ids))):
        shared.setdefault(id, set()).add("source:" + source)
    return found | shared

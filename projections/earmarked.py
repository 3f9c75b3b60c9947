"""Earmarked coupons: what coupons of one kind count for in a ratio, as bought when issued and no more when lapsed."""

from sqlalchemy import func

from ledger.values import Instant
from projections.coupons import BATCHES, COUPONS, PROJECTION
from projections.store import Reading


def counted(reading: Reading, kind: str, *, since: Instant | None = None, until: Instant | None = None) -> int:
    """Faces less what expired or was taken back, of coupons issued from `since` on and before `until`.

    A coupon that was made anew of what came back of another one is counted with that one, once.
    """
    b, c = BATCHES.c, COUPONS.c
    batches = reading.select(PROJECTION, BATCHES, b.batch).where(b.kind == kind)
    figures = func.coalesce(func.sum(c.face - c.anew - c.expired - c.voided), 0)
    query = reading.select(PROJECTION, COUPONS, figures).where(c.batch.in_(batches))
    if since is not None:
        query = query.where(c.issued_at >= since)
    if until is not None:
        query = query.where(c.issued_at < until)
    return int(reading.first(query)[0])

"""Reminders: of which coupons whom to tell, in the order in which that was said; where to reach them is elsewhere."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Index

from ledger.coupons.facts import CouponEnding
from ledger.values import Day, HolderId, Instant
from projections import coupons, people
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

REMINDERS: Final = Sheet(
    "coupon_reminders",
    keys={"position": int},
    said={"coupon": str, "batch": str, "holder": str, "remind_on": str, "recorded_at": str},
)
"""By position: whoever sends them asks for those after the last one that it has sent."""
Index(
    "projection_coupon_reminders_by_time",
    *(REMINDERS.c[column] for column in ("ledger", "generation", "recorded_at", "position")),
)


def ending(fact: CouponEnding, recorded: Recorded) -> Iterable[Change]:
    """One message to one person."""
    said = {"coupon": fact.coupon, "batch": fact.batch, "holder": fact.holder, "remind_on": fact.remind_on}
    at = recorded.envelope.recorded_at
    yield REMINDERS, (recorded.envelope.pos,), REMINDERS.values(recorded_at=at, **said)


RULES: Final[dict[Any, Rule]] = {CouponEnding: ending}
PROJECTION: Final = Projection("reminders", (REMINDERS,), RULES)


class Reminder(NamedTuple):
    """Somebody is to be told of one coupon; `holder` is who answers for it now, `left` what is left of it now."""

    position: int
    coupon: str
    remind_on: str
    holder: HolderId
    of: str | None
    """Of whose members its batch is."""
    occasion: str
    unit: str
    left: int
    expires_on: str
    recorded_at: Instant

    @property
    def id(self) -> str:
        """What tells it from every other message, however often it is asked for."""
        return f"{self.coupon}/{self.remind_on}"


def reminders(
    reading: Reading,
    since: Instant,
    until: Instant,
    today: Day,
    *,
    of: str | None = None,
    after: int = 0,
    limit: int = 200,
) -> Sequence[Reminder]:
    """What was said from `since` on and before `until`, by position; what is spent or over by `today` is left out."""
    c, coupon, batch = REMINDERS.c, coupons.COUPONS.c, coupons.BATCHES.c
    beside = {"of": batch.of, "occasion": batch.occasion, "unit": coupon.unit, "left": coupon.left}
    beside |= {"expires_on": coupon.expires_on}
    query = reading.select(PROJECTION, REMINDERS, *(beside.get(name, c.get(name)) for name in Reminder._fields))
    query = query.select_from(
        REMINDERS.table.join(coupons.COUPONS.table, coupon.coupon == c.coupon).join(
            coupons.BATCHES.table, batch.batch == c.batch
        )
    )
    query = query.where(*reading.live(coupons.PROJECTION, coupons.COUPONS))
    query = query.where(*reading.live(coupons.PROJECTION, coupons.BATCHES))
    query = query.where(c.recorded_at >= since, c.recorded_at < until, c.position > after)
    query = query.where(coupon.left > 0, coupon.expires_on >= today)
    query = query if of is None else query.where(batch.of == of)
    rows = reading.all(query.order_by(c.position).limit(limit))
    answering = people.survivors(reading) if rows else {}
    found = map(Reminder._make, rows)
    return [item._replace(holder=answering.get(item.holder, item.holder), of=item.of or None) for item in found]

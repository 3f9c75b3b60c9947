"""Coupons: batches as they stand, each coupon with what is left of it, and what happened to batches month by month."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Index

from ledger.coupons.entities import Sourced, is_coupon
from ledger.coupons.facts import (
    BatchApproved,
    BatchDrafted,
    BatchFact,
    BatchIssued,
    BatchMoved,
    BatchRejected,
    BatchSubmitted,
    CouponIssued,
    CouponLapsed,
    CouponReissued,
    CouponsRefunded,
    CouponsSpent,
    CouponVoided,
    LineRefused,
    LinesDrafted,
    LinesStruck,
    PurchaseFact,
)
from ledger.points.facts import LotsLapsed
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet

BATCHES: Final = Sheet(
    "coupon_batches",
    keys={"batch": str},
    said={
        "kind": str,
        "unit": str,
        "occasion": str,
        "fund": str,
        "source": str,
        "of": str,
        "valid_from_on": str,
        "expires_on": str,
        "funding": str,
        "status": str,
        "total": int,
        "position": int,
    },
)
"""`total` is what its lines ask for, less what was struck. `fund`, `source`, `of` are `NOBODY` where none is said.

`funding`, of several funds with shares, is `gifts:1+works:2`; else `NOBODY`.
"""
NOBODY: Final = ""
"""No fund, no source, no unit in particular: a text, so that figures can be grouped by it."""
COUPONS: Final = Sheet(
    "coupons",
    keys={"coupon": str},
    said={"batch": str, "holder": str, "unit": str, "expires_on": str, "issued_at": str, "position": int},
    sums=("face", "left", "used", "refunded", "expired", "voided", "moved", "anew"),
)
"""left = face - used + refunded - expired - voided - moved.

`moved` came back of it and went on as a new coupon; of that one all is `anew`: nobody was given it a second time.
"""
MONTHS: Final = Sheet(
    "coupon_months",
    keys={"period": str, "batch": str},
    sums=("drafted", "refused", "coupons", "issued", "used", "refunded", "voided"),
)
"""By posted month. What expired is not here: a lapse names coupons, and only they know their batch."""
LAPSES: Final = Sheet("coupon_lapses", keys={"coupon": str, "period": str}, sums=("expired",))
PARTS: Final = Sheet("coupon_parts", keys={"coupon": str, "source": str}, sums=("left",))
"""Whose money is left of a coupon behind which several sources stand."""
SOMETHING_LEFT: Final = COUPONS.c.left > 0
INDEXES: Final = {"expiry": ("expires_on", "position"), "batch": ("batch", "expires_on", "position")}
"""What lists look for; after a year most coupons have nothing left, and an index of the rest stays small."""
for _name, _columns in INDEXES.items():
    Index(
        f"projection_coupons_by_{_name}",
        *(COUPONS.c[column] for column in ("ledger", "generation", *_columns)),
        sqlite_where=SOMETHING_LEFT,
        postgresql_where=SOMETHING_LEFT,
    )
Index("projection_coupons_by_issue", *(COUPONS.c[column] for column in ("ledger", "generation", "issued_at")))


# Batches -----------------------------------------------------------------------------------------------------


def _batch(fact: BatchFact, **said: Any) -> Change:
    return BATCHES, (fact.batch,), BATCHES.values(**said)


def _month(recorded: Recorded, batch: str, **sums: int) -> Change:
    return MONTHS, (recorded.envelope.period, batch), MONTHS.values(**sums)


def drafted(fact: BatchDrafted, recorded: Recorded) -> Iterable[Change]:
    """Begun; without a source of its own, its fund says whose money it is."""
    terms: dict[str, Any] = {name: getattr(fact, name) or NOBODY for name in ("fund", "source", "of")}
    terms["funding"] = "+".join(f"{one.fund}:{one.weight}" for one in fact.funding) or NOBODY
    terms |= {name: getattr(fact, name) for name in ("kind", "unit", "occasion", "valid_from_on", "expires_on")}
    yield _batch(fact, status="draft", total=0, position=recorded.envelope.pos, **terms)


def lines_drafted(fact: LinesDrafted, recorded: Recorded) -> Iterable[Change]:
    """It asks for more."""
    yield _batch(fact, total=fact.total)
    yield _month(recorded, fact.batch, drafted=sum(line.face * line.pieces for line in fact.lines))


def status(said: str) -> Rule:
    """Where it has come to."""
    return lambda fact, _recorded: (_batch(fact, status=said),)


def line_refused(fact: LineRefused, recorded: Recorded) -> Iterable[Change]:
    """A cap stood in the way."""
    yield _month(recorded, fact.batch, refused=fact.amount)


# Coupons -----------------------------------------------------------------------------------------------------


def _coupon(coupon: str, **sums: int) -> Change:
    return COUPONS, (coupon,), COUPONS.values(**sums)


def _parts(coupon: str, sources: Iterable[Sourced], sign: int) -> Iterable[Change]:
    for part in sources:
        yield PARTS, (coupon, part.source), (sign * part.amount,)


def _whole(fact: CouponIssued | CouponReissued, recorded: Recorded, **sums: int) -> Iterable[Change]:
    envelope = recorded.envelope
    said = {"batch": fact.batch, "holder": fact.holder, "unit": fact.unit, "expires_on": fact.expires_on}
    at = {"issued_at": envelope.occurred_at, "position": envelope.pos}
    yield COUPONS, (fact.coupon,), COUPONS.values(face=fact.amount, left=fact.amount, **said, **at, **sums)
    yield from _parts(fact.coupon, fact.sources, 1)


def issued(fact: CouponIssued, recorded: Recorded) -> Iterable[Change]:
    """A coupon, whole."""
    yield from _whole(fact, recorded)
    yield _month(recorded, fact.batch, coupons=1, issued=fact.amount)


def reissued(fact: CouponReissued, recorded: Recorded) -> Iterable[Change]:
    """What came back of one coupon is another."""
    yield _coupon(fact.of, left=-fact.amount, moved=fact.amount)
    yield from _parts(fact.of, fact.sources, -1)
    yield from _whole(fact, recorded, anew=fact.amount)


def voided(fact: CouponVoided, recorded: Recorded) -> Iterable[Change]:
    """What was left of it is gone."""
    yield _coupon(fact.coupon, left=-fact.amount, voided=fact.amount)
    yield from _parts(fact.coupon, fact.sources, -1)
    yield _month(recorded, fact.batch, voided=fact.amount)


def lapsed(fact: LotsLapsed, recorded: Recorded) -> Iterable[Change]:
    """A coupon's lot ended; its pool's id is its own."""
    for lot in fact.lots:
        if is_coupon(lot.pool):
            yield _coupon(lot.pool, left=-lot.amount, expired=lot.amount)
            yield LAPSES, (lot.pool, recorded.envelope.period), (lot.amount,)


def moved(column: str, sign: int) -> Rule:
    """What a purchase, or its refund, does to each of its coupons."""

    def rule(fact: PurchaseFact, recorded: Recorded) -> Iterable[Change]:
        for part in fact.used:
            yield _coupon(part.coupon, left=sign * part.amount, **{column: part.amount})
            yield from _parts(part.coupon, part.sources, sign)
            yield _month(recorded, part.batch, **{column: part.amount})

    return rule


def given_back(fact: CouponsRefunded, recorded: Recorded) -> Iterable[Change]:
    """What a purchase had taken of each of its coupons, and which of them last longer now."""
    yield from moved("refunded", 1)(fact, recorded)
    for item in fact.extended:
        yield COUPONS, (item.coupon,), COUPONS.values(expires_on=item.expires_on)


RULES: Final[dict[Any, Rule]] = {
    BatchDrafted: drafted,
    LinesDrafted: lines_drafted,
    LinesStruck: lambda fact, _recorded: (_batch(fact, total=fact.total),),
    BatchSubmitted: status("submitted"),
    BatchApproved: status("approved"),
    BatchRejected: status("rejected"),
    BatchIssued: status("issued"),
    BatchMoved: lambda fact, _recorded: (_batch(fact, of=fact.of),),
    LineRefused: line_refused,
    CouponIssued: issued,
    CouponReissued: reissued,
    CouponVoided: voided,
    LotsLapsed: lapsed,
    CouponLapsed: lambda fact, _recorded: _parts(fact.coupon, fact.sources, -1),
    CouponsSpent: moved("used", -1),
    CouponsRefunded: given_back,
}
PROJECTION: Final = Projection("coupons", (BATCHES, COUPONS, PARTS, MONTHS, LAPSES), RULES, version=2)

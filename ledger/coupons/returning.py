"""What comes back of a purchase into a coupon that has ended: as it was, with another last day, or as a new coupon."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from ledger.calendar import day_after, known_day
from ledger.coupons.entities import CODE_MAC, Batch, Coupon, CouponCode, coupon_id
from ledger.coupons.facts import CouponReissued, Extended
from ledger.coupons.sources import in_run, sourced
from ledger.points.entities import Account
from ledger.points.facts import Restored
from ledger.pools import Lot, amount_of
from ledger.redemptions.commands import Restore
from ledger.refusals import AlreadyExists, Malformed, NotEligible
from ledger.room import Book, Facts, Now
from ledger.values import Day, HolderId


class Back(NamedTuple):
    """How value comes back. `keep`: with its old day, and what has ended lapses at once.

    `extend` gives each coupon a later last day, at most the scheme's `extend_days` after that of its batch; `reissue`
    makes a new coupon of it, which may be spent for at most so many days from today. `expires_on` names a sooner day.
    """

    restore: Restore = "keep"
    expires_on: Day | None = None
    codes: tuple[str, ...] = ()
    """MACs of the codes of new coupons, in the order of the coupons that paid last."""


KEEP: Final = Back()


def well_formed(back: Back) -> None:
    """Malformed for a day or codes that nothing could be done with."""
    if back.expires_on is not None and (back.restore == "keep" or not known_day(back.expires_on)):
        raise Malformed(errors=["expires_on: a day such as 2022-06-30, where coupons are extended or reissued"])
    if back.codes and back.restore != "reissue":
        raise Malformed(errors=["codes: where coupons are reissued"])
    if len(set(back.codes)) < len(back.codes) or not all(map(CODE_MAC.fullmatch, back.codes)):
        raise Malformed(errors=["codes: a MAC for each new coupon, each once"])


def new_days(lots: Iterable[Lot], back: Back, book: Book, now: Now) -> dict[str, Day]:
    """The last day of each coupon that gets another one; those that were taken back meanwhile get none.

    Checks: the scheme lets it, no day beyond its cap and none that has passed, a code for each new coupon or none.
    """
    if back.restore == "keep":
        return {}
    days = book.scheme(now.today).redemption.extend_days
    if days == 0:
        raise NotEligible(reason=f"{back.restore}-not-allowed")
    coupons = [book.the(Coupon, id) for id in dict.fromkeys(lot.pool for lot in lots)]
    found = {
        coupon.id: _new_day(coupon, book.the(Batch, coupon.batch), back, days, now)
        for coupon in coupons
        if coupon.voided_at is None
    }
    if back.codes and len(back.codes) != len(found):
        raise Malformed(errors=[f"codes: {len(found)} for {len(found)} coupons, or none"])
    for code in back.codes:
        if book.get(CouponCode, code) is not None:
            raise AlreadyExists(kind="coupon-code", id=code)
    return found


def _new_day(coupon: Coupon, batch: Batch, back: Back, days: int, now: Now) -> Day:
    """Never sooner than it was: who has longer already keeps that."""
    old = coupon.expires_on or batch.expires_on
    latest = day_after(batch.expires_on if back.restore == "extend" else now.today, days)
    day = back.expires_on or latest
    if day > max(latest, old):
        raise NotEligible(reason=f"{back.restore}-too-far")
    day = max(day, old)
    if day < now.today:
        raise NotEligible(reason=f"{back.restore}-over")
    return day


def extending(days: dict[str, Day], restored: Sequence[Restored], book: Book, now: Now) -> tuple[Extended, ...]:
    """The coupons that get another last day, with the days on which their holders are reminded."""
    changed = {item.pool: item.terms.expires_on for item in restored if item.pool in days}
    return tuple(
        Extended(id, days[id], _batch(book, id, days[id]).remind_on(now.today))
        for id, before in changed.items()
        if before != days[id]
    )


def _batch(book: Book, coupon: str, day: Day) -> Batch:
    """Its batch, as if that were its last day."""
    return replace(book.the(Batch, book.the(Coupon, coupon).batch), expires_on=day)


def with_days(restored: Sequence[Restored], days: dict[str, Day]) -> tuple[Restored, ...]:
    """Those ranges, whose coupons last longer now, under the new day."""
    return tuple(
        replace(item, terms=replace(item.terms, expires_on=days[item.pool])) if item.pool in days else item
        for item in restored
    )


def reissuing(account: Account, lots: Sequence[Lot], days: dict[str, Day], back: Back, book: Book, now: Now) -> Facts:
    """What has just come back leaves its coupon again, into a new one; the fund's promise for it stands as it is."""
    codes = iter(back.codes)
    for id, day in days.items():
        old = book.the(Coupon, id)
        taken = tuple(sorted((lot for lot in lots if lot.pool == id), key=lambda lot: lot.start))
        batch, new = book.the(Batch, old.batch), coupon_id(now.tx, now.position)
        run = in_run(old, [(lot.start, lot.end) for lot in taken])
        yield CouponReissued(
            account=account.account,
            unit=account.unit,
            amount=amount_of(taken),
            coupon=new,
            batch=old.batch,
            sources=sourced(batch, run),
            of=id,
            holder=HolderId(account.account.partition(":")[2]),
            taken=taken,
            lot=Lot(pool=new, start=0, end=amount_of(taken)),
            expires_on=day,
            fund=batch.source,
            commitment=old.commitment,
            code=next(codes, None),
            run=run,
            remind_on=_batch(book, id, day).remind_on(now.today),
        )

"""Welfare coupons, told once more and apart from the code: what funds promise is counted and never kept."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from tests.machines.welfare_settling import SettlingModel
from tests.machines.welfare_things import (
    CAP,
    COUPON,
    KINDS,
    MERCHANTS,
    SHARES,
    Batch,
    Coupon,
    Line,
    No,
    Purchase,
    Sold,
    day_after,
    local,
    written,
)


class WelfareModel(SettlingModel):
    """Batches from draft to expiry, coupons, purchases; offers and settlements stand in the class below it."""

    def submit(self, op: tuple[Any, ...], client: str, key: str | None, fingerprint: str) -> Any:
        """One wish: (code or None, numbers, whether it is an old answer)."""
        known = self.keys.get((client, key)) if key is not None else None
        if known is not None:
            return (*known[1], True) if known[0] == fingerprint else ("idempotency-key-reused", {}, False)
        self.client = client
        self.person = None if client.startswith("client:app") else "person:" + client.rpartition(":")[2]
        self.new: list[str] = []
        self.idle = False
        answer: tuple[str | None, dict[str, Any]] = (None, {})
        try:
            getattr(self, op[0].replace("-", "_"))(*op[1:])
        except No as refusal:
            answer = (refusal.code, refusal.numbers)
        # What is not there, and what has changed nothing, leaves no record: the key is free.
        if key is not None and answer[0] != "not-found" and not self.idle:
            self.keys[client, key] = (fingerprint, answer)
        return (*answer, False)

    # Time ----------------------------------------------------------------------------------------------------

    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for coupon in self.coupons.values():
            if day_after(self.batches[coupon.batch].expires) <= self.now:
                coupon.lapse()
        for claim in self.claims.values():
            until = self.offers[claim.offer].use_until
            if claim.status == "claimed" and until is not None and day_after(until) <= self.now:
                claim.status = "lapsed"
                self.offers[claim.offer].stock += claim.pieces

    # Batches -------------------------------------------------------------------------------------------------

    def draft(self, id: str, kind: str, fund: str | None, expires: date) -> None:
        if id in self.batches:
            raise No("already-exists", kind="coupon-batch", id=id)
        self.batches[id] = Batch(kind, SHARES[fund], expires, self.client, self.person)

    def lines(self, id: str, wanted: tuple[tuple[str, int, int], ...]) -> None:
        batch = self._batch(id)
        for holder, _, _ in wanted:
            self.there("holder", holder, self.people)
        self._must_be(batch, "draft")
        for holder, _, _ in wanted:
            if holder in batch.lines:
                raise No("already-exists", kind="coupon-line", id=holder)
        batch.lines |= {holder: Line(face, pieces) for holder, face, pieces in wanted}

    def strike(self, id: str, holder: str) -> None:
        batch = self._batch(id)
        line = self._line(id, holder)
        self._must_be(batch, "draft", "submitted")
        if line.status == "struck":
            raise No("not-eligible", reason="struck")
        line.status = "struck"

    def hand_in(self, id: str) -> None:
        batch = self._batch(id)
        self._must_be(batch, "draft")
        self._not_empty(batch)
        batch.status = "submitted"

    def approve(self, id: str) -> None:
        batch = self._batch(id)
        self._must_be(batch, "submitted")
        self.another_person((batch.client, batch.person))
        self._not_empty(batch)
        asked = range(batch.total("drafted"))
        self.promised(*((fund, batch.of_fund(fund, asked)) for fund, _ in batch.shares))
        batch.status = "approved"

    def reject(self, id: str) -> None:
        batch = self._batch(id)
        self._must_be(batch, "draft", "submitted")
        if self.client != batch.client and self.person is None:
            raise No("not-eligible", reason="person-needed")
        batch.status = "rejected"

    def issue(self, id: str, holders: tuple[str, ...]) -> None:
        batch = self._batch(id)
        lines = [(holder, self._line(id, holder)) for holder in holders]
        self._must_be(batch, "approved")
        if batch.expires < local(self.now):
            raise No("not-eligible", reason="batch-expired")
        self.idle = not any(line.status == "drafted" for _, line in lines)
        for holder, line in lines:
            if line.status == "drafted":
                self._issued(id, batch, holder, line)

    def _issued(self, id: str, batch: Batch, holder: str, line: Line) -> None:
        year, drawn = local(self.now).year, None
        start = self.issued_of(id)
        of_union = batch.of_fund("f0", range(start, start + line.amount))
        if "f0" in dict(batch.shares):
            drawn = (self.survivor(holder), year)
            if of_union and self.allowance_used(self.survivor(holder), year) + of_union > CAP:
                line.status = "refused"
                return
        line.status = "issued"
        for _ in range(line.pieces):
            name, start = f"coupon-{len(self.coupons)}", self.issued_of(id)
            self.coupons[name] = Coupon(id, holder, line.face, start, drawn, hand=[*range(start, start + line.face)])
            self.new.append(name)

    def allowance_used(self, person: str, year: int) -> int:
        """What he and those who were merged into him got that year, but for what was taken back unspent."""
        return sum(
            self.batches[coupon.batch].of_fund("f0", coupon.places)
            for coupon in self.coupons.values()
            if coupon.drawn and coupon.drawn[1] == year and self.survivor(coupon.drawn[0]) == person
        )

    def finish(self, id: str) -> None:
        batch = self._batch(id)
        self._must_be(batch, "approved")
        if batch.waiting and batch.expires >= local(self.now):
            raise No("not-eligible", reason="lines-waiting")
        batch.status = "issued"

    def release(self, id: str) -> None:
        """By hand, of what a batch has promised: never."""
        batch = self.batches.get(id)
        if batch is None or not batch.shares or batch.status not in {"approved", "issued"}:
            raise No("not-found", kind="commitment", id="coupon-batch:" + id)
        raise No("not-eligible", reason="commitment-kept")

    def _batch(self, id: str) -> Batch:
        batch: Batch = self.there("coupon-batch", id, self.batches)
        return batch

    def _line(self, id: str, holder: str) -> Line:
        lines = {f"{id}.{name}": line for name, line in self.batches[id].lines.items()}
        line: Line = self.there("coupon-line", f"{id}.{holder}", lines)
        return line

    def _must_be(self, batch: Batch, *statuses: str) -> None:
        if batch.status not in statuses:
            raise No("not-eligible", reason="batch-" + batch.status)

    def _not_empty(self, batch: Batch) -> None:
        if not batch.waiting:
            raise No("not-eligible", reason="batch-empty")

    # Coupons -------------------------------------------------------------------------------------------------

    def void(self, id: str) -> None:
        coupon = self._coupon(id)
        self._in_hand(id, coupon)
        if coupon.left == coupon.face:
            coupon.drawn = None
        coupon.take_back(self.now)

    def spend(
        self, id: str, merchant: str, bill: tuple[tuple[str, int], ...], shown: tuple[str, ...], who: str
    ) -> None:
        rate, goods = self.there("merchant", merchant, MERCHANTS)
        held = [(name, self._coupon(name)) for name in shown]
        if id in self.purchases:
            raise No("already-exists", kind="purchase", id=id)
        self.not_suspended(merchant)
        if goods and any(group not in goods for group, _ in bill):
            raise No("not-eligible", reason="goods-not-admitted")
        self.living(who)
        for name, coupon in held:
            if self.survivor(coupon.holder) != who:
                raise No("coupon-of-another", coupon=name)
            self._in_hand(name, coupon)
        self._stack([coupon for _, coupon in held])
        used = list(self._used(merchant, bill, held))
        amount = sum(part for _, part in used)
        fee = amount * rate // 10_000
        paid = [[name, self.coupons[name].pay(part, self.now)] for name, part in used]
        self.purchases[id] = Purchase(merchant, paid, amount, fee)
        self._sold(merchant, used, fee, 1)

    def _stack(self, coupons: list[Coupon]) -> None:
        faces = {coupon.face for coupon in coupons}
        stacks = {KINDS[self.batches[coupon.batch].kind].stack for coupon in coupons}
        if "equal-face" in stacks and (len(stacks) > 1 or len(faces) > 1):
            raise No("coupons-do-not-stack", rule="equal-face", limit=min(faces))

    def _used(self, merchant: str, bill: Any, held: list[tuple[str, Coupon]]) -> Iterator[tuple[str, int]]:
        """Coupons for few goods find theirs first; each says what it pays, in the order in which they were shown."""
        left = dict.fromkeys((group for group, _ in bill), 0)
        for group, amount in bill:
            left[group] += amount
        paid = {}
        for name, coupon in sorted(held, key=lambda item: not self._kind(item[1]).goods):
            kind = self._kind(coupon)
            fitting = [group for group in left if not kind.goods or group in kind.goods]
            if not fitting or (kind.merchants and merchant not in kind.merchants):
                limits = {"merchants": list(kind.merchants), "goods": list(kind.goods)}
                raise No("coupon-not-valid-here", coupon=name, **limits)
            room = sum(left[group] for group in fitting)
            if not room or (coupon.left > room and not kind.splits):
                raise No("coupons-do-not-stack", rule="no-change", limit=room)
            rest = paid[name] = min(coupon.left, room)
            for group in fitting:
                part = min(rest, left[group])
                left[group], rest = left[group] - part, rest - part
        return ((name, paid[name]) for name, _ in held)

    def _kind(self, coupon: Coupon) -> Any:
        return KINDS[self.batches[coupon.batch].kind]

    def refund(self, id: str, asked: int | None) -> None:
        purchase: Purchase = self.there("purchase", id, self.purchases)
        rest = purchase.amount - purchase.refunded
        if not rest:
            raise No("already-reversed", original=purchase.amount, reversed=purchase.refunded)
        amount = asked or rest
        if amount > rest:
            raise No("exceeds-original", original=purchase.amount, reversed=purchase.refunded, requested=amount)
        purchase.refunded += amount
        back = purchase.fee * purchase.refunded // purchase.amount - purchase.fee_back
        purchase.fee_back += back
        used = []
        for part in reversed(purchase.used):
            places = part[1][-amount:] if amount else []
            part[1], amount = part[1][: len(part[1]) - len(places)], amount - len(places)
            if places:
                used.append((part[0], len(places)))
                self._came_back(self.coupons[part[0]], places)
        self._sold(purchase.merchant, used, back, -1)

    def _came_back(self, coupon: Coupon, places: list[int]) -> None:
        coupon.come_back(places)
        if self.batches[coupon.batch].expires < local(self.now):
            coupon.lapse()
        elif coupon.voided_at is not None:
            coupon.take_back(self.now)

    def _sold(self, merchant: str, used: list[tuple[str, int]], fee: int, sign: int) -> None:
        of: dict[str, int] = {}
        for name, part in used:
            batch = "coupon-batch:" + self.coupons[name].batch
            of[batch] = of.get(batch, 0) + sign * part
        self.sold.append(Sold(merchant, COUPON, self.period, of, sign * fee))

    def _coupon(self, id: str) -> Coupon:
        coupon: Coupon = self.there("coupon", id, self.coupons)
        return coupon

    def _in_hand(self, name: str, coupon: Coupon) -> None:
        if coupon.left:
            return
        if coupon.voided_at is not None:
            raise No("coupon-void", coupon=name, since=written(coupon.voided_at))
        if coupon.lapsed:
            raise No("coupon-expired", coupon=name, expired_on=str(self.batches[coupon.batch].expires))
        raise No("coupon-spent", coupon=name, spent_at=written(coupon.spent_at or datetime.min))  # noqa: DTZ901 - never reached

"""The other half of the model: people, funds, offers and settlements, counted anew whenever somebody asks."""

from datetime import date, datetime
from typing import Any

from tests.machines.welfare_things import (
    CNY,
    FUNDS,
    MERCHANTS,
    PRICE,
    SUPPLY,
    Batch,
    Claim,
    Coupon,
    No,
    Offer,
    Purchase,
    Settlement,
    Sold,
    day_after,
    written,
)


class SettlingModel:
    """What is there, who may decide, what a fund has left, what a merchant has to come."""

    def __init__(self, now: datetime, people: tuple[str, ...]) -> None:
        self.now, self.period = now, f"{now:%Y-%m}"
        self.client, self.person = "", ""  # type: str, str | None
        self.people: dict[str, str | None] = dict.fromkeys(people)
        """Into whom each was merged."""
        self.closed_periods: list[str] = []
        self.suspended: dict[str, datetime] = {}
        self.closed_funds: set[str] = set()
        self.batches: dict[str, Batch] = {}
        self.coupons: dict[str, Coupon] = {}
        self.purchases: dict[str, Purchase] = {}
        self.offers: dict[str, Offer] = {}
        self.claims: dict[str, Claim] = {}
        self.settlements: dict[str, Settlement] = {}
        self.sold: list[Sold] = []
        self.paid: dict[tuple[str, str], int] = {}
        self.settled: dict[tuple[str, str], tuple[str, int]] = {}
        """How far a merchant is settled, and what is carried on."""
        self.keys: dict[tuple[str, str], tuple[str, Any]] = {}

    def there(self, kind: str, id: str, things: dict[str, Any]) -> Any:
        if id not in things:
            raise No("not-found", kind=kind, id=id)
        return things[id]

    # People --------------------------------------------------------------------------------------------------

    def survivor(self, holder: str) -> str:
        into = self.people[holder]
        return holder if into is None else self.survivor(into)

    def living(self, holder: str) -> None:
        if self.there("holder", holder, self.people) is not None:
            raise No("holder-merged", holder=holder, into=self.survivor(holder))

    def merge(self, old: str, into: str) -> None:
        self.living(old)
        self.living(into)
        self.people[old] = into

    def another_person(self, *before: tuple[str, str | None] | None) -> None:
        if self.person is None:
            raise No("not-eligible", reason="person-needed")
        for client, person in filter(None, before):
            if client == self.client or person == self.person:
                raise No("self-approval", maker=person or client)

    # Funds ---------------------------------------------------------------------------------------------------

    def committed(self, fund: str) -> int:
        """What coupons still hold, what approved lines still ask for, and what claimed tickets will cost."""
        held = sum(self.batches[it.batch].of_fund(fund, it.hand) for it in self.coupons.values())
        asked = sum(self._asked(id, batch, fund) for id, batch in self.batches.items())
        return asked + held + self._subsidies(fund, "claimed")

    def _asked(self, id: str, batch: Batch, fund: str) -> int:
        if batch.status != "approved":
            return 0
        first = self.issued_of(id)
        return batch.of_fund(fund, range(first, first + batch.total("drafted", "refused")))

    def issued_of(self, id: str) -> int:
        return sum(coupon.face for coupon in self.coupons.values() if coupon.batch == id)

    def disbursed(self, fund: str) -> int:
        """What merchants got for coupons and for tickets."""
        spent = sum(self.batches[it.batch].of_fund(fund, it.paid) for it in self.coupons.values())
        return spent + self._subsidies(fund, "used")

    def _subsidies(self, fund: str, status: str) -> int:
        return sum(
            it.subsidy for it in self.claims.values() if (self.offers[it.offer].fund, it.status) == (fund, status)
        )

    def unused(self, fund: str) -> int:
        """Free, or back at the source when the fund is closed."""
        return FUNDS[fund][1] - self.committed(fund) - self.disbursed(fund)

    def promised(self, *parts: tuple[str, int]) -> None:
        """So much of each fund, or of none."""
        if any(fund in self.closed_funds for fund, _ in parts):
            raise No("not-eligible", reason="fund-closed")
        for fund, amount in parts:
            if amount > self.unused(fund):
                raise No("fund-exhausted", fund=fund, required=amount, available=self.unused(fund))

    def close_fund(self, fund: str) -> None:
        self.there("fund", fund, FUNDS)
        if fund in self.closed_funds:
            raise No("not-eligible", reason="fund-closed")
        if self.committed(fund):
            raise No("not-eligible", reason="commitments-open")
        self.closed_funds.add(fund)

    # Merchants and offers --------------------------------------------------------------------------------------

    def suspend(self, merchant: str) -> None:
        if merchant in self.suspended:
            raise No("not-eligible", reason="suspended")
        self.suspended[merchant] = self.now

    def resume(self, merchant: str) -> None:
        if merchant not in self.suspended:
            raise No("not-eligible", reason="not-suspended")
        del self.suspended[merchant]

    def not_suspended(self, merchant: str) -> None:
        if merchant in self.suspended:
            raise No("merchant-suspended", merchant=merchant, since=written(self.suspended[merchant]))

    def offer(
        self, id: str, merchant: str, fund: str, stock: int, most: int, opens: datetime, closes: datetime, until: date
    ) -> None:
        if id in self.offers:
            raise No("already-exists", kind="offer", id=id)
        self.offers[id] = Offer(merchant, fund, stock, most, opens, closes, until)

    def claim(self, id: str, offer_id: str, holder: str, pieces: int) -> None:
        offer: Offer = self.there("offer", offer_id, self.offers)
        self.living(holder)
        if id in self.claims:
            raise No("already-exists", kind="offer-claim", id=id)
        self.not_suspended(offer.merchant)
        closes = offer.closes if offer.use_until is None else min(offer.closes, day_after(offer.use_until))
        if not offer.opens <= self.now < closes:
            raise No("sale-closed", item=offer_id, opens_at=written(offer.opens), closes_at=written(closes))
        mine = [it for it in self.claims.values() if (it.offer, self.survivor(it.holder)) == (offer_id, holder)]
        had = sum(it.pieces for it in mine if it.status in {"claimed", "used", "lapsed"})
        if had + pieces > offer.most:
            limit = {"limit": offer.most, "used": had, "offered": max(0, offer.most - had)}
            raise No("limit-exceeded", rule="offer:" + offer_id, period="ever", **limit)
        if pieces > offer.stock:
            raise No("out-of-stock", item=offer_id, requested=pieces, available=offer.stock)
        claim = Claim(offer_id, holder, pieces)
        self.promised((offer.fund, claim.subsidy))
        self.claims[id] = claim
        offer.stock -= pieces
        if offer.use_until is None:
            self._hand_over(claim)

    def use(self, id: str) -> None:
        claim: Claim = self.there("offer-claim", id, self.claims)
        if claim.status != "claimed":
            raise No("not-eligible", reason="claim-" + claim.status)
        self.not_suspended(self.offers[claim.offer].merchant)
        self._hand_over(claim)

    def _hand_over(self, claim: Claim) -> None:
        merchant = self.offers[claim.offer].merchant
        owed = SUPPLY * claim.pieces
        claim.status, claim.fee = "used", owed * MERCHANTS[merchant][0] // 10_000
        self.sold.append(Sold(merchant, CNY, self.period, {"offer:" + claim.offer: owed}, claim.fee))

    def cancel(self, id: str) -> None:
        claim: Claim = self.there("offer-claim", id, self.claims)
        if claim.status not in {"claimed", "used"}:
            raise No("not-eligible", reason="claim-" + claim.status)
        offer = self.offers[claim.offer]
        offer.stock += claim.pieces
        if claim.status == "used":
            back = {"offer:" + claim.offer: -SUPPLY * claim.pieces}
            self.sold.append(Sold(offer.merchant, CNY, self.period, back, -claim.fee))
        claim.status = "refunded" if claim.status == "used" else "cancelled"

    def collected(self) -> int:
        """What members paid to the platform for what they had."""
        return PRICE * sum(it.pieces for it in self.claims.values() if it.status == "used")

    # Settlements -----------------------------------------------------------------------------------------------

    def to_come(self, merchant: str, unit: str, period: str | None = None) -> int:
        """What a merchant sold, less what came back and what is kept; in one period, or in all of them."""
        lines = [it for it in self.sold if (it.merchant, it.unit) == (merchant, unit)]
        return sum(it.amount - it.fee for it in lines if period in {None, it.period})

    def counted(self, merchant: str, unit: str, period: str) -> set[str]:
        """Of what: batches and offers."""
        place = merchant, unit, period
        return {of for it in self.sold if (it.merchant, it.unit, it.period) == place for of in it.of}

    def settle(self, merchant: str, unit: str, period: str) -> None:
        id = f"{merchant}.{unit}.{period}"
        if period not in self.closed_periods:
            raise No("not-eligible", reason="period-open")
        last, carried = self.settled.get((merchant, unit), ("", 0))
        under_way = any(
            (it.merchant, it.unit) == (merchant, unit) and it.status in {"draft", "checked"}
            for it in self.settlements.values()
        )
        if under_way or period <= last:
            raise No("already-exists", kind="settlement", id=id)
        if any(self.counted(merchant, unit, it) for it in self.closed_periods if last < it < period):
            raise No("not-eligible", reason="earlier-period-open")
        due = self.to_come(merchant, unit, period) + carried
        contested = self.settlements[id].disputed if id in self.settlements else []
        doer = self.client, self.person
        self.settlements[id] = Settlement(merchant, unit, period, due, doer, disputed=[*contested])

    def add_lines(self, id: str, of: tuple[str, ...]) -> None:
        found = self._settlement(id)
        counted = self.counted(found.merchant, found.unit, found.period)
        for line in of:
            self.there("settlement-line", line, dict.fromkeys(counted))
        self._stands(found, "draft")
        for line in of:
            if line in found.lines:
                raise No("already-exists", kind="settlement-line", id=line)
        found.lines += of

    def check(self, id: str) -> None:
        found = self._settlement(id)
        self._stands(found, "draft")
        self.another_person(found.drafter)
        if not self._tied_out(found):
            raise No("not-eligible", reason="lines-missing")
        found.status, found.checker = "checked", (self.client, self.person)

    def _tied_out(self, found: Settlement) -> bool:
        """Sold and returned each: what nothing sold and nothing brought back may be missing."""
        place = found.merchant, found.unit, found.period
        missing = [it.of for it in self.sold if (it.merchant, it.unit, it.period) == place]
        return not any(amount for of in missing for name, amount in of.items() if name not in found.lines)

    def pay(self, id: str) -> None:
        found = self._settlement(id)
        self._stands(found, "checked")
        if found.disputed:
            raise No("not-eligible", reason="disputed")
        self.another_person(found.drafter, found.checker)
        found.status = "paid"
        place = found.merchant, found.unit
        self.paid[place] = self.paid.get(place, 0) + found.payable
        self.settled[place] = found.period, min(0, found.due)

    def withdraw(self, id: str) -> None:
        found = self._settlement(id)
        self._stands(found, "draft", "checked")
        found.status = "withdrawn"

    def dispute(self, id: str, purchase: str) -> None:
        found = self._contested(id, purchase)
        if purchase in found.disputed:
            raise No("already-exists", kind="dispute", id=purchase)
        found.disputed.append(purchase)

    def resolve(self, id: str, purchase: str) -> None:
        found = self._contested(id, purchase)
        if purchase not in found.disputed:
            raise No("not-eligible", reason="not-disputed")
        self.another_person()
        found.disputed.remove(purchase)

    def _contested(self, id: str, purchase: str) -> Settlement:
        found = self._settlement(id)
        sale: Purchase = self.there("purchase", purchase, self.purchases)
        if sale.merchant != found.merchant or found.unit == CNY:
            raise No("not-found", kind="purchase", id=purchase)
        self._stands(found, "draft", "checked")
        return found

    def _settlement(self, id: str) -> Settlement:
        found: Settlement = self.there("settlement", id, self.settlements)
        return found

    def _stands(self, found: Settlement, *statuses: str) -> None:
        if found.status not in statuses:
            raise No("not-eligible", reason="settlement-" + found.status)

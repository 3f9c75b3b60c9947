"""What a kept ledger was asked: a story for each scheme that ships rooms of its own, refusals too."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ledger.coupons.entities import Batch
from ledger.journal.ledger import Ledger
from ledger.room import By
from ledger.scheme.loading import canonical, load_scheme
from ledger.values import Instant

COUNTER: Final = "client:counter-1"


class Step(NamedTuple):
    """A route, the members of its command, who asks and when; the refusal that belongs to it, if one does."""

    route: str
    members: dict[str, Any]
    subject: str = "person:p1"
    at: Instant | None = None
    refused: str | None = None

    @property
    def by(self) -> By:
        """The counter asks for the first person; everybody else comes in person, `system` is nobody."""
        if self.subject == "system":
            return By(principal="system")
        return By(principal=COUNTER if self.subject == "person:p1" else self.subject, subject=self.subject)


Story = Callable[[Ledger], Iterator[Step]]
PEOPLE: Final = ("h1", "h2")
OFFICER, APPROVER, FINANCE = "person:officer", "person:approver", "person:finance"
EVENING: Final = Instant("2022-06-15T10:05:00.000000Z")
"""18:05 in Shanghai, in the evening's slot."""
ISSUED: Final = "id-00000013"
"""The transaction that issues the coupons; ids count up here."""
OVER: Final = Instant("2022-06-15T12:10:00.000000Z")
JULY: Final = Instant("2022-07-01T04:00:00.000000Z")


def primitives(_ledger: Ledger) -> Iterator[Step]:
    """A shop with stock, holds, debt, a reversal and a frozen account."""
    yield from begun("conformance")
    yield Step("item", {"id": "soap", "name": "soap", "price": 10, "unit": "A"})
    yield Step("goods-receipt", {"item": "soap", "quantity": 20})
    for amount, day in ((40, "2022-06-30"), (25, None), (5, "2022-07-31")):
        yield Step("grant", {"to": "holder:h1", "unit": "A", "amount": amount, "expires_on": day})
    soap = {"item": "soap", "quantity": 4}
    yield Step("redemption", {"holder": "h1", "lines": [soap]})
    yield Step("redemption", {"holder": "h1", "lines": [soap | {"quantity": 9}]}, refused="insufficient-funds")
    yield Step("redemption", {"holder": "h1", "lines": [soap | {"quantity": 1}], "hold": True, "expires_in": 600})
    yield Step("grant", {"to": "holder:h2", "unit": "D", "amount": 10})
    yield Step("deduction", {"account": "holder:h2", "unit": "D", "amount": 35, "reason": "correction"})
    yield Step("grant", {"to": "holder:h2", "unit": "D", "amount": 30})
    yield Step("reversal", {"of": "id-00000014", "amount": 10, "reason": "correction"})
    yield Step("freeze", {"account": "holder:h2", "unit": "D", "reason": "correction"})


def patrols(_ledger: Ledger) -> Iterator[Step]:
    """A patrol from its route to points, coins, a policy and a booked seat; one that is too short, and its appeal."""
    yield from begun("patrol")
    points = [{"number": n, "lon_e7": 1_206_000_000, "lat_e7": 280_000_000 + n, "radius_m": 40} for n in (1, 2)]
    yield Step("route", {"id": "songtai", "name": "松台", "owner": "平台", "points": points})
    task = {"route": "songtai", "from_on": "2022-06-15", "to_on": "2022-06-15", "slots": ["evening"], "places": 2}
    yield Step("task", task)
    for holder in PEOPLE:
        claim = {"task": "songtai.2022-06-15.evening", "holder": holder, "id": f"walk-{holder}"}
        yield Step("claim", claim, at=EVENING)
        yield Step("start", {"claim": f"walk-{holder}", "device": "phone"})
    yield Step("claim", {"task": "songtai.2022-06-15.evening", "holder": "h1"}, refused="claim-open")
    for holder, minutes in (("h1", 125), ("h2", 97)):
        yield from _walked(f"walk-{holder}", minutes)
    yield Step("patrol-appeal", {"claim": "walk-h2"}, "person:h2")
    decided = {"claim": "walk-h2", "granted": True, "reason": "gps-drift"}
    yield Step("patrol-appeal-decision", decided, "person:reviewer")
    yield Step(
        "conversion", {"account": "holder:h1", "from_unit": "patrol_point", "to_unit": "patrol_coin", "amount": 20}
    )
    yield from _products()


def _walked(claim: str, minutes: int) -> Iterator[Step]:
    """Finished, and judged by what was measured in its track."""
    yield Step(
        "finish", {"claim": claim, "device": "phone", "track": f"track-{claim}", "commitment": "c" * 64}, at=OVER
    )
    end = f"2022-06-15T{10 + (5 + minutes) // 60:02}:{(5 + minutes) % 60:02}:00.000000Z"
    passed = [{"number": n, "passed_at": EVENING, "nearest_m": 3} for n in (1, 2)]
    measured = {"first_at": EVENING, "last_at": end, "seconds": 60 * minutes, "points": passed}
    measured |= {"fastest_kmh": 5, "fastest_step_kmh": 6, "longest_gap_seconds": 9, "fixes": 900, "walked_m": 7000}
    yield Step("review", {"claim": claim, "measured": measured, "commitment": "c" * 64}, "system")


def _products() -> Iterator[Step]:
    """What coins buy, a second policy that is refused, and a seat."""
    yield Step("grant", {"to": "holder:h2", "unit": "patrol_coin", "amount": 1000})
    for item, price in (("accident-policy", 400), ("recuperation", 100)):
        yield Step("item", {"id": item, "name": item, "price": price, "unit": "patrol_coin"})
        yield Step("goods-receipt", {"item": item, "quantity": 5})
    policy = {"holder": "h2", "lines": [{"item": "accident-policy", "quantity": 1}]}
    yield Step("redemption", policy)
    yield Step("redemption", policy, refused="entitlement-in-force")
    yield Step("entitlement", {"holder": "h2", "code": "recuperation", "reason": "organiser", "id": "voucher"})
    coach = {"id": "coach", "code": "recuperation", "starts_on": "2022-07-09", "ends_on": "2022-07-10", "places": 40}
    yield Step("session", coach)
    yield Step("booking", {"entitlement": "voucher", "session": "coach"})


def coupons(ledger: Ledger) -> Iterator[Step]:
    """Coupons from a fund to a settled merchant: drafted, approved, issued, spent, refunded, replaced, voided."""
    yield from begun("welfare-coupons")
    yield Step("fund", {"id": "f2022", "unit": "cny", "source": "union", "year": 2022}, OFFICER)
    yield Step("appropriation", {"fund": "f2022", "amount": 100_000}, OFFICER)
    shop = {"id": "shop", "name": "惠民超市", "admitted_from_on": "2022-01-01", "goods": ["food"], "rate": 150}
    yield Step("merchant", shop, OFFICER)
    batch = {"id": "b1", "kind": "welfare", "occasion": "dragon-boat", "fund": "f2022", "expires_on": "2022-12-31"}
    yield Step("coupon-batch", batch, OFFICER)
    lines = [{"holder": "h1", "face": 20_000}, {"holder": "h2", "face": 5_000, "pieces": 2}]
    yield Step("coupon-lines", {"batch": "b1", "lines": lines}, OFFICER)
    yield Step("coupon-submission", {"batch": "b1"}, OFFICER)
    seen = {"batch": "b1", "digest": ledger.the(Batch, "b1").digest}
    yield Step("coupon-approval", seen, OFFICER, refused="self-approval")
    yield Step("coupon-approval", seen, APPROVER)
    yield Step("coupon-issue", {"batch": "b1", "lines": [{"holder": holder} for holder in PEOPLE]}, OFFICER)
    yield Step("coupon-batch-finish", {"batch": "b1"}, OFFICER)
    bill = {"merchant": "shop", "coupons": [f"{ISSUED}.14.coupon"], "holder": "h1"}
    yield Step("purchase", bill | {"id": "till-1", "lines": [{"goods": "food", "amount": 15_000}]})
    unfit = {"lines": [{"goods": "household", "amount": 100}]}
    yield Step("purchase", bill | unfit, refused="not-eligible")
    yield Step("purchase-refund", {"purchase": "till-1", "amount": 2_500, "reason": "returned-goods"})
    yield Step("coupon-void", {"coupon": f"{ISSUED}.15.coupon", "reason": "not-needed"}, OFFICER)
    yield from _settled()


def _settled() -> Iterator[Step]:
    """June is closed and the shop has its money, by three people."""
    yield Step("period-close", {"period": "2022-06"}, FINANCE, at=JULY)
    yield Step("settlement", {"merchant": "shop", "unit": "coupon_cny", "period": "2022-06"}, FINANCE)
    june = {"settlement": "shop.coupon_cny.2022-06"}
    yield Step("settlement-lines", june | {"of": ["coupon-batch:b1"]}, FINANCE)
    yield Step("settlement-check", june, APPROVER)
    yield Step("settlement-payment", june | {"reference": "bank-17"}, APPROVER, refused="self-approval")
    yield Step("settlement-payment", june | {"reference": "bank-17"}, "person:cashier")


def begun(scheme: str) -> Iterator[Step]:
    """A scheme, books and two people."""
    yield Step("scheme-adoption", {"scheme": canonical(load_scheme(scheme)), "effective_from": "2022-06-01"})
    yield Step("books", {"period": "2022-06"})
    for holder in PEOPLE:
        yield Step("person", {"holder": holder})


STORIES: Final[Mapping[str, Story]] = {"conformance": primitives, "patrol": patrols, "welfare-coupons": coupons}
UNITS: Final[Mapping[str, str]] = {"conformance": "A", "patrol": "patrol_coin", "welfare-coupons": "coupon_cny"}
"""A unit of each in which somebody is granted something later, to see that the ledger goes on."""

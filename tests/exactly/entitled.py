"""Entitlements that many want at once: the last seat, the last seven, one voucher, one policy, one return."""

from typing import Any, Final

from ledger.deciding import Wish
from ledger.entitlements.commands import BookPlace, CancelEntitlement, IssueEntitlement, OpenSession, UseEntitlement
from ledger.entitlements.entities import EntitlementId, Held, Session, SessionId
from ledger.entitlements.facts import EntitlementIssued
from ledger.journal.ledger import Ledger
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.values import Day, HolderId
from tests.exactly.scenarios import Scenario, buy
from tests.ledgers import COUNTER, balance, sale, stocked

COACH: Final = SessionId("coach")
TODAY: Final = Day("2022-06-15")
EVERYBODY: Final = 128
"""64 of this process, 64 of the other."""


def entitling(ledger: Ledger, **soap: Any) -> None:
    """Under rules by which soap is a policy, unless it is said otherwise, and a seat is booked."""
    tables = canonical(load_scheme("conformance")) | {"version": 2}
    names = {"names": {"zh": "权益", "en": "Right"}}
    bought = names | {"items": ["soap"]} | (soap or {"use": "term", "term_months": 12, "one_in_force": True})
    tables["entitlements"] = {"bought": bought, "seat": names | {"use": "booking"}}
    ledger.submit(AdoptScheme(scheme=tables, effective_from=Day("2022-06-01")), by=COUNTER, key="entitle")


def insured(ledger: Ledger) -> None:
    """One person who could pay for them all."""
    stocked(ledger, points=10_000, stock=1_000)
    entitling(ledger)


def seats(ledger: Ledger, number: int) -> None:
    """A coach of today with some seats, and a voucher for everybody."""
    stocked(ledger, holders=EVERYBODY, points=0)
    entitling(ledger)
    for one in range(EVERYBODY):
        given = IssueEntitlement(id=_voucher(one), holder=HolderId(f"h{one}"), code="seat", reason="correction")
        ledger.submit(given, by=COUNTER, key=f"voucher {one}")
    coach = OpenSession(id=COACH, code="seat", starts_on=TODAY, ends_on=TODAY, places=number)
    ledger.submit(coach, by=COUNTER, key="coach")


def _voucher(number: int) -> EntitlementId:
    return EntitlementId(f"v{number}")


def get_in(ledger: Ledger, number: int, *, voucher: EntitlementId | None = None) -> tuple[Wish, ...]:
    """Book and take the seat, or neither: nobody who comes to the door waits for another day."""
    entitlement = voucher or _voucher(number)
    booking = BookPlace(entitlement=entitlement, session=COACH)
    return (
        ledger.wish(booking, by=COUNTER, key=f"seat {number}"),
        ledger.wish(UseEntitlement(entitlement=entitlement), by=COUNTER),
    )


def on_the_coach(ledger: Ledger) -> tuple[int, int, int]:
    """Who sits, who has a seat and does not sit, who waits."""
    coach = ledger.the(Session, COACH)
    return coach.used, len(coach.booked), len(coach.waiting)


def insured_once(ledger: Ledger) -> tuple[int, int]:
    """What is left of the coins, and how many policies they became."""
    return balance(ledger), len(ledger.the(Held, "h0/bought").having)


def paid_for(ledger: Ledger) -> None:
    """One voucher, to be given back once."""
    stocked(ledger)
    entitling(ledger, use="booking", cancel_days=1)
    ledger.submit(sale(), by=COUNTER, key="paid")


def give_back(ledger: Ledger, number: int) -> Wish:
    issued = (ledger.mapper.decode(row.state).data for row in ledger.storage.facts(0, 1000))
    of = next(fact.entitlement for fact in issued if isinstance(fact, EntitlementIssued))
    command = CancelEntitlement(entitlement=of, reason="correction")
    return ledger.wish(command, by=COUNTER, key=f"return {number}")


ENTITLED: Final = {
    "the last seat": Scenario(lambda ledger: seats(ledger, 1), get_in, 1, "not-eligible", on_the_coach, (1, 0, 0)),
    "the last seven seats": Scenario(
        lambda ledger: seats(ledger, 7), get_in, 7, "not-eligible", on_the_coach, (7, 0, 0)
    ),
    "one voucher": Scenario(
        lambda ledger: seats(ledger, 99),
        lambda ledger, number: get_in(ledger, number, voucher=_voucher(0)),
        1,
        "not-eligible",
        on_the_coach,
        (1, 0, 0),
    ),
    "one policy": Scenario(insured, buy, 1, "entitlement-in-force", insured_once, (9_990, 1)),
    "one return": Scenario(paid_for, give_back, 1, "not-eligible", balance, 100),
}

"""Packs of goods: every one in a depot, with somebody, damaged or explained by a count; bearers keep no name."""

from typing import Any

import pytest

from ledger.handouts.commands import CountKits, DefineKit, HandOutKits, MoveKits, ReceiveKits, ReturnKits
from ledger.handouts.entities import Component, Depot, Kit, depot_id
from ledger.handouts.facts import KitsCounted, KitsHandedOut
from ledger.limits.entities import Counter, counter_id
from ledger.people.commands import RegisterPerson
from ledger.refusals import (
    AlreadyExists,
    ExceedsOriginal,
    LimitExceeded,
    Malformed,
    NotFound,
    OutOfStock,
    Refusal,
    UnknownSchemeTerm,
)
from ledger.room import Command
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.values import HolderId, UnitCode
from tests.given import Story

PACK = DefineKit(
    id="pack",
    name="暖新礼包",
    unit=UnitCode("cny"),
    components=(Component("毛巾", 1, 800), Component("水杯", 1, 2_500), Component("药品", 1, 1_700)),
)
GLOVES = DefineKit(id="gloves", name="手套", unit=UnitCode("cny"), components=(Component("手套", 1, 350),))


def handed(
    pieces: int, holder: str | None = None, *, kit: str = "pack", depot: str = "office", **more: str
) -> HandOutKits:
    signed: dict[str, Any] = {"signature": "sheet-7"} if holder else {}
    return HandOutKits(
        kit=kit,
        depot=depot,
        pieces=pieces,
        occasion="spring-festival",
        holder=HolderId(holder) if holder else None,
        **(signed | more),
    )


def back(hand_out: str, pieces: int, *, damaged: bool = False) -> ReturnKits:
    return ReturnKits(hand_out=hand_out, pieces=pieces, damaged=damaged, reason="returned-goods")


def union(members: int = 2) -> Story:
    made = Story("welfare-coupons").on("2022-06-01")
    made.given(*(RegisterPerson(holder=HolderId(f"m{number}")) for number in range(members)))
    return made.given(PACK, GLOVES, ReceiveKits(kit="pack", depot="office", pieces=200, reference="note-1"))


def depot(made: Story, name: str = "office", kit: str = "pack") -> Depot:
    return made.get(Depot, depot_id(name, kit)) or Depot()


def books(made: Story, account: str) -> int:
    postings = [posting for it in made.journal if (entry := it.data.entry()) for posting in entry.postings]
    return sum(posting.amount for posting in postings if posting.account == account)


def test_200_bought_187_signed_for_3_damaged() -> None:
    made = union(187)
    made.given(*(handed(1, f"m{number}", id=f"h{number}") for number in range(187)))
    made.given(*(back(f"h{number}", 1, damaged=True) for number in range(3)))
    assert (depot(made).good, depot(made).damaged) == (13, 3)
    assert made.the(Kit, "pack").cost == 5_000
    assert (books(made, "given"), books(made, "kits")) == (920_000, 80_000)


def test_990_strangers_in_two_days_leave_210_gloves_and_no_name() -> None:
    made = union().given(ReceiveKits(kit="gloves", depot="station-3", pieces=1_200))
    made.on("2022-06-04")
    for day, sheets in (("2022-06-02", 9), ("2022-06-03", 2)):
        for _ in range(sheets):
            (fact,) = made.when(
                handed(90, kit="gloves", depot="station-3", place="street-7"), occurred_at=f"{day}T04:00:00.000000Z"
            )
            assert isinstance(fact, KitsHandedOut)
            assert fact.holder is None
            assert made.journal[-1].occurred_at[:10] == day
    assert depot(made, "station-3", "gloves").good == 210


def test_1500_boxes_1380_to_46_sites_and_120_prizes_leave_nothing_unexplained() -> None:
    made = union().given(ReceiveKits(kit="gloves", depot="store", pieces=1_500))
    made.given(*(MoveKits(kit="gloves", depot="store", to=f"site-{site}", pieces=30) for site in range(46)))
    made.given(MoveKits(kit="gloves", depot="store", to="prizes", pieces=120))
    assert depot(made, "store", "gloves").good == 0
    assert sum(depot(made, f"site-{site}", "gloves").good for site in range(46)) == 1_380
    (fact,) = made.when(CountKits(kit="gloves", depot="store", good=0))
    assert isinstance(fact, KitsCounted)
    assert (fact.difference, fact.entry()) == (0, None)


def test_a_count_is_the_truth_and_says_what_is_missing() -> None:
    made = union()
    (fact,) = made.when(CountKits(kit="pack", depot="office", good=196, damaged=1))
    assert isinstance(fact, KitsCounted)
    assert (fact.difference, fact.cost, books(made, "missing")) == (-3, 15_000, 15_000)
    made.given(CountKits(kit="pack", depot="office", good=200))
    assert (books(made, "missing"), books(made, "kits")) == (0, 1_000_000)


def test_somebody_may_sign_for_another_and_a_stranger_signs_nothing() -> None:
    made = union()
    (fact,) = made.when(handed(1, "m0", collected_by="note-of-the-vault"))
    assert isinstance(fact, KitsHandedOut)
    assert fact.collected_by == "note-of-the-vault"
    unsigned = HandOutKits(kit="pack", depot="office", pieces=1, occasion="qingming", holder=HolderId("m0"))
    made.refuses(unsigned, Malformed(errors=["signature: whoever is named signs for it, or somebody for him"]))
    only = Malformed(errors=["signature, collected_by: only for a person who is named"])
    made.refuses(handed(1, signature="x"), only)


def capped() -> Story:
    """A scheme in which gifts in kind count, at cost, on what a person may get a year."""
    tables = canonical(load_scheme("welfare-coupons"))
    counted = {"counts": "amount", "kinds": ["grant"], "unit": "cny", "per": ["person"], "window": "year"}
    tables["limits"]["in-kind"] = counted | {"names": {"zh": "实物上限", "en": "In kind"}, "amount": 12_000}
    made = Story(checked(tables)).on("2022-06-01").given(RegisterPerson(holder=HolderId("m0")), PACK)
    return made.given(ReceiveKits(kit="pack", depot="office", pieces=200))


def test_a_gift_in_kind_counts_on_what_a_person_may_get_and_comes_back_with_it() -> None:
    made = capped().given(handed(2, "m0", id="h1"))
    made.refuses(
        handed(1, "m0"), LimitExceeded(rule="in-kind", limit=12_000, used=10_000, offered=2_000, period="2022")
    )
    made.given(back("h1", 1))
    assert made.the(Counter, counter_id("in-kind", "holder:m0", "2022")).used == 5_000
    made.given(handed(1, "m0"))


def test_no_more_comes_back_than_was_given_and_none_that_is_damaged_goes_out() -> None:
    made = union().given(handed(2, "m0", id="h1"), back("h1", 1, damaged=True))
    made.refuses(back("h1", 2), ExceedsOriginal(original=2, reversed=1, requested=2))
    made.refuses(handed(199), OutOfStock(item="pack", requested=199, available=198))


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (PACK, AlreadyExists(kind="kit", id="pack")),
        (handed(1, kit="none"), NotFound(kind="kit", id="none")),
        (handed(1, "nobody"), NotFound(kind="holder", id="nobody")),
        (handed(1, depot="nowhere"), OutOfStock(item="pack", requested=1, available=0)),
        (handed(0), Malformed(errors=["pieces: 1 to 1000000"])),
        (handed(1, id="h0"), AlreadyExists(kind="hand-out", id="h0")),
        (back("none", 1), NotFound(kind="hand-out", id="none")),
        (MoveKits(kit="pack", depot="office", to="office", pieces=1), Malformed(errors=["to: another depot"])),
        (
            DefineKit(id="k", name="k", unit=UnitCode("gold"), components=(Component("x", 1, 1),)),
            UnknownSchemeTerm(term="unit", value="gold"),
        ),
        (DefineKit(id="k", name="k", unit=UnitCode("cny"), components=()), Malformed(errors=["components: 1 to 50"])),
        (
            DefineKit(id="k", name="k", unit=UnitCode("cny"), components=(Component("x", 0, 1),)),
            Malformed(errors=["components: a quantity from 1, a cost from 0"]),
        ),
    ],
)
def test_what_is_wrong_is_said(wish: Command, refusal: Refusal) -> None:
    union().given(handed(1, id="h0")).refuses(wish, refusal)

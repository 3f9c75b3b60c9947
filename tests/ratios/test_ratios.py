"""Ratios: what is missing when the whole grows with each purchase, when it is fixed, and on every level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.ratios.commands import ChangeWhole, OpenRatio, RecordPurchase, WithdrawPurchase
from ledger.ratios.entities import Ratio
from ledger.refusals import (
    AlreadyExists,
    AmountOutOfRange,
    Malformed,
    NotEligible,
    NotFound,
    Refusal,
    UnitMismatch,
    UnknownSchemeTerm,
)
from ledger.room import Command
from ledger.values import MAX_AMOUNT, Day, UnitCode
from tests.given import Story

MOST = MAX_AMOUNT // 10_000


def opened(id: str = "u7", at_least: int = 3_000, **terms: object) -> OpenRatio:
    usual = {"name": "慰问品采购", "unit": UnitCode("cny")}
    return OpenRatio(id=id, at_least=at_least, **(usual | terms))  # type: ignore[arg-type] # the tests' own words


def bought(amount: int, aided: int, ratio: str = "u7", id: str | None = None) -> RecordPurchase:
    return RecordPurchase(id=id, ratio=ratio, amount=amount, aided=aided, reference="invoice-1")


def union(*ratios: OpenRatio) -> Story:
    return Story("welfare-coupons").on("2022-06-01").given(*(ratios or (opened(),)))


def stands(story: Story, id: str = "u7") -> tuple[int, int, int]:
    """The part, the whole, and what is missing."""
    ratio = story.the(Ratio, id)
    return ratio.part, ratio.whole, ratio.share.missing(ratio.part, ratio.whole, moves=ratio.moves)


def test_29_20_per_cent_of_500000_lack_5714_29_and_6000_more_are_enough() -> None:
    story = union().given(bought(50_000_000, 14_600_000))
    assert stands(story) == (14_600_000, 50_000_000, 571_429)
    story.given(bought(600_000, 600_000))
    assert stands(story) == (15_200_000, 50_600_000, 0)


def test_a_whole_that_was_approved_does_not_move() -> None:
    story = union(opened(at_least=2_000, whole=36_000_000)).given(bought(6_840_000, 6_840_000))
    assert stands(story) == (6_840_000, 36_000_000, 360_000)
    story.given(ChangeWhole(ratio="u7", whole=30_000_000, reference="minutes-9"))
    assert stands(story) == (6_840_000, 30_000_000, 0)


def test_what_a_union_buys_counts_for_the_province_too() -> None:
    story = union(
        opened("province", 3_000), opened("u7", 3_000, above="province"), opened("u8", 3_000, above="province")
    )
    story.given(bought(100, 100, "u7", "p1"), bought(300, 0, "u8"))
    assert (stands(story, "u7"), stands(story, "u8")) == ((100, 100, 0), (0, 300, 129))
    assert stands(story, "province") == (100, 400, 29)
    story.given(WithdrawPurchase(purchase="p1", reason="correction"))
    assert stands(story, "province") == (0, 300, 129)
    story.refuses(WithdrawPurchase(purchase="p1", reason="correction"), NotEligible(reason="withdrawn"))


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (opened(), AlreadyExists(kind="ratio", id="u7")),
        (opened("r", 10_000), Malformed(errors=["at_least: 1 to 9999 hundredths of a per cent"])),
        (opened("r", above="none"), NotFound(kind="ratio", id="none")),
        (opened("r", unit=UnitCode("coupon_cny"), above="u7"), UnitMismatch(expected="cny", given="coupon_cny")),
        (opened("r", coupons="none"), UnknownSchemeTerm(term="coupon", value="none")),
        (bought(10, 11), Malformed(errors=[f"amount: 1 to {MOST}; aided: 0 to the amount"])),
        (bought(1, 1, "none"), NotFound(kind="ratio", id="none")),
        (bought(MOST, 0), AmountOutOfRange()),
        (
            opened("y", from_on=Day("2022-01-01")),
            Malformed(errors=["from_on, to_on: only of coupons, which count as they are issued"]),
        ),
        (
            opened("y", coupons="lixian", from_on=Day("2022-12-31"), to_on=Day("2022-01-01")),
            Malformed(errors=["to_on: before from_on"]),
        ),
        (opened("y", coupons="lixian", to_on=Day("2022-02-30")), Malformed(errors=["to_on: 2022-02-30 is no day"])),
        (bought(1, 1, id="p0"), AlreadyExists(kind="aided-purchase", id="p0")),
        (ChangeWhole(ratio="u7", whole=1, reference="r"), NotEligible(reason="whole-moves")),
    ],
)
def test_what_is_wrong_is_said(wish: Command, refusal: Refusal) -> None:
    union().given(bought(1, 1, id="p0")).refuses(wish, refusal)


def test_there_are_no_more_levels_than_there_are_unions_above_unions() -> None:
    story = union(opened("l0"), *(opened(f"l{level}", above=f"l{level - 1}") for level in range(1, 8)))
    story.refuses(opened("l8", above="l7"), NotEligible(reason="too-many-levels"))
    story.given(bought(10, 5, "l7"))
    assert stands(story, "l0")[:2] == (5, 10)


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 500), st.booleans()), max_size=12))
def test_levels_are_sums_of_what_counts(purchases: list[tuple[int, int, bool]]) -> None:
    story = union(opened("province"), opened("u7", above="province"))
    kept = []
    for number, (amount, aided, undone) in enumerate(purchases):
        story.given(bought(amount, min(aided, amount), "u7", f"p{number}"))
        if undone:
            story.given(WithdrawPurchase(purchase=f"p{number}", reason="correction"))
        else:
            kept.append((min(aided, amount), amount))
    sums = (sum(aided for aided, _ in kept), sum(amount for _, amount in kept))
    assert stands(story, "u7")[:2] == stands(story, "province")[:2] == sums

"""Shares add up to the sum, to the unit; ratios are reached when they are reached."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.sharing import Ratio, apportioned, basis_points, evenly, shared
from ledger.values import MAX_AMOUNT

amounts = st.integers(0, MAX_AMOUNT)
weights = st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any)


def test_one_third_and_two_thirds_of_ten_thousand_yuan() -> None:
    assert shared(1_000_000, (1, 2)) == (333_333, 666_667)
    assert shared(3_000_000, (1, 2)) == (1_000_000, 2_000_000)


def test_whoever_is_named_takes_the_odd_unit() -> None:
    assert shared(100, (1, 1, 1), odd=0) == (34, 33, 33)
    assert shared(100, (1, 1, 1), odd=1) == (33, 34, 33)


def test_a_fund_of_three_budget_years_leaves_the_remainder_to_the_last() -> None:
    assert shared(1_000_000_000, (1, 1, 1)) == (333_333_333, 333_333_333, 333_333_334)


@given(amounts, weights, st.data())
def test_shares_sum_to_the_whole_and_none_is_off_by_more_than_the_odd_units(
    amount: int, parts: list[int], data: st.DataObject
) -> None:
    odd = data.draw(st.integers(0, len(parts) - 1))
    given_out = shared(amount, parts, odd)
    assert sum(given_out) == amount
    for place, (share, weight) in enumerate(zip(given_out, parts, strict=True)):
        exact, rest = divmod(amount * weight, sum(parts))
        assert share == exact if place != odd else exact <= share <= exact + len(parts)
        assert rest >= 0


def test_nothing_to_share_by_is_a_defect_of_the_caller() -> None:
    for wrong in ([0, 0], [1, -1]):
        with pytest.raises(ValueError, match="weights"):
            shared(10, wrong)
    with pytest.raises(ValueError, match="nobody"):
        evenly(10, 0)


def test_1156000000_fen_for_30000_members() -> None:
    parts = evenly(1_156_000_000, 30_000)
    assert (parts.count(38_533), parts.count(38_534), sum(parts)) == (20_000, 10_000, 1_156_000_000)
    assert set(parts[:10_000]) == {38_534}


@given(amounts, st.integers(1, 500))
def test_even_parts_differ_by_one_at_most(amount: int, count: int) -> None:
    parts = evenly(amount, count)
    assert (sum(parts), len(parts)) == (amount, count)
    assert max(parts) - min(parts) <= 1
    assert list(parts) == sorted(parts, reverse=True)


def test_aided_purchases_of_29_20_per_cent_lack_5714_29_yuan_since_the_whole_grows_too() -> None:
    aided, bought = 14_600_000, 50_000_000
    ratio = Ratio(30, 100)
    assert basis_points(aided, bought) == 2920
    assert ratio.missing(aided, bought, moves=True) == 571_429
    assert ratio.met(aided + 600_000, bought + 600_000)
    assert basis_points(aided + 600_000, bought + 600_000) == 3004


def test_a_fixed_whole_lacks_the_plain_difference() -> None:
    ratio = Ratio(20, 100)
    assert ratio.met(7_200_000, 36_000_000)
    assert not ratio.met(6_840_000, 36_000_000)
    assert basis_points(6_840_000, 36_000_000) == 1900
    assert ratio.missing(6_840_000, 36_000_000, moves=False) == 360_000


def test_of_nothing_nothing_is_enough() -> None:
    assert Ratio(30, 100).met(0, 0)
    assert basis_points(0, 0) == 0


@given(amounts, amounts, st.integers(1, 99), st.booleans())
def test_what_is_missing_is_the_least_that_reaches_it(part: int, rest: int, per_cent: int, moves: bool) -> None:
    ratio, whole = Ratio(per_cent, 100), part + rest
    missing = ratio.missing(part, whole, moves=moves)
    grown = missing if moves else 0
    assert ratio.met(part + missing, whole + grown)
    if missing:
        assert not ratio.met(part + missing - 1, whole + max(0, grown - 1))


def test_all_of_a_growing_whole_is_never_reached() -> None:
    with pytest.raises(ValueError, match="never reached"):
        Ratio(100, 100).missing(1, 2, moves=True)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8), st.data())
def test_pieces_fit_their_places_and_the_last_piece_takes_exactly_all(room: list[int], data: st.DataObject) -> None:
    left = list(room)
    while sum(left):
        amount = data.draw(st.integers(1, sum(left)))
        parts = apportioned(amount, left)
        assert sum(parts) == amount
        assert all(0 <= part <= size for part, size in zip(parts, left, strict=True))
        left = [size - part for part, size in zip(parts, left, strict=True)]
    assert apportioned(0, room) == (0,) * len(room)


def test_more_than_there_is_does_not_fit() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        apportioned(4, (1, 2))

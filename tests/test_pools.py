"""Ranges of pools: what is taken, given back and counted, against plain sets of single points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.pools import Lot, LotNotOpenError, Pool, Terms, amount_of, first_of, last_of, without
from ledger.values import Day

TEN = Pool("p", Terms(), 1).granted(10)


def points(pool: Pool) -> set[int]:
    return {point for start, end in pool.open for point in range(start, end)}


def lot(start: int, end: int) -> Lot:
    return Lot(pool="p", start=start, end=end)


def test_grants_join_into_one_range_and_count_on() -> None:
    assert TEN.granted(5).open == ((0, 15),)
    assert TEN.taken(lot(0, 10)).granted(5).open == ((10, 15),)


def test_a_range_taken_from_the_middle_leaves_two_and_comes_back_to_its_place() -> None:
    holed = TEN.taken(lot(3, 6))
    assert holed.open == ((0, 3), (6, 10))
    assert holed.restored(lot(3, 6)) == TEN


def test_what_is_not_open_is_not_taken_and_what_is_open_is_not_given_back() -> None:
    holed = TEN.taken(lot(3, 6))
    with pytest.raises(LotNotOpenError):
        holed.taken(lot(5, 8))
    with pytest.raises(LotNotOpenError):
        holed.restored(lot(2, 4))


def test_soonest_expiry_pays_first_then_the_pool_opened_first_and_never_pays_last() -> None:
    june, july = Terms(expires_on=Day("2022-06-30")), Terms(expires_on=Day("2022-07-31"))
    pools = [Pool("never", Terms(), 1), Pool("late", july, 2), Pool("second", june, 4), Pool("first", june, 3)]
    assert [pool.id for pool in sorted(pools, key=lambda pool: pool.order)] == ["first", "second", "late", "never"]


@given(st.lists(st.tuples(st.sampled_from(["grant", "take", "give"]), st.integers(1, 7)), max_size=40))
def test_ranges_are_sets_of_points_whatever_happens(steps: list[tuple[str, int]]) -> None:
    pool, taken = TEN, list[Lot]()
    for step, amount in steps:
        before = points(pool)
        if step == "grant":
            pool = pool.granted(amount)
            assert points(pool) - before == set(range(pool.total - amount, pool.total))
        elif step == "take":
            lots = pool.first(amount)
            for one in lots:
                pool = pool.taken(one)
            taken.extend(lots)
            assert len(before) - len(points(pool)) == amount_of(lots) == min(amount, len(before))
        elif taken:
            back = taken.pop(amount % len(taken))
            pool = pool.restored(back)
            assert len(points(pool)) - len(before) == back.amount
        assert pool.remaining + amount_of(taken) == pool.total
        assert all(before[1] < after[0] for before, after in zip(pool.open, pool.open[1:], strict=False))


@given(st.integers(0, 12), st.integers(0, 12))
def test_first_and_last_parts_of_a_payment_and_what_is_left_of_it(head: int, tail: int) -> None:
    paid = (lot(0, 4), lot(6, 9), Lot(pool="q", start=2, end=5))
    assert amount_of(first_of(paid, head)) == min(head, 10)
    back = last_of(paid, tail)
    assert amount_of(back) == min(tail, 10)
    assert amount_of(without(paid, back)) == 10 - amount_of(back)

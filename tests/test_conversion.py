"""Converting makes no value: it rounds down, takes no more than it needs, and no way round pays."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.conversion import Converted, converted
from ledger.values import MAX_AMOUNT

amounts = st.integers(0, MAX_AMOUNT)
small = st.integers(1, 50)
parts = st.integers(1, MAX_AMOUNT)


def test_what_makes_no_whole_unit_stays() -> None:
    assert converted(7, 1, 2) == Converted(taken=6, given=3)
    assert converted(1, 1, 2) == Converted(taken=0, given=0)


def test_500_points_are_500_coins_at_one_to_one() -> None:
    assert converted(500, 1, 1) == (500, 500)


@given(amounts, parts, parts)
def test_what_is_given_is_rounded_down_and_what_is_taken_just_buys_it(amount: int, up: int, down: int) -> None:
    taken, received = converted(amount, up, down)
    assert received * down <= amount * up < (received + 1) * down
    assert 0 <= taken <= amount
    assert taken * up >= received * down
    assert taken == 0 or (taken - 1) * up < received * down


@given(amounts, parts, parts)
def test_the_remainder_alone_converts_to_nothing(amount: int, up: int, down: int) -> None:
    taken, _ = converted(amount, up, down)
    # Where one unit buys several, nothing is left over that could buy one more.
    assert converted(amount - taken, up, down).given == 0


@given(amounts, small, small, small, small)
def test_no_round_trip_profits_where_the_rates_together_do_not(amount: int, a: int, b: int, c: int, d: int) -> None:
    if a * c > b * d:
        a, b, c, d = b, a, d, c
    out = converted(amount, a, b)
    back = converted(out.given, c, d)
    assert amount - out.taken + back.given <= amount


@given(amounts, parts, parts)
def test_converting_what_was_taken_again_gives_the_same(amount: int, up: int, down: int) -> None:
    out = converted(amount, up, down)
    assert converted(out.taken, up, down) == out

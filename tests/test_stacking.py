"""The solver covers as much as the rules allow, never more than the bill, and says what else there was."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from ledger.stacking import Choice, Offered, Used, choose
from ledger.values import Day


def several(count: int, face: int, **rest: object) -> list[Offered]:
    return [Offered(id=f"{face}-{number}", face=face, left=face, **rest) for number in range(count)]  # type: ignore[arg-type] # the test's own words


def faces(choice: Choice) -> list[int]:
    return sorted(int(used.id.partition("-")[0]) for used in choice.taken.used)


def test_five_of_20_and_four_of_50_on_a_bill_of_171() -> None:
    choice = choose(171, several(5, 20) + several(4, 50))
    assert faces(choice) == [50, 50, 50]
    assert (choice.taken.covered, choice.taken.outside) == (150, 21)
    assert [(way.covered, way.outside) for way in choice.others] == [(100, 71)]


def test_where_any_stack_the_bill_is_nearly_met() -> None:
    choice = choose(171, several(5, 20, stack="any") + several(4, 50, stack="any"))
    assert (choice.taken.covered, choice.taken.outside) == (170, 1)
    assert faces(choice) == [20, 50, 50, 50]


def test_at_most_20_stand_on_one_bill() -> None:
    choice = choose(1000, several(30, 20))
    assert (len(choice.taken.used), choice.taken.covered) == (20, 400)


def test_one_that_stands_alone_stands_alone() -> None:
    choice = choose(300, several(3, 100, stack="alone"))
    assert (len(choice.taken.used), choice.taken.outside) == (1, 200)
    assert len(choice.others) == 2


def test_no_change_is_given_so_a_larger_coupon_stays() -> None:
    choice = choose(30, several(1, 50))
    assert (choice.taken.used, choice.taken.outside) == ((), 30)


def test_a_part_is_spent_where_the_rest_is_kept() -> None:
    choice = choose(171, several(4, 50, splittable=True))
    assert choice.taken.outside == 0
    assert sorted(used.amount for used in choice.taken.used) == [21, 50, 50, 50]


def test_what_was_spent_in_part_counts_with_what_is_left() -> None:
    begun = Offered(id="begun", face=50, left=13, splittable=True)
    assert choose(10, [begun]).taken.used == (Used("begun", 10),)
    assert choose(20, [begun]).taken.used == (Used("begun", 13),)


def test_a_bill_below_the_least_leaves_the_coupon_and_says_so() -> None:
    choice = choose(199, several(1, 100, from_amount=200))
    assert (choice.taken.used, choice.below) == ((), ("100-0",))
    assert choose(200, several(1, 100, from_amount=200)).taken.covered == 100


def test_of_equals_the_one_that_ends_sooner_is_spent() -> None:
    later = Offered(id="later", face=50, left=50, expires_on=Day("2023-12-31"))
    sooner = Offered(id="sooner", face=50, left=50, expires_on=Day("2023-06-30"))
    never = Offered(id="a-never", face=50, left=50)
    assert choose(60, [never, later, sooner]).taken.used == (Used("sooner", 50),)


def test_nothing_held_is_all_paid_outside() -> None:
    assert choose(171, []).taken == ((), 0, 171)


offered = st.builds(
    Offered,
    id=st.uuids().map(str),
    face=st.just(60),
    left=st.integers(1, 60),
    expires_on=st.sampled_from([None, Day("2023-01-01"), Day("2023-02-01")]),
    stack=st.just("any"),
    most=st.just(4),
    splittable=st.just(value=False),
    from_amount=st.just(0),
    goods=st.just(()),
)


@given(st.integers(0, 150), st.lists(offered, max_size=7))
def test_no_other_set_covers_more(bill: int, coupons: list[Offered]) -> None:
    choice = choose(bill, coupons)
    assert 0 <= choice.taken.covered <= bill
    possible = [
        sum(coupon.left for coupon in chosen)
        for size in range(min(4, len(coupons)) + 1)
        for chosen in combinations(coupons, size)
    ]
    assert choice.taken.covered == max(total for total in possible if total <= bill)


@given(st.integers(1, 5000), st.lists(st.sampled_from([20, 50, 100, 33]), max_size=120), st.booleans())
def test_a_wallet_of_a_hundred_is_answered(bill: int, held: list[int], splittable: bool) -> None:
    wallet = [
        Offered(id=str(number), face=face, left=face, stack="any", splittable=splittable)
        for number, face in enumerate(held)
    ]
    choice = choose(bill, wallet)
    assert len({used.id for used in choice.taken.used}) == len(choice.taken.used) <= 20
    assert choice.taken.covered + choice.taken.outside == bill
    assert choice.taken.outside >= 0


# Goods -----------------------------------------------------------------------------------------------------------


def for_goods(id: str, left: int, *goods: str, splittable: bool = False) -> Offered:
    return Offered(id=id, face=left, left=left, stack="any", splittable=splittable, goods=goods)


def test_a_coupon_pays_for_its_goods_alone() -> None:
    choice = choose(140, [for_goods("food", 100, "food", splittable=True)], {"food": 50, "tools": 90})
    assert choice.taken == ((Used("food", 50),), 50, 90)


def test_each_finds_its_goods_in_whatever_order_they_are_shown() -> None:
    basket = {"food": 50, "tools": 50}
    for either in ("a", "z"):
        coupons = [for_goods(either, 50, "food", "tools"), for_goods("m", 50, "food")]
        assert choose(100, coupons, basket).taken.covered == 100


def test_two_that_may_be_split_each_pay_a_part() -> None:
    coupons = [for_goods("food", 80, "food", splittable=True), for_goods("tools", 70, "tools", splittable=True)]
    choice = choose(90, coupons, {"food": 50, "tools": 40})
    assert choice.taken.covered == 90
    assert {used.id: used.amount for used in choice.taken.used} == {"food": 50, "tools": 40}


baskets = st.fixed_dictionaries({"food": st.integers(0, 60), "tools": st.integers(0, 60)})
limited = st.tuples(st.integers(1, 60), st.sampled_from([(), ("food",), ("tools",)]))


@given(baskets, st.lists(limited, max_size=6))
def test_no_other_set_covers_more_of_a_basket(basket: dict[str, int], held: list[tuple[int, tuple[str, ...]]]) -> None:
    coupons = [for_goods(str(number), left, *goods) for number, (left, goods) in enumerate(held)]
    covered = choose(sum(basket.values()), coupons, basket).taken.covered

    def fits(chosen: tuple[Offered, ...]) -> bool:
        of = {goods: sum(it.left for it in chosen if it.goods == goods) for goods in ((), ("food",), ("tools",))}
        over = sum(max(0, of[group,] - basket[group]) for group in basket)
        return not over and sum(of.values()) <= sum(basket.values())

    sets = (chosen for size in range(len(coupons) + 1) for chosen in combinations(coupons, size))
    assert covered == max(sum(it.left for it in chosen) for chosen in sets if fits(chosen))

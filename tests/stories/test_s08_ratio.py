"""S08: 30 % of what a union buys as gifts must be aided goods: 29.20 % lack 5,714.29, 30.04 % and exactly 30.00 % do.

The whole grows with each purchase, and what a union buys counts for its province too.
"""

from collections.abc import Iterator

import pytest

from api.settings import Settings
from tests.stories.programme import Body, Programme, begun

UNIT, PROVINCE = "union-7", "province"


@pytest.fixture
def programme(database: Settings) -> Iterator[Programme]:
    """A union below its province, both with 30 % to reach."""
    with begun(database, "welfare-coupons", "2022-06-01") as running:
        ratio = {"name": "慰问品采购", "unit": "cny", "at_least": 3_000}
        running.do("/ratios", {"id": PROVINCE, **ratio})
        running.do("/ratios", {"id": UNIT, "above": PROVINCE, **ratio})
        yield running


def bought(programme: Programme, amount: int, aided: int, ratio: str = UNIT) -> Body:
    return programme.do(f"/ratios/{ratio}/purchases", {"amount": amount, "aided": aided, "reference": "INV-1"})


def stands(programme: Programme, ratio: str = UNIT) -> tuple[str, bool, int]:
    """Per cent, whether that is enough, and what is missing in fen."""
    found = programme.ask(f"/ratios/{ratio}")
    return found["percent"], found["met"], found["missing"]


def test_29_20_per_cent_lack_5714_29_and_with_6000_more_30_04_are_enough(programme: Programme) -> None:
    bought(programme, 50_000_000, 14_600_000)
    assert stands(programme) == ("29.20", False, 571_429)
    bought(programme, 600_000, 600_000)
    assert stands(programme) == ("30.04", True, 0)


def test_what_is_missing_bought_as_aided_goods_is_exactly_enough_and_a_fen_less_is_not(programme: Programme) -> None:
    bought(programme, 50_000_000, 14_600_000)
    almost = bought(programme, 571_428, 571_428)
    assert stands(programme) == ("29.99", False, 1)
    programme.do(f"/aided-purchases/{almost['id']}/withdraw", {"reason": "correction"})
    bought(programme, 571_429, 571_429)
    assert stands(programme)[1:] == (True, 0)


def test_exactly_30_00_per_cent_is_reached_and_one_fen_of_other_goods_is_too_much(programme: Programme) -> None:
    bought(programme, 50_000_000, 15_000_000)
    assert stands(programme) == ("30.00", True, 0)
    bought(programme, 1, 0)
    assert stands(programme) == ("29.99", False, 1)


def test_the_province_stands_by_all_its_unions_and_forgets_what_is_withdrawn(programme: Programme) -> None:
    programme.do("/ratios", {"id": "union-8", "name": "八号", "unit": "cny", "at_least": 3_000, "above": PROVINCE})
    bought(programme, 50_000_000, 14_600_000)
    wrong = bought(programme, 50_000_000, 0, "union-8")
    assert stands(programme, PROVINCE)[:2] == ("14.60", False)
    programme.do(f"/aided-purchases/{wrong['id']}/withdraw", {"reason": "correction"})
    assert stands(programme, PROVINCE) == stands(programme) == ("29.20", False, 571_429)
    again = programme.refused(f"/aided-purchases/{wrong['id']}/withdraw", {"reason": "correction"})
    assert again["reason"] == "withdrawn"


def test_nobody_enters_more_aided_goods_than_were_bought_nor_moves_a_whole_that_purchases_make(
    programme: Programme,
) -> None:
    more = {"amount": 100, "aided": 101}
    assert programme.refused(f"/ratios/{UNIT}/purchases", more)["code"] == "malformed"
    whole = {"whole": 1, "reference": "minutes-9"}
    assert programme.refused(f"/ratios/{UNIT}/whole", whole)["reason"] == "whole-moves"
    assert programme.refused(f"/ratios/{UNIT}/purchases", {"amount": 1, "aided": 1}, "auditor")["code"] == "forbidden"
    assert stands(programme) == ("0.00", True, 0)
    programme.holds_together()

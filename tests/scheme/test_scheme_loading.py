"""A scheme file is accepted whole or refused with every complaint at once, each at its key."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from ledger.refusals import UnknownSchemeTerm
from ledger.scheme.complaints import PROBLEMS, SchemeError
from ledger.scheme.loading import from_canonical, load_scheme, parse_scheme, shipped
from ledger.values import Day, ItemId
from tests.scheme.wrong_benefits import BENEFITS
from tests.scheme.wrong_regions import REGIONS
from tests.scheme.wrongs import (
    CAMP,
    COIN,
    COSTS,
    GRANTS,
    MEANINGS,
    POLICY,
    SHAPES,
    SMALL,
    changed,
    complaints,
    converting,
    entitling,
    found,
    limited,
    rate,
    walked,
)


def test_the_small_scheme_is_accepted() -> None:
    assert parse_scheme(SMALL).rule == "small/v1"


@pytest.mark.parametrize(("text", "key", "problem"), SHAPES + MEANINGS + REGIONS)
def test_one_thing_wrong_is_one_complaint_at_its_key(text: str, key: str, problem: str) -> None:
    assert (key, problem) in found(text)
    assert "Traceback" not in str(complaints(text)[0].text())


@pytest.mark.parametrize(("text", "key", "problem"), SHAPES)
def test_what_the_shape_check_refuses_the_model_would_refuse_too(text: str, key: str, problem: str) -> None:
    """The walk over the shape must not be stricter than the model, or the reference would lie."""
    if key in {"behaviours.tidy.code", "behaviours.ti dy", "units"}:
        return  # what stands as the key of a table is a rule of the file alone
    with pytest.raises(msgspec.ValidationError):
        from_canonical(tomllib.loads(text))


def test_rates_that_follow_each_other_or_return_what_was_taken_are_accepted() -> None:
    old = rate("c", "point", "coin", "1:2", 'effective_until = "2022-06-30"')
    new = rate("d", "point", "coin", "1:3", 'effective_from = "2022-07-01"')
    scheme = parse_scheme(converting(old, new, rate("e", "coin", "point", "2:1")))
    assert scheme.conversion("point", "coin", Day("2022-06-30")).code == "c"
    assert scheme.conversion("point", "coin", Day("2022-07-01")).code == "d"
    assert scheme.label("d", "zh-CN") == "换d"


def test_a_limit_says_what_it_is_on_each_day() -> None:
    changes = 'changes = [{ from = "2022-07-01", amount = 0 }, { from = "2023-01-01", amount = 9 }]'
    cap = parse_scheme(limited(GRANTS + "amount = 5\n" + changes)).limits["cap"]
    days = ("2022-06-30", "2022-07-01", "2022-12-31", "2023-01-01")
    assert [cap.figure(Day(day)) for day in days] == [5, 0, 0, 9]
    later = parse_scheme(limited(GRANTS + changes)).limits["cap"]
    assert (later.figure(Day("2022-06-30")), later.figure(Day("2022-07-01"))) == (None, 0)


def test_a_way_round_over_three_units_that_profits_is_refused_from_its_first_day() -> None:
    third = COIN.replace("units.coin", "units.hour").replace("币", "时").replace("Coin", "Hour") + rate(
        "d", "coin", "hour"
    )
    late = rate("e", "hour", "point", "2:1", 'effective_from = "2022-07-01"')
    assert [problem for _, problem in found(converting(rate("c", "point", "coin"), third, late))] == [
        "round-trip-profits"
    ]
    fair = late.replace("numerator = 2", "numerator = 1")
    assert parse_scheme(converting(rate("c", "point", "coin"), third, fair)).conversions["e"].numerator == 1


def test_an_entitlement_of_every_use_is_accepted_and_found_by_its_item() -> None:
    term = POLICY + 'items = ["a"]\nfund = "union"\n' + COSTS
    camp = CAMP.replace("once", "booking") + 'items = ["b", "c"]\ncancel_days = 3\nlife = { policy = "never" }\n'
    scheme = parse_scheme(entitling(term, more=camp))
    assert [found and found.code for found in map(scheme.entitlement_of, map(ItemId, "abcd"))] == [
        *("policy", "camp", "camp"),
        None,
    ]
    assert scheme.label("insurer", "zh-CN") == "保险公司"


def test_a_slot_may_last_until_the_day_ends() -> None:
    slot = parse_scheme(walked(slot='opens = "00:00"\ncloses = "24:00"')).slot("evening")
    assert (slot.opens, slot.closes) == ("00:00", "24:00")


def test_a_scheme_without_patrols_says_so_when_asked_for_their_rules() -> None:
    with pytest.raises(UnknownSchemeTerm) as refused:
        _ = parse_scheme(SMALL).patrol_rules
    assert refused.value == UnknownSchemeTerm(term="patrols", value="small")


def test_everything_wrong_is_said_at_once() -> None:
    text = SMALL.replace("points = 5", "points = -5").replace("points = 3", "point = 3").replace('"points"', '"pints"')
    assert found(text) == [
        ("units.point.kind", "misspelt-choice"),
        ("behaviours.tidy.points", "out-of-range"),
        ("behaviours.messy.point", "misspelt-key"),
    ]


def test_a_complaint_names_the_line() -> None:
    wrong = complaints(changed("points = 3", "points = 0"))[0]
    assert SMALL.splitlines()[(wrong.line or 0) - 1] == "points = 3"
    inline = complaints(changed('en = "Tidy"', 'eng = "Tidy"'))[0]
    assert SMALL.splitlines()[(inline.line or 0) - 1].startswith('names = { zh = "整洁"')


def test_a_misspelt_key_is_answered_with_the_right_one() -> None:
    wrong = complaints(changed("points = 3", "piont = 3"))[0]
    assert wrong.sentences("en").remedy == "Did you mean `points`?"
    assert wrong.sentences("zh-CN").remedy == "是否应为 `points`？"


def test_a_file_that_is_no_toml_says_where() -> None:
    wrong = complaints("name = 'small'\nversion = = 1\n")[0]
    assert (wrong.problem, wrong.line) == ("not-toml", 2)


@pytest.mark.parametrize("content", [b"name = '\xce\xd2'", "name = '我'".encode("utf-16")])
def test_a_file_in_another_encoding_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "gb.toml").write_bytes(content)
    with pytest.raises(SchemeError) as refused:
        load_scheme(tmp_path / "gb.toml")
    assert refused.value.errors[0].problem == "not-utf-8"


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "bom.toml").write_bytes(SMALL.encode("utf-8-sig"))
    assert load_scheme(tmp_path / "bom.toml") == parse_scheme(SMALL)


def test_a_scheme_that_is_nowhere_is_answered_with_those_that_ship() -> None:
    with pytest.raises(SchemeError, match=", ".join(shipped())):
        load_scheme("safety-supermarkt")


def test_every_problem_can_happen_and_every_one_has_its_sentences() -> None:
    elsewhere = {"not-found", "not-utf-8", "not-toml"}  # shown by the tests above
    assert {problem for _, _, problem in SHAPES + MEANINGS + BENEFITS + REGIONS} | elsewhere == set(PROBLEMS)
    for english, chinese in PROBLEMS.values():
        assert all(english)
        assert all(chinese)
        assert all(
            any("\u4e00" <= letter <= "\u9fff" for letter in sentence) for sentence in (chinese.what, chinese.remedy)
        )

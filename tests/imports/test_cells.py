"""Cells: badges, codes and amounts as people type them and Excel spoils them."""

import pytest

from api.imports import cells
from api.imports.cells import Cell, UnreadableCell
from api.imports.profile import bare_badge
from ledger.people.badges import print_form
from ledger.refusals import BadgeCheckDigit
from ledger.values import BadgeNumber


@pytest.mark.parametrize(
    "written",
    [
        "YK-0042",
        "yk-0042",
        " YK - 0042 ",
        "\N{FULLWIDTH LATIN CAPITAL LETTER Y}K-\N{FULLWIDTH DIGIT ZERO}042",
        "YK\N{FULLWIDTH HYPHEN-MINUS}0042",
    ],
)
def test_a_badge_is_read_however_it_is_typed(written: str) -> None:
    assert cells.badge(written, bare_badge) == "YK-0042"


def test_a_badge_may_carry_its_check_character() -> None:
    assert cells.badge(print_form(BadgeNumber("YK-0042")).lower(), bare_badge) == "YK-0042"


def test_a_wrong_check_character_is_found() -> None:
    right = print_form(BadgeNumber("YK-0042"))
    with pytest.raises(BadgeCheckDigit):
        cells.badge(right[:-1] + ("7" if right[-1] != "7" else "8"), bare_badge)


@pytest.mark.parametrize("written", [1.1e17, 1e15, "1.1E+17", "1.10101E+17", "1e+05", 42.5, -1.0, True])
def test_a_number_that_excel_has_spoilt_is_never_guessed(written: Cell) -> None:
    with pytest.raises(UnreadableCell):
        cells.code(written)


@pytest.mark.parametrize(
    ("written", "code"), [(42.0, "42"), (42, "42"), ("42.0", "42"), ("42.00", "42"), ("", ""), ("1e5", "1E5")]
)
def test_a_code_from_excel_loses_its_point_nought(written: Cell, code: str) -> None:
    assert cells.code(written) == code


@pytest.mark.parametrize(
    ("written", "amount"), [(35.0, 35), ("35", 35), ("1,200", 1200), ("35.00", 35), (" 35 ", 35), (0, 0)]
)
def test_a_whole_amount_is_read(written: Cell, amount: int) -> None:
    assert cells.whole(written) == amount


@pytest.mark.parametrize(
    "written", ["", "3.5", 3.5, -1, "-1", "三十五", 1e16, "1e3", True, "10元", "9" * 20, "9" * 5000]
)
def test_what_is_no_whole_amount_is_refused(written: Cell) -> None:
    with pytest.raises(UnreadableCell):
        cells.whole(written)


def test_crews_spelt_with_and_without_blanks_are_one() -> None:
    assert cells.label(" 梁板\N{IDEOGRAPHIC SPACE}预制队 ") == cells.label("梁板预制队")


def test_a_name_keeps_its_very_characters() -> None:
    compatible = "\N{CJK COMPATIBILITY IDEOGRAPH-F9D1}"
    assert cells.name(f" {compatible}  大 ") == f"{compatible} 大"

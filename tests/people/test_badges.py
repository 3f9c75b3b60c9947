"""Badge numbers: every slip of a finger is caught, every usual way of typing is understood."""

from itertools import product

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ledger.people.badges import (
    ScannedBadge,
    check_character,
    original,
    parse_badge,
    parse_qr,
    print_form,
    qr_text,
    successor,
)
from ledger.refusals import BadgeCheckDigit, Malformed
from ledger.values import BadgeNumber

TYPED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*-."

NUMBERS = st.builds(
    lambda prefix, serial, issue: BadgeNumber(f"{prefix}-{serial}" + (f"-{issue}" if issue > 1 else "")),
    st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=8),
    st.text(alphabet="0123456789", min_size=1, max_size=12),
    st.integers(1, 999),
)


def read(text: str) -> BadgeNumber | None:
    """The number, or None when it is refused."""
    try:
        return parse_badge(text)
    except (BadgeCheckDigit, Malformed):
        return None


def by_definition(number: str) -> str:
    """ISO/IEC 7064 in its polynomial form, written apart: the weighted sum with the check is 1 modulo 37."""
    symbols = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
    values = [36 if symbol == "-" else symbols.index(symbol) for symbol in number]
    weighted = sum(value * 2 ** (len(values) - place) for place, value in enumerate(values))
    return next(symbol for value, symbol in enumerate(symbols) if (weighted + value) % 37 == 1)


@given(NUMBERS)
def test_the_check_character_is_that_of_the_standard(number: BadgeNumber) -> None:
    assert check_character(number) == by_definition(number)


def test_the_check_character_of_a_published_mod_37_2_number() -> None:
    # ISBT 128 counts its donation numbers by ISO/IEC 7064 MOD 37-2: G123 498 654 321 has the check character H.
    assert check_character(BadgeNumber("G123498654321")) == "H"


@given(NUMBERS)
def test_what_is_printed_can_be_typed(number: BadgeNumber) -> None:
    assert parse_badge(print_form(number)) == number


@given(NUMBERS)
@example(BadgeNumber("A-0-2"))  # A00-2: a zero folded among letters let it pass
@example(BadgeNumber("AOIL-5"))
def test_no_single_wrong_character_passes(number: BadgeNumber) -> None:
    printed = print_form(number)
    for place, wrong in product(range(len(printed)), TYPED):
        slip = printed[:place] + wrong + printed[place + 1 :]
        # O for 0, I and L for 1 are no slips: they are read as what they must be, and never as another number.
        same = wrong == printed[place] or (printed[place], wrong) in {("0", "O"), ("1", "I"), ("1", "L")}
        assert read(slip) in ({None, number} if same else {None}), slip


@given(NUMBERS)
@example(BadgeNumber("O-0"))
@example(BadgeNumber("AO-1-2"))
@example(BadgeNumber("I-1-11"))
@example(BadgeNumber("BJAAXLV-81801184558-744"))  # check I, and 1 for the swapped digits: a folded check let it pass
def test_no_two_neighbours_swapped_pass(number: BadgeNumber) -> None:
    printed = print_form(number)
    for place in range(len(printed) - 1):
        left, right = printed[place], printed[place + 1]
        slip = printed[:place] + right + left + printed[place + 2 :]
        assert left == right or read(slip) is None, slip


@given(NUMBERS, NUMBERS)
def test_the_printed_form_of_one_number_is_no_form_of_another(one: BadgeNumber, other: BadgeNumber) -> None:
    assume(one != other)
    assert print_form(one) != print_form(other)
    assert parse_badge(print_form(one), checked=False) == one


WAYS = ["YK-0001.{}", "yk-0001.{}", " YK - 0001 . {} ", "ＹＫ－０００１．{}", "YK—0001。{}", "\u3000YK-0001.{}\t"]


@pytest.mark.parametrize("typed", [*WAYS, "YK-OOO1.{}", "yk-ooo1.{}", "yk-0ool.{}", "YK-000I·{}", "YK–0001・{}"])
def test_usual_ways_of_typing_are_understood(typed: str) -> None:
    number = BadgeNumber("YK-0001")
    assert parse_badge(typed.format(check_character(number).lower())) == number


def test_letters_are_folded_among_digits_and_digits_never_among_letters() -> None:
    assert parse_badge("IO-1O-I1", checked=False) == "IO-10-11"
    for text in ("1O-10", "I0-10", "IO-IO"):
        with pytest.raises(Malformed):
            parse_badge(text, checked=False)


@pytest.mark.parametrize("number", ["YK-0001", "YK-0001-2", "YK-0001-999"])
def test_the_bare_form_of_files_is_read_only_when_asked_for(number: str) -> None:
    assert parse_badge(number, checked=False) == number
    with pytest.raises(BadgeCheckDigit) as refused:
        parse_badge(number)
    assert (refused.value.code, refused.value.status, refused.value.given) == ("badge-check-digit", 422, number)


def test_a_wrong_check_character_is_refused_in_files_too() -> None:
    wrong = "YK-0001." + ("A" if check_character(BadgeNumber("YK-0001")) != "A" else "B")
    with pytest.raises(BadgeCheckDigit):
        parse_badge(wrong, checked=False)


NO_NUMBERS = [
    "",
    "YK",
    "0001",
    "YK0001",
    "YK-",
    "-0001",
    "YK-0001-1",
    "YK-0001-0",
    "YK-0001-02",
    "YK-0001-1000",
    "YK-00A1",
]


@pytest.mark.parametrize(
    "text", [*NO_NUMBERS, "YK-0001-2-3", "工-0001", "YK-0001\x00", "ſK-0001", "ABCDEFGHI-1", "YK-" + "1" * 13]
)
def test_what_is_no_badge_number_is_malformed(text: str) -> None:
    for checked in (True, False):
        with pytest.raises(Malformed, match="badge: "):
            parse_badge(text, checked=checked)


def test_a_lost_badge_is_followed_by_its_reissues() -> None:
    first = BadgeNumber("YK-0001")
    second = successor(first)
    third = successor(second)
    assert (second, third) == ("YK-0001-2", "YK-0001-3")
    assert original(third) == original(first) == first
    assert len({print_form(number)[-1] for number in (first, second)}) == 2


def test_reissues_end_somewhere() -> None:
    assert successor(BadgeNumber("YK-0001-998")) == "YK-0001-999"
    with pytest.raises(Malformed, match="999 times"):
        successor(BadgeNumber("YK-0001-999"))


@given(NUMBERS)
def test_a_qr_code_says_site_and_number_and_is_read_back(number: BadgeNumber) -> None:
    text = qr_text("SITE-A", number)
    assert text == f"JF1:SITE-A:{print_form(number)}"
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"), "QR's alphanumeric mode"
    assert parse_qr(text) == ScannedBadge("SITE-A", number)


@pytest.mark.parametrize(
    "text", ["", "YK-0001", "JF2:A:YK-0001.7", "JF1::YK-0001.7", "JF1:site:YK-0001.7", "https://a/JF1", "JF1:A:"]
)
def test_another_code_is_no_badge(text: str) -> None:
    with pytest.raises(Malformed):
        parse_qr(text)


def test_an_altered_code_is_refused() -> None:
    altered = qr_text("A", BadgeNumber("YK-0001")).replace("0001", "0002")
    with pytest.raises(BadgeCheckDigit):
        parse_qr(altered)


def test_a_site_that_does_not_fit_the_code_is_refused() -> None:
    with pytest.raises(Malformed, match="site: "):
        qr_text("工地", BadgeNumber("YK-0001"))

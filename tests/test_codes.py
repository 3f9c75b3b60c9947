"""Codes that people type: unguessable, folded, and a slip of the finger is told where it is."""

import os
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codes import ALPHABET, SYMBOLS, new_codes, parse_code, print_form
from ledger.refusals import CodeMistyped, Malformed


def counted() -> Callable[[int], bytes]:
    """Bytes that a test can predict: each call gives other ones."""
    calls = iter(range(1, 10_000))
    return lambda size: (next(calls) * 0x9E3779B97F4A7C15).to_bytes(16, "big")[-8:].ljust(size, b"\x5a")


codes = st.binary(min_size=9, max_size=9).map(lambda bits: new_codes(1, lambda _size: bits)[0])
places = st.integers(0, SYMBOLS - 1)
letters = st.sampled_from(ALPHABET)


@given(codes)
def test_a_code_is_read_back_however_it_is_written(code: str) -> None:
    assert parse_code(code) == code
    assert parse_code(print_form(code)) == code
    assert parse_code(print_form(code).lower()) == code
    assert parse_code(" ".join(code)) == code
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    assert parse_code(wide) == code
    assert parse_code(code.translate(str.maketrans("10V", "IOU"))) == code
    assert parse_code(code.translate(str.maketrans("10", "lo"))) == code


@given(codes, places, letters)
def test_one_wrong_character_is_told_by_its_place(code: str, place: int, letter: str) -> None:
    if letter == code[place]:
        return
    with pytest.raises(CodeMistyped) as refused:
        parse_code(code[:place] + letter + code[place + 1 :])
    assert refused.value.place == place + 1


@given(codes, places, places, letters, letters)
def test_any_two_wrong_characters_are_noticed(code: str, one: int, other: int, left: str, right: str) -> None:
    typed = list(code)
    typed[one], typed[other] = left, right
    if "".join(typed) == code:
        return
    with pytest.raises(CodeMistyped):
        parse_code("".join(typed))


@given(codes, places, places)
def test_characters_that_changed_places_are_noticed(code: str, one: int, other: int) -> None:
    typed = list(code)
    typed[one], typed[other] = code[other], code[one]
    if "".join(typed) == code:
        return
    with pytest.raises(CodeMistyped):
        parse_code("".join(typed))


@pytest.mark.parametrize(
    "text", ["", "7K3M", "7K3M-0001-ABCD-EFG", "7K3M-0001-ABCD-EFGHJ", "7K3M-0001-ABCD-EF!H", "券" * 16]
)
def test_what_cannot_be_a_code_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse_code(text)


def test_codes_are_different_and_bear_70_random_bits() -> None:
    made = new_codes(20_000, os.urandom)
    assert len(set(made)) == 20_000
    assert all(parse_code(code) == code for code in made[:500])
    for place in range(SYMBOLS):
        seen = {code[place] for code in made}
        assert seen == set(ALPHABET), f"place {place} is not random"


def test_a_code_drawn_twice_is_given_once() -> None:
    drawn = iter([bytes(18), bytes(9), bytes(8) + b"\x01"])
    assert len(new_codes(2, lambda _size: next(drawn))) == 2


def test_the_same_random_bytes_make_the_same_codes() -> None:
    assert new_codes(1, counted()) == new_codes(1, counted())

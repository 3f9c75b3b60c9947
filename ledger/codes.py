"""Codes that people type: 70 random bits, letters that look alike folded, a slip of the finger told by its place."""

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Final

from ledger.refusals import CodeMistyped, Malformed

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""32 characters without I, L, O and U: what is read as one of these means 1, 1, 0 and V."""
SYMBOLS: Final = 16
"""Characters of a code, the last two of which check the others."""
_GROUP: Final = 4
_BYTES: Final = 9
"""Random bytes a code: 72 bits, of which 70 are used."""
_LONGEST: Final = 64

_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_ALIKE: Final = str.maketrans("ILOU", "110V")
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BETWEEN: Final = frozenset(" -‐‑‒–—―−\u3000")

# Arithmetic of the field of 32 elements (x^5 + x^2 + 1). A code's 16 values, each times its place's power of the
# generator, sum to 0, and so do they times the squares: any two wrong characters, two that changed places among them,
# break one of the sums, and a single one is found at its place (Reed and Solomon).
_POWERS: Final = [1]
for _ in range(30):
    _POWERS.append(_POWERS[-1] * 2 if _POWERS[-1] < 16 else (_POWERS[-1] * 2) ^ 0b100101)
_LOGS: Final = {power: exponent for exponent, power in enumerate(_POWERS)}


def _times(left: int, right: int) -> int:
    return _POWERS[(_LOGS[left] + _LOGS[right]) % 31] if left and right else 0


def _over(left: int, right: int) -> int:
    return _POWERS[(_LOGS[left] - _LOGS[right]) % 31] if left else 0


def _sums(values: list[int]) -> tuple[int, int]:
    """Both sums, 0 for a code as it was made."""
    first = second = 0
    for place, value in enumerate(values):
        first ^= _times(value, _POWERS[place])
        second ^= _times(value, _POWERS[2 * place % 31])
    return first, second


def _checks(values: list[int]) -> tuple[int, int]:
    """The two values that bring both sums of these 14 to 0."""
    first, second = _sums(values)
    one, other = _POWERS[SYMBOLS - 2], _POWERS[SYMBOLS - 1]
    # one·x + other·y = first, one²·x + other²·y = second.
    y = _over(second ^ _times(one, first), _times(other, other ^ one))
    return _over(first ^ _times(other, y), one), y


def new_codes(count: int, random: Callable[[int], bytes]) -> list[str]:
    """`count` different codes as they are kept: 16 characters without hyphens. `random(n)` gives n unguessable bytes.

    A million takes seconds: two characters at a time by a table, for the checks of a sum are the sum of the checks.
    """
    tables = _TABLES
    codes: dict[str, None] = {}
    while len(codes) < count:
        wanted = count - len(codes)
        drawn = random(_BYTES * wanted)
        for start in range(0, _BYTES * wanted, _BYTES):
            bits = int.from_bytes(drawn[start : start + _BYTES], "big")
            check, pairs = 0, []
            for table in tables:
                text, part = table[bits & 1023]
                pairs.append(text)
                check ^= part
                bits >>= 10
            pairs.append(_PAIRS[check])
            codes["".join(pairs)] = None
    return list(codes)


def print_form(code: str) -> str:
    """As it stands on paper: `7K3M-…`, in groups of four."""
    return "-".join(code[start : start + _GROUP] for start in range(0, SYMBOLS, _GROUP))


def parse_code(text: str) -> str:
    """The code in `text` as it is kept; needs no server, so a till can ask before it sends.

    Case, spaces, hyphens, full-width forms and letters that look alike are folded. Raises Malformed when it cannot be
    a code at all, `code-mistyped` with the place (from 1) of the one wrong character, 0 when more are wrong.
    """
    values = [_VALUES[character] for character in _folded(text)]
    first, second = _sums(values)
    if first or second:
        raise CodeMistyped(place=_place(first, second))
    return "".join(ALPHABET[value] for value in values)


def _place(first: int, second: int) -> int:
    """Where the one wrong character stands, if one alone explains both sums."""
    if not (first and second):
        return 0
    place = _LOGS[_over(second, first)]
    return place + 1 if place < SYMBOLS else 0


def _folded(text: str) -> str:
    narrow = text.translate(_FULL_WIDTH)[:_LONGEST]
    # Only ASCII may change case: elsewhere two letters can share an upper case (ſ and S).
    upper = "".join(letter.upper() if letter.isascii() else letter for letter in narrow if letter not in _BETWEEN)
    folded = upper.translate(_ALIKE)
    if len(folded) != SYMBOLS or any(letter not in _VALUES for letter in folded):
        raise Malformed(errors=[f"code: {SYMBOLS} letters and digits, such as 7K3M-0001-ABCD-EFGH"])
    return folded


def _pairs() -> Iterator[str]:
    return (left + right for left in ALPHABET for right in ALPHABET)


def _contributions(place: int) -> list[tuple[str, int]]:
    """For each pair of characters that may stand at `place`: the pair, and what it adds to the two check values."""

    def alone(left: int, right: int) -> int:
        values = [0] * (SYMBOLS - 2)
        values[place : place + 2] = left, right
        one, other = _checks(values)
        return one * 32 + other

    singles = [alone(value, 0) for value in range(32)], [alone(0, value) for value in range(32)]
    sums = [reduce(int.__xor__, (singles[0][number // 32], singles[1][number % 32])) for number in range(1024)]
    return list(zip(_pairs(), sums, strict=True))


_PAIRS: Final = list(_pairs())
_TABLES: Final = [_contributions(place) for place in range(0, SYMBOLS - 2, 2)]

"""Badge numbers: how a site counts its cards, and the check character that catches a slip of the finger."""

import re
from typing import NamedTuple

from ledger.refusals import BadgeCheckDigit, Malformed
from ledger.values import BadgeNumber

# ISO/IEC 7064 MOD 37-2: a pure system over a prime, so every wrong character and every pair of neighbours swapped
# changes the sum. The hyphen counts as 36, which the standard gives to its extra check character `*`: without a value
# of its own, YK-0001-2 and YK-00012 would share a check character.
_MODULUS = 37
_RADIX = 2
_CHECK_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")}

# The check character stands behind a dot: behind a hyphen, YK-0001 with check 2 would read as the card's reissue.
_NUMBER = re.compile(r"([A-Z]{1,8})-([0-9]{1,12})(?:-([2-9]|[1-9][0-9]{1,2}))?")
# A run without one real digit is not folded: a prefix broken by a slip (AOIL-5 as A-IL-5) would become a serial.
_DIGITS = "(?=[OIL]*[0-9])[0-9OIL]"
_PRINTED = re.compile(rf"([A-Z]{{1,8}})-({_DIGITS}{{1,12}})(?:-({_DIGITS}{{1,3}}))?(?:\.([0-9A-Z*]))?")
_SITE = re.compile(r"[A-Z0-9-]{1,16}")
_LAST_ISSUE = 999
_LONGEST_ECHO = 32

_FOLDED = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width forms, as a Chinese keyboard types them
    | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
    | dict.fromkeys(map(ord, "。。·・"), ".")
)
_AS_DIGITS = str.maketrans("OIL", "011")


class ScannedBadge(NamedTuple):
    """What a badge's QR code says: the site that issued it, and its number. Nothing about the person."""

    site: str
    number: BadgeNumber


def check_character(number: BadgeNumber) -> str:
    """The ISO/IEC 7064 MOD 37-2 check character of a number: a digit, a letter or `*`."""
    remainder = 0
    for character in number:
        remainder = (remainder + _VALUES[character]) * _RADIX % _MODULUS
    return _CHECK_CHARACTERS[(1 - remainder) % _MODULUS]


def print_form(number: BadgeNumber) -> str:
    """The number as it stands on the card and is typed: `YK-0001` becomes `YK-0001.` and its check character."""
    return f"{number}.{check_character(number)}"


def parse_badge(text: str, *, checked: bool = True) -> BadgeNumber:
    """The number in `text`: upper case, ASCII, without its check character.

    Reads the printed form; with `checked=False` also the bare form of site files. Full-width characters, lower case,
    spaces, other dashes and dots are folded, and among the digits behind the prefix O to 0, I and L to 1.
    Raises Malformed for what is no badge number, BadgeCheckDigit when the check character is missing or wrong.
    """
    folded = _fold(text)
    parts = _PRINTED.fullmatch(folded)
    if parts is None:
        raise Malformed(errors=["badge: not a badge number such as " + print_form(BadgeNumber("YK-0001"))])
    prefix, serial, issue, check = parts.groups()
    written = prefix + "-" + serial.translate(_AS_DIGITS)
    number = BadgeNumber(written if issue is None else written + "-" + issue.translate(_AS_DIGITS))
    if not _NUMBER.fullmatch(number):
        raise Malformed(errors=["badge: a reissue is counted from 2, without leading zeros"])
    if check is None and not checked:
        return number
    # O is not taken for 0 here: both are check characters, and two swapped digits would pass as one confused letter.
    if check != check_character(number):
        raise BadgeCheckDigit(given=folded[:_LONGEST_ECHO])
    return number


def original(number: BadgeNumber) -> BadgeNumber:
    """The number of the first card: `YK-0001` for `YK-0001-2`."""
    prefix, serial, _ = _parts(number)
    return BadgeNumber(f"{prefix}-{serial}")


def successor(number: BadgeNumber) -> BadgeNumber:
    """The number of the card that replaces this one: `YK-0001-2` after `YK-0001`, then `YK-0001-3`."""
    prefix, serial, issue = _parts(number)
    if issue >= _LAST_ISSUE:
        raise Malformed(errors=[f"badge: reissued {_LAST_ISSUE} times; give the person a new number"])
    return BadgeNumber(f"{prefix}-{serial}-{issue + 1}")


def qr_text(site: str, number: BadgeNumber) -> str:
    """What the QR code says: `JF1:<site>:<printed form>`, all in QR's alphanumeric mode. Site: 1–16 of A–Z, 0–9, -."""
    if not _SITE.fullmatch(site):
        raise Malformed(errors=["site: 1 to 16 of A-Z, 0-9 and hyphens"])
    return f"JF1:{site}:{print_form(number)}"


def parse_qr(text: str) -> ScannedBadge:
    """Read a scanned code. Raises Malformed when it is no badge of ours, BadgeCheckDigit when it was altered."""
    version, _, rest = text.strip().partition(":")
    site, _, badge = rest.partition(":")
    if version != "JF1" or not _SITE.fullmatch(site):
        raise Malformed(errors=["badge: not the code of a badge"])
    return ScannedBadge(site, parse_badge(badge))


def _fold(text: str) -> str:
    folded = "".join(text.translate(_FOLDED).split())
    # Only ASCII may change case: elsewhere two letters can share an upper case (ſ and S).
    return folded.upper() if folded.isascii() else folded


def _parts(number: BadgeNumber) -> tuple[str, str, int]:
    parts = _NUMBER.fullmatch(number)
    if parts is None:
        raise Malformed(errors=["badge: not a badge number"])
    return parts[1], parts[2], int(parts[3] or 1)

"""Names as they may be seen over a counter: enough to know one's own, too little to learn a stranger's (脱敏)."""

from typing import Final

STAR: Final = "*"


def masked(name: str) -> str:
    """`王钦力` as `王*力`, `王力` as `王*`, `Li Qiang` as `L* Q****`."""
    words = name.split()
    return " ".join(_spelled(word) if word.isascii() else _written(word) for word in words)


def masked_phone(phone: str) -> str:
    """`13812345678` as `138****5678`; of a short one the last two digits alone."""
    return f"{phone[:3]}{STAR * 4}{phone[-4:]}" if len(phone) >= 9 else STAR * 4 + phone[-2:]


def masked_coupon(id: str) -> str:
    """A coupon's short number, `*6713`: enough to find it by, and no id or code that a till would take."""
    return STAR + id.removesuffix(".coupon")[-4:].rpartition(".")[2]


def _spelled(word: str) -> str:
    return word[:1] + STAR * (len(word) - 1)


def _written(word: str) -> str:
    if len(word) <= 2:
        return word[:1] + STAR
    return word[0] + STAR * (len(word) - 2) + word[-1]

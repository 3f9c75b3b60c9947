"""Outcomes: what reading makes of one row, whatever the profile."""

from typing import Literal

import msgspec

from api.answers.sentences import SENTENCES, SHAPES, words_of
from api.imports.wording import ROW_REASONS, Language

SkipKind = Literal["repeat", "duplicate", "out-pass", "unsigned"]
"""Rows that are right and change nothing: a further pass, the very same row again, a pass out, 未签."""


class Private(msgspec.Struct, frozen=True, kw_only=True):
    """Personal data and free text of a row: goes to the vault and nowhere else, never into a fact, log or cause."""

    name: str = ""
    phone: str = ""
    note: str = ""

    def __repr__(self) -> str:
        """Say nothing: a value that is printed by accident ends in a log."""
        return "Private(…)"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was read: `row` is its number in the file, the rest is what it says in our terms."""

    row: int


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is no error and is counted, but changes nothing."""

    row: int
    kind: SkipKind


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that cannot be used: where it stands, the reason code, and what its cell says.

    `column` is the heading as the file has it; `value` is cut short, and '' for cells with personal data.
    """

    file: str
    row: int
    column: str
    code: str
    value: str = ""
    detail: str = ""

    def what(self, language: Language = "zh-CN") -> str:
        """What is wrong, in words."""
        return ROW_REASONS[self.code].what[language].replace("{detail}", _reason(self.detail, language))

    def to_do(self, language: Language = "zh-CN") -> str:
        """What the person can do now."""
        return ROW_REASONS[self.code].to_do[language]


def _reason(code: str, language: Language) -> str:
    """A refusal's code in words; the code stands behind them."""
    if code in SHAPES:
        return f"{SHAPES[code][language == 'en']} ({code})"
    return f"{words_of(code, language).title} ({code})" if code in SENTENCES else code


Result = Item | Skipped | BadRow

"""The pages' words in two languages: gettext catalogues, compiled when they are first needed."""

import io
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from api.answers.sentences import EN, ZH
from ledger.values import Instant, moment

LOCALES: Final = {ZH: "zh_CN", EN: "en"}
"""A page's language → the folder of its catalogue."""
FOLDER: Final = Path(__file__).parent / "locale"


@cache
def words(lang: str) -> Translations:
    """The catalogue of a language."""
    with catalogue(lang).open("rb") as file:
        catalog = read_po(file, locale=LOCALES[lang])
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def catalogue(lang: str) -> Path:
    """Where a language's catalogue lies."""
    return FOLDER / LOCALES[lang] / "LC_MESSAGES" / "messages.po"


def number(value: int, lang: str) -> str:
    """A whole number as people of that language read it."""
    return str(format_decimal(value, locale=LOCALES[lang]))


def money(value: Decimal | int | None, lang: str) -> str:
    """An amount with its digits after the point, `1,250.00`; nothing for none."""
    if value is None:
        return ""
    digits = "#,##0" + ("" if isinstance(value, int) else "." + "0" * -int(value.as_tuple().exponent))
    return str(format_decimal(value, digits, locale=LOCALES[lang]))


def clock_time(at: Instant, zone: str) -> str:
    """An instant on the wall clock of the site: `2022-06-30 18:15`."""
    return _local(at, zone).strftime("%Y-%m-%d %H:%M")


def to_the_second(at: Instant, zone: str) -> str:
    """The same with seconds, for receipts."""
    return _local(at, zone).strftime("%Y-%m-%d %H:%M:%S")


def _local(at: Instant, zone: str) -> datetime:
    return moment(at).astimezone(ZoneInfo(zone))

"""What every table of a scheme is written in: codes, labels, whole numbers, days and times of day."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from ledger.values import MAX_AMOUNT, Day

Code = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,62}$")]
Label = Annotated[str, Meta(min_length=1, max_length=80)]
Amount = Annotated[int, Meta(ge=0, le=MAX_AMOUNT)]
Positive = Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]
Days = Annotated[int, Meta(ge=0, le=36500)]
A_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
OnDay = Annotated[Day, Meta(pattern=A_DAY)]
A_TIME: Final = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
AtTime = Annotated[str, Meta(pattern=A_TIME)]
"""A local time of day, `08:00`; `24:00` is the end of the day. Sorts as text."""


class Names(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people call a thing: a label in Chinese and in English, and what else their files call it."""

    zh: Label
    en: Label
    aliases: tuple[Label, ...] = ()

    def in_language(self, lang: str) -> str:
        """The label in `lang` (`zh-CN`, `zh`, `en`, …); whatever is not Chinese is answered in English."""
        return self.zh if lang.lower().startswith("zh") else self.en

    def spoken(self) -> tuple[str, ...]:
        """Every form a file may use: both labels and the aliases."""
        return (self.zh, self.en, *self.aliases)

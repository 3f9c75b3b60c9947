"""The kinds of values that bodies are made of, each with its form and bounds."""

from datetime import UTC, date, datetime
from typing import Annotated, Final

from msgspec import Meta, Struct

from ledger.journal.ledger import Cause
from ledger.refusals import Malformed
from ledger.values import MAX_AMOUNT, Day, Instant, instant

Amount = Annotated[int, Meta(ge=1, le=MAX_AMOUNT, description="Whole steps of the unit.")]
Price = Annotated[int, Meta(ge=0, le=MAX_AMOUNT)]
Quantity = Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]
Count = Annotated[int, Meta(ge=0, le=MAX_AMOUNT)]
Id = Annotated[str, Meta(pattern="^[!-~]{1,128}$", description="1 to 128 visible ASCII characters.")]
Account = Annotated[
    str, Meta(pattern="^(holder|account):[!-~]{1,128}$", description="`holder:<id>` or `account:<id>`.")
]
Code = Annotated[str, Meta(pattern="^[A-Za-z][A-Za-z0-9_-]{0,62}$", description="A code of the scheme.")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Period = Annotated[str, Meta(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$", description="A local month, `2022-06`.")]
Pin = Annotated[str, Meta(pattern="^[0-9]{4,8}$", description="4 to 8 digits.")]
Moment = Annotated[datetime, Meta(tz=True)]

_EARLIEST: Final = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST: Final = datetime(9998, 1, 1, tzinfo=UTC)


class CauseBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What in the world led to a command: it pays one account once per rule."""

    type: Annotated[str, Meta(min_length=1, max_length=64)]
    id: Annotated[str, Meta(min_length=1, max_length=256)]

    def cause(self) -> Cause:
        """As the ledger takes it."""
        return Cause(type=self.type, id=self.id)


class WriteBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every write may say: what led to it, and when it happened."""

    cause: CauseBody | None = None
    occurred_at: Moment | None = None


def instant_of(moment: datetime, pointer: str) -> Instant:
    """A caller's time as an instant. Raises Malformed where a local calendar could not hold it."""
    # Compared before it is converted: the first hours of the year 1 have no UTC form at all.
    if not _EARLIEST < moment < _LATEST:
        raise Malformed(errors=[f"{pointer}: number-out-of-range"])
    return instant(moment)


def happened_at(moment: datetime, now: Instant, pointer: str = "/occurred_at") -> Instant:
    """A time at which something has happened. Raises Malformed for the future, a minute of clocks apart allowed."""
    at = instant_of(moment, pointer)
    if moment.timestamp() > datetime.fromisoformat(now).timestamp() + 60:
        raise Malformed(errors=[f"{pointer}: future"])
    return at


def day_of(day: date | None) -> Day | None:
    """A caller's day as the ledger writes it."""
    return None if day is None else Day(day.isoformat())

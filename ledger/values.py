"""Whole amounts, instants, days and the names of things: the words every room counts in."""

from datetime import UTC, datetime, timedelta
from typing import Final, NewType

Instant = NewType("Instant", str)
"""A point in time as it is stored and hashed: `2022-06-01T22:02:00.000000Z`. Sorts as text."""
Day = NewType("Day", str)
"""A local calendar day, `2022-06-01`."""
PeriodName = NewType("PeriodName", str)
"""A named period of the books, by default a local month, `2022-06`."""

AccountId = NewType("AccountId", str)
"""`holder:<id>` or `account:<id>`: two namespaces that never meet."""
HolderId = NewType("HolderId", str)
HoldId = NewType("HoldId", str)
UnitCode = NewType("UnitCode", str)
ItemId = NewType("ItemId", str)
BadgeNumber = NewType("BadgeNumber", str)
ProposalId = NewType("ProposalId", str)
RedemptionId = NewType("RedemptionId", str)
RouteId = NewType("RouteId", str)
TaskId = NewType("TaskId", str)
ClaimId = NewType("ClaimId", str)
TxId = NewType("TxId", str)

MAX_AMOUNT: Final = 2**53 - 1
"""The largest integer that every JSON reader of the world keeps exact."""


def instant(moment: datetime) -> Instant:
    """Write an aware `moment` as UTC with exactly six decimals."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a zone: " + moment.isoformat())
    return Instant(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))


def moment(at: Instant) -> datetime:
    """Read an instant back as an aware UTC datetime."""
    return datetime.fromisoformat(at)


def later(at: Instant, *, seconds: int) -> Instant:
    """The instant `seconds` after `at`."""
    return instant(moment(at) + timedelta(seconds=seconds))


def holder_account(holder: str) -> AccountId:
    """The account namespace of a person's value."""
    return AccountId("holder:" + holder)

"""What the model of patrols is made of: tasks, claims, rights and sessions as plain values."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

EAST = timedelta(hours=8)
"""Shanghai, to which no clock does anything."""
SLOTS = {"morning": ("08:00", "11:30"), "afternoon": ("15:00", "17:30"), "evening": ("18:00", "22:00")}
ROUTE, POINTS = "songtai-2", 3
AWARD, A_DAY = 20, 2
"""Points of an approved patrol, and how many are credited for one local day."""
PRICES = {"accident-policy": 40, "recuperation": 20}
FINAL = {
    "already-exists",
    "already-decided",
    "appeal-closed",
    "booking-closed",
    "claim-expired",
    "claim-open",
    "entitlement-in-force",
    "holder-merged",
    "insufficient-funds",
    "limit-exceeded",
    "not-eligible",
    "out-of-stock",
    "patrol-running",
    "refund-closed",
    "self-approval",
    "slot-closed",
    "task-taken",
}
"""Refusals that stand for ever under their key; after all others the key is free."""
WALKED = {"finished", "referred", "approved", "rejected"}
OVER = {"used", "no-show", "cancelled", "lapsed"}


class No(Exception):  # noqa: N818 - an answer, not an error
    """A refusal with its numbers."""

    def __init__(self, code: str, **numbers: Any) -> None:
        super().__init__(code)
        self.code, self.numbers = code, numbers


def written(at: datetime) -> str:
    return at.isoformat(timespec="microseconds") + "Z"


def person_behind(client: str) -> str | None:
    """An app and the ledger itself are nobody; every other client is somebody's."""
    return None if client.startswith(("client:app", "system")) else "person:" + client.rpartition(":")[2]


def local(at: datetime) -> date:
    return (at + EAST).date()


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day) - EAST  # noqa: DTZ001 - the model counts in UTC throughout


@dataclass
class Task:
    on: date
    opens: datetime
    closes: datetime
    places: int
    cancelled: bool = False


@dataclass
class Claim:
    task: str
    holder: str
    start_by: datetime
    makers: set[str]
    status: str = "open"
    device: str | None = None
    started: datetime | None = None
    finish_by: datetime | None = None
    finished: datetime | None = None
    track: str | None = None
    ended: datetime | None = None
    cause: str | None = None
    passed: dict[int, tuple[datetime, int]] = field(default_factory=dict)
    decided_by: str | None = None
    appeal_until: datetime | None = None
    appealed_by: str | None = None
    appeal_decided: bool | None = None
    paid: int = 0


@dataclass
class Right:
    """An entitlement: a policy, or a voucher for a session."""

    code: str
    holder: str
    starts: date
    ends: date
    status: str = "issued"
    session: str | None = None

    @property
    def over(self) -> bool:
        return self.status in OVER


@dataclass
class Session:
    starts: date
    ends: date
    places: int
    booked: list[str] = field(default_factory=list)
    waiting: list[tuple[int, str]] = field(default_factory=list)
    gone: int = 0
    """Places that were used, or not come for."""
    cancelled: bool = False

    @property
    def free(self) -> int:
        return self.places - len(self.booked) - self.gone


def end_of_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)

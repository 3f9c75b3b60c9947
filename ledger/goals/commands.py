"""Wishes about goals."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from ledger.goals.entities import Counted
from ledger.room import Command
from ledger.values import Day, HolderId


class SetGoal(Command, frozen=True, kw_only=True):
    """Say what is planned, and in what it is counted."""

    ROUTE: ClassVar[str] = "goal"

    id: str
    name: str
    plan: int
    counts: Counted
    entitlement: str | UnsetType = UNSET
    """What is counted by itself, as it is used or, of a term, as it is issued; None: what `CountTowards` says."""
    from_on: Day | UnsetType = UNSET
    to_on: Day | UnsetType = UNSET
    """Between which local days, both included; not named: since ever, for ever."""


class CountTowards(Command, frozen=True, kw_only=True):
    """Somebody was served, so many times: once a person and once a household, however often.

    `household` is a reference of the caller's; without a holder nobody is known, and only times are counted.
    """

    ROUTE: ClassVar[str] = "goal-progress"

    goal: str
    holder: HolderId | None = None
    household: str | None = None
    times: int = 1

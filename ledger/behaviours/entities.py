"""A suspension from one period's evaluation."""

from typing import ClassVar

from ledger.room import Entity
from ledger.values import HolderId, PeriodName


class Suspension(Entity, frozen=True, kw_only=True):
    """Its id is that of the deduction's transaction, so that giving the deduction back finds it."""

    KIND: ClassVar[str] = "suspension"

    holder: HolderId
    evaluation: PeriodName
    lifted: bool = False

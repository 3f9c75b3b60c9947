"""Wishes about funds."""

from typing import ClassVar

from ledger.funds.entities import Share
from ledger.room import Command
from ledger.values import UnitCode


class OpenFund(Command, frozen=True, kw_only=True):
    """Let there be a fund of one source; it holds nothing until something is appropriated."""

    ROUTE: ClassVar[str] = "fund"

    id: str
    unit: UnitCode
    source: str
    revolving: bool = False
    year: int | None = None


class AppropriateFund(Command, frozen=True, kw_only=True):
    """Put money into a fund. `reference` names the decision: a minute's number or digest, never text."""

    ROUTE: ClassVar[str] = "appropriation"

    fund: str
    amount: int
    reference: str | None = None


class CommitFunds(Command, frozen=True, kw_only=True):
    """Promise `amount` from funds in the proportion of their weights; odd units go to the last ones."""

    ROUTE: ClassVar[str] = "commitment"

    id: str | None = None
    shares: tuple[Share, ...]
    amount: int
    of: str | None = None


class ReleaseCommitment(Command, frozen=True, kw_only=True):
    """Take back what was promised and is not paid: `amount` of it, or all that is open."""

    ROUTE: ClassVar[str] = "release"

    commitment: str
    amount: int | None = None
    reason: str


class DisburseCommitment(Command, frozen=True, kw_only=True):
    """Pay what was promised: `amount` of it, or all that is open."""

    ROUTE: ClassVar[str] = "disbursement"

    commitment: str
    payee: str
    amount: int | None = None
    reference: str | None = None


class RecoverCommitment(Command, frozen=True, kw_only=True):
    """Somebody pays back what was advanced: `amount` of it, or all that is outstanding."""

    ROUTE: ClassVar[str] = "recovery"

    commitment: str
    payer: str
    amount: int | None = None
    reference: str | None = None


class WriteOffCommitment(Command, frozen=True, kw_only=True):
    """Give up what was advanced and will not come back."""

    ROUTE: ClassVar[str] = "write-off"

    commitment: str
    amount: int | None = None
    reason: str


class CloseFund(Command, frozen=True, kw_only=True):
    """End a fund that has no open commitment; what is free goes back to its source, or on into another fund of it."""

    ROUTE: ClassVar[str] = "fund-closing"

    fund: str
    reason: str
    into: str | None = None
    """What is left of this year's budget is carried forward into that fund, as is what comes free of it later."""

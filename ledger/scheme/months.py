"""The parts of a scheme about how it is kept: what a month does, how proposals are decided, who may be on site."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from ledger.scheme.words import Amount, Days


class Standing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a balance says about a person's standing on site."""

    unit: str
    stand_down_below: Amount | None = None
    """At a balance below this the holder is stood down until retrained; at it, not yet."""


class PeriodRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a month does: its initial grant, and who gets it on joining; how leaving ends."""

    per: Literal["month"] = "month"
    initial: str | None = None
    """The behaviour of kind `initial` whose lot each period grants anew; the old one lapses at the closing."""
    joining: Literal["full", "none"] = "full"
    """What a holder who joins in mid-period is granted of it."""
    leaving_days: Days = 7
    """Local days in which one who has left may still spend; then the rest lapses (R38)."""


class Approvals(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How proposals are decided (R08)."""

    expires_in: Annotated[int, Meta(ge=60, le=31_536_000)] = 2_592_000
    """Seconds after which an undecided proposal lapses."""
    break_glass: bool = False
    """Whether somebody who proposed may carry it out alone when nobody else can be had: a fact of its own says so."""
    maker_may_check: bool = False
    """Lets one person make and approve; off by default, and an audit lists its use."""
    delegates: bool = True
    """Whether an absent approver may name another person for given days."""

"""The part of a scheme for money paid by a rule: a share of a bill, of wages owed, of a need; or a tariff."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from ledger.calendar import WindowKind
from ledger.refusals import UnknownSchemeTerm
from ledger.scheme.words import Amount, Days, Names, OnDay, Positive
from ledger.values import Day


class Rate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_day": "from"}):
    """What a benefit pays from a local day on: a share of its base, or, with `amount`, that much whatever the base."""

    from_day: OnDay | None = None
    """The first local day; None, for the first rate alone: from the beginning."""
    numerator: Positive = 1
    denominator: Positive = 1
    amount: Positive | None = None
    """A tariff (S20): so much for each case."""
    most: Positive | None = None
    """At most so much for one person in one claim (S19: a monthly minimum wage)."""
    ceiling: Positive | None = None
    """At most so much for one person in a cycle (S15)."""


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose money pays, and which part of it: `weight` of all weights; the last one takes the odd unit."""

    fund: str
    weight: Annotated[int, Meta(ge=1, le=1_000_000)] = 1


class Benefit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is paid for a bill, a need or wages owed (S13, S14, S15, S19). A claim keeps what was reckoned for it.

    Nobody gets more than is left of what he claims when others (an insurance) have paid their part.
    """

    code: str
    names: Names
    unit: str
    """A money unit: that of the funds."""
    rates: tuple[Rate, ...]
    """In the order of their days; the local day on which it happened says which one holds."""
    of: Literal["whole", "rest"] = "whole"
    """Of what the rate is a share: the whole bill, or what others left of it."""
    rounding: Literal["down", "up", "nearest"] = "down"
    """To the unit's smallest part; the other side has the odd one."""
    cycle: WindowKind = "year"
    """Over what a ceiling counts, by the local day on which it happened."""
    sources: tuple[Source, ...]
    approval_limit: Amount | None = None
    """Up to so much a claim is paid at once (S15); None: always, 0: each is decided by people."""
    approvers: Annotated[int, Meta(ge=1, le=5)] = 1
    """How many people decide, none of whom claimed it (S13: two)."""
    late_days: Days | None = None
    """A claim made more local days after it happened is decided by people; None: whenever."""
    needs: str | None = None
    """An entitlement of use `term` whose term must hold the day on which it happened (S14: who joined)."""
    evidence: bool = False
    """Whether a claim must name its evidence."""
    once: bool = False
    """Whether a claim must name its cause, such as the bill's number: the bill that comes twice is paid once."""
    own_share: Literal["outside", "collected"] = "outside"
    """What the rule leaves to the person: paid by himself, or collected from him first and paid together (S13)."""
    advance: bool = False
    """Whether it is advanced in somebody's place, who owes it and pays it back (S19)."""

    def rate(self, day: Day) -> Rate:
        """The rate that holds on that local day, or `unknown-scheme-term` before the first."""
        found = None
        for rate in self.rates:
            if (rate.from_day or day) <= day:
                found = rate
        if found is None:
            raise UnknownSchemeTerm(term="benefit", value=f"{self.code} {day}")
        return found

"""The parts of a scheme for patrols and for what their coins buy: slots, review rules, entitlements."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from ledger.calendar import ExpiryPolicy
from ledger.scheme.words import AtTime, Days, Names, Positive
from ledger.values import ItemId


class Slot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time of day in which a patrol is walked, half-open, within one local day (S03)."""

    code: str
    names: Names
    opens: AtTime
    closes: AtTime


class Patrols(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How patrols are claimed, what a walked one is measured by, and what an approved one earns (S03, S50)."""

    claim_minutes: Annotated[int, Meta(ge=1, le=1440)] = 30
    """A claim not started so long after it was made, or after its slot opened if that is later, falls back."""
    finish_hours: Annotated[int, Meta(ge=0, le=720)] = 12
    """After the slot closed, until when a started patrol may be finished."""
    track_hours: Annotated[int, Meta(ge=0, le=8760)] = 72
    """After it was finished, until when its track must have come; then a human decides without one."""
    min_minutes: Annotated[int, Meta(ge=0, le=1440)] = 120
    """How long it must last at least, from the track's first fix to its last."""
    in_order: bool = True
    """Whether the points must be passed in their order."""
    max_kmh: Annotated[int, Meta(ge=1, le=1000)] = 8
    """Faster than this, on average over a window, is not walked."""
    window_seconds: Annotated[int, Meta(ge=1, le=3600)] = 60
    implausible_kmh: Annotated[int, Meta(ge=1, le=100_000)] = 30
    """Faster than this between two fixes is a fault of the receiver, not of the walker: a human looks at it."""
    max_gap_seconds: Annotated[int, Meta(ge=1, le=86_400)] = 300
    """A longer silence of the track sends it to a human."""
    awards: tuple[str, ...] = ()
    """Earning behaviours, each credited once for an approved patrol; none: patrols without points (S50)."""
    appeal_days: Days = 15
    """Local days after a rejection in which it can be appealed."""
    track_days: Days = 30
    """Days that a track is kept after the decision, and at least until the appeal's end."""
    reviewed_by: Literal["machine", "person"] = "machine"
    """Who decides what nothing speaks against; with `person` everything goes to the queue."""


class Cost(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fund's owner owes somebody for each entitlement."""

    unit: str
    amount: Positive
    payee: str


class Criterion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever meets it goes before whoever does not (S22): a ground of the scheme, or no such thing had for so long."""

    ground: str | None = None
    months_since_last: Annotated[int, Meta(ge=1, le=1200)] | None = None
    """Months before the session's first day in which nothing of this kind was had."""


class Entitlement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A right that a holder has: an insurance for a term, a place to book, a voucher to use once (S04, S05)."""

    code: str
    names: Names
    items: tuple[ItemId, ...] = ()
    """Redeeming one piece of one of these shelf items issues one."""
    use: Literal["term", "booking", "once"]
    starts: Literal["next-day", "at-once"] = "at-once"
    term_months: Annotated[int, Meta(ge=1, le=1200)] | None = None
    """With `term`: it ends on the day before the start plus so many months, 2022-07-01 to 2023-06-30."""
    life: ExpiryPolicy | None = None
    """Until when one that was not used can be used; None: no end."""
    one_in_force: bool = False
    """Whether a holder can have no second one while one is in force."""
    cancel_days: Days | None = None
    """Local days before the session's first, until which a place can be given back for a refund; None: never."""
    fund: str | None = None
    cost: Cost | None = None
    ranking: tuple[Criterion, ...] = ()
    """How applications for a place are ranked, the weightiest criterion first; none: as they come, or by hand."""

"""A scheme as a value: units, behaviours, budgets and the rules of periods, approvals and redemptions."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeVar

from msgspec import Meta, Struct

from ledger.calendar import ExpiryPolicy, Never, RollingDays, RollingMonths, RollingYears
from ledger.conversion import Converted, converted
from ledger.refusals import UnknownSchemeTerm
from ledger.scheme.benefiting import Benefit
from ledger.scheme.couponing import CouponTerms
from ledger.scheme.limiting import Kind, Limit
from ledger.scheme.months import Approvals, PeriodRules, Standing
from ledger.scheme.patrolling import Entitlement, Patrols, Slot
from ledger.scheme.reporting import Reported
from ledger.scheme.words import Amount, Code, Days, Names, OnDay, Positive
from ledger.values import Day, ItemId, UnitCode

Confirmation = Literal["pin", "supervisor"]
CODED: Final[tuple[str, ...]] = (
    "units",
    "behaviours",
    "budgets",
    "conversions",
    "limits",
    "funds",
    "slots",
    "entitlements",
    "coupons",
    "benefits",
    "reported",
)
"""Tables whose entries know the key they stand under."""
NAMED: Final[tuple[str, ...]] = ("targets", "payees", "goods", "grounds", "regions", "reasons")
"""Tables whose entries are names and nothing else."""


class Spendable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a balance may be spent (R10): all, what is above `base`, or all but the month's initial lot."""

    policy: Literal["plain", "threshold", "initial-first"] = "plain"
    base: Amount = 0


class Valuation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`units` are worth `fen` in the liability report, and nowhere else: no conversion, no cash-out."""

    units: Positive
    fen: Positive


class Inactivity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a holder has in a unit lapses when he has done nothing with it for so long; whatever he does moves it.

    The clock starts with the first value, and again with the first after everything has lapsed or was spent.
    """

    after: RollingMonths | RollingYears | RollingDays
    """Counted from the local day on which the last activity was recorded."""
    kinds: tuple[Kind, ...] = ("grant", "transfer", "conversion", "redemption", "hold")
    """What counts as activity of whoever earns, pays or sets aside; value that merely arrives does not."""


class Unit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of value. Amounts are whole numbers of its smallest part, `scale` digits after the point."""

    code: UnitCode
    names: Names
    kind: Literal["points", "coin", "money", "hours", "places"]
    scale: Annotated[int, Meta(ge=0, le=6)] = 0
    transferable: bool = False
    lot_life: ExpiryPolicy = Never()
    spendable: Spendable = Spendable()
    negative: Literal["refuse", "floor", "debt"] = "refuse"
    inactivity: Inactivity | None = None
    valuation: Valuation | None = None


class Behaviour(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An earn or deduct rule. `points` is always positive; `kind` says which way they go."""

    code: str
    names: Names
    unit: str
    kind: Literal["earn", "deduct", "opening", "initial"]
    points: Amount = 0
    """0 with `opening` alone: there each row of the takeover names its own amount."""
    per_day: Positive | None = None
    """Times that a local day of `occurred_at` credits (R07); None: no cap."""
    per_period: Positive | None = None
    """Times that a period credits; None: no cap."""
    counts_as: str | None = None
    """Another behaviour whose caps and causes this one shares: a punch put right is that day's check-in."""
    approval_limit: Amount | None = None
    """Up to this many points nobody needs to approve; None: never needed, 0: each needs another person."""
    suspends: bool = False
    """Also puts the holder out of this period's evaluation (redemption goes on)."""
    targets: tuple[str, ...] = ()
    """Which kinds of target a record may name; none: the record names no target."""
    evidence: bool = False
    """Whether a record must name its evidence."""
    budget: str | None = None
    """The issuing budget that it draws on."""
    appeal_days: Days | None = None
    """Local days after it was recorded in which it can be appealed; None: no appeal."""
    lot_life: ExpiryPolicy | None = None
    """How long its lots live, where that differs from the unit's."""
    most: Positive | None = None
    """How many of it one record may name at once, each worth `points` (S26: half hours); None: always one."""


class Budget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much a period may issue (R09): the award that would pass it waits as a proposal."""

    code: str
    names: Names
    unit: str
    amount: Positive
    per: Literal["month"] = "month"


class Conversion(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_unit": "from", "to_unit": "to"}
):
    """A rate between two units: `denominator` of the one are `numerator` of the other, rounded down (S03).

    Only what makes whole units is taken: the remainder stays with the holder.
    """

    code: str
    names: Names
    from_unit: str
    to_unit: str
    numerator: Positive
    denominator: Positive
    expiry: Literal["earlier", "own"] = "earlier"
    """Until when the new lot lives: the earlier of its unit's lot life and the day of what paid; or its own alone."""
    effective_from: OnDay | None = None
    """The first local day of the rate; None: from the beginning."""
    effective_until: OnDay | None = None
    """Its last local day; None: no end."""

    def in_force(self, day: Day) -> bool:
        """Whether the rate holds on that local day."""
        return (self.effective_from or day) <= day <= (self.effective_until or day)

    def of(self, amount: int) -> Converted:
        """What of `amount` is taken, and what is given for it."""
        return converted(amount, self.numerator, self.denominator)


class Fund(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose money or points a grant is paid from: the source that a lot keeps (S30: one share from each of two)."""

    code: str
    names: Names
    members_only: bool = False
    """Whether coupons of this money are for members of the union alone; else for everybody who is registered."""


class Pin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often a PIN may be wrong, and how long it is locked then."""

    tries: Annotated[int, Meta(ge=1, le=100)] = 5
    lock_minutes: Annotated[int, Meta(ge=1, le=10_080)] = 15


class Redemption(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the counter keeps to: holds, who confirms a sale, how long it can be given back."""

    hold_default: Positive = 900
    """Seconds that a hold lasts when nobody says."""
    hold_cap: Positive = 86_400
    """Seconds that a hold may last at most; more is malformed, never clamped."""
    confirmation: tuple[Confirmation, ...] = ()
    """Any one of these confirms a sale; none: a sale needs no confirmation."""
    pin: Pin = Pin()
    refund_days: Days | None = None
    """Local days after a sale in which goods can be returned; None: no end."""
    extend_days: Days = 0
    """By how many days a refund may extend a lot, or date a reissued one; 0: lots keep their old expiry."""


class Scheme(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole scheme. Everything in it is checked before it exists: see `ledger.scheme.loading`."""

    name: Code
    version: Positive
    names: Names
    zone: str = "Asia/Shanghai"
    units: dict[str, Unit]
    behaviours: dict[str, Behaviour] = {}
    budgets: dict[str, Budget] = {}
    conversions: dict[str, Conversion] = {}
    limits: dict[str, Limit] = {}
    funds: dict[str, Fund] = {}
    targets: dict[str, Names] = {}
    reasons: dict[str, Names]
    standing: Standing | None = None
    periods: PeriodRules = PeriodRules()
    approvals: Approvals = Approvals()
    redemption: Redemption = Redemption()
    slots: dict[str, Slot] = {}
    patrols: Patrols | None = None
    entitlements: dict[str, Entitlement] = {}
    payees: dict[str, Names] = {}
    coupons: dict[str, CouponTerms] = {}
    benefits: dict[str, Benefit] = {}
    goods: dict[str, Names] = {}
    grounds: dict[str, Names] = {}
    regions: dict[str, Names] = {}
    reported: dict[str, Reported] = {}

    @property
    def rule(self) -> str:
        """What a fact says priced it: `safety-supermarket/v1`."""
        return f"{self.name}/v{self.version}"

    @property
    def initial(self) -> Behaviour | None:
        """The behaviour that each period grants to every holder, if any."""
        return None if self.periods.initial is None else self.behaviour(self.periods.initial)

    def unit(self, code: str) -> Unit:
        """The unit, or `unknown-scheme-term`."""
        return _known("unit", code, self.units)

    def behaviour(self, code: str) -> Behaviour:
        """The behaviour, or `unknown-scheme-term`."""
        return _known("behaviour", code, self.behaviours)

    def budget(self, code: str) -> Budget:
        """The budget, or `unknown-scheme-term`."""
        return _known("budget", code, self.budgets)

    def conversion(self, from_unit: str, to_unit: str, day: Day) -> Conversion:
        """The rate from one unit to another that holds on that local day, or `unknown-scheme-term`."""
        for rate in self.conversions.values():
            if (rate.from_unit, rate.to_unit) == (from_unit, to_unit) and rate.in_force(day):
                return rate
        raise UnknownSchemeTerm(term="conversion", value=f"{from_unit}>{to_unit}")

    def fund(self, code: str) -> Fund:
        """The funding source, or `unknown-scheme-term`."""
        return _known("fund", code, self.funds)

    @property
    def patrol_rules(self) -> Patrols:
        """How patrols are claimed and reviewed; `unknown-scheme-term` where the scheme has none."""
        if self.patrols is None:
            raise UnknownSchemeTerm(term="patrols", value=self.name)
        return self.patrols

    def slot(self, code: str) -> Slot:
        """The time of day for patrols, or `unknown-scheme-term`."""
        return _known("slot", code, self.slots)

    def entitlement(self, code: str) -> Entitlement:
        """The entitlement, or `unknown-scheme-term`."""
        return _known("entitlement", code, self.entitlements)

    def entitlement_of(self, item: ItemId) -> Entitlement | None:
        """What redeeming one piece of the shelf item issues, if anything."""
        return next((found for found in self.entitlements.values() if item in found.items), None)

    def coupon(self, code: str) -> CouponTerms:
        """The kind of coupon, or `unknown-scheme-term`."""
        return _known("coupon", code, self.coupons)

    def benefit(self, code: str) -> Benefit:
        """The benefit, or `unknown-scheme-term`."""
        return _known("benefit", code, self.benefits)

    def goods_group(self, code: str) -> Names:
        """The names of a group of goods, or `unknown-scheme-term`."""
        return _known("goods", code, self.goods)

    def ground(self, code: str) -> Names:
        """The names of a ground on which applications are ranked, or `unknown-scheme-term`."""
        return _known("ground", code, self.grounds)

    def region(self, code: str) -> Names:
        """The names of a region (a county, a city), or `unknown-scheme-term`."""
        return _known("region", code, self.regions)

    def reported_kind(self, code: str) -> Reported:
        """The kind of reported figure, or `unknown-scheme-term`."""
        return _known("reported", code, self.reported)

    def reason(self, code: str) -> Names:
        """The reason's names, or `unknown-scheme-term`."""
        return _known("reason", code, self.reasons)

    def terms(self) -> dict[str, Names]:
        """Every code of the scheme with its names; a code names one thing, whatever its kind."""
        coded = {code: it.names for table in CODED for code, it in getattr(self, table).items()}
        named = {code: names for table in NAMED for code, names in getattr(self, table).items()}
        return {**coded, **named, self.name: self.names}

    def label(self, code: str, lang: str) -> str:
        """What people call `code` in `lang` (`zh-CN` or `en`); else `unknown-scheme-term`."""
        return _known("term", code, self.terms()).in_language(lang)


T = TypeVar("T")


def _known(term: str, code: str, among: Mapping[str, T]) -> T:
    try:
        return among[code]
    except KeyError:
        raise UnknownSchemeTerm(term=term, value=code) from None

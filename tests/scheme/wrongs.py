"""Schemes in which one thing is wrong, with the complaint that it makes."""

import pytest

from ledger.scheme.complaints import Complaint, SchemeError
from ledger.scheme.loading import parse_scheme

SMALL = """\
name = "small"
version = 1
names = { zh = "小方案", en = "Small" }

[units.point]
names = { zh = "积分", en = "Points" }
kind = "points"

[behaviours.tidy]
names = { zh = "整洁", en = "Tidy" }
unit = "point"
kind = "earn"
points = 5

[behaviours.messy]
names = { zh = "脏乱", en = "Messy" }
unit = "point"
kind = "deduct"
points = 3

[behaviours.start]
names = { zh = "初始", en = "Start" }
unit = "point"
kind = "initial"
points = 100

[behaviours.takeover]
names = { zh = "期初", en = "Takeover" }
unit = "point"
kind = "opening"

[budgets.monthly]
names = { zh = "额度", en = "Budget" }
unit = "point"
amount = 300

[reasons.correction]
zh = "更正"
en = "Correction"

[periods]
initial = "start"
"""


def complaints(text: str) -> list[Complaint]:
    with pytest.raises(SchemeError) as refused:
        parse_scheme(text)
    return refused.value.errors


def found(text: str) -> list[tuple[str, str]]:
    return [(complaint.key, complaint.problem) for complaint in complaints(text)]


def changed(old: str, new: str) -> str:
    assert SMALL.count(old) == 1, "the case changes nothing, or more than one place"
    return SMALL.replace(old, new)


def added(table: str, lines: str) -> str:
    return changed(f"[{table}]\n", f"[{table}]\n{lines}\n")


C_FROM = "conversions.c.effective_from"
SHAPES = [
    (changed("points = 5", "points = -5"), "behaviours.tidy.points", "out-of-range"),
    (changed("points = 5", "points = 1.5"), "behaviours.tidy.points", "not-a-whole-number"),
    (changed("points = 5", "points = 5.0"), "behaviours.tidy.points", "not-a-whole-number"),
    (changed("points = 5", "points = true"), "behaviours.tidy.points", "not-a-whole-number"),
    (changed("points = 5", 'points = "5"'), "behaviours.tidy.points", "not-a-whole-number"),
    (changed("points = 5", "points = 9007199254740992"), "behaviours.tidy.points", "out-of-range"),
    (changed("points = 5", "point = 5"), "behaviours.tidy.point", "misspelt-key"),
    (changed("points = 5", "points = 5\nwage = 5"), "behaviours.tidy.wage", "unknown-key"),
    (added("behaviours.tidy", 'code = "tidy"'), "behaviours.tidy.code", "unknown-key"),
    (changed('{ zh = "整洁", en = "Tidy" }', '{ en = "Tidy" }'), "behaviours.tidy.names.zh", "missing-key"),
    (changed('{ zh = "整洁", en = "Tidy" }', '{ zh = "整洁" }'), "behaviours.tidy.names.en", "missing-key"),
    (changed('en = "Correction"\n', ""), "reasons.correction.en", "missing-key"),
    (changed('{ zh = "整洁", en = "Tidy" }', '{ zh = "整洁", en = "" }'), "behaviours.tidy.names.en", "bad-length"),
    (changed('{ zh = "整洁", en = "Tidy" }', '"Tidy"'), "behaviours.tidy.names", "not-a-table"),
    (changed('kind = "points"', 'kind = "point"'), "units.point.kind", "misspelt-choice"),
    (changed('kind = "points"', 'kind = "xyz"'), "units.point.kind", "unknown-choice"),
    (changed('name = "small"', 'name = "小"'), "name", "bad-code"),
    (changed('name = "small"', "name = 5"), "name", "not-a-text"),
    (changed("[behaviours.tidy]", '[behaviours."ti dy"]'), "behaviours.ti dy", "bad-code"),
    (added("units.point", 'transferable = "no"'), "units.point.transferable", "not-true-or-false"),
    (added("behaviours.tidy", 'targets = "person"'), "behaviours.tidy.targets", "not-a-list"),
    (added("units.point", 'lot_life = "never"'), "units.point.lot_life", "not-a-table"),
    (added("units.point", "lot_life = {}"), "units.point.lot_life.policy", "missing-key"),
    (added("units.point", 'lot_life = { policy = "nevr" }'), "units.point.lot_life.policy", "misspelt-choice"),
    (
        added("units.point", 'lot_life = { policy = "rolling-months" }'),
        "units.point.lot_life.months",
        "missing-key",
    ),
    (
        added("units.point", 'lot_life = { policy = "rolling-days", days = 3, day = 3 }'),
        "units.point.lot_life.day",
        "misspelt-key",
    ),
    (
        changed("[periods]", '[redemption]\nconfirmation = ["pin", "pim"]\n\n[periods]'),
        "redemption.confirmation[1]",
        "misspelt-choice",
    ),
    ("units = 5\n" + SMALL.replace("[units.point]", "[unit.point]"), "units", "not-a-table"),
]

COIN = '[units.coin]\nnames = { zh = "币", en = "Coin" }\nkind = "coin"\n'


def rate(code: str, of: str, to: str, ratio: str = "1:1", more: str = "") -> str:
    numerator, denominator = ratio.split(":")
    named = f'[conversions.{code}]\nnames = {{ zh = "换{code}", en = "{code}" }}\n'
    return named + f'from = "{of}"\nto = "{to}"\nnumerator = {numerator}\ndenominator = {denominator}\n{more}\n'


def converting(*rates: str) -> str:
    return SMALL + COIN + "".join(rates)


RATES = [
    (converting(rate("c", "point", "coin", "0:1")), "conversions.c.numerator", "out-of-range"),
    (converting(rate("c", "point", "coin", more="effective_from = 2022-07-01")), C_FROM, "not-a-text"),
    (converting(rate("c", "point", "coin", more='effective_from = "1 July"')), C_FROM, "not-a-day"),
]
RATES_MEANING = [
    (converting(rate("c", "point", "coins")), "conversions.c.to", "misspelt-term"),
    (converting(rate("c", "point", "point")), "conversions.c.to", "same-unit"),
    (converting(rate("c", "point", "coin", more='effective_from = "2022-02-30"')), C_FROM, "not-a-day"),
    (
        converting(
            rate("c", "point", "coin", more='effective_from = "2022-07-01"\neffective_until = "2022-06-30"'),
        ),
        "conversions.c.effective_until",
        "ends-before",
    ),
    (
        converting(rate("c", "point", "coin"), rate("d", "point", "coin", more='effective_from = "2022-07-01"')),
        "conversions.d",
        "two-rates",
    ),
    (
        converting(rate("c", "point", "coin", "1:2"), rate("d", "coin", "point", "3:1")),
        "conversions.d",
        "round-trip-profits",
    ),
]

MEANINGS = [
    ('zone = "Asia/Shangai"\n' + SMALL, "zone", "unknown-zone"),
    (SMALL.replace("[reasons.correction]", "[reasons.error]"), "reasons.correction", "no-correction"),
    (
        SMALL.replace('unit = "point"\nkind = "earn"', 'unit = "pint"\nkind = "earn"'),
        "behaviours.tidy.unit",
        "misspelt-term",
    ),
    (added("behaviours.tidy", 'budget = "yearly-fund"'), "behaviours.tidy.budget", "unknown-term"),
    (added("behaviours.tidy", 'targets = ["moon"]'), "behaviours.tidy.targets[0]", "unknown-term"),
    (changed('initial = "start"', 'initial = "stat"'), "periods.initial", "misspelt-term"),
    (changed('initial = "start"', 'initial = "tidy"'), "periods.initial", "not-initial"),
    (changed('initial = "start"', ""), "behaviours.start", "never-granted"),
    (changed("points = 5", "points = 0"), "behaviours.tidy.points", "no-points"),
    (added("behaviours.takeover", "points = 5"), "behaviours.takeover.points", "points-in-opening"),
    (added("behaviours.messy", "per_day = 1"), "behaviours.messy.per_day", "only-earning"),
    (added("behaviours.messy", 'budget = "monthly"'), "behaviours.messy.budget", "only-earning"),
    (added("behaviours.tidy", "suspends = true"), "behaviours.tidy.suspends", "only-deducting"),
    (added("behaviours.tidy", "appeal_days = 0"), "behaviours.tidy.appeal_days", "only-deducting"),
    (added("behaviours.start", "approval_limit = 0"), "behaviours.start.approval_limit", "initial-by-itself"),
    (added("behaviours.tidy", "per_day = 3\nper_period = 2"), "behaviours.tidy.per_period", "caps-contradict"),
    (added("behaviours.tidy", 'counts_as = "tidy"'), "behaviours.tidy.counts_as", "counts-as-no-source"),
    (added("behaviours.tidy", 'counts_as = "messy"'), "behaviours.tidy.counts_as", "counts-as-no-source"),
    (added("units.point", "spendable = { base = 100 }"), "units.point.spendable.base", "base-without-threshold"),
    (
        added("units.point", 'spendable = { policy = "threshold" }'),
        "units.point.spendable.base",
        "threshold-without-base",
    ),
    (
        added("units.point", 'spendable = { policy = "threshold", base = 99 }'),
        "units.point.spendable.base",
        "initial-above-base",
    ),
    (
        SMALL.replace("[budgets.monthly]", "[budgets.tidy]"),
        "budgets.tidy",
        "one-code-two-things",
    ),
    (changed('zh = "整洁"', 'zh = "脏乱"'), "behaviours.messy.names", "one-word-two-things"),
    (
        SMALL + "[redemption]\nhold_default = 900\nhold_cap = 60\n",
        "redemption.hold_default",
        "default-above-cap",
    ),
    (
        SMALL
        + '[units.coin]\nnames = { zh = "币", en = "Coin" }\nkind = "coin"\n'
        + 'spendable = { policy = "initial-first" }\n',
        "units.coin.spendable.policy",
        "no-initial-lot",
    ),
    (
        added("behaviours.tidy", 'budget = "monthly"').replace(
            'unit = "point"\namount = 300',
            'unit = "coin"\namount = 300\n[units.coin]\nnames = { zh = "币", en = "Coin" }\nkind = "coin"',
        ),
        "behaviours.tidy.budget",
        "other-unit",
    ),
    (SMALL + '[standing]\nunit = "pts"\n', "standing.unit", "unknown-term"),
    (
        SMALL + "".join(f'[reasons.r{n}]\nzh = "{"理由" * 30}"\nen = "{"reason " * 10}"\n' for n in range(200)),
        "(file)",
        "too-large",
    ),
]


def limited(lines: str, counts: str = "times") -> str:
    return SMALL + f'[limits.cap]\nnames = {{ zh = "上限", en = "Cap" }}\ncounts = "{counts}"\n{lines}\n'


GRANTS = 'kinds = ["grant"]\n'
LIMITS = [
    (
        added("units.point", 'inactivity = { after = { policy = "never" } }'),
        "units.point.inactivity.after.policy",
        "unknown-choice",
    ),
    (limited('amount = 5\nkinds = ["grants"]'), "limits.cap.kinds[0]", "misspelt-choice"),
    (limited(GRANTS + 'amount = 5\nper = ["persn"]'), "limits.cap.per[0]", "misspelt-choice"),
    (limited(GRANTS + "changes = [{ amount = 5 }]"), "limits.cap.changes[0].from", "missing-key"),
    (limited(GRANTS + 'changes = [{ from = "2022", amount = 5 }]'), "limits.cap.changes[0].from", "not-a-day"),
]
LIMITS_MEANING = [
    (
        added("units.point", 'inactivity = { after = { policy = "rolling-days", days = 9 }, kinds = [] }'),
        "units.point.inactivity.kinds",
        "no-kinds",
    ),
    (limited("amount = 5\nkinds = []"), "limits.cap.kinds", "no-kinds"),
    (limited(GRANTS + "amount = 5", counts="amount"), "limits.cap.unit", "amount-without-unit"),
    (limited(GRANTS + "amount = 5", counts="pieces"), "limits.cap.counts", "pieces-of-nothing"),
    (limited(GRANTS + 'amount = 5\nper = ["merchant"]'), "limits.cap.per", "filter-fits-nothing"),
    (limited(GRANTS), "limits.cap.amount", "no-figure"),
    (limited(GRANTS + 'amount = 5\nunit = "pint"'), "limits.cap.unit", "misspelt-term"),
    (limited(GRANTS + 'amount = 5\nbehaviours = ["tidy", "moon"]'), "limits.cap.behaviours[1]", "unknown-term"),
    (limited(GRANTS + 'amount = 5\nreasons = ["moon"]'), "limits.cap.reasons[0]", "unknown-term"),
    (limited(GRANTS + 'amount = 5\nfunds = ["union"]'), "limits.cap.funds[0]", "unknown-term"),
    (limited('amount = 5\nkinds = ["transfer"]\nper = ["fund"]'), "limits.cap.per", "filter-fits-nothing"),
    (
        limited('amount = 5\nkinds = ["hold"]\nreasons = ["correction"]'),
        "limits.cap.reasons",
        "filter-fits-nothing",
    ),
    (
        limited(GRANTS + 'changes = [{ from = "2022-02-01", amount = 5 }, { from = "2022-02-01", amount = 6 }]'),
        "limits.cap.changes[1].from",
        "days-out-of-order",
    ),
    (
        limited(GRANTS + 'changes = [{ from = "2022-02-29", amount = 5 }]'),
        "limits.cap.changes[0].from",
        "not-a-day",
    ),
]


def walked(patrols: str = "", slot: str = 'opens = "18:00"\ncloses = "22:00"') -> str:
    named = 'names = { zh = "晚", en = "Late" }\n'
    return SMALL + f"[slots.evening]\n{named}{slot}\n[patrols]\n{patrols}\n"


FUND = '[funds.union]\nnames = { zh = "工会", en = "Union" }\n[payees.insurer]\nzh = "保险公司"\nen = "Insurer"\n'
POLICY = 'use = "term"\nterm_months = 12\n'
CAMP = '[entitlements.camp]\nnames = { zh = "营", en = "Camp" }\nuse = "once"\n'


def entitling(lines: str, *, more: str = "") -> str:
    return SMALL + FUND + f'[entitlements.policy]\nnames = {{ zh = "险", en = "Policy" }}\n{lines}\n' + more


PATROLS = [
    (walked(slot='opens = "6pm"\ncloses = "22:00"'), "slots.evening.opens", "not-a-time"),
    (walked(slot='opens = "18:00"\ncloses = "24:01"'), "slots.evening.closes", "not-a-time"),
    (walked("max_kmh = 0"), "patrols.max_kmh", "out-of-range"),
    (walked("max_khm = 8"), "patrols.max_khm", "misspelt-key"),
    (walked('reviewed_by = "machines"'), "patrols.reviewed_by", "misspelt-choice"),
    (entitling('use = "terms"'), "entitlements.policy.use", "misspelt-choice"),
    (entitling(POLICY + 'life = { policy = "ever" }'), "entitlements.policy.life.policy", "misspelt-choice"),
    (added("behaviours.tidy", "most = 0"), "behaviours.tidy.most", "out-of-range"),
]
COSTS = 'cost = { unit = "point", amount = 60, payee = "insurer" }\n'
PATROLS_MEANING = [
    (walked(slot='opens = "22:00"\ncloses = "22:00"'), "slots.evening.closes", "closes-before"),
    (walked(slot='opens = "24:00"\ncloses = "24:00"'), "slots.evening.closes", "closes-before"),
    (walked().replace("[slots.evening]", "[slots.tidy]"), "slots.tidy", "one-code-two-things"),
    (SMALL + "[patrols]\n", "slots", "patrols-without-slots"),
    (walked("max_kmh = 30"), "patrols.implausible_kmh", "implausible-too-low"),
    (walked('awards = ["tdy"]'), "patrols.awards[0]", "misspelt-term"),
    (walked('awards = ["tidy", "tidy"]'), "patrols.awards[1]", "named-twice"),
    (walked('awards = ["messy"]'), "patrols.awards[0]", "no-award"),
    *(
        (walked('awards = ["tidy"]').replace("points = 5\n", f"points = 5\n{asks}\n"), "patrols.awards[0]", "no-award")
        for asks in ("approval_limit = 0", "evidence = true", "most = 2")
    ),
    (entitling('use = "term"'), "entitlements.policy.term_months", "term-without-months"),
    (entitling('use = "once"\nterm_months = 12'), "entitlements.policy.term_months", "other-use"),
    (entitling(POLICY + 'life = { policy = "never" }'), "entitlements.policy.life", "other-use"),
    (entitling('use = "once"\ncancel_days = 0'), "entitlements.policy.cancel_days", "other-use"),
    (entitling(POLICY + COSTS), "entitlements.policy.fund", "cost-without-fund"),
    (entitling(POLICY + 'fund = "unoin"'), "entitlements.policy.fund", "misspelt-term"),
    (
        entitling(POLICY + 'fund = "union"\n' + COSTS.replace("insurer", "broker")),
        "entitlements.policy.cost.payee",
        "unknown-term",
    ),
    (
        entitling(POLICY + 'fund = "union"\n' + COSTS.replace('"point"', '"yuan"')),
        "entitlements.policy.cost.unit",
        "unknown-term",
    ),
    (entitling(POLICY + 'items = ["a", "b", "a"]'), "entitlements.policy.items[2]", "named-twice"),
    (
        entitling(POLICY + 'items = ["a"]', more=CAMP + 'items = ["b", "a"]\n'),
        "entitlements.camp.items[1]",
        "named-twice",
    ),
    (added("behaviours.takeover", "most = 2"), "behaviours.takeover.most", "one-at-a-time"),
    (added("behaviours.tidy", "most = 9007199254740991"), "behaviours.tidy.most", "most-too-much"),
]

SHAPES += RATES + LIMITS + PATROLS


def couponed(lines: str, *, unit: str = 'kind = "money"') -> str:
    """The small scheme with a unit of money and one kind of coupon in it."""
    money = f'[units.yuan]\nnames = {{ zh = "元", en = "Yuan" }}\n{unit}\n'
    coupon = f'[coupons.gift]\nnames = {{ zh = "券", en = "Gift" }}\n{lines}\n'
    return SMALL + money + coupon + '[goods.food]\nzh = "食品"\nen = "Food"\n'


COUPONS_MEANING = [
    (couponed('unit = "point"'), "coupons.gift.unit", "coupon-no-money"),
    (couponed('unit = "yaun"'), "coupons.gift.unit", "misspelt-term"),
    (
        couponed('unit = "yuan"', unit='kind = "money"\nnegative = "debt"'),
        "coupons.gift.unit",
        "coupon-unit-not-plain",
    ),
    (couponed('unit = "yuan"\ngoods = ["foood"]'), "coupons.gift.goods[0]", "misspelt-term"),
    (couponed('unit = "yuan"\nmerchants = ["a", "a"]'), "coupons.gift.merchants[1]", "named-twice"),
]


def ranked(criteria: str, use: str = "booking") -> str:
    """A place for which applications are ranked, by a ground that there is."""
    return entitling(f'use = "{use}"\nranking = [{criteria}]') + '[grounds.front]\nzh = "一线"\nen = "Front line"\n'


FRONT, RESTED = '{ ground = "front" }', "{ months_since_last = 36 }"
RANKING = [(ranked("{ months_since_last = 0 }"), "entitlements.policy.ranking[0].months_since_last", "out-of-range")]
RANKING_MEANING = [
    (ranked('{ ground = "frond" }'), "entitlements.policy.ranking[0].ground", "misspelt-term"),
    (ranked(f"{FRONT}, {RESTED}, {FRONT}"), "entitlements.policy.ranking[2]", "named-twice"),
    (ranked("{ }"), "entitlements.policy.ranking[0]", "criterion-unclear"),
    (ranked('{ ground = "front", months_since_last = 36 }'), "entitlements.policy.ranking[0]", "criterion-unclear"),
    (ranked(FRONT, use="once"), "entitlements.policy.ranking", "other-use"),
    (
        ranked(", ".join(f"{{ months_since_last = {months} }}" for months in range(1, 18))),
        "entitlements.policy.ranking",
        "too-many-criteria",
    ),
    (ranked(FRONT).replace("[grounds.front]", "[grounds.tidy]"), "grounds.tidy", "one-code-two-things"),
    (
        SMALL + '[reported.gift]\nnames = { zh = "捐赠", en = "Gift" }\nunit = "pint"\n',
        "reported.gift.unit",
        "misspelt-term",
    ),
]
SHAPES += RANKING
MEANINGS += RATES_MEANING + LIMITS_MEANING + PATROLS_MEANING + COUPONS_MEANING + RANKING_MEANING

"""What a scheme of the right shape can still get wrong: terms that are missing, rules that contradict."""

from collections.abc import Iterable, Iterator

from ledger.calendar import known_zone
from ledger.scheme.checking_benefits import check_benefits, mentioned_by_benefits
from ledger.scheme.checking_coupons import check_coupons, mentioned_by_coupons
from ledger.scheme.checking_limits import check_limits
from ledger.scheme.checking_patrols import check_entitlements, check_patrols, mentioned_by_patrols
from ledger.scheme.checking_rates import check_conversions
from ledger.scheme.complaints import Complaints, Path
from ledger.scheme.limiting import Limit
from ledger.scheme.model import CODED, NAMED, Behaviour, Scheme
from ledger.scheme.words import Names
from ledger.values import MAX_AMOUNT


def check_meaning(scheme: Scheme, out: Complaints) -> None:
    """Complain of everything that would let the scheme decide wrongly or not at all."""
    if not known_zone(scheme.zone):
        out.add(("zone",), "unknown-zone", word=scheme.zone)
    if "correction" not in scheme.reasons:
        out.add(("reasons", "correction"), "no-correction")
    if scheme.redemption.hold_default > scheme.redemption.hold_cap:
        limits = scheme.redemption
        out.add(("redemption", "hold_default"), "default-above-cap", default=limits.hold_default, cap=limits.hold_cap)
    _check_words(scheme, out)
    _check_terms(scheme, out)
    for behaviour in scheme.behaviours.values():
        _check_behaviour(behaviour, out)
        _check_quantity(behaviour, out)
        _check_neighbours(behaviour, scheme, out)
    _check_units(scheme, out)
    _check_initial(scheme, out)
    check_conversions(scheme, out)
    check_limits(scheme, out)
    check_patrols(scheme, out)
    check_entitlements(scheme, out)
    check_coupons(scheme, out)
    check_benefits(scheme, out)


# Words -------------------------------------------------------------------------------------------------------


def _check_words(scheme: Scheme, out: Complaints) -> None:
    """A code names one thing in the whole scheme, a word of a file one behaviour and one target."""
    owner: dict[str, str] = {}
    for table in (*CODED, *NAMED):
        for code in getattr(scheme, table):
            if code in owner:
                out.add((table, code), "one-code-two-things", word=code, other=owner[code])
            owner.setdefault(code, f"{table}.{code}")
    _check_spoken("behaviours", ((code, it.names) for code, it in scheme.behaviours.items()), out)
    _check_spoken("targets", scheme.targets.items(), out)


def _check_spoken(table: str, named: Iterable[tuple[str, Names]], out: Complaints) -> None:
    owner: dict[str, str] = {}
    for code, names in named:
        for word in dict.fromkeys((code, *names.spoken())):
            if word in owner:
                out.add((table, code, "names"), "one-word-two-things", word=word, other=f"{table}.{owner[word]}")
            owner.setdefault(word, code)


def _check_terms(scheme: Scheme, out: Complaints) -> None:
    """Whatever one part names, another part has."""
    known = {
        "unit": list(scheme.units),
        "behaviour": list(scheme.behaviours),
        "budget": list(scheme.budgets),
        "target": list(scheme.targets),
        "reason": list(scheme.reasons),
        "fund": list(scheme.funds),
        "payee": list(scheme.payees),
        "goods": list(scheme.goods),
        "region": list(scheme.regions),
        "entitlement": list(scheme.entitlements),
        "ground": list(scheme.grounds),
    }
    for path, kind, word in _mentions(scheme):
        if word not in known[kind]:
            out.add_unknown(path, "term", word, known[kind])


def _mentions(scheme: Scheme) -> Iterator[tuple[Path, str, str]]:
    """(where, kind, word) of every term that names another."""
    for code, behaviour in scheme.behaviours.items():
        here = ("behaviours", code)
        yield (*here, "unit"), "unit", behaviour.unit
        if behaviour.budget is not None:
            yield (*here, "budget"), "budget", behaviour.budget
        if behaviour.counts_as is not None:
            yield (*here, "counts_as"), "behaviour", behaviour.counts_as
        for number, target in enumerate(behaviour.targets):
            yield (*here, f"targets[{number}]"), "target", target
    yield from _units_named(scheme)
    for limit in scheme.limits.values():
        yield from _mentioned_by(limit)
    if scheme.standing is not None:
        yield ("standing", "unit"), "unit", scheme.standing.unit
    if scheme.periods.initial is not None:
        yield ("periods", "initial"), "behaviour", scheme.periods.initial
    yield from mentioned_by_patrols(scheme)
    yield from mentioned_by_coupons(scheme)
    yield from mentioned_by_benefits(scheme)


def _units_named(scheme: Scheme) -> Iterator[tuple[Path, str, str]]:
    for table in ("budgets", "reported"):
        for code, entry in getattr(scheme, table).items():
            yield (table, code, "unit"), "unit", entry.unit
    for code, rate in scheme.conversions.items():
        yield ("conversions", code, "from"), "unit", rate.from_unit
        yield ("conversions", code, "to"), "unit", rate.to_unit


def _mentioned_by(limit: Limit) -> Iterator[tuple[Path, str, str]]:
    here = ("limits", limit.code)
    if limit.unit is not None:
        yield (*here, "unit"), "unit", limit.unit
    filters = {"behaviours": limit.behaviours, "reasons": limit.reasons, "funds": limit.funds}
    for key, words in filters.items():
        for number, word in enumerate(words):
            yield (*here, f"{key}[{number}]"), key.removesuffix("s"), word
    for region in limit.regions:
        yield (*here, "regions", region), "region", region


# Behaviours --------------------------------------------------------------------------------------------------


def _check_behaviour(behaviour: Behaviour, out: Complaints) -> None:
    """What a behaviour says agrees with its kind."""
    here, kind = ("behaviours", behaviour.code), behaviour.kind
    if kind == "opening" and behaviour.points:
        out.add((*here, "points"), "points-in-opening")
    if kind != "opening" and not behaviour.points:
        out.add((*here, "points"), "no-points", kind=kind)
    for key in _set(behaviour, "per_day", "per_period", "counts_as", "budget"):
        if kind == "deduct":
            out.add((*here, key), "only-earning", kind=kind)
    for key in _set(behaviour, "suspends", "appeal_days"):
        if kind != "deduct":
            out.add((*here, key), "only-deducting", kind=kind)
    for key in _set(behaviour, "per_day", "per_period", "counts_as", "approval_limit", "budget", "lot_life"):
        if kind == "initial":
            out.add((*here, key), "initial-by-itself")
    day, period = behaviour.per_day, behaviour.per_period
    if day is not None and period is not None and period < day:
        out.add((*here, "per_period"), "caps-contradict", day=day, period=period)


def _check_quantity(behaviour: Behaviour, out: Complaints) -> None:
    here, most = ("behaviours", behaviour.code, "most"), behaviour.most
    if most is not None and behaviour.kind not in ("earn", "deduct"):
        out.add(here, "one-at-a-time", kind=behaviour.kind)
    if most is not None and behaviour.points * most > MAX_AMOUNT:
        out.add(here, "most-too-much", limit=MAX_AMOUNT)


def _set(behaviour: Behaviour, *keys: str) -> Iterator[str]:
    """Those of `keys` that the behaviour gives a value."""
    # By identity: an approval limit of 0 equals False, yet it is a limit.
    return (key for key in keys if not any(getattr(behaviour, key) is empty for empty in (None, False)))


def _check_neighbours(behaviour: Behaviour, scheme: Scheme, out: Complaints) -> None:
    """The budget and the caps that a behaviour borrows fit it."""
    budget = scheme.budgets.get(behaviour.budget or "")
    if budget is not None and budget.unit != behaviour.unit:
        out.add(("behaviours", behaviour.code, "budget"), "other-unit", other=budget.unit, unit=behaviour.unit)
    lender = scheme.behaviours.get(behaviour.counts_as or "")
    if lender is not None and not _lends(lender, behaviour):
        out.add(("behaviours", behaviour.code, "counts_as"), "counts-as-no-source", word=lender.code)


def _lends(lender: Behaviour, borrower: Behaviour) -> bool:
    fits = lender.kind == "earn" and lender.unit == borrower.unit and lender.counts_as is None
    return fits and lender.code != borrower.code


# Units and the initial lot -----------------------------------------------------------------------------------


def _check_units(scheme: Scheme, out: Complaints) -> None:
    granted = scheme.behaviours.get(scheme.periods.initial or "")
    for code, unit in scheme.units.items():
        rule, here = unit.spendable, ("units", code, "spendable")
        if rule.policy == "threshold" and not rule.base:
            out.add((*here, "base"), "threshold-without-base")
        if rule.policy != "threshold" and rule.base:
            out.add((*here, "base"), "base-without-threshold", base=rule.base, policy=rule.policy)
        if unit.inactivity is not None and not unit.inactivity.kinds:
            out.add(("units", code, "inactivity", "kinds"), "no-kinds")
        initial = granted.points if granted is not None and granted.unit == code else 0
        if rule.policy == "threshold" and 0 < rule.base < initial:
            out.add((*here, "base"), "initial-above-base", initial=initial, base=rule.base)
        if rule.policy == "initial-first" and not initial:
            out.add((*here, "policy"), "no-initial-lot")


def _check_initial(scheme: Scheme, out: Complaints) -> None:
    named = scheme.behaviours.get(scheme.periods.initial or "")
    if named is not None and named.kind != "initial":
        out.add(("periods", "initial"), "not-initial", word=named.code, kind=named.kind)
    for code, behaviour in scheme.behaviours.items():
        if behaviour.kind == "initial" and code != scheme.periods.initial:
            out.add(("behaviours", code), "never-granted")

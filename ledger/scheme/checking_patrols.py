"""What slots, patrols and entitlements can get wrong: awards that nobody can give, terms without end."""

from collections.abc import Iterator
from typing import Final

from ledger.scheme.complaints import Complaints, Path
from ledger.scheme.model import Behaviour, Scheme
from ledger.scheme.patrolling import Entitlement, Patrols

MOST_CRITERIA: Final = 16


def check_patrols(scheme: Scheme, out: Complaints) -> None:
    """Complain of slots that end before they begin, and of reviews that nothing could pass or pay for."""
    for slot in scheme.slots.values():
        if slot.closes <= slot.opens:
            out.add(("slots", slot.code, "closes"), "closes-before", opens=slot.opens, closes=slot.closes)
    if scheme.patrols is not None:
        _check_reviews(scheme.patrols, scheme, out)


def _check_reviews(patrols: Patrols, scheme: Scheme, out: Complaints) -> None:
    if not scheme.slots:
        out.add(("slots",), "patrols-without-slots")
    if patrols.implausible_kmh <= patrols.max_kmh:
        speeds = {"implausible": patrols.implausible_kmh, "fast": patrols.max_kmh}
        out.add(("patrols", "implausible_kmh"), "implausible-too-low", **speeds)
    for number, code in enumerate(patrols.awards):
        here = ("patrols", f"awards[{number}]")
        if code in patrols.awards[:number]:
            out.add(here, "named-twice", word=code, other=f"patrols.awards[{patrols.awards.index(code)}]")
        award = scheme.behaviours.get(code)
        if award is not None and not _awardable(award):
            out.add(here, "no-award", word=code)


def _awardable(award: Behaviour) -> bool:
    """Whether a review can credit it by itself: it names no evidence or quantity, and asks no second person again."""
    asks = award.evidence or award.targets or award.most is not None or award.approval_limit is not None
    return award.kind == "earn" and not asks


def check_entitlements(scheme: Scheme, out: Complaints) -> None:
    """Complain of entitlements whose keys do not go with their use, and of items that would issue two things."""
    issues: dict[str, str] = {}
    for code, entitlement in scheme.entitlements.items():
        for number, item in enumerate(entitlement.items):
            here = f"entitlements.{code}.items[{number}]"
            if item in issues:
                out.add(("entitlements", code, f"items[{number}]"), "named-twice", word=item, other=issues[item])
            issues.setdefault(item, here)
        for key, problem in _contradictions(entitlement):
            out.add(("entitlements", code, key), problem, use=entitlement.use)
        _check_ranking(code, entitlement, out)


def _contradictions(entitlement: Entitlement) -> Iterator[tuple[str, str]]:
    """Keys that do not go with what the entitlement is for, each with its problem."""
    term = entitlement.use == "term"
    if term and entitlement.term_months is None:
        yield "term_months", "term-without-months"
    if not term and entitlement.term_months is not None:
        yield "term_months", "other-use"
    if term and entitlement.life is not None:
        yield "life", "other-use"
    if entitlement.use != "booking" and entitlement.cancel_days is not None:
        yield "cancel_days", "other-use"
    if entitlement.cost is not None and entitlement.fund is None:
        yield "fund", "cost-without-fund"
    if entitlement.use != "booking" and entitlement.ranking:
        yield "ranking", "other-use"


def _check_ranking(code: str, entitlement: Entitlement, out: Complaints) -> None:
    """Each criterion is one thing, and not too many: a rank is a number that everybody keeps exact."""
    for number, criterion in enumerate(entitlement.ranking):
        if (criterion.ground is None) == (criterion.months_since_last is None):
            out.add(("entitlements", code, f"ranking[{number}]"), "criterion-unclear")
        elif criterion in entitlement.ranking[:number]:
            words = {
                "word": criterion.ground or str(criterion.months_since_last),
                "other": f"entitlements.{code}.ranking",
            }
            out.add(("entitlements", code, f"ranking[{number}]"), "named-twice", **words)
    if len(entitlement.ranking) > MOST_CRITERIA:
        out.add(("entitlements", code, "ranking"), "too-many-criteria", limit=MOST_CRITERIA)


def mentioned_by_patrols(scheme: Scheme) -> Iterator[tuple[Path, str, str]]:
    """(where, kind, word) of every term that patrols and entitlements name."""
    for number, word in enumerate(scheme.patrols.awards if scheme.patrols else ()):
        yield ("patrols", f"awards[{number}]"), "behaviour", word
    for code, entitlement in scheme.entitlements.items():
        here = ("entitlements", code)
        for number, criterion in enumerate(entitlement.ranking):
            if criterion.ground is not None:
                yield (*here, f"ranking[{number}]", "ground"), "ground", criterion.ground
        if entitlement.fund is not None:
            yield (*here, "fund"), "fund", entitlement.fund
        if entitlement.cost is not None:
            yield (*here, "cost", "unit"), "unit", entitlement.cost.unit
            yield (*here, "cost", "payee"), "payee", entitlement.cost.payee

"""What limits can get wrong: no figure, days out of order, amounts of no unit, filters that nothing can fit."""

from typing import Final

from ledger.calendar import known_day
from ledger.scheme.complaints import Complaints, Path
from ledger.scheme.limiting import Kind, Limit, Regional
from ledger.scheme.model import Scheme

_TOLD_BY: Final[dict[str, frozenset[Kind]]] = {
    "behaviour": frozenset({"grant", "deduction"}),
    "reason": frozenset({"grant", "deduction"}),
    "fund": frozenset({"grant"}),
    "merchant": frozenset({"redemption"}),
}
"""Which kinds of movement bear such a code at all."""


def check_limits(scheme: Scheme, out: Complaints) -> None:
    """Complain of limits that would limit nothing, or not what they say."""
    for limit in scheme.limits.values():
        _check_counted(limit, out)
        _check_figures(limit, out)
        _check_filters(limit, out)


def _check_counted(limit: Limit, out: Complaints) -> None:
    here = ("limits", limit.code)
    if not limit.kinds:
        out.add((*here, "kinds"), "no-kinds")
    if limit.counts == "amount" and limit.unit is None:
        out.add((*here, "unit"), "amount-without-unit")
    if limit.counts == "pieces" and set(limit.kinds) - {"redemption"}:
        out.add((*here, "counts"), "pieces-of-nothing")


def _check_figures(limit: Limit, out: Complaints) -> None:
    here = ("limits", limit.code)
    _check_dated(limit, here, out)
    for code, regional in limit.regions.items():
        _check_dated(regional, (*here, "regions", code), out)
    if limit.regions and "person" not in limit.per:
        out.add((*here, "per"), "regions-of-nobody")


def _check_dated(figures: Limit | Regional, here: Path, out: Complaints) -> None:
    """Some figure, and changes in the order of their days."""
    if figures.amount is None and not figures.changes:
        out.add((*here, "amount"), "no-figure")
    before = ""
    for number, change in enumerate(figures.changes):
        place = (*here, f"changes[{number}]", "from")
        if not known_day(change.from_day):
            out.add(place, "not-a-day", value=change.from_day)
        elif change.from_day <= before:
            out.add(place, "days-out-of-order", day=change.from_day, before=before)
        before = change.from_day


def _check_filters(limit: Limit, out: Complaints) -> None:
    here = ("limits", limit.code)
    named = {"behaviours": limit.behaviours, "reasons": limit.reasons, "funds": limit.funds}
    asked = [(key, key.removesuffix("s")) for key, words in named.items() if words]
    asked += [("per", part) for part in limit.per if part != "person"]
    for key, part in asked:
        if limit.kinds and not _TOLD_BY[part].intersection(limit.kinds):
            out.add((*here, key), "filter-fits-nothing", kinds=", ".join(limit.kinds))

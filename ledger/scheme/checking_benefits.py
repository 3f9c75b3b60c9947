"""What benefits can get wrong: a unit that is no money, rates without order, nobody who pays or decides."""

from collections.abc import Iterator

from ledger.calendar import known_day
from ledger.scheme.benefiting import Benefit, Rate
from ledger.scheme.complaints import Complaints, Path
from ledger.scheme.model import Scheme


def check_benefits(scheme: Scheme, out: Complaints) -> None:
    """Complain of benefits that could not be reckoned, or that nobody would pay."""
    for code, benefit in scheme.benefits.items():
        unit = scheme.units.get(benefit.unit)
        if unit is not None and unit.kind != "money":
            out.add(("benefits", code, "unit"), "benefit-no-money", unit=benefit.unit, kind=unit.kind)
        needed = scheme.entitlements.get(benefit.needs or "")
        if needed is not None and needed.use != "term":
            out.add(("benefits", code, "needs"), "other-use", use=needed.use)
        _check_sources(benefit, out)
        _check_rates(benefit, out)
        if benefit.approval_limit is None and benefit.approvers > 1:
            out.add(("benefits", code, "approvers"), "nobody-decides", approvers=benefit.approvers)


def _check_sources(benefit: Benefit, out: Complaints) -> None:
    here = ("benefits", benefit.code)
    if not benefit.sources:
        out.add((*here, "sources"), "no-sources")
    words = [source.fund for source in benefit.sources]
    for number, word in enumerate(words):
        if word in words[:number]:
            other = ".".join((*here, "sources"))
            out.add((*here, f"sources[{number}]", "fund"), "named-twice", word=word, other=other)


def _check_rates(benefit: Benefit, out: Complaints) -> None:
    here = ("benefits", benefit.code)
    if not benefit.rates:
        out.add((*here, "rates"), "no-rates")
    before = ""
    for number, rate in enumerate(benefit.rates):
        place = (*here, f"rates[{number}]")
        _check_share(rate, place, out)
        if rate.from_day is None:
            if number:
                out.add((*place, "from"), "rate-without-day")
            continue
        if not known_day(rate.from_day):
            out.add((*place, "from"), "not-a-day", value=rate.from_day)
        elif rate.from_day <= before:
            out.add((*place, "from"), "days-out-of-order", day=rate.from_day, before=before)
        before = rate.from_day


def _check_share(rate: Rate, place: Path, out: Complaints) -> None:
    if rate.numerator > rate.denominator:
        share = {"numerator": rate.numerator, "denominator": rate.denominator}
        out.add((*place, "numerator"), "rate-above-whole", **share)
    if rate.amount is not None and (rate.numerator, rate.denominator) != (1, 1):
        out.add((*place, "amount"), "tariff-with-rate")


def mentioned_by_benefits(scheme: Scheme) -> Iterator[tuple[Path, str, str]]:
    """(where, kind, word) of every term that benefits name."""
    for code, benefit in scheme.benefits.items():
        here = ("benefits", code)
        yield (*here, "unit"), "unit", benefit.unit
        for number, source in enumerate(benefit.sources):
            yield (*here, f"sources[{number}]", "fund"), "fund", source.fund
        if benefit.needs is not None:
            yield (*here, "needs"), "entitlement", benefit.needs

"""Schemes with benefits in which one thing is wrong, with the complaint that it makes."""

from tests.scheme.wrongs import SMALL


def aided(lines: str = "", *, rates: str = "{ numerator = 1, denominator = 2 }", sources: str | None = None) -> str:
    """The small scheme with money, two sources and one benefit."""
    money = '[units.yuan]\nnames = { zh = "元", en = "Yuan" }\nkind = "money"\n'
    funds = "".join(f'[funds.{fund}]\nnames = {{ zh = "{fund}", en = "{fund}" }}\n' for fund in ("mill", "town"))
    paid_by = '{ fund = "mill" }' if sources is None else sources
    unit = "" if lines.startswith("unit") else 'unit = "yuan"\n'
    benefit = f'[benefits.aid]\nnames = {{ zh = "补助", en = "Aid" }}\n{unit}{lines}\n'
    return SMALL + money + funds + benefit + f"rates = [{rates}]\nsources = [{paid_by}]\n"


_DAYS = '{ from = "2022-02-01" }, { from = "2022-02-01" }'
BENEFITS = [
    (aided('unit = "point"'), "benefits.aid.unit", "benefit-no-money"),
    (aided('unit = "yaun"'), "benefits.aid.unit", "misspelt-term"),
    (aided('needs = "membership"'), "benefits.aid.needs", "unknown-term"),
    (
        aided('needs = "trip"') + '[entitlements.trip]\nnames = { zh = "旅行", en = "Trip" }\nuse = "once"\n',
        "benefits.aid.needs",
        "other-use",
    ),
    (aided("approvers = 2"), "benefits.aid.approvers", "nobody-decides"),
    (aided(sources=""), "benefits.aid.sources", "no-sources"),
    (aided(sources='{ fund = "mile" }'), "benefits.aid.sources[0].fund", "misspelt-term"),
    (aided(sources='{ fund = "mill" }, { fund = "mill" }'), "benefits.aid.sources[1].fund", "named-twice"),
    (aided(rates=""), "benefits.aid.rates", "no-rates"),
    (aided(rates="{ numerator = 3, denominator = 2 }"), "benefits.aid.rates[0].numerator", "rate-above-whole"),
    (aided(rates="{ amount = 5, denominator = 2 }"), "benefits.aid.rates[0].amount", "tariff-with-rate"),
    (aided(rates="{ }, { }"), "benefits.aid.rates[1].from", "rate-without-day"),
    (aided(rates=_DAYS), "benefits.aid.rates[1].from", "days-out-of-order"),
    (aided(rates='{ from = "2022-02-30" }'), "benefits.aid.rates[0].from", "not-a-day"),
]

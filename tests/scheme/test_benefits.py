"""A benefit is a share or a tariff, from a day on, paid by somebody; what contradicts itself is said at its key."""

import pytest

from ledger.refusals import Malformed, UnknownSchemeTerm
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, parse_scheme
from ledger.values import Day
from tests.given import Story
from tests.scheme.wrong_benefits import BENEFITS, aided
from tests.scheme.wrongs import found


@pytest.mark.parametrize(("text", "key", "problem"), BENEFITS)
def test_one_thing_wrong_is_one_complaint_at_its_key(text: str, key: str, problem: str) -> None:
    assert (key, problem) in found(text)


def test_the_day_says_which_rate_holds() -> None:
    later = '{ from = "2022-07-01", numerator = 1, denominator = 2, ceiling = 9 }'
    aid = parse_scheme(aided(rates='{ numerator = 1, denominator = 3 }, { from = "2022-02-01", amount = 5 }, ' + later))
    found = [aid.benefit("aid").rate(Day(day)) for day in ("2022-01-31", "2022-02-01", "2022-06-30", "2022-07-01")]
    assert [(rate.denominator, rate.amount, rate.ceiling) for rate in found] == [
        (3, None, None),
        (1, 5, None),
        (1, 5, None),
        (2, None, 9),
    ]
    assert aid.label("aid", "zh-CN") == "补助"


def test_before_the_first_rate_there_is_none() -> None:
    aid = parse_scheme(aided(rates='{ from = "2022-02-01" }')).benefit("aid")
    with pytest.raises(UnknownSchemeTerm):
        aid.rate(Day("2022-01-31"))


def test_a_benefit_keeps_its_unit_for_its_ceilings_go_on_counting() -> None:
    text = aided()
    euro = text.replace(
        "[units.yuan]", '[units.euro]\nnames = { zh = "欧", en = "Euro" }\nkind = "money"\n[units.yuan]'
    )
    other = euro.replace('unit = "yuan"', 'unit = "euro"').replace("version = 1", "version = 2")
    wish = AdoptScheme(scheme=canonical(parse_scheme(other)), effective_from=Day("2022-07-01"))
    Story(parse_scheme(text)).refuses(
        wish, Malformed(errors=["benefits.aid: a benefit keeps its unit; name another one"])
    )

"""The safety supermarket says what its site agreed on, in the words of the site's own files."""

from pathlib import Path

import pytest

from api.imports.engine import spoken_behaviours
from ledger.calendar import Never
from ledger.refusals import UnknownSchemeTerm
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Scheme, Spendable, Valuation
from ledger.values import Day

SECOND = Path(__file__).with_name("safety-supermarket-v2.toml")


@pytest.fixture(scope="module", name="scheme")
def _scheme() -> Scheme:
    return load_scheme("safety-supermarket")


def test_its_rules_are_those_of_the_site(scheme: Scheme) -> None:
    rules = {
        code: (rule.kind, rule.points, rule.per_day, rule.approval_limit, rule.suspends, rule.budget)
        for code, rule in scheme.behaviours.items()
    }
    assert rules == {
        "monthly-initial": ("initial", 100, None, None, False, None),
        "check-in": ("earn", 1, 1, None, False, None),
        "pre-shift-talk": ("earn", 1, 1, None, False, None),
        "hazard": ("earn", 10, None, 0, False, "monthly-issue"),
        "missed-punch": ("earn", 1, None, 0, False, "monthly-issue"),
        "opening-balance": ("opening", 0, None, 0, False, None),
        "no-helmet": ("deduct", 5, None, 0, False, None),
        "no-harness": ("deduct", 10, None, 0, True, None),
    }


def test_its_unit_is_spent_above_100_and_goes_into_debt(scheme: Scheme) -> None:
    unit = scheme.unit("safety_point")
    assert unit.spendable == Spendable(policy="threshold", base=100)
    assert (unit.negative, unit.lot_life, unit.transferable) == ("debt", Never(), False)
    assert unit.valuation == Valuation(units=500, fen=10_000)


def test_its_month_budget_and_standing_are_those_of_the_site(scheme: Scheme) -> None:
    assert scheme.initial == scheme.behaviour("monthly-initial")
    assert (scheme.budget("monthly-issue").amount, scheme.budget("monthly-issue").per) == (3000, "month")
    assert scheme.standing is not None
    assert scheme.standing.stand_down_below == 90
    assert (scheme.periods.joining, scheme.periods.leaving_days, scheme.zone) == ("full", 7, "Asia/Shanghai")
    assert not scheme.approvals.maker_may_check


def test_every_violation_can_be_appealed_and_nothing_else_can(scheme: Scheme) -> None:
    appealable = {code for code, rule in scheme.behaviours.items() if rule.appeal_days is not None}
    assert appealable == {code for code, rule in scheme.behaviours.items() if rule.kind == "deduct"}


def test_a_missed_punch_counts_as_that_days_check_in(scheme: Scheme) -> None:
    assert scheme.behaviour("missed-punch").counts_as == "check-in"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("未戴安全帽", "no-helmet"),
        ("高处作业未系安全带", "no-harness"),
        ("隐患上报", "hazard"),
        ("No helmet", "no-helmet"),
    ],
)
def test_the_words_of_the_supervisors_file_are_known(scheme: Scheme, said: str, code: str) -> None:
    assert spoken_behaviours(scheme)[said] == code


def test_what_is_not_known_is_refused_by_name(scheme: Scheme) -> None:
    for ask, refusal in (
        (lambda: scheme.unit("coin"), UnknownSchemeTerm(term="unit", value="coin")),
        (lambda: scheme.behaviour("nap"), UnknownSchemeTerm(term="behaviour", value="nap")),
        (lambda: scheme.reason("mood"), UnknownSchemeTerm(term="reason", value="mood")),
        (lambda: scheme.label("mood", "en"), UnknownSchemeTerm(term="term", value="mood")),
    ):
        with pytest.raises(UnknownSchemeTerm) as refused:
            ask()
        assert refused.value == refusal


def test_every_term_has_a_label_in_both_languages(scheme: Scheme) -> None:
    assert (scheme.label("no-helmet", "zh-CN"), scheme.label("no-helmet", "en")) == ("未戴安全帽", "No helmet")
    assert all(scheme.label(code, lang) for code in scheme.terms() for lang in ("zh-CN", "en"))


def test_every_award_can_name_the_version_that_priced_it(scheme: Scheme) -> None:
    assert (scheme.rule, load_scheme(SECOND).rule) == ("safety-supermarket/v1", "safety-supermarket/v2")


def test_the_second_version_takes_10_for_a_missing_helmet() -> None:
    assert load_scheme(SECOND).behaviour("no-helmet").points == 10


def test_conformance_has_three_units_and_no_rules() -> None:
    scheme = load_scheme("conformance")
    units = {code: (it.spendable.policy, it.negative, it.transferable) for code, it in scheme.units.items()}
    assert units == {"A": ("plain", "refuse", True), "B": ("plain", "refuse", True), "D": ("plain", "debt", False)}
    assert (scheme.behaviours, scheme.budgets, scheme.initial) == ({}, {}, None)
    assert all(isinstance(it.lot_life, Never) for it in scheme.units.values())
    assert list(scheme.reasons) == ["correction"]


def test_conformance_converts_two_a_into_one_b_and_back() -> None:
    scheme, day = load_scheme("conformance"), Day("2022-06-30")
    assert scheme.conversion("A", "B", day).of(7) == (6, 3)
    assert scheme.conversion("B", "A", day).of(3) == (3, 6)
    with pytest.raises(UnknownSchemeTerm):
        scheme.conversion("A", "D", day)

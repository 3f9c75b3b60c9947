"""The scheme of patrols says what its sources say: three slots, 20 points, a year of cover, a seat on the coach."""

from pathlib import Path

import pytest

from ledger.refusals import UnknownSchemeTerm
from ledger.scheme.loading import load_scheme, parse_scheme
from ledger.scheme.model import Scheme
from ledger.scheme.patrolling import Cost, Patrols
from ledger.values import Day, ItemId

FILE = Path(__file__).parents[2] / "ledger" / "schemes" / "patrol.toml"


@pytest.fixture(scope="module", name="scheme")
def _scheme() -> Scheme:
    return load_scheme("patrol")


def test_its_slots_are_three_a_day(scheme: Scheme) -> None:
    slots = [(slot.code, slot.opens, slot.closes) for slot in scheme.slots.values()]
    assert slots == [("morning", "08:00", "11:30"), ("afternoon", "15:00", "17:30"), ("evening", "18:00", "22:00")]


def test_its_review_rules_are_those_of_the_tracks(scheme: Scheme) -> None:
    rules = scheme.patrol_rules
    assert rules == Patrols(awards=("patrol",))
    assert (rules.min_minutes, rules.max_kmh, rules.window_seconds) == (120, 8, 60)
    assert (rules.implausible_kmh, rules.max_gap_seconds, rules.claim_minutes) == (30, 300, 30)


def test_an_approved_patrol_earns_20_points_three_times_a_day_or_as_many_coins(scheme: Scheme) -> None:
    for code, unit in (("patrol", "patrol_point"), ("patrol-coin", "patrol_coin")):
        award = scheme.behaviour(code)
        assert (award.kind, award.points, award.per_day, award.unit) == ("earn", 20, len(scheme.slots), unit)


def test_points_become_as_many_coins_and_never_come_back(scheme: Scheme) -> None:
    assert scheme.conversion("patrol_point", "patrol_coin", Day("2022-06-30")).of(500) == (500, 500)
    with pytest.raises(UnknownSchemeTerm):
        scheme.conversion("patrol_coin", "patrol_point", Day("2022-06-30"))


def test_a_policy_lasts_a_year_from_the_next_day_and_costs_the_union_60_yuan(scheme: Scheme) -> None:
    policy = scheme.entitlement_of(ItemId("accident-policy"))
    assert policy is not None
    assert (policy.use, policy.starts, policy.term_months, policy.one_in_force) == ("term", "next-day", 12, True)
    assert (policy.fund, policy.cost) == ("union", Cost(unit="cny", amount=6000, payee="insurer"))


def test_a_seat_can_be_given_back_three_days_before(scheme: Scheme) -> None:
    voucher = scheme.entitlement_of(ItemId("recuperation"))
    assert voucher is not None
    assert (voucher.use, voucher.cancel_days, voucher.one_in_force) == ("booking", 3, False)


def test_every_term_has_its_label_in_both_languages(scheme: Scheme) -> None:
    assert all(scheme.label(code, lang) for code in scheme.terms() for lang in ("zh-CN", "en"))
    assert (scheme.label("evening", "zh-CN"), scheme.label("accident-policy", "en")) == (
        "晚间",
        "Accident policy for one year",
    )


@pytest.mark.parametrize("direct", ['["patrol-coin"]', '["patrol", "patrol-coin"]'])
def test_coins_can_be_credited_directly_as_its_comment_says(direct: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert f": {direct}" in text
    changed = parse_scheme(text.replace('awards = ["patrol"]', f"awards = {direct}"))
    assert "patrol-coin" in changed.patrol_rules.awards


def test_walking_routes_have_the_same_rules_and_no_unit_at_all() -> None:
    scheme = load_scheme("walking-routes")
    assert (scheme.units, scheme.patrol_rules.awards, scheme.patrol_rules.min_minutes) == ({}, (), 0)

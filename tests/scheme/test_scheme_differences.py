"""What changed between two schemes is said key by key."""

from pathlib import Path

from msgspec.structs import replace

from ledger.scheme.differences import Difference, differences
from ledger.scheme.loading import load_scheme
from ledger.scheme.words import Names

SECOND = Path(__file__).with_name("safety-supermarket-v2.toml")


def test_a_scheme_does_not_differ_from_itself() -> None:
    assert differences(load_scheme("safety-supermarket"), load_scheme("safety-supermarket")) == []


def test_the_second_version_changes_the_helmet_rule_and_nothing_else() -> None:
    assert differences(load_scheme("safety-supermarket"), load_scheme(SECOND)) == [
        Difference("behaviours.no-helmet.points", 5, 10),
        Difference("version", 1, 2),
    ]


def test_a_new_term_is_one_difference() -> None:
    old = load_scheme("conformance")
    new = replace(old, reasons={**old.reasons, "gift": Names(zh="赠送", en="Gift")})
    added = {"zh": "赠送", "en": "Gift", "aliases": []}
    assert differences(old, new) == [Difference("reasons.gift", None, added)]
    assert differences(new, old) == [Difference("reasons.gift", added, None)]


def test_another_policy_shows_its_own_keys() -> None:
    old, new = load_scheme("safety-supermarket"), load_scheme(SECOND)
    point = replace(new.unit("safety_point"), valuation=None)
    new = replace(new, units={"safety_point": point})
    assert Difference("units.safety_point.valuation", {"units": 500, "fen": 10000}, None) in differences(old, new)

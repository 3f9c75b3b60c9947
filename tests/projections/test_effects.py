"""Every range that a fact can name is counted in the past: a member that nobody counts would lose value there."""

import pytest

from ledger.points.facts import AccountFact, AccountMerged
from ledger.rooms import Registry
from projections.effects import MEMBERS, UNLIKE
from projections.lots import members

FACTS = [fact for fact in Registry().topics.values() if issubclass(fact, AccountFact) and fact is not AccountMerged]
UNCOUNTED = {("hold-captured.v1", "taken")}
"""What stands in for it is counted: the part that was earmarked, and the part that was open."""


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: str(fact.TOPIC))
def test_every_member_that_names_ranges_is_counted(fact: type[AccountFact]) -> None:
    counted = {member.name for member in UNLIKE.get(fact.TOPIC, MEMBERS)}
    missing = {name for name in members(fact) if name not in counted and (fact.TOPIC, name) not in UNCOUNTED}
    assert not missing, f"say in projections.effects what {sorted(missing)} of {fact.TOPIC} does to pools"


def test_no_topic_is_treated_apart_that_no_fact_has() -> None:
    assert set(UNLIKE) <= {fact.TOPIC for fact in FACTS}

"""Double entry as a type: what does not balance per unit cannot be built; facts that move value have an entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import chart
from ledger.accounting import JournalEntry, Posting, UnbalancedEntryError, credit, debit, moved
from ledger.points.facts import AccountFact
from ledger.room import Fact
from ledger.rooms import Registry
from ledger.values import AccountId, UnitCode

WANG, LI = AccountId("holder:wang"), AccountId("holder:li")
A, B = UnitCode("A"), UnitCode("B")
AMOUNTS = st.integers(1, 2**53 - 1)


@given(amount=AMOUNTS)
def test_what_one_account_gives_another_gets(amount: int) -> None:
    entry = JournalEntry(debit(chart.ISSUED, A, amount), credit(WANG, A, amount))
    assert [posting.amount for posting in entry.postings] == [-amount, amount]
    assert moved(chart.ISSUED, WANG, A, amount) == entry


@given(amounts=st.lists(st.tuples(st.sampled_from([WANG, LI]), st.sampled_from([A, B]), st.integers(-5, 5))))
def test_an_entry_exists_exactly_when_each_unit_sums_to_zero(amounts: list[tuple[AccountId, UnitCode, int]]) -> None:
    postings = [Posting(*one) for one in amounts]
    sums = {unit: sum(one.amount for one in postings if one.unit == unit) for unit in (A, B)}
    if any(sums.values()):
        with pytest.raises(UnbalancedEntryError):
            JournalEntry(*postings)
    else:
        assert JournalEntry(*postings).postings == tuple(postings)


def test_two_units_never_make_up_for_each_other() -> None:
    with pytest.raises(UnbalancedEntryError):
        JournalEntry(debit(WANG, A, 5), credit(LI, B, 5))


def test_entries_are_values() -> None:
    one, same = (JournalEntry(debit(WANG, A, 5), credit(LI, A, 5)) for _ in range(2))
    assert one == same
    assert len({one, same}) == 1
    assert one != JournalEntry(debit(WANG, A, 6), credit(LI, A, 6))


def test_every_account_of_the_chart_has_a_name_of_its_own_and_is_nobody_s() -> None:
    names = [value for name, value in vars(chart).items() if name.isupper()]
    assert len(set(names)) == len(names) >= 4
    assert not [name for name in names if ":" in name]


def test_every_fact_about_an_account_says_how_it_is_booked() -> None:
    """A new fact that moved value without saying between which accounts would stand in no trial balance."""
    about = [fact for fact in Registry().topics.values() if issubclass(fact, AccountFact)]
    assert len(about) >= 8
    silent = {fact.TOPIC for fact in about if fact.entry is Fact.entry}
    moves_nothing = {"redemption-held.v1", "redemption-cancelled.v1", "redemption-expired.v1"}
    moves_nothing |= {"hold-placed.v1", "hold-voided.v1", "hold-expired.v1", "hold-extended.v1"}
    # What coupons pay of a bill, and give back, stands as coupons-spent and coupons-refunded in the same transaction.
    moves_nothing |= {f"bill-{how}.v1" for how in ("placed", "held", "fulfilled", "cancelled", "expired", "refunded")}
    moves_nothing |= {"coupon-reissued.v1"}  # from one coupon to the next of the same account
    assert silent <= {*moves_nothing, "account-joined.v1"}  # the fact before it, of the other record, has the entry

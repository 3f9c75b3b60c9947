"""A limit of the scheme counts what it says, for whom it says, in its window, and refuses with what is left."""

from typing import Any

import pytest

from ledger.behaviours.commands import RecordBehaviour
from ledger.limits.drawing import counted_back, returning
from ledger.limits.entities import Counter
from ledger.limits.facts import Count, LimitsReturned
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.points.facts import PointsEarned
from ledger.refusals import LimitExceeded, Malformed, UnknownSchemeTerm
from ledger.reversals.commands import ReverseMovement
from ledger.room import Command
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.scheme.model import Scheme
from ledger.values import AccountId, Day, HolderId, TxId, UnitCode
from tests.given import Story

WANG, LI = AccountId("holder:wang"), AccountId("holder:li")
NAMES = {"zh": "限额", "en": "Limit"}


def scheme(**limits: dict[str, Any]) -> Scheme:
    """The conformance scheme with these limits, two occasions, two funding sources and one behaviour."""
    tables = canonical(load_scheme("conformance"))
    tables["limits"] = {code: {"names": NAMES, "kinds": ["grant"], **limit} for code, limit in limits.items()}
    tables["reasons"] |= {code: {"zh": code, "en": code} for code in ("spring", "birthday")}
    tables["funds"] = {code: {"names": {"zh": code, "en": code}} for code in ("union", "company")}
    tables["behaviours"] = {"tidy": {"names": {"zh": "整洁", "en": "Tidy"}, "unit": "A", "kind": "earn", "points": 5}}
    return checked(tables)


def story(**limits: dict[str, Any]) -> Story:
    people = [RegisterPerson(holder=HolderId(name)) for name in ("wang", "li")]
    return Story(scheme(**limits)).given(*people)


def grant(amount: int, to: AccountId = WANG, unit: str = "A", **codes: str) -> GrantPoints:
    named = {name: codes.get(name) for name in ("behaviour", "reason", "fund")}
    return GrantPoints(to=to, unit=UnitCode(unit), amount=amount, expires_on=None, expires_in_days=None, **named)


def exceeded(rule: str, limit: int, used: int, period: str) -> LimitExceeded:
    return LimitExceeded(rule=rule, limit=limit, used=used, offered=limit - used, period=period)


def test_the_seventh_issue_of_220_is_refused_at_1500_a_year_and_180_are_offered() -> None:
    """S30: 60 members, seven occasions, at most 1,500.00 a head and year, over all occasions and sources."""
    cap = {"counts": "amount", "unit": "A", "per": ["person"], "window": "year", "amount": 1500}
    site = story(head=cap).given(*(grant(220, reason="spring", fund="union") for _ in range(6)))
    site.refuses(grant(220, reason="birthday", fund="company"), exceeded("head", 1500, 1320, "2022"))
    assert site.when(grant(180))
    assert site.when(grant(220, LI)), "another person has a counter of his own"


def test_a_limit_on_times_counts_how_often_whatever_the_amount() -> None:
    site = story(daily={"counts": "times", "per": ["person"], "window": "day", "amount": 2})
    site.given(grant(1), grant(1000, unit="B"))
    site.refuses(grant(1), exceeded("daily", 2, 2, "2022-06-01"))


def test_a_grant_says_which_limits_it_drew_on() -> None:
    limits = {
        "all": {"counts": "amount", "unit": "A", "amount": 99},
        "each": {"counts": "times", "per": ["person", "reason"], "window": "month", "amount": 2},
    }
    (earned,) = story(**limits).when(grant(7, reason="spring"))
    assert isinstance(earned, PointsEarned)
    assert earned.counts == (
        Count(amount=7, counter="all/ledger/ever"),
        Count(amount=1, counter="each/reason:spring+holder:wang/2022-06"),
    )


def test_per_occasion_and_source_each_pair_has_its_own_counter() -> None:
    site = story(share={"counts": "times", "per": ["person", "reason", "fund"], "window": "year", "amount": 1})
    pairs = [(reason, fund) for reason in ("spring", "birthday") for fund in ("union", "company")]
    site.given(*(grant(200, reason=reason, fund=fund) for reason, fund in pairs))
    for reason, fund in pairs:
        site.refuses(grant(200, reason=reason, fund=fund), exceeded("share", 1, 1, "2022"))


@pytest.mark.parametrize(
    ("filters", "counted", "free"),
    [
        ({"unit": "A"}, grant(5), grant(5, unit="B")),
        ({"reasons": ["spring"]}, grant(5, reason="spring"), grant(5, reason="birthday")),
        ({"reasons": ["spring"]}, grant(5, reason="spring"), grant(5)),
        ({"funds": ["union"]}, grant(5, fund="union"), grant(5, fund="company")),
        ({"behaviours": ["tidy"]}, grant(5, behaviour="tidy"), grant(5)),
    ],
)
def test_only_what_fits_every_filter_is_counted(filters: dict[str, Any], counted: Any, free: Any) -> None:
    site = story(once={"counts": "times", "amount": 1, **filters}).given(free, counted, free)
    site.refuses(counted, exceeded("once", 1, 1, "ever"))
    assert site.when(free)


def test_deductions_are_counted_only_where_the_limit_says_so() -> None:
    def deduct(amount: int) -> DeductPoints:
        return DeductPoints(account=WANG, unit=UnitCode("A"), amount=amount, reason="correction")

    cap = {"counts": "amount", "unit": "A", "kinds": ["deduction"], "per": ["person"], "window": "month", "amount": 30}
    site = story(fines=cap).given(grant(100), deduct(20))
    site.refuses(deduct(11), exceeded("fines", 30, 20, "2022-06"))
    site.on("2022-07-01").given(deduct(30))


def test_an_award_by_behaviour_is_a_grant_and_a_violation_a_deduction() -> None:
    head = {"counts": "amount", "unit": "A", "kinds": ["grant"], "behaviours": ["tidy"], "amount": 12}
    tables = canonical(scheme(head=head, fines={"counts": "times", "kinds": ["deduction"], "amount": 1}))
    tables["behaviours"]["messy"] = tables["behaviours"]["tidy"] | {
        "kind": "deduct",
        "names": {"zh": "脏乱", "en": "Messy"},
    }
    site = Story(checked(tables)).given(RegisterPerson(holder=HolderId("wang")))
    tidy, messy = (RecordBehaviour(holder=HolderId("wang"), behaviour=code) for code in ("tidy", "messy"))
    site.given(tidy, grant(5, behaviour="tidy"), messy)
    site.refuses(tidy, exceeded("head", 12, 10, "ever"))
    site.refuses(messy, exceeded("fines", 1, 1, "ever"))


@pytest.mark.parametrize(
    ("window", "last", "first"),
    [
        ("day", "2022-06-30T15:59:59.999999Z", "2022-06-30T16:00:00.000000Z"),
        ("week", "2022-07-03T15:59:59.999999Z", "2022-07-03T16:00:00.000000Z"),
        ("month", "2022-06-30T15:59:59.999999Z", "2022-06-30T16:00:00.000000Z"),
        ("year", "2022-12-31T15:59:59.999999Z", "2022-12-31T16:00:00.000000Z"),
    ],
)
def test_a_window_ends_at_midnight_of_the_ledgers_zone(window: str, last: str, first: str) -> None:
    site = story(once={"counts": "times", "window": window, "amount": 1}).on(last).given(grant(1))
    with pytest.raises(LimitExceeded):
        site.when(grant(1))
    assert site.on(first).when(grant(1))


def test_what_happened_yesterday_draws_on_yesterdays_window() -> None:
    site = story(once={"counts": "times", "window": "day", "amount": 1}).on("2022-06-10").given(grant(1))
    assert site.when(grant(1), occurred_at="2022-06-09T04:00:00.000000Z")
    site.refuses(grant(1), exceeded("once", 1, 1, "2022-06-09"), occurred_at="2022-06-09T05:00:00.000000Z")


def test_the_figure_in_force_on_the_local_day_decides() -> None:
    changes = [{"from": "2022-06-10", "amount": 50}, {"from": "2022-06-20", "amount": 200}]
    site = story(pot={"counts": "amount", "unit": "A", "window": "month", "amount": 100, "changes": changes})
    site.given(grant(80)).on("2022-06-10")
    site.refuses(grant(1), LimitExceeded(rule="pot", limit=50, used=80, offered=0, period="2022-06"))
    assert site.when(grant(20), occurred_at="2022-06-09T04:00:00.000000Z"), "the older figure for an older day"
    assert site.on("2022-06-20").when(grant(100))


def test_before_its_first_figure_a_limit_neither_refuses_nor_counts() -> None:
    changes = [{"from": "2022-06-10", "amount": 50}]
    site = story(pot={"counts": "amount", "unit": "A", "changes": changes}).given(grant(1000))
    assert site.on("2022-06-10").when(grant(50))


def test_one_man_whose_records_were_merged_has_one_limit() -> None:
    site = story(head={"counts": "amount", "unit": "A", "per": ["person"], "amount": 100})
    site.given(grant(60), grant(30, LI), MergeHolders(old=HolderId("wang"), into=HolderId("li"), reason="correction"))
    site.refuses(grant(11, LI), exceeded("head", 100, 90, "ever"))
    assert site.when(grant(10, LI))


def test_a_source_that_the_scheme_does_not_know_is_no_source() -> None:
    story().refuses(grant(1, fund="moon"), UnknownSchemeTerm(term="fund", value="moon"))


def test_a_limit_may_change_its_figure_its_window_and_its_name_but_not_what_it_counts() -> None:
    def later(**limit: Any) -> AdoptScheme:
        tables = canonical(scheme(head={"counts": "amount", "unit": "A", "amount": 10} | limit))
        return AdoptScheme(scheme=tables | {"version": 2}, effective_from=Day("2022-06-01"))

    site = story(head={"counts": "amount", "unit": "A", "amount": 10}).given(grant(8))
    for change in ({"counts": "times"}, {"unit": "B"}):
        site.refuses(later(**change), Malformed(errors=["limits.head: a limit keeps what it counts; name another one"]))
    site.given(later(amount=20))
    site.refuses(grant(13), exceeded("head", 20, 8, "ever"))
    assert site.when(grant(12))


def test_two_limits_are_drawn_together_or_not_at_all() -> None:
    limits = {code: {"counts": "amount", "unit": "A", "amount": amount} for code, amount in (("big", 99), ("low", 9))}
    site = story(**limits)
    site.refuses(grant(10), exceeded("low", 9, 0, "ever"))
    (earned,) = site.when(grant(9))
    assert isinstance(earned, PointsEarned)
    assert [count.amount for count in earned.counts] == [9, 9]


# Giving back -------------------------------------------------------------------------------------------------


def floored() -> Story:
    """Deductions take what is there and no more; at most 40 a day are deducted, at most twice."""
    tables = canonical(
        scheme(
            much={"kinds": ["deduction"], "counts": "amount", "unit": "A", "window": "day", "amount": 40},
            often={"kinds": ["deduction"], "counts": "times", "window": "day", "amount": 2},
        )
    )
    tables["units"]["A"]["negative"] = "floor"
    tables["behaviours"]["litter"] = tables["behaviours"]["tidy"] | {"kind": "deduct", "points": 30, "names": NAMES}
    people = [RegisterPerson(holder=HolderId(name)) for name in ("wang", "li")]
    return Story(checked(tables)).given(*people)


@pytest.mark.parametrize("recorded", [False, True], ids=["deduction", "behaviour"])
def test_what_a_deduction_did_not_find_is_not_counted(recorded: bool) -> None:
    """Found: a man with 10 points lost 10 of 30 and had lost 30 by the limit; half of it taken back gave back 15."""
    fined: Command = DeductPoints(account=WANG, unit=UnitCode("A"), amount=30, reason="correction")
    if recorded:
        fined = RecordBehaviour(holder=HolderId("wang"), behaviour="litter")
    site = floored().given(fined, fined, grant(10), fined)
    of = site.tx
    assert used(site) == {"much": 10, "often": 1}, "two of three found nothing"
    site.given(ReverseMovement(of=of, amount=5, reason="correction"))
    assert used(site) == {"much": 5, "often": 1}
    site.given(grant(30), fined)
    assert used(site) == {"much": 35, "often": 2}


def used(site: Story) -> dict[str, int]:
    """What was used of each limit."""
    return {code: site.the(Counter, f"{code}/ledger/2022-06-01").used for code in ("much", "often")}


AMOUNT, TIME = Count(amount=30, counter="a/ledger/ever"), Count(amount=1, counter="t/ledger/2022")


def test_a_reversal_gives_amounts_back_as_it_goes_and_the_time_with_the_last_of_it() -> None:
    drawn = (AMOUNT, TIME)
    assert counted_back(drawn, amount=10, original=30) == (Count(amount=-10, counter=AMOUNT.counter),)
    assert counted_back(drawn, amount=20, original=30, before=10) == (
        Count(amount=-20, counter=AMOUNT.counter),
        Count(amount=-1, counter=TIME.counter),
    )


def test_what_drew_on_nothing_gives_nothing_back() -> None:
    assert list(returning(TxId("tx1"), (), amount=5, original=5)) == []
    assert list(returning(TxId("tx1"), (TIME,), amount=4, original=5)) == []
    assert list(returning(TxId("tx1"), (TIME,), amount=1, original=5, before=4)) == [
        LimitsReturned(of=TxId("tx1"), counts=(Count(amount=-1, counter=TIME.counter),))
    ]

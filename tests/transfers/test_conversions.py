"""Conversions: the least that buys whole units leaves, the remainder stays, and nobody gains by going round."""

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.accounts.commands import OpenAccount
from ledger.calendar import RollingDays
from ledger.people.commands import RegisterPerson
from ledger.points.commands import DeductPoints, FreezeAccount, GrantPoints
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed
from ledger.refusals import (
    AccountFrozen,
    InsufficientFunds,
    Malformed,
    NotEligible,
    NotFound,
    Refusal,
    UnknownSchemeTerm,
)
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Conversion, Scheme
from ledger.transfers.commands import ConvertPoints
from ledger.transfers.facts import PointsConverted
from ledger.values import MAX_AMOUNT, AccountId, Day, HolderId, UnitCode
from tests.given import START, Story

WANG, TILL = AccountId("holder:wang"), AccountId("account:till")
CONFORMANCE = load_scheme("conformance")


def with_rates(
    there: tuple[int, int],
    back: tuple[int, int] = (1, 1),
    *,
    life: int | None = None,
    expiry: Literal["earlier", "own"] = "earlier",
    until: str | None = None,
    unit: str = "B",
) -> Scheme:
    """`denominator` of A are `numerator` of `unit`, in which a lot lives `life` days; and the way back."""
    names = CONFORMANCE.conversions["A-to-B"].names
    rates = {
        "there": Conversion(
            code="there",
            names=names,
            from_unit="A",
            to_unit=unit,
            numerator=there[0],
            denominator=there[1],
            expiry=expiry,
            effective_until=Day(until) if until else None,
        ),
        "back": Conversion(
            code="back", names=names, from_unit=unit, to_unit="A", numerator=back[0], denominator=back[1]
        ),
    }
    units = dict(CONFORMANCE.units)
    if life is not None:
        units[unit] = replace(units[unit], lot_life=RollingDays(days=life))
    return replace(CONFORMANCE, conversions=rates, units=units)


def site(scheme: Scheme = CONFORMANCE) -> Story:
    return Story(scheme).given(RegisterPerson(holder=HolderId("wang")))


def grant(amount: int, *, until: str | None = None, to: AccountId = WANG, fund: str | None = None) -> GrantPoints:
    day = Day(until) if until else None
    return GrantPoints(to=to, unit=UnitCode("A"), amount=amount, expires_on=day, fund=fund)


def convert(amount: int, to: str = "B", *, of: str = "A", account: AccountId = WANG) -> ConvertPoints:
    return ConvertPoints(account=account, from_unit=UnitCode(of), to_unit=UnitCode(to), amount=amount)


def balances(story: Story, account: AccountId = WANG) -> tuple[int, int]:
    a, b = (story.get(Account, f"{account}/{unit}") for unit in ("A", "B"))
    return a.balance if a else 0, b.balance if b else 0


def lots(story: Story, unit: str) -> list[tuple[str | None, int]]:
    return [(pool.terms.expires_on, pool.remaining) for pool in story.the(Account, f"{WANG}/{unit}").pools if pool.open]


def test_the_remainder_stays_with_the_holder() -> None:
    story = site().given(grant(10))
    (fact,) = story.when(convert(7))
    assert isinstance(fact, PointsConverted)
    assert (fact.asked, fact.amount, fact.to_amount, balances(story)) == (7, 6, 3, (4, 3))


def test_both_units_balance_on_their_own_and_the_fact_names_no_rate() -> None:
    story = site().given(grant(10))
    (fact,) = story.when(convert(10))
    assert isinstance(fact, PointsConverted)
    assert [tuple(posting) for posting in fact.entry().postings] == [
        (WANG, "A", -10),
        ("converted", "A", 10),
        ("converted", "B", -5),
        (WANG, "B", 5),
    ]
    assert {"numerator", "denominator", "rate"}.isdisjoint(fact.__struct_fields__)
    assert [(account, unit, after.balance) for account, unit, after in fact.states()] == [
        (WANG, "A", 0),
        (WANG, "B", 5),
    ]


def test_what_buys_nothing_is_refused() -> None:
    site().given(grant(10)).refuses(convert(1), NotEligible(reason="below-smallest"))


def test_only_what_is_taken_must_be_there() -> None:
    story = site().given(grant(6))
    story.refuses(convert(8), InsufficientFunds(required=8, available=6, missing=2))
    story.given(convert(7))
    assert balances(story) == (0, 3)


@pytest.mark.parametrize(
    ("expiry", "life", "expected"),
    [
        ("earlier", None, [("2022-06-05", 2), ("2022-06-20", 2), (None, 2)]),
        ("earlier", 9, [("2022-06-05", 2), ("2022-06-10", 4)]),
        ("own", 9, [("2022-06-10", 6)]),
        ("own", None, [(None, 6)]),
    ],
)
def test_each_range_keeps_the_earlier_expiry_unless_the_scheme_says_otherwise(
    expiry: Literal["earlier", "own"], life: int | None, expected: list[tuple[str | None, int]]
) -> None:
    story = site(with_rates((1, 2), (2, 1), life=life, expiry=expiry))
    story.given(grant(4, until="2022-06-05"), grant(4, until="2022-06-20"), grant(4), convert(12))
    assert lots(story, "B") == expected


def test_ranges_are_rounded_together_so_that_their_parts_make_the_whole() -> None:
    story = site(with_rates((1, 3), (3, 1)))
    days = [f"2022-07-{day:02d}" for day in range(1, 8)]
    story.given(*(grant(1, until=day) for day in days))
    (fact,) = story.when(convert(7))
    assert isinstance(fact, PointsConverted)
    assert (fact.amount, fact.to_amount, len(fact.taken)) == (6, 2, 6)
    assert [(item.terms.expires_on, item.lot.amount) for item in fact.landed] == [(days[2], 1), (days[5], 1)]


def test_a_rate_holds_on_its_days_alone() -> None:
    story = site(with_rates((1, 1), until="2022-06-30")).given(grant(10))
    story.on("2022-06-30").given(convert(1))
    story.on("2022-07-01").refuses(convert(1), UnknownSchemeTerm(term="conversion", value="A>B"))


def test_what_is_recorded_after_its_own_day_lapses_at_once() -> None:
    story = site(with_rates((1, 1), life=0)).given(grant(5)).on("2022-06-03")
    facts = story.when(convert(5), occurred_at=START)
    assert [type(fact) for fact in facts] == [PointsConverted, LotsLapsed]
    assert balances(story) == (0, 0)


def test_what_arrives_repays_what_is_owed_in_that_unit() -> None:
    story = site(with_rates((1, 1), unit="D"))
    story.given(DeductPoints(account=WANG, unit=UnitCode("D"), amount=4, reason="correction"))
    story.given(grant(10), convert(10, "D"))
    account = story.the(Account, "holder:wang/D")
    assert (account.balance, account.debt) == (6, 0)


def test_a_free_standing_account_converts_where_it_is_open_in_both_units() -> None:
    story = site().given(OpenAccount(id="till", unit=UnitCode("A"), floor=-10))
    story.refuses(convert(4, account=TILL), NotFound(kind="account", id=TILL))
    story.given(OpenAccount(id="till", unit=UnitCode("B")), convert(4, account=TILL))
    assert balances(story, TILL) == (-4, 2)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (convert(0), Malformed(errors=[f"amount: 0 is not between 1 and {MAX_AMOUNT}"])),
        (convert(1, "X"), UnknownSchemeTerm(term="unit", value="X")),
        (convert(1, "A"), UnknownSchemeTerm(term="conversion", value="A>A")),
        (convert(1, "D"), UnknownSchemeTerm(term="conversion", value="A>D")),
        (convert(1, account=AccountId("holder:nobody")), NotFound(kind="holder", id="nobody")),
    ],
)
def test_what_can_never_succeed_is_said_before_any_status(command: ConvertPoints, refusal: Refusal) -> None:
    story = site().given(grant(1), FreezeAccount(account=WANG, unit=UnitCode("A"), reason="correction"))
    story.refuses(command, refusal)


@pytest.mark.parametrize("frozen", ["A", "B"])
def test_a_frozen_side_stops_the_conversion(frozen: str) -> None:
    story = site().given(grant(4), FreezeAccount(account=WANG, unit=UnitCode(frozen), reason="scrub"))
    story.refuses(convert(4), AccountFrozen(since=START))


@settings(max_examples=60)
@given(
    rates=st.tuples(*[st.integers(1, 12)] * 4),
    granted=st.lists(st.tuples(st.integers(1, 40), st.sampled_from([None, "2022-06-09", "2022-07-09"])), min_size=1),
    trips=st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=8),
)
def test_no_way_round_profits(
    rates: tuple[int, int, int, int],
    granted: list[tuple[int, str | None]],
    trips: list[tuple[bool, int]],
) -> None:
    up, down, up_back, down_back = rates
    if up * up_back > down * down_back:  # the loader refuses such rates
        up, down, up_back, down_back = down, up, down_back, up_back
    story = site(with_rates((up, down), (up_back, down_back)))
    story.given(*(grant(amount, until=until) for amount, until in granted))
    most = sum(amount for amount, _ in granted)
    for there, amount in trips:
        try:
            story.when(convert(amount) if there else convert(amount, "A", of="B"))
        except (InsufficientFunds, NotEligible):
            continue
        a, b = balances(story)
        assert a * down_back + b * up_back <= most * down_back
        assert sum(amount for _, amount in lots(story, "A")) == a

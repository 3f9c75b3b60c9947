"""Reports of coupons, funds and merchants are what a plain recount of the facts and of the book says."""

from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings

from ledger.accounting import Posting
from ledger.calendar import local_day
from ledger.coupons.entities import Batch, Coupon, Sourced, is_coupon
from ledger.coupons.facts import (
    CouponIssued,
    CouponLapsed,
    CouponReissued,
    CouponsRefunded,
    CouponsSpent,
    CouponVoided,
    LineRefused,
    LinesDrafted,
)
from ledger.coupons.sources import in_run, sourced
from ledger.entitlements.commands import CancelEntitlement, IssueEntitlement
from ledger.entitlements.facts import EntitlementIssued
from ledger.handouts.facts import KitsHandedOut, KitsReturned
from ledger.people.entities import Holder
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed
from ledger.values import Day, HolderId, Instant
from projections import benefits, coupon_lists, funds, merchant_statements, merchants, purchases, vouchers
from projections.store import Reading
from projections.trial_balance import trial_balance
from tests.given import ZONE, Story
from tests.projections.patrolling import ground
from tests.projections.recounts import (
    funds_add_up_at_every_line,
    merchants_tie_out,
    settlements_are_listed,
    settlements_are_told_by_source,
    vouchers_leave_what_statements_leave,
)
from tests.projections.test_patrols import pages
from tests.projections.welfare import COUPON_CNY, LIVES, begun, entities, followed, lived

Follow = Callable[[Story], AbstractContextManager[Reading]]
YEAR = Instant("2021-12-31T16:00:00.000000Z"), Instant("2022-12-31T16:00:00.000000Z")
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def follow(request: pytest.FixtureRequest, tmp_path: Path) -> Follow:
    """Keeps a story in each database."""
    if request.param == "sqlite":
        return partial(followed, path=tmp_path)
    return partial(followed, path=None, url=request.getfixturevalue("fresh_database"))


@settings(max_examples=15, suppress_health_check=CHECKS)
@given(life=LIVES)
def test_every_report_is_what_a_recount_says(follow: Follow, life: Any) -> None:
    story = lived(life)
    for kind in {item.type for item in story.journal}:
        event(kind)
    with follow(story) as reading:
        batches_are_counted(story, reading)
        figures_add_up_by_month_unit_and_occasion(story, reading)
        what_is_left_is_listed(story, reading)
        funds_add_up_at_every_line(story, reading)
        merchants_tie_out(story, reading)
        settlements_are_listed(story, reading)
        settlements_are_told_by_source(story, reading)
        vouchers_leave_what_statements_leave(story, reading)
        persons_are_counted(story, reading)
        vouchers_balance_and_are_the_books(story, reading)
        purchases_are_grouped(story, reading)


# Coupons -----------------------------------------------------------------------------------------------------


def batches_are_counted(story: Story, reading: Reading) -> None:
    found = {item.name: item for item in coupon_lists.figures(reading)}
    anew = {fact.coupon for fact in story.facts(CouponReissued)}
    for id, batch in entities(story, Batch).items():
        mine = [coupon for coupon in entities(story, Coupon).values() if coupon.batch == id]
        figures = found.pop(id, None)
        assert figures is not None or not batch.lines
        if figures is not None:
            # A coupon that was made of what came back was issued once already.
            assert (figures.coupons, figures.issued) == (len([it for it in mine if it.id not in anew]), batch.issued)
            assert figures.left == sum(coupon.left for coupon in mine)
            assert figures.expired + figures.voided == sum(coupon.gone for coupon in mine)
    assert found == {}


def figures_add_up_by_month_unit_and_occasion(story: Story, reading: Reading) -> None:
    batches = entities(story, Batch)
    recounted: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    of = {coupon: found.batch for coupon, found in entities(story, Coupon).items()}
    for item in story.journal:
        for batch, column, amount in told(item.data, of):
            found = batches[batch]
            for by, name in (("of", found.of or ""), ("occasion", found.occasion), ("period", item.period)):
                recounted[by][name, column] += amount
            recounted[item.period][batch, column] += amount
    columns = ("drafted", "refused", "issued", "used", "refunded", "expired", "voided")
    for by in ("of", "occasion", "period"):
        lines = coupon_lists.figures(reading, by=by)  # type: ignore[arg-type] # one of the words
        assert +Counter({(it.name, column): getattr(it, column) for it in lines for column in columns}) == recounted[by]
    for period in {item.period for item in story.journal}:
        lines = coupon_lists.figures(reading, period=period)
        assert (
            +Counter({(it.name, column): getattr(it, column) for it in lines for column in columns})
            == recounted[period]
        )


def told(fact: Any, of: dict[str, str]) -> list[tuple[str, str, int]]:
    """What one fact says: (batch, what, how much)."""
    match fact:
        case LinesDrafted():
            found = [(fact.batch, "drafted", sum(line.face * line.pieces for line in fact.lines))]
        case LineRefused():
            found = [(fact.batch, "refused", fact.amount)]
        case CouponIssued():
            found = [(fact.batch, "issued", fact.amount)]
        case CouponVoided():
            found = [(fact.batch, "voided", fact.amount)]
        case CouponsSpent() | CouponsRefunded():
            column = "used" if isinstance(fact, CouponsSpent) else "refunded"
            found = [(part.batch, column, part.amount) for part in fact.used]
        case LotsLapsed():
            found = [(of[lot.pool], "expired", lot.amount) for lot in fact.lots if is_coupon(lot.pool)]
        case _:
            found = []
    return [item for item in found if item[2]]


def what_is_left_is_listed(story: Story, reading: Reading) -> None:
    today, batches, people = local_day(story.at, ZONE), entities(story, Batch), entities(story, Holder)
    known = {
        id: (coupon.left, batches[coupon.batch].of, survivor(people, coupon.account.partition(":")[2]))
        for id, coupon in entities(story, Coupon).items()
        if coupon.left
    }
    found = coupon_lists.unused(reading, today, limit=1000)
    assert {item.coupon: (item.left, item.of, item.holder) for item in found} == known
    assert [item.place for item in found] == sorted(item.place for item in found)
    soon = Day("2022-06-05")
    assert coupon_lists.unused(reading, today, soon) == [item for item in found if item.expires_on <= soon]
    by_unit = Counter[str]()
    for item in found:
        by_unit[item.of or ""] += item.left
    assert {item.of: item.left for item in coupon_lists.unused_by_unit(reading, today)} == by_unit
    owed = coupon_lists.owed(reading, today)
    assert sum(item.left for item in owed) == sum(item.left for item in found)
    parts = Counter[tuple[str, str]]()
    for item in found:
        batch, coupon = batches[item.batch], story.the(Coupon, item.coupon)
        account = story.the(Account, f"holder:{item.holder}/{coupon.unit}")
        pool = account.pool(coupon.id)
        held = sourced(batch, in_run(coupon, pool.open if pool else ())) or (Sourced(batch.source or "", item.left),)
        parts.update({(item.expires_on[:7], part.source): part.amount for part in held if part.amount})
    told_of = Counter[tuple[str, str]]()
    for each in owed:
        told_of[each.month, each.source] += each.left
    assert told_of == parts


def survivor(people: dict[str, Holder], id: str) -> str:
    into = people[id].merged_into
    return id if into is None else survivor(people, into)


# Persons, books, patterns ------------------------------------------------------------------------------------


def persons_are_counted(story: Story, reading: Reading) -> None:
    people, expected = entities(story, Holder), Counter[tuple[str, str, str]]()
    given: dict[str, str | None] = {}
    for item in story.journal:
        fact = item.data
        if isinstance(fact, CouponIssued):
            given[fact.coupon] = who = survivor(people, fact.holder)
            expected[who, fact.unit, "coupons"] += fact.amount
        elif isinstance(fact, CouponReissued):
            given[fact.coupon] = survivor(people, fact.holder)
        elif isinstance(fact, CouponVoided):
            expected[str(given[fact.coupon]), fact.unit, "voided"] += fact.amount
        elif isinstance(fact, LotsLapsed):
            for lot in fact.lots:
                expected[str(given[lot.pool]), fact.unit, "expired"] += lot.amount
        elif isinstance(fact, KitsHandedOut | KitsReturned):
            if isinstance(fact, KitsHandedOut):
                given[fact.hand_out] = fact.holder and survivor(people, fact.holder)
            sign = 1 if isinstance(fact, KitsHandedOut) else -1
            if (kept := given[fact.hand_out]) is not None:
                expected[kept, fact.unit, "in_kind"] += sign * fact.cost
    found = benefits.benefits(reading, *YEAR)
    assert (
        +Counter({(it.holder, it.unit, name): getattr(it, name) for it in found for name in it._fields[2:]})
        == +expected
    )
    assert benefits.benefits(reading, YEAR[1], Instant("2023-12-31T16:00:00.000000Z")) == []


def vouchers_balance_and_are_the_books(story: Story, reading: Reading) -> None:
    source = {id: batch.source for id, batch in entities(story, Batch).items()}
    for period in {item.period for item in story.journal}:
        lines = vouchers.vouchers(reading, ZONE, period)
        sums: dict[int, int] = defaultdict(int)
        books: Counter[tuple[str, str]] = Counter()
        for line in lines:
            sums[line.voucher] += line.credit - line.debit
            books.update({(line.unit, line.account): line.credit - line.debit})
        assert set(sums.values()) <= {0}
        assert list(sums) == list(range(1, len(sums) + 1))
        booked = trial_balance(reading, period=period)
        assert {key: value for key, value in books.items() if value} == {
            (item.unit, item.account): item.balance for item in booked if item.balance
        }
        lapsed, given_out = Counter[str](), Counter[str]()
        for item in story.journal:
            fact = item.data
            if item.period == period and isinstance(fact, CouponLapsed | CouponIssued):
                of = lapsed if isinstance(fact, CouponLapsed) else given_out
                whole = (Sourced(str(source[fact.batch]), fact.amount),)
                of.update({part.source: part.amount for part in fact.sources or whole})
        assert told_by_source(lines, "lapsed") == lapsed
        assert told_by_source(lines, "issued", "debit") == given_out
        assert {line.source for line in lines if line.account.startswith("fund/gifts")} <= {"union"}
        assert {line.source for line in lines if line.account == "offered"} <= {"union"}
        to_shops = {line.source for line in lines if line.account.startswith(("merchant/", "paid"))}
        assert to_shops <= {"union", "employer"}


def told_by_source(lines: Any, account: str, side: str = "credit") -> Counter[str]:
    found = Counter[str]()
    for line in lines:
        if line.account == account:
            found[line.source] += getattr(line, side)
    return +found


def purchases_are_grouped(story: Story, reading: Reading) -> None:
    made = [item for item in story.journal if isinstance(item.data, CouponsSpent)]
    expected: Counter[tuple[str, str, str]] = Counter()
    for item in made:
        fact = item.data
        expected["same-minute", fact.merchant, item.occurred_at[:16]] += 1
        expected["same-pair", fact.merchant, fact.account] += 1
        if fact.bill % 5_000 == 0 and not fact.tender:
            expected["round-sums", fact.merchant, ""] += 1
    least = purchases.Thresholds(same_minute=2, round_sums=1, round_to=5_000, same_pair=2)
    found = purchases.patterns(reading, purchases.Span(*YEAR), least, limit=1000, shown=1000)
    assert {(it.kind, it.merchant, it.key): it.times for it in found} == {
        key: times for key, times in expected.items() if times >= (1 if key[0] == "round-sums" else 2)
    }
    for pattern in found:
        assert (len(pattern.purchases), sum(it.amount for it in pattern.purchases)) == (pattern.times, pattern.amount)
    assert purchases.patterns(reading, purchases.Span(YEAR[1], YEAR[1]), least) == ()


# Pages, batches of facts -------------------------------------------------------------------------------------


@settings(max_examples=5, suppress_health_check=CHECKS)
@given(life=LIVES)
def test_pages_together_are_the_whole_list(follow: Follow, life: Any) -> None:
    story = lived(life)
    with follow(story) as reading:
        gifts = funds.fund(reading, "gifts")
        assert gifts is not None
        lists: list[tuple[Any, Any]] = [
            (partial(coupon_lists.unused, reading, Day("2022-01-01")), lambda item: item.place),
            (partial(funds.statement, reading, gifts), lambda item: item.position),
            (partial(merchant_statements.statement, reading, "corner", COUPON_CNY), lambda item: item.position),
            (partial(merchants.settlements, reading), lambda item: item.settlement),
        ]
        for ask, place in lists:
            assert list(pages(ask, place)) == list(ask(limit=1000))


@settings(max_examples=5, suppress_health_check=CHECKS)
@given(life=LIVES)
def test_however_the_follower_takes_the_facts_the_rows_are_the_same(tmp_path: Path, life: Any) -> None:
    story = lived(life)
    shown = []
    for batch in (1, 5, 1000):
        with followed(story, tmp_path, batch=batch) as reading:
            projected = (
                coupon_lists.figures(reading),
                merchants.settlements(reading),
                benefits.benefits(reading, *YEAR),
            )
            books = [vouchers.vouchers(reading, ZONE, period) for period in sorted({it.period for it in story.journal})]
            shown.append((projected, books))
    assert shown[0] == shown[1] == shown[2]


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(life=LIVES)
def test_the_parts_of_an_entry_by_whose_money_it_is_are_the_entry(life: Any) -> None:
    """By transaction: what lapsed of a coupon is told by its own fact, beside that of its lot."""
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    whole: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for item in lived(life).journal:
        entry = item.data.entry()
        for _, legs in vouchers.parts(item.data, entry):
            assert sum(amount for _, _, amount in legs) == 0
            for account, unit, amount in legs:
                found[item.tx][named(account), unit] += amount
        for leg in entry.postings if entry else ():
            assert isinstance(leg, Posting)
            whole[item.tx][named(leg.account), leg.unit] += leg.amount
    assert {tx: moved(sums) for tx, sums in found.items()} == {tx: moved(sums) for tx, sums in whole.items()}


def named(account: str) -> str:
    """Of people's accounts there is one line together."""
    return account.partition(":")[0]


def moved(sums: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    return {key: value for key, value in sums.items() if value}


def test_a_fund_begins_with_what_its_source_put_in(tmp_path: Path) -> None:
    with followed(begun(), tmp_path) as reading:
        known = funds.fund(reading, "gifts")
        assert known is not None
        (line,) = funds.statement(reading, known, limit=1)
        assert (line.type, line.amount, line.source, line.reference) == (
            "fund-appropriated.v1",
            400_000,
            "union",
            "minutes-7",
        )
        assert funds.fund(reading, "nothing") is None


def test_entitlements_count_by_what_they_cost_and_not_when_they_were_given_back(tmp_path: Path) -> None:
    story = ground()
    wishes = [IssueEntitlement(holder=HolderId(who), code="accident-policy", reason="other") for who in ("li", "wang")]
    story.given(*wishes)
    first, second = story.facts(EntitlementIssued)
    assert first.cost is not None
    with followed(story, tmp_path) as reading:
        assert [(it.holder, it.total) for it in benefits.benefits(reading, *YEAR)] == [
            ("li", first.cost.amount),
            ("wang", first.cost.amount),
        ]
    story.given(CancelEntitlement(entitlement=second.entitlement, reason="cannot-come"))
    with followed(story, tmp_path) as reading:
        (kept,) = benefits.benefits(reading, *YEAR)
        assert (kept.holder, kept.unit, kept.entitlements) == ("li", first.cost.unit, first.cost.amount)

"""A month as a site lives it: rules that change, people who come and go, approvals, sales, the close, and after it."""

import pytest

from api.closing import OpenItemsRemainError
from ledger.approvals.commands import (
    AppealDeduction,
    ApproveProposal,
    DecideAppeal,
    NameDelegate,
    RejectProposal,
)
from ledger.approvals.entities import Proposal
from ledger.journal.turn import Submission
from ledger.people.commands import LeaveSite
from ledger.people.entities import Holder
from ledger.points.facts import DeductionReversed, LotsLapsed, PointsDeducted, PointsEarned
from ledger.refusals import HolderBarred, LimitExceeded, NotEligible
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.values import Day, holder_account
from projections import approvals, rankings
from projections.replay import Replay
from projections.trial_balance import differences, trial_balance
from projections.verify import deviations
from tests.behaviours.site import SECOND_VERSION
from tests.stories.conftest import Begin
from tests.stories.site import (
    GATE,
    JULY,
    JUNE,
    LI,
    MAY,
    POINT,
    RECORDS,
    ROSTER,
    WANG,
    ZHAO,
    Site,
)

APPEAL = {"granted": True, "reason": "appeal-granted"}


def consistent(site: Site) -> None:
    """Facts alone give this very book and these very projections, and debits equal credits."""
    site.projector.advance()
    replayed = Replay(site.ledger.storage, zone="Asia/Shanghai")
    replayed.advance()
    assert replayed.differences() == ()
    assert [name for name in site.projector.projections if deviations(site.projector, name)] == []
    with site.projector.store.reading() as reading:
        assert differences(trial_balance(reading)) == {}


# Rules ---------------------------------------------------------------------------------------------------------


def test_the_helmet_rule_changes_in_mid_month_and_the_days_before_are_unchanged(site: Site) -> None:
    """v2 (10 instead of 5) counts from 15 June; a record of the 14th that is approved on the 20th still costs 5."""
    site.on("2022-06-10")
    early = site.approves(site.records("no-helmet", WANG))
    site.do(AdoptScheme(scheme=canonical(load_scheme(SECOND_VERSION)), effective_from=Day("2022-06-15")))
    before = site.balances(WANG)
    site.on("2022-06-20")
    late = site.approves(site.records("no-helmet", LI, at="2022-06-14"))
    new = site.approves(site.records("no-helmet", ZHAO))
    assert before == site.balances(WANG) == [95]
    assert site.balances(LI, ZHAO) == [95, 90]
    rules = [
        next(item.rule for item in site.of(tx) if isinstance(item.data, PointsDeducted)) for tx in (early, late, new)
    ]
    assert rules == ["safety-supermarket/v1", "safety-supermarket/v1", "safety-supermarket/v2"]
    consistent(site)


def test_an_award_above_the_months_budget_waits_and_is_approved_next_month(site: Site) -> None:
    """3,000 a month: 300 hazards of 10 fit, the 301st waits, and July pays it from its own budget."""
    site.on("2022-06-20")
    moments = [
        f"{day:02} {hour:02}:{minute:02}"
        for day in range(1, 11)
        for hour in range(8, 13)
        for minute in range(0, 60, 10)
    ]
    rows = [f"2022-06-{moment},{WANG},隐患上报,设施,x,群安员001,照片" for moment in moments]
    assert site.file("behaviours", RECORDS, *rows, period=JUNE).counts["proposed"] == 300
    for proposal in site.waiting():
        site.approves(proposal)
    assert site.balances(WANG) == [3_100]
    held = site.records("hazard", LI, target="facility")
    assert site.ledger.the(Proposal, held).why == "over-budget"
    with pytest.raises(LimitExceeded) as caught:
        site.approves(held)
    assert (caught.value.limit, caught.value.used, caught.value.offered) == (3000, 3000, 0)
    site.on("2022-07-01").closes(carry=True)
    paid = site.approves(held)
    (award,) = [item for item in site.of(paid) if isinstance(item.data, PointsEarned)]
    assert (award.period, award.belongs_to, site.balances(LI)) == (JULY, JUNE, [110])
    consistent(site)


# People --------------------------------------------------------------------------------------------------------


def test_one_who_joins_in_mid_month_has_the_whole_initial_lot_and_the_month_closes_with_him(site: Site) -> None:
    site.on("2022-06-20").file("roster", ROSTER, "YK-0004,孙四,tunnel,2022-06-20")
    site.check_in("YK-0004", 20)
    assert site.balances("YK-0004") == [101]
    assert site.file("roster", ROSTER, "YK-0004,孙四,tunnel,2022-06-20", "").counts["already-known"] == 1
    closed = site.on("2022-07-01").closes()
    whole = next(total for total in closed.totals if total.crew is None)
    assert (whole.accounts, whole.granted, whole.credited, whole.closing) == (4, 400, 1, 401)
    assert (closed.turn.done, site.balances("YK-0004")) == (4, [101])
    consistent(site)


def test_one_who_leaves_in_mid_month_keeps_his_days_then_his_points_lapse_and_july_grants_him_nothing(
    site: Site,
) -> None:
    site.on("2022-06-10").check_in(WANG, *range(1, 11))
    site.do(LeaveSite(holder=site.holder(WANG), left_on=Day("2022-06-10")))
    late = site.on("2022-06-12").file("gate", GATE, f"{WANG},2022-06-09 06:00,进", f"{WANG},2022-06-11 06:00,进")
    assert (late.counts["already-known"], [bad.detail for bad in late.bad]) == (1, [HolderBarred.code])
    site.buys(WANG, "G001")
    site.on("2022-06-19").ledger.writer.sweep()
    lapsed = [item for item in site.facts() if isinstance(item.data, LotsLapsed)]
    assert [(item.data.cause, item.data.amount) for item in lapsed if isinstance(item.data, LotsLapsed)] == [
        ("left", 100)
    ]
    assert site.balances(WANG) == [0]
    with pytest.raises((HolderBarred, NotEligible)):
        site.buys(WANG, "G001")
    closed = site.on("2022-07-01").closes()
    assert site.balances(WANG, LI) == [0, 100]
    assert all(total.adds_up for total in (*closed.totals, *closed.after))
    consistent(site)


# Approvals -------------------------------------------------------------------------------------------------------


def test_a_dated_delegate_decides_for_the_absent_leader_many_at_once_and_gives_a_reason_for_each_rejection(
    site: Site,
) -> None:
    site.on("2022-06-10")
    days = {"from_on": Day("2022-06-11"), "to_on": Day("2022-06-15")}
    absent, deputy = site.leader.subject or "", site.deputy.subject or ""
    site.do(NameDelegate(absent=absent, delegate=deputy, **days))
    waiting = [site.records("hazard", badge, target="facility") for badge in (WANG, LI, ZHAO)]
    waiting += [site.records("no-helmet", badge) for badge in (LI, ZHAO)]
    first = ApproveProposal(proposal=waiting[0], on_behalf_of=absent)
    with pytest.raises(NotEligible):
        site.do(first, by=site.deputy)
    site.on("2022-06-12")
    approvals_ = [ApproveProposal(proposal=id, on_behalf_of=absent) for id in waiting[:3]]
    reasons = ("wrong-person", "evidence-missing")
    rejections = [RejectProposal(proposal=id, reason=reason) for id, reason in zip(waiting[3:], reasons, strict=True)]
    wishes = [
        site.ledger.wish(command, by=site.deputy, key=str(n)) for n, command in enumerate([*approvals_, *rejections])
    ]
    outcomes = list(site.ledger.writer.ask_all(Submission(wishes=(wish,)) for wish in wishes))
    assert [outcome.refusal for outcome in outcomes] == [None] * 5
    assert site.balances(WANG, LI, ZHAO) == [110, 110, 110]
    approved = [item for item in site.facts() if item.type == "proposal-approved.v1"]
    assert {(item.data.on_behalf_of, item.by.subject) for item in approved} == {(absent, deputy)}
    site.projector.advance()
    with site.projector.store.reading() as reading:
        assert approvals.queue(reading) == []
        rejected = {
            item.id: approvals.history(reading, item.id)[-1].reason
            for item in approvals.queue(reading, status="rejected")
        }
    assert rejected == dict(zip(waiting[3:], reasons, strict=True))
    consistent(site)


# The close and after it --------------------------------------------------------------------------------------------


def test_a_month_from_opening_to_the_next_opening(site: Site) -> None:
    """Open items stop the close; control totals of unit and crews before and after; the ranking without suspended."""
    site.on("2022-06-20").check_in(WANG, *range(1, 21))
    site.check_in(ZHAO, *range(1, 16))
    site.check_in(LI, *range(1, 19))
    site.approves(site.records("no-harness", LI))
    site.buys(WANG, "G001")
    open_item = site.records("hazard", ZHAO, target="facility")
    site.on("2022-06-30T16:05:00.000000Z")
    with pytest.raises(OpenItemsRemainError) as caught:
        site.closes()
    assert [(item.kind, item.id) for item in caught.value.items] == [("proposal", open_item)]
    site.approves(open_item)
    closed = site.closes()
    figures = {
        total.crew: (total.granted, total.credited, total.deducted, total.redeemed, total.closing)
        for total in closed.totals
    }
    assert figures == {
        None: (300, 63, 10, 10, 343),
        "beams": (200, 38, 10, 10, 218),
        "tunnel": (100, 25, 0, 0, 125),
    }
    after = {total.crew: (total.opening, total.closing, total.spendable) for total in closed.after}
    assert after == {None: (343, 343, 43), "beams": (218, 218, 18), "tunnel": (125, 125, 25)}
    assert closed.opens == JULY
    with site.projector.store.reading() as reading:
        people = rankings.by_person(
            reading, JUNE, POINT, excluding=rankings.not_evaluated(site.ledger.view().scheme(Day("2022-06-30")))
        )
        crews = rankings.by_crew(reading, JUNE, POINT, excluding=frozenset({"monthly-initial"}))
    assert [(rank.place, rank.who, rank.earned) for rank in people] == [
        (1, holder_account(site.holder(ZHAO)), 25),
        (2, holder_account(site.holder(WANG)), 20),
    ]
    assert [(rank.who, rank.earned) for rank in crews] == [("tunnel", 25), ("beams", 20)]
    consistent(site)


def test_a_deduction_appealed_and_granted_after_the_close_stands_in_july_and_leaves_the_seal_as_it_was(
    site: Site,
) -> None:
    site.on("2022-06-28")
    deduction = site.approves(site.records("no-harness", WANG))
    assert site.ledger.the(Holder, site.holder(WANG)).suspended == (JUNE,)
    closed = site.on("2022-07-01").closes()
    site.on("2022-07-05").do(AppealDeduction(of=deduction), by=site.supervisor)
    granted = site.do(DecideAppeal(appeal=deduction, **APPEAL), by=site.deputy).tx  # type: ignore[arg-type] # a dict of its fields
    (back,) = [item for item in site.of(granted) if isinstance(item.data, DeductionReversed)]
    assert (back.period, back.belongs_to) == (JULY, JUNE)
    assert site.ledger.the(Holder, site.holder(WANG)).suspended == ()
    assert site.closes().seal == closed.seal
    assert site.closes().totals == closed.totals
    consistent(site)


def test_a_late_file_of_may_is_imported_after_may_is_closed(begin: Begin) -> None:
    """Three credits posted into June, each naming May; nothing the second time."""
    site = begin(MAY)
    sealed = site.on("2022-06-01").closes(MAY)
    rows = [f"{badge},2022-05-30 06:03,进" for badge in (WANG, LI, ZHAO)]
    report = site.on("2022-06-02").file("gate", GATE, *rows, f"{WANG},2022-06-01 06:00,进", period=MAY)
    assert (report.counts["credited"], report.bad_by_code()) == (3, {"outside-period": 1})
    late = [item for item in site.facts() if isinstance(item.data, PointsEarned) and item.data.behaviour == "check-in"]
    assert [(item.period, item.belongs_to) for item in late] == [(JUNE, MAY)] * 3
    head = site.head
    assert site.file("gate", GATE, *rows, "", period=MAY).counts["already-known"] == 3
    assert all(not isinstance(item.data, PointsEarned) for item in site.facts()[head:])
    assert site.closes(MAY).seal == sealed.seal
    consistent(site)

"""Files as offices send them: balances taken over, passes put right, people merged, all of it once."""

import pytest

from ledger.people.commands import MergeHolders
from ledger.people.entities import Badge, Holder
from ledger.points.facts import PointsEarned
from ledger.refusals import HolderMerged, SelfApproval
from ledger.values import holder_account
from projections.instants import Timeline
from projections.statements import statement
from tests.stories.site import GATE, JUNE, LI, POINT, RECORDS, WANG, ZHAO, Site
from tests.stories.test_the_month import consistent

OPENING = "工牌号,期初积分,来源,截止日期"
PUNCH = "工牌号,补卡日期,补卡原因,批准人"


def test_opening_balances_name_their_source_and_their_approver_and_come_once(site: Site) -> None:
    rows = f"{WANG},37,纸质积分卡第3本,2022-05-31", f"{LI},12,纸质积分卡第3本,2022-05-31"
    assert site.file("opening-balances", OPENING, *rows).counts["proposed"] == 2
    assert site.balances(WANG, LI) == [100, 100]
    for proposal in site.waiting():
        site.approves(proposal)
    taken = [
        item
        for item in site.facts()
        if isinstance(item.data, PointsEarned) and item.data.behaviour == "opening-balance"
    ]
    assert [item.data.amount for item in taken if isinstance(item.data, PointsEarned)] == [37, 12]
    assert {item.appr.by for item in taken if item.appr} == {site.leader.subject}
    assert site.balances(WANG, LI) == [137, 112]
    evidence = [item.data.evidence for item in site.facts() if item.type == "behaviour-recorded.v1"]
    assert [site.vault.read_note(note) for note in evidence] == ["纸质积分卡第3本"] * 2
    assert site.file("opening-balances", OPENING, *rows, "").counts["already-known"] == 2
    assert site.balances(WANG, LI) == [137, 112]
    consistent(site)


def test_a_missed_punch_is_the_check_in_of_its_day_in_whatever_order_the_two_come(site: Site) -> None:
    site.on("2022-06-10").file("gate", GATE, f"{WANG},2022-06-01 06:00,进", period=JUNE)
    rows = [f"{WANG},2022-06-0{day},忘打卡,安全负责人" for day in (1, 2)]
    report = site.file("missed-punch", PUNCH, *rows, period=JUNE)
    assert (report.counts["already-known"], report.counts["proposed"]) == (1, 1)
    (proposal,) = site.waiting()
    site.approves(proposal)
    late = site.file("gate", GATE, f"{WANG},2022-06-02 06:00,进", period=JUNE)
    assert (late.counts["already-known"], late.counts["credited"]) == (1, 0)
    assert site.balances(WANG) == [102]
    consistent(site)


def test_a_gate_row_that_comes_while_a_punch_waits_pays_the_day_once(site: Site) -> None:
    site.on("2022-06-10").file("missed-punch", PUNCH, f"{WANG},2022-06-02,忘打卡,安全负责人", period=JUNE)
    (proposal,) = site.waiting()
    late = site.file("gate", GATE, f"{WANG},2022-06-02 06:00,进", period=JUNE)
    site.approves(proposal)
    assert late.counts["credited"] + late.counts["already-known"] == 1
    assert site.balances(WANG) == [101]
    consistent(site)


def test_two_records_of_one_man_become_one_and_both_histories_are_kept(site: Site) -> None:
    """The survivor has what both earned; each record's statement still shows its own past; the month closes."""
    site.on("2022-06-20").check_in(WANG, 1, 2, 3)
    site.check_in(LI, 4, 5)
    old, new = site.holder(WANG), site.holder(LI)
    before = [(item.stream, item.ver) for item in site.facts()]
    site.do(MergeHolders(old=old, into=new, reason="duplicate"))
    assert site.balances(LI) == [105]
    assert (site.ledger.the(Holder, old).merged_into, site.ledger.the(Badge, WANG).holder) == (new, old)
    with pytest.raises(HolderMerged) as caught:
        site.buys(WANG, "G001")
    assert caught.value.into == new
    report = site.file("gate", GATE, f"{WANG},2022-06-06 06:00,进", f"{LI},2022-06-01 06:00,进", period=JUNE)
    assert [(item.stream, item.ver) for item in site.facts()][: len(before)] == before
    site.projector.advance()
    with site.projector.store.reading() as reading:
        timeline = Timeline(site.ledger.storage, site.ledger.mapper)
        own = statement(reading, timeline, holder_account(old), POINT)
        other = statement(reading, timeline, holder_account(new), POINT)
    assert [line.amount for line in own.lines][:4] == [100, 1, 1, 1]
    assert (own.lines[-1].balance, other.lines[-1].balance) == (0, site.balances(LI)[0])
    assert sum(report.counts.values()) == 2
    closed = site.on("2022-07-01").closes()
    assert closed.turn.done == 2
    assert site.balances(LI, ZHAO) == [site.balances(LI)[0], 100]
    consistent(site)


def test_who_approved_what_he_recorded_is_refused_in_a_file_too(site: Site) -> None:
    row = f"2022-06-03 10:00,{WANG},隐患上报,设施,x,群安员001,照片"
    site.on("2022-06-10").file("behaviours", RECORDS, row, period=JUNE)
    (proposal,) = site.waiting()
    with pytest.raises(SelfApproval):
        site.approves(proposal, by=site.supervisor)
    site.approves(proposal)
    assert site.balances(WANG) == [110]

"""What people read: statements, trial balance, rankings, stock, queue, liability, each against a small story."""

import pytest

from ledger.approvals.commands import ApproveProposal
from ledger.approvals.facts import ProposalMade
from ledger.behaviours.commands import RecordBehaviour
from ledger.people.commands import MergeHolders
from ledger.points.commands import GrantPoints
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.reversals.commands import ReverseMovement
from ledger.room import By
from ledger.scheme.loading import load_scheme
from ledger.values import HolderId, ItemId, PeriodName, RedemptionId
from projections import approvals, balances, holds, people
from projections.liability import liability, worth
from projections.open_items import counted, open_items
from projections.periods import control_totals
from projections.rankings import Rank, by_crew, by_person, not_evaluated
from projections.statements import Line, statement
from projections.stock import stock
from projections.trial_balance import differences, trial_balance
from tests.projections.site import JUNE, POINT, Site, account

MAY = PeriodName("2022-05")


# Statements ------------------------------------------------------------------------------------------------------


@pytest.fixture
def lived(site: Site) -> Site:
    """A worker's June: 100 + 1 + 20 - 5 - 10, the last but one known late."""
    site.people("h1").shelf(price=10)
    site.on("2022-06-03").earn("h1", 1, at="2022-06-03T00:00:00.000000Z")
    site.on("2022-06-10").earn("h1", 20, at="2022-06-02T00:00:00.000000Z")
    site.on("2022-06-11").lose("h1", 5)
    site.on("2022-06-12").sell("h1", "G001")
    return site.caught_up()


def test_a_statement_runs_from_its_opening_to_its_closing(lived: Site) -> None:
    with lived.store.reading() as reading:
        found = statement(reading, lived.timeline, account("h1"), POINT, since=JUNE, until=JUNE)
    assert (found.opening, found.closing) == (0, 106)
    assert [line.amount for line in found.lines] == [100, 1, 20, -5, -10]
    assert [line.balance for line in found.lines] == [100, 101, 121, 116, 106]
    assert found.lines[3].reason == "correction"


def test_a_statement_by_the_world_s_clock_runs_in_that_order(lived: Site) -> None:
    with lived.store.reading() as reading:
        found = statement(
            reading,
            lived.timeline,
            account("h1"),
            POINT,
            by="occurred_at",
            since="2022-06-02",
            until="2022-06-11T00:00:00.000000Z",
        )
    assert found.opening == 100
    assert [(line.amount, line.balance) for line in found.lines] == [(20, 120), (1, 121)]
    assert found.closing == 121


def test_what_was_known_then_leaves_out_what_came_later(lived: Site) -> None:
    with lived.store.reading() as reading:
        found = statement(reading, lived.timeline, account("h1"), POINT, by="recorded_at", until="2022-06-05")
    assert (found.opening, found.closing, len(found.lines)) == (0, 101, 2)


@pytest.mark.parametrize("by", ["period", "recorded_at", "occurred_at"])
def test_pages_of_a_statement_are_the_statement(lived: Site, by: str) -> None:
    with lived.store.reading() as reading:
        whole = statement(reading, lived.timeline, account("h1"), POINT, by=by)  # type: ignore[arg-type] # the three of the list above
        lines: list[Line] = []
        after = None
        while True:
            page = statement(reading, lived.timeline, account("h1"), POINT, by=by, after=after, limit=2)  # type: ignore[arg-type] # the parametrised word is one of the three
            assert (page.opening, page.closing) == (whole.opening, whole.closing)
            lines += page.lines
            after = page.next
            if after is None:
                break
    assert tuple(lines) == whole.lines


# Trial balance ---------------------------------------------------------------------------------------------------


def test_the_books_sum_to_zero_and_name_where_value_went(lived: Site) -> None:
    with lived.store.reading() as reading:
        booked = trial_balance(reading)
        assert differences(booked) == {}
        assert {item.account: item.balance for item in booked} == {
            "deducted": 5,
            "holders": 106,
            "issued": -121,
            "redeemed": 10,
        }
        total = balances.totals(reading)[POINT]
        assert trial_balance(reading, period=MAY) == ()
        assert trial_balance(reading, until=JUNE) == booked
    assert total.balance == 106


# Rankings --------------------------------------------------------------------------------------------------------


@pytest.fixture
def ranked(site: Site) -> Site:
    """Two crews: beams (h1, h2) and tunnel (h3), and h4 without a crew."""
    site.people("h1", "h2", crew="beams").people("h3", crew="tunnel").people("h4")
    site.earn("h1", 10)
    site.earn("h2", 6)
    site.earn("h3", 12)
    site.earn("h4", 12)
    site.do(GrantPoints(to=account("h4"), unit=POINT, amount=500, behaviour="opening-balance"))
    return site


def ranks(site: Site, period: PeriodName = JUNE) -> tuple[tuple[Rank, ...], tuple[Rank, ...]]:
    """By person and by crew, takeovers left out."""
    site.caught_up()
    out = not_evaluated(load_scheme("safety-supermarket"))
    with site.store.reading() as reading:
        return by_person(reading, period, POINT, excluding=out), by_crew(reading, period, POINT, excluding=out)


def test_people_and_crews_are_ranked_by_what_they_earned_in_the_period(ranked: Site) -> None:
    persons, crews = ranks(ranked)
    assert [(rank.place, rank.who, rank.earned) for rank in persons] == [
        (1, account("h3"), 12),
        (1, account("h4"), 12),
        (3, account("h1"), 10),
        (4, account("h2"), 6),
    ]
    assert [(rank.place, rank.who, rank.earned, rank.members) for rank in crews] == [
        (1, "beams", 16, 2),
        (2, "", 12, 1),
        (2, "tunnel", 12, 1),
    ]


def test_a_head_s_share_lets_a_small_crew_win(ranked: Site) -> None:
    ranked.caught_up()
    out = not_evaluated(load_scheme("safety-supermarket"))
    with ranked.store.reading() as reading:
        crews = by_crew(reading, JUNE, POINT, excluding=out, by="per-head")
    assert [rank.who for rank in crews] == ["", "tunnel", "beams"]


def test_who_lost_less_stands_before_who_earned_as_much(ranked: Site) -> None:
    ranked.lose("h3", 2)
    persons, _ = ranks(ranked)
    assert [(rank.place, rank.who) for rank in persons[:2]] == [(1, account("h4")), (2, account("h3"))]


def test_the_initial_lot_and_balances_taken_over_are_nobody_s_merit(ranked: Site) -> None:
    ranked.people("h5")
    persons, _ = ranks(ranked)
    assert account("h5") not in {rank.who for rank in persons}
    with ranked.store.reading() as reading:
        everything = by_person(reading, JUNE, POINT)
    assert (everything[0].who, everything[0].earned) == (account("h4"), 512)


def test_a_suspended_worker_is_out_of_that_period_s_ranking_only(ranked: Site) -> None:
    leader = By(principal="client:leader", subject="person:leader")
    proposal = ranked.do(RecordBehaviour(holder=HolderId("h3"), behaviour="no-harness", target="person", evidence="e1"))
    made = next(fact for fact in proposal if isinstance(fact, ProposalMade))
    approve(ranked, made, leader)
    persons, crews = ranks(ranked)
    assert account("h3") not in {rank.who for rank in persons}
    assert "tunnel" not in {rank.who for rank in crews}
    with ranked.store.reading() as reading:
        assert people.suspended(reading, JUNE) == {"h3"}
        assert people.suspended(reading, PeriodName("2022-07")) == frozenset()


def test_a_late_credit_counts_for_the_period_that_it_belongs_to(ranked: Site) -> None:
    ranked.earn("h2", 50, at="2022-05-20T00:00:00.000000Z")
    assert [(rank.who, rank.earned) for rank in ranks(ranked, MAY)[0]] == [(account("h2"), 50)]
    # It stands in June's books, and counts there for nothing.
    assert {rank.who: rank.earned for rank in ranks(ranked, JUNE)[0]}[account("h2")] == 6


# Shelf, queue, liability -------------------------------------------------------------------------------------------


def test_the_shelf_shows_what_came_and_went(site: Site) -> None:
    site.people("h1").shelf(price=5, stock=10)
    site.earn("h1", 100)
    site.sell("h1", "G001")
    hold = PlaceRedemption(
        holder=HolderId("h1"),
        lines=(WantedLine(ItemId("G001"), 2),),
        id=RedemptionId("r1"),
        hold=True,
        confirmation="supervisor",
        confirmed_by="person:s",
    )
    site.do(hold)
    site.caught_up()
    with site.store.reading() as reading:
        (item,) = stock(reading)
        assert [held.stream for held in holds.open_holds(reading)] == ["redemption:r1"]
        assert stock(reading, period=MAY)[0].received == 0
    assert (item.received, item.sold, item.held, item.on_hand) == (10, 1, 2, 9)
    assert (item.name, item.price, item.listed) == ("香皂", 5, True)


def approve(site: Site, made: ProposalMade, by: By) -> None:
    """Let another person allow it."""
    site.do(ApproveProposal(proposal=made.proposal), by=by)


def test_the_queue_shows_what_waits_and_how_it_was_decided(site: Site) -> None:
    site.people("h1")
    (made, *_) = site.do(RecordBehaviour(holder=HolderId("h1"), behaviour="hazard", target="facility", evidence="e1"))
    assert isinstance(made, ProposalMade)
    site.caught_up()
    with site.store.reading() as reading:
        (waiting,) = approvals.queue(reading)
        items = open_items(reading)
    assert (waiting.id, waiting.kind, waiting.holder) == (made.proposal, "behaviour", "h1")
    assert '"behaviour":"hazard"' in (waiting.command or "")
    assert [(count.kind, count.count) for count in counted(items)] == [("proposal", 1)]
    approve(site, made, By(principal="client:leader", subject="person:leader"))
    site.caught_up()
    with site.store.reading() as reading:
        assert approvals.queue(reading) == []
        (decided,) = approvals.queue(reading, status="approved")
        lines = approvals.history(reading, made.proposal)
    assert decided.id == made.proposal
    assert [(line.type, line.subject) for line in lines] == [
        ("proposal-made.v1", "person:supervisor"),
        ("proposal-approved.v1", "person:leader"),
    ]


def test_a_reversal_takes_its_points_out_of_the_ranking_of_the_period_it_stands_in(ranked: Site) -> None:
    ranked.earn("h1", 30)
    tx = ranked.ledger.mapper.decode(ranked.ledger.storage.facts_at(ranked.head, 1)[0].state).tx
    ranked.do(ReverseMovement(of=tx, reason="correction"))
    assert {rank.who: rank.earned for rank in ranks(ranked)[0]}[account("h1")] == 10


def test_liability_is_what_can_be_spent_at_the_scheme_s_valuation(site: Site) -> None:
    scheme = load_scheme("safety-supermarket")
    site.people("h1").earn("h1", 47)
    site.caught_up()
    with site.store.reading() as reading:
        (owed,) = liability(reading, scheme)
    assert (owed.balance, owed.spendable, owed.fen) == (147, 47, 940)
    assert worth(scheme, POINT, 25_295) == 505_900


def test_two_records_of_one_man_are_one_account_afterwards_and_every_total_still_adds_up(site: Site) -> None:
    site.people("h1", crew="beams").people("h2", crew="tunnel")
    site.earn("h1", 20)
    site.earn("h2", 7)
    site.do(MergeHolders(old=HolderId("h1"), into=HolderId("h2"), reason="correction"))
    site.caught_up()
    with site.store.reading() as reading:
        lines = statement(reading, site.timeline, account("h2"), POINT).lines
        totals = control_totals(reading, JUNE)
        assert differences(trial_balance(reading)) == {}
        survivor = balances.balance(reading, account("h2"), POINT)
        gone = balances.balance(reading, account("h1"), POINT)
    assert survivor is not None
    assert gone is not None
    assert gone.balance == 0
    assert lines[-1].balance == survivor.balance
    assert all(total.adds_up for total in totals)
    assert [total.moved for total in totals if total.crew is None] == [0]

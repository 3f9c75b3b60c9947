"""Closing a month on a real ledger: the worked example, counters that go on selling, kills, two closers."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api.closing import OpenItemsRemainError, SealDiffersError, close_period
from api.runs import Ran, grant_initial, holders_of, turn_month
from ledger.behaviours.commands import RecordBehaviour
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.periods.entities import Books, Closing
from ledger.periods.facts import ControlTotal, PeriodSealed, PeriodTurned
from ledger.points.commands import FreezeAccount
from ledger.points.entities import Account, account_key
from ledger.points.facts import PointsEarned
from ledger.pools import INITIAL
from ledger.refusals import PeriodNotOpen
from ledger.values import HolderId, PeriodName
from projections.periods import control_totals, lowest, standings
from projections.replay import Replay
from projections.seal import line, seal, seal_of
from projections.trial_balance import differences, trial_balance
from tests.projections.site import JUNE, POINT, Site, account, site_on_postgres, site_on_sqlite

JULY = PeriodName("2022-07")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A site in June 2022."""
    if request.param == "sqlite":
        made = site_on_sqlite(tmp_path)
    else:
        made = site_on_postgres(request.getfixturevalue("fresh_database"))
    yield made
    made.close()


@pytest.fixture
def june(site: Site) -> Site:
    """A small site's June: five workers in two crews; one saves and buys, one is below the base, one comes late."""
    for holder, crew in (("h1", "beams"), ("h2", "beams"), ("h3", "tunnel"), ("h4", "tunnel")):
        site.do(RegisterPerson(holder=HolderId(holder), crew=crew))
    assert grant_initial(site.ledger) == Ran(4, 0, ())
    site.shelf("G001", price=35, stock=20).shelf("G002", price=10, stock=20)
    site.on("2022-06-15").earn("h1", 47)
    site.earn("h2", 22)
    site.lose("h3", 15)
    site.do(RegisterPerson(holder=HolderId("h5"), crew="beams"))
    assert grant_initial(site.ledger) == Ran(1, 4, ())
    site.on("2022-06-30T10:00:00.000000Z").sell("h1", "G001", "G002")
    return site


def whole(totals: tuple[ControlTotal, ...]) -> ControlTotal:
    """The total of everybody."""
    return next(total for total in totals if total.crew is None)


def sealed(site: Site) -> PeriodSealed:
    """The seal as it stands in the journal."""
    facts = (site.ledger.mapper.decode(row.state).data for row in site.ledger.storage.facts(0, 10_000))
    return next(fact for fact in facts if isinstance(fact, PeriodSealed))


def initial_lots(site: Site, holder: str) -> list[str | None]:
    """The months of the initial lots that a holder has: exactly one, always."""
    pools = site.ledger.the(Account, account_key(account(holder), POINT)).pools
    return [pool.terms.terms for pool in pools if pool.terms.kind == INITIAL and pool.open]


def test_the_month_of_a_small_site_comes_out_exactly(june: Site) -> None:
    closed = close_period(june.ledger, june.projector, JUNE)
    total = whole(closed.totals)
    assert (total.accounts, total.opening, total.granted, total.credited) == (5, 0, 500, 69)
    assert (total.deducted, total.redeemed, total.lapsed, total.reversed) == (15, 45, 0, 0)
    assert (total.closing, total.spendable) == (509, 2 + 22)
    crews = {item.crew: (item.opening, item.closing, item.spendable) for item in closed.totals if item.crew is not None}
    assert crews == {"beams": (0, 102 + 122 + 100, 24), "tunnel": (0, 85 + 100, 0)}
    assert all(item.adds_up for item in (*closed.totals, *closed.after))


def test_below_the_base_the_new_month_starts_at_the_base_and_savings_carry_over(june: Site) -> None:
    closed = close_period(june.ledger, june.projector, JUNE)
    after = whole(closed.after)
    assert (after.opening, after.granted, after.lapsed) == (509, 500, 100 + 100 + 85 + 100 + 100)
    assert (after.closing, after.spendable) == (102 + 122 + 300, 24)
    assert [june.ledger.the(Account, account_key(account(holder), POINT)).balance for holder in ("h1", "h3")] == [
        102,
        100,
    ]
    with june.store.reading() as reading:
        assert lowest(reading, JUNE, POINT) == 85
        assert lowest(reading, JULY, POINT) == 100


def test_the_seal_in_the_journal_is_the_root_over_the_balances_at_the_cut(june: Site) -> None:
    closed = close_period(june.ledger, june.projector, JUNE)
    made = Replay(june.ledger.storage, zone="Asia/Shanghai")
    while made.position < closed.cut:
        made.apply(made.mapper.decode(june.ledger.storage.facts_at(made.position + 1, 1)[0].state))
    accounts = [row.entity for (kind, _), row in made.rows.rows.items() if kind == Account.KIND and row is not None]
    replayed = seal_of(
        line(item.account, item.unit, item.balance, item.debt) for item in accounts if isinstance(item, Account)
    )
    fact = sealed(june)
    assert (fact.root, fact.accounts, fact.cut) == (replayed.root, 5, closed.cut)
    assert fact.totals == closed.totals


def test_a_sealed_month_shows_the_same_figures_ever_after_and_after_a_rebuild(june: Site) -> None:
    closed = close_period(june.ledger, june.projector, JUNE)
    june.on("2022-07-05").earn("h1", 9, at="2022-06-20T00:00:00.000000Z")
    june.do(RegisterPerson(holder=HolderId("h6"), crew="beams"))
    grant_initial(june.ledger)
    june.caught_up().projector.rebuild("periods")
    with june.store.reading() as reading:
        assert seal(reading, JUNE) == closed.seal
        assert control_totals(reading, JUNE, closed.cut) == closed.totals
        assert differences(trial_balance(reading)) == {}
        late = next(item for item in standings(reading, JULY) if item.account == account("h1"))
    assert late.credited == 9


def test_a_second_close_of_a_month_changes_nothing_and_reads_the_same(june: Site) -> None:
    first = close_period(june.ledger, june.projector, JUNE)
    head = june.head
    again = close_period(june.ledger, june.projector, JUNE)
    assert june.head == head
    assert (again.seal, again.totals, again.after, again.cut) == (first.seal, first.totals, first.after, first.cut)


def test_a_month_that_is_not_open_is_not_closed(june: Site) -> None:
    with pytest.raises(PeriodNotOpen):
        close_period(june.ledger, june.projector, JULY)
    with pytest.raises(PeriodNotOpen):
        close_period(june.ledger, june.projector, PeriodName("2022-05"))
    assert june.ledger.the(Books, Books.ID).period == JUNE


def test_open_items_are_decided_or_carried_knowingly(june: Site) -> None:
    june.do(RecordBehaviour(holder=HolderId("h1"), behaviour="hazard", target="facility", evidence="e1"))
    with pytest.raises(OpenItemsRemainError) as caught:
        close_period(june.ledger, june.projector, JUNE)
    assert [item.kind for item in caught.value.items] == ["proposal"]
    assert june.ledger.the(Books, Books.ID).period == JUNE
    closed = close_period(june.ledger, june.projector, JUNE, carry=True)
    fact = june.ledger.mapper.decode(june.ledger.storage.facts_at(closed.cut, 1)[0].state).data
    assert [(count.kind, count.count) for count in fact.carried] == [("proposal", 1)]


class KilledError(Exception):
    """The process ends here."""


@pytest.mark.parametrize("at", [("cut", 0), ("totals", 0), ("turn", 1), ("turn", 4), ("turn", 5)])
def test_a_closing_that_was_killed_goes_on_where_it_stopped(june: Site, at: tuple[str, int]) -> None:
    def kill(step: str, done: int, of: int) -> None:
        if step == at[0] and (not at[1] or done == at[1]):
            raise KilledError

    with pytest.raises(KilledError):
        close_period(june.ledger, june.projector, JUNE, progress=kill)
    assert june.ledger.the(Closing, JUNE).step in {"seal", "turn"}
    june.sell("h2", "G002")
    june.ledger.book.forget()
    closed = close_period(june.ledger, june.projector, JUNE)
    assert whole(closed.totals).closing == 509
    for holder in ("h1", "h2", "h3", "h4", "h5"):
        assert initial_lots(june, holder) == [JULY]
    facts = [june.ledger.mapper.decode(row.state).data for row in june.ledger.storage.facts(0, 10_000)]
    assert sum(isinstance(fact, PeriodSealed) for fact in facts) == 1
    assert [fact.holders for fact in facts if isinstance(fact, PeriodTurned)] == [5]
    grants = [fact.account for fact in facts if isinstance(fact, PointsEarned) and fact.terms == JULY]
    assert sorted(grants) == sorted(map(account, ("h1", "h2", "h3", "h4", "h5")))


def test_two_closers_make_one_closing(june: Site) -> None:
    results: list[object] = []

    def close() -> None:
        results.append(close_period(june.ledger, june.projector, JUNE).seal.root)

    threads = [threading.Thread(target=close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert len(set(results)) == 1
    assert june.ledger.the(Closing, JUNE).step == "done"
    assert initial_lots(june, "h1") == [JULY]


def test_counters_go_on_selling_while_a_month_closes(june: Site) -> None:
    for number in range(60):
        june.people(f"w{number:02}", crew="night")
    june.shelf("G003", price=1, stock=1_000_000)
    june.earn("h2", 1_000_000)
    stop, sold = threading.Event(), []

    def sell() -> None:
        while not stop.is_set():
            june.sell("h2", "G003")
            sold.append(1)

    counter = threading.Thread(target=sell)
    counter.start()
    during: list[int] = []
    try:
        closed = close_period(june.ledger, june.projector, JUNE, progress=lambda *_: during.append(len(sold)))
    finally:
        stop.set()
        counter.join()
    assert during[-1] > during[0], "nothing was sold between the cut and the end of the turn"
    june.caught_up()
    with june.store.reading() as reading:
        assert seal(reading, JUNE) == closed.seal
        june_total, july_total = whole(control_totals(reading, JUNE)), whole(control_totals(reading, JULY))
        assert differences(trial_balance(reading)) == {}
    assert june_total.redeemed + july_total.redeemed == 45 + len(sold)
    assert june_total.closing == july_total.opening
    assert june_total.adds_up
    assert july_total.adds_up


def test_a_frozen_account_is_left_out_and_named(june: Site) -> None:
    june.do(FreezeAccount(account=account("h4"), unit=POINT, reason="correction"))
    closed = close_period(june.ledger, june.projector, JUNE)
    assert closed.turn == Ran(4, 0, (HolderId("h4"),))
    assert initial_lots(june, "h4") == [JUNE]
    assert initial_lots(june, "h1") == [JULY]


def test_a_record_that_is_merged_while_a_run_goes_on_does_not_stop_it(june: Site) -> None:
    everybody = [HolderId("h1"), HolderId("h2")]
    june.do(MergeHolders(old=HolderId("h1"), into=HolderId("h2"), reason="correction"))
    assert grant_initial(june.ledger, everybody) == Ran(0, 1, ())


def test_a_journal_whose_month_was_changed_after_its_seal_is_caught(june: Site) -> None:
    close_period(june.ledger, june.projector, JUNE)
    with june.store.writing() as connection:
        connection.execute(text("UPDATE projection_periods SET balance = balance + 1 WHERE account = 'holder:h1'"))
    with pytest.raises(SealDiffersError):
        close_period(june.ledger, june.projector, JUNE)


def test_a_late_file_of_a_closed_month_posts_into_the_open_one(june: Site) -> None:
    close_period(june.ledger, june.projector, JUNE)
    june.on("2022-07-02").earn("h1", 1, at="2022-06-29T22:00:00.000000Z")
    envelope = june.ledger.mapper.decode(june.ledger.storage.facts_at(june.head, 1)[0].state)
    assert (envelope.period, envelope.belongs_to) == (JULY, JUNE)


def test_the_run_of_initial_grants_names_everybody_on_site_once(june: Site) -> None:
    assert list(holders_of(june.ledger, active=True)) == ["h1", "h2", "h3", "h4", "h5"]
    assert turn_month(june.ledger) == Ran(0, 5, ())
    seen: list[tuple[int, int]] = []
    grant_initial(june.ledger, [HolderId("h1")], progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 1)]
    assert june.ledger.the(Account, account_key(account("h1"), POINT)).balance == 102

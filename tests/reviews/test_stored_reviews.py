"""Reviews on a real ledger: every key is read in rounds, a review sent again changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Submission
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.reviews.commands import AppealPatrol, ApprovePatrol, DecidePatrolAppeal, RejectPatrol, ReviewPatrol
from ledger.room import By, Command
from ledger.values import ClaimId, HolderId, Instant, later
from tests.ledgers import balance, log_of, opened
from tests.reviews.walks import APP, DAY, LI, OFFICER, OPENS, REVIEWER, SYSTEM, ground, measured, walking

C1 = ClaimId("c1")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Ledger]:
    """小李 has finished a patrol; it is 20:00."""
    storage = Storage.sqlite(tmp_path / "journal.db", "city")
    storage.create(zone="Asia/Shanghai", scheme="patrol", created_at="2022-06-01T00:00:00.000000Z")
    with opened(storage, at=Instant(DAY + "T00:00:00.000000Z"), scheme="patrol") as ledger:
        claim, start, finish, track = walking()
        done(ledger, *ground())
        assert isinstance(ledger.clock, ManualClock)
        ledger.clock.move_to(OPENS)
        done(ledger, claim, start)
        ledger.clock.move_to(later(OPENS, seconds=7200))
        done(ledger, finish, track)
        yield ledger


def done(ledger: Ledger, *commands: Command, by: By = APP) -> None:
    for command in commands:
        outcome = ledger.writer.ask(Submission(wishes=(ledger.wish(command, by=by, key=None),)))
        assert outcome.refusal is None, outcome.refusal


def read_on_demand(ledger: Ledger, command: Command, by: By) -> int:
    ledger.book.forget()
    before = ledger.book.on_demand
    done(ledger, command, by=by)
    return ledger.book.on_demand - before


def seen(gap: int = 20, seconds: int = 7200) -> ReviewPatrol:
    figures = measured(longest_gap_seconds=gap, seconds=seconds)
    return ReviewPatrol(claim=C1, measured=figures, commitment="sealed-c1")


@pytest.mark.parametrize("command", [seen(), seen(gap=1500), seen(seconds=97 * 60)])
def test_the_machine_names_what_it_reads(city: Ledger, command: Command) -> None:
    assert read_on_demand(city, command, SYSTEM) == 0


def test_of_a_merged_record_too(city: Ledger) -> None:
    done(city, RegisterPerson(holder=HolderId("li-2")), MergeHolders(old=LI, into=HolderId("li-2"), reason="other"))
    assert read_on_demand(city, seen(), SYSTEM) == 0
    assert balance(city, "li-2", "patrol_point") == 20


@pytest.mark.parametrize(
    "command", [ApprovePatrol(claim=C1), RejectPatrol(claim=C1, reason="other")], ids=lambda command: command.ROUTE
)
def test_a_person_is_looked_up_among_holders_and_nothing_else_on_demand(city: Ledger, command: Command) -> None:
    """Who decides is no part of a wish: whether he is a holder himself is one read more."""
    done(city, seen(gap=1500), by=SYSTEM)
    assert read_on_demand(city, command, REVIEWER) == 1


def test_an_appeal_and_its_decision_name_what_they_read(city: Ledger) -> None:
    done(city, seen(seconds=97 * 60), by=SYSTEM)
    assert read_on_demand(city, AppealPatrol(claim=C1), APP) == 0
    granted = DecidePatrolAppeal(claim=C1, granted=True, reason="appeal-granted")
    assert read_on_demand(city, granted, OFFICER) == 1
    assert balance(city, "li", "patrol_point") == 20


def test_a_review_that_is_sent_again_adds_no_line(city: Ledger) -> None:
    done(city, seen(), by=SYSTEM)
    before = log_of(city)
    for again in (seen(), seen(seconds=60), ReviewPatrol(claim=C1)):
        done(city, again, by=SYSTEM)
    assert log_of(city) == before
    assert balance(city, "li", "patrol_point") == 20


def test_64_reviews_at_once_credit_once(city: Ledger) -> None:
    wishes = [Submission(wishes=(city.wish(seen(), by=SYSTEM, key=None),)) for _ in range(64)]
    outcomes = list(city.writer.ask_all(wishes))
    assert sum(len(outcome.envelopes) == 2 for outcome in outcomes) == 1
    assert balance(city, "li", "patrol_point") == 20

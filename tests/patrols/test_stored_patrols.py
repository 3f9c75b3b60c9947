"""Patrols on a real ledger: every key is read in rounds, and whoever names a claim finds what time has done."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Submission
from ledger.patrols.commands import PublishTasks, RetireRoute
from ledger.patrols.entities import Claim, Task
from ledger.patrols.facts import ClaimLapsed
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.refusals import ClaimOpen
from ledger.room import Command
from ledger.values import Day
from tests.ledgers import COUNTER, asked, opened
from tests.patrols.ground import (
    LI,
    ROUTE,
    TASK,
    WANG,
    ZHAO,
    at,
    cancel,
    claim,
    finish,
    give_back,
    passing,
    resume,
    route,
    start,
    tasks,
    track,
)

EARLIER = "songtai-2.2022-06-14.afternoon"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Ledger]:
    """Three people, two slots of three places; it is 16:00, in the first of them."""
    storage = Storage.sqlite(tmp_path / "journal.db", "city")
    storage.create(zone="Asia/Shanghai", scheme="patrol", created_at=at("00:00", "2022-06-01"))
    with opened(storage, at=at("08:00"), scheme="patrol") as ledger:
        done(ledger, *(RegisterPerson(holder=id) for id in (LI, WANG, ZHAO)), route())
        done(ledger, tasks(places=3, slots=("afternoon", "evening")))
        yield ledger


def done(ledger: Ledger, *commands: Command) -> None:
    for command in commands:
        assert asked(ledger, command).refusal is None


def move(ledger: Ledger, time: str) -> None:
    assert isinstance(ledger.clock, ManualClock)
    ledger.clock.move_to(at(time))


def read_on_demand(ledger: Ledger, command: Command) -> int:
    ledger.book.forget()
    before = ledger.book.on_demand
    asked(ledger, command)
    return ledger.book.on_demand - before


@pytest.mark.parametrize(
    "command",
    [
        claim(WANG, id="w"),
        claim(LI, TASK, id="d"),
        start("s"),
        resume("s"),
        passing(1),
        track(),
        finish(),
        finish("s"),
        give_back("s"),
        cancel(task=EARLIER),
        route("other"),
        RetireRoute(route=ROUTE, reason="correction"),
        PublishTasks(route=ROUTE, from_on=Day("2022-06-15"), to_on=Day("2022-06-20"), places=1),
    ],
)
def test_every_wish_names_what_it_reads(city: Ledger, command: Command) -> None:
    done(city, claim(LI, EARLIER), start(), claim(ZHAO, EARLIER, id="s"))
    assert read_on_demand(city, command) == 0


def test_a_late_message_of_a_merged_record_names_what_it_reads(city: Ledger) -> None:
    done(city, claim(LI, EARLIER), MergeHolders(old=LI, into=WANG, reason="correction"))
    move(city, "08:40")
    done(city, claim(WANG, TASK, id="w"))
    assert read_on_demand(city, finish(started_at=at("08:10"))) == 0


def test_who_claims_finds_his_overdue_claim_on_another_task_fallen_back(city: Ledger) -> None:
    done(city, claim(LI, EARLIER))
    move(city, "08:29")
    refused = asked(city, claim(LI, TASK, id="d")).refusal
    assert refused == ClaimOpen(claim="c")
    move(city, "08:30")
    city.book.forget()
    done(city, claim(LI, TASK, id="d"))
    assert (city.the(Claim, "c").status, city.the(Task, EARLIER).taken) == ("lapsed", 0)


def test_a_late_start_finds_his_overdue_claim_on_another_task_fallen_back(city: Ledger) -> None:
    done(city, claim(LI, EARLIER))
    move(city, "08:40")
    done(city, claim(LI, TASK, id="d"))
    move(city, "10:30")
    city.book.forget()
    wish = city.wish(start(), by=COUNTER, key=None, occurred_at=at("08:20"))
    assert city.writer.ask(Submission(wishes=(wish,))).refusal is None
    assert (city.the(Claim, "c").status, city.the(Claim, "d").status) == ("started", "lapsed")


def test_the_sweep_lets_fall_back_what_nobody_names(city: Ledger) -> None:
    done(city, claim(LI, EARLIER), claim(WANG, EARLIER, id="w"))
    move(city, "08:30")
    city.book.forget()
    assert city.get(Task, EARLIER) == city.the(Task, EARLIER)
    assert city.the(Task, EARLIER).taken == 0
    city.writer.sweep()
    facts = [city.mapper.decode(row.state).data for row in city.storage.facts(0, 1000)]
    assert [fact.claim for fact in facts if isinstance(fact, ClaimLapsed)] == ["c", "w"]
    assert city.the(Claim, "c").status == "lapsed"

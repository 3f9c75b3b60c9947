"""What reacts to a change has its say in the transaction that made it, whichever command or time that was."""

from collections.abc import Iterator

import pytest

from ledger.deciding import SYSTEM
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Submission
from ledger.refusals import InternalError
from ledger.room import (
    Book,
    Command,
    Due,
    Entity,
    Evolution,
    Fact,
    Facts,
    Handler,
    Key,
    Now,
    Reaction,
    Room,
    Stamped,
)
from ledger.rooms import ROOMS, Registry
from ledger.values import Instant, TxId
from tests.ledgers import COUNTER, NOON, SECRET, opened

ENDS = Instant("2022-06-20T00:00:00.000000Z")


class Tank(Entity, frozen=True, kw_only=True):
    """Its level, the level at which it calls, and until when it holds water."""

    KIND = "tank"

    level: int
    mark: int | None = None
    calls: int = 0
    ends_at: Instant | None = None

    @property
    def watched(self) -> bool:
        return self.mark is not None

    def due_at(self, zone: str) -> Instant | None:
        del zone
        return self.ends_at


class TankFact(Fact, frozen=True, kw_only=True):
    """A fact about a tank."""

    tank: str

    def stream(self, tx: TxId) -> str:
        del tx
        return "tank:" + self.tank


class Filled(TankFact, frozen=True, kw_only=True):
    """It stands at `level`."""

    TOPIC = "tank-filled.v1"
    level: int
    mark: int | None = None
    ends_at: Instant | None = None


class Called(TankFact, frozen=True, kw_only=True):
    """It has reached its mark."""

    TOPIC = "tank-called.v1"
    level: int


class Fill(Command, frozen=True, kw_only=True):
    """Let it stand at `level`."""

    ROUTE = "tank"
    tank: str
    level: int
    mark: int | None = None
    ends_at: Instant | None = None


def fill(command: Fill, book: Book, now: Now) -> Facts:
    del book, now
    yield Filled(tank=command.tank, level=command.level, mark=command.mark, ends_at=command.ends_at)


def dried(tank: Tank, book: Book, now: Now) -> Facts:
    del book, now
    yield Stamped(fact=Filled(tank="t", level=0, mark=tank.mark), occurred_at=tank.ends_at)


def reached(before: Tank | None, after: Tank, book: Book, now: Now) -> Facts:
    """Called once when the level comes to stand at the mark; at 99 it calls for ever, at 50 it fills the next tank."""
    del now
    assert after.mark is not None
    if (before is None or before.level != after.level) and after.level == after.mark:
        yield Called(tank="t", level=after.level)
        if after.level == 50:
            assert book.the(Tank, "t").calls == 1, "the next line of a reaction sees what the one before has done"
            yield Filled(tank="next", level=7, mark=7)
    elif after.level == 99:
        yield Called(tank="t", level=99)


EVOLUTIONS = (
    Evolution(
        Filled,
        Tank,
        lambda fact, _meta: (fact.tank,),
        lambda tank, fact, _meta, _id: Tank(
            level=fact.level, mark=fact.mark, calls=tank.calls if tank else 0, ends_at=fact.ends_at
        ),
    ),
    Evolution(Called, Tank, lambda fact, _meta: (fact.tank,), lambda tank, _fact, _meta, _id: called(tank)),
)


def called(tank: Tank) -> Tank:
    return Tank(level=tank.level, mark=tank.mark, calls=tank.calls + 1, ends_at=tank.ends_at)


def reads(command: Fill, book: Book) -> list[Key]:
    del book
    return [(Tank.KIND, command.tank)]


TANKS = Room(
    name="tanks",
    facts=(Filled, Called),
    handlers=(Handler(Fill, fill, (reads,)),),
    evolutions=EVOLUTIONS,
    dues=(Due(Tank, dried),),
    reactions=(Reaction(Tank, reached),),
)


@pytest.fixture
def site(storage: Storage) -> Iterator[Ledger]:
    opened(storage).close()
    clock = ManualClock(NOON)
    with Ledger(storage, SECRET, zone="Asia/Shanghai", clock=clock, registry=Registry((*ROOMS, TANKS))) as ledger:
        yield ledger


def asked(site: Ledger, *fills: Fill) -> list[tuple[str, int]]:
    """One transaction of these; what it recorded: topic and level of each fact."""
    outcome = site.writer.ask(Submission(wishes=tuple(site.wish(fill, by=COUNTER) for fill in fills)))
    assert outcome.refusal is None
    return [(fact.type.partition(".")[0], fact.data.level) for fact in outcome.envelopes]


def level(number: int, *, mark: int | None = 10, tank: str = "t", ends_at: Instant | None = None) -> Fill:
    return Fill(tank=tank, level=number, mark=mark, ends_at=ends_at)


def test_a_change_and_what_it_set_off_are_one_transaction_by_the_same_person(site: Ledger) -> None:
    asked(site, level(3))
    outcome = site.submit(level(10), by=COUNTER, key="one")
    assert [fact.type for fact in outcome.envelopes] == ["tank-filled.v1", "tank-called.v1"]
    assert {(fact.tx, fact.by) for fact in outcome.envelopes} == {(outcome.tx, COUNTER)}
    assert [fact.key is None for fact in outcome.envelopes] == [False, True]
    assert site.submit(level(10), by=COUNTER, key="one").envelopes == outcome.envelopes


def test_nothing_is_asked_where_nothing_waits(site: Ledger) -> None:
    assert asked(site, level(10, mark=None)) == [("tank-filled", 10)]
    assert asked(site, level(10)) == [("tank-filled", 10)], "the level has not changed"


def test_what_was_not_there_before_is_handed_as_none(site: Ledger) -> None:
    assert asked(site, level(10)) == [("tank-filled", 10), ("tank-called", 10)]


def test_in_a_group_each_wish_is_asked_about_since_the_one_before(site: Ledger) -> None:
    calls = asked(site, level(3), level(10), level(10), level(4), level(10))
    assert [place for place, (topic, _) in enumerate(calls) if topic == "tank-called"] == [2, 6]


def test_a_reaction_sees_what_it_did_and_what_it_sets_off_is_asked_about_in_turn(site: Ledger) -> None:
    before = site.storage.head().position
    asked(site, level(50, mark=50))
    recorded = [row.topic for row in site.storage.facts(before, 10)]
    assert recorded == ["tank-filled.v1", "tank-called.v1", "tank-filled.v1", "tank-called.v1"]
    assert (site.the(Tank, "next").level, site.the(Tank, "t").calls) == (7, 2)


def test_what_time_did_is_asked_about_as_of_the_instant_when_it_did_it(site: Ledger) -> None:
    asked(site, level(3, mark=0, ends_at=ENDS))
    site.clock.move_to(Instant("2022-06-21T04:00:00.000000Z"))  # type: ignore[attr-defined] # the site's clock is a test's
    assert site.writer.sweep() == 1
    dry, call = (site.mapper.decode(row.state) for row in site.storage.facts(0, 1_000)[-2:])
    assert (call.type, call.tx, call.occurred_at, call.by) == ("tank-called.v1", dry.tx, ENDS, SYSTEM)


def test_reactions_without_end_fail_their_wish_alone(site: Ledger) -> None:
    asked(site, level(3))
    wishes = [Submission(wishes=(site.wish(wish, by=COUNTER),)) for wish in (level(99), level(10))]
    endless, other = site.writer.runner.run(wishes)
    assert (type(endless.refusal), other.refusal) == (InternalError, None)
    assert (site.the(Tank, "t").level, site.the(Tank, "t").calls) == (10, 1)


def test_two_rooms_cannot_react_to_one_kind() -> None:
    with pytest.raises(TypeError, match="'tank' is taken"):
        Registry((TANKS, Room(name="others", reactions=(Reaction(Tank, reached),))))

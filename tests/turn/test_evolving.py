"""The loop that evolves the book: which rows a fact changes, and which version each of them gets."""

from typing import ClassVar

from ledger.evolving import UNKNOWN, Known, Row, Rows, evolve
from ledger.requests.entities import Cause
from ledger.room import By, Entity, Evolution, Fact, Key, Meta, Room
from ledger.rooms import Registry
from ledger.values import Day, Instant, PeriodName, TxId

AT = Instant("2022-06-01T00:00:00.000000Z")


class Lamp(Entity, frozen=True, kw_only=True):
    """Counts how often it was switched."""

    KIND: ClassVar[str] = "lamp"

    times: int = 0


class Switched(Fact, frozen=True, kw_only=True):
    """The lamps were switched, in the life of one that may not be among them."""

    TOPIC: ClassVar[str] = "switched.v1"

    life: str
    lamps: tuple[str, ...]


def on_switched(lamp: Lamp | None, _fact: Switched, _meta: Meta, _id: str) -> Lamp:
    """Once more."""
    return Lamp(times=1 if lamp is None else lamp.times + 1)


LAMPS = Registry(
    (Room(name="lamps", facts=(Switched,), evolutions=(Evolution(Switched, Lamp, lambda f, _: f.lamps, on_switched),)),)
)


def switched(
    book: Rows | Known, *lamps: str, life: str, position: int = 7, version: int = 3, cause: str | None = None
) -> None:
    """Evolve one fact into the book."""
    meta = Meta(
        tx=TxId("t"),
        position=position,
        occurred_at=AT,
        recorded_at=AT,
        day=Day("2022-06-01"),
        period=PeriodName("2022-06"),
        by=By(principal="system"),
        rule=None,
    )
    evolve(LAMPS, book, Switched(life=life, lamps=lamps), meta, (life, version), cause)


def lamps(*names: str) -> dict[Key, Row | None]:
    """Rows of lamps that were switched once, at position 1, as their second fact."""
    return {("lamp", name): Row(Lamp(times=1), 1, 2) for name in names}


def test_a_fact_changes_the_rows_that_it_names_and_no_other() -> None:
    book = Rows()
    book.rows.update(lamps("a", "b"))
    switched(book, "a", life="tour:1")
    assert book.rows == {("lamp", "a"): Row(Lamp(times=2), 7, 2), ("lamp", "b"): Row(Lamp(times=1), 1, 2)}


def test_only_the_entity_that_its_stream_is_the_life_of_gets_its_version() -> None:
    book = Rows()
    book.rows.update(lamps("a", "b"))
    switched(book, "a", "b", life="lamp:b")
    assert [book.rows["lamp", name] for name in "ab"] == [Row(Lamp(times=2), 7, 2), Row(Lamp(times=2), 7, 3)]


def test_a_stream_of_another_kind_with_the_same_id_gives_no_version() -> None:
    book = Rows()
    switched(book, "a", life="tour:a")
    assert book.rows == {("lamp", "a"): Row(Lamp(times=1), 7, 0)}


def test_what_begins_with_its_own_stream_has_its_first_version() -> None:
    book = Rows()
    switched(book, "a", life="lamp:a", version=1)
    assert book.rows == {("lamp", "a"): Row(Lamp(times=1), 7, 1)}


def test_an_entity_that_a_fact_of_its_life_leaves_alone_counts_that_fact_all_the_same() -> None:
    book = Rows()
    book.rows.update(lamps("a"))
    switched(book, "b", life="lamp:a")
    assert book.rows == {("lamp", "a"): Row(Lamp(times=1), 1, 3), ("lamp", "b"): Row(Lamp(times=1), 7, 0)}


def test_where_only_some_rows_are_known_the_others_stay_unknown() -> None:
    book = Known({("lamp", "a"): None, **lamps("b")})
    switched(book, "a", "b", "c", life="lamp:c")
    assert book.rows == {("lamp", "a"): Row(Lamp(times=1), 7, 0), ("lamp", "b"): Row(Lamp(times=2), 7, 2)}
    assert book.row(("lamp", "c")) is UNKNOWN


def test_a_cause_stands_where_it_was_used_first() -> None:
    book = Rows()
    switched(book, "a", life="tour:1", cause="mac", position=7)
    switched(book, "a", life="tour:1", cause="mac", position=8)
    assert book.rows[Cause.KIND, "mac"] == Row(Cause(position=7), 7, 0)

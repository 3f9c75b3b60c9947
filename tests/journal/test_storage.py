"""The turn's door and the read side: all of a turn or nothing of it, on both databases alike."""

# ruff: noqa: PT012 - a refused turn is a block of its own

import threading

import psycopg
import pytest
from sqlalchemy import update

from ledger.journal.storage import (
    Ahead,
    BookRow,
    ConstraintError,
    EpochUnknownError,
    FactRow,
    Head,
    KeyRow,
    LedgerUnknownError,
    Storage,
)
from ledger.journal.tables import heads

AT = "2022-06-02T08:00:00.000000Z"
LATER = "2022-06-03T08:00:00.000000Z"


def fact(position: int, stream: str = "", version: int = 1) -> FactRow:
    return FactRow(position, stream or f"grant:{position}", version, "points-found.v1", b'{"n":"\xe7\x8e\x8b"}', AT)


def key(mac: str, position: int, client: str = "client:counter-1") -> KeyRow:
    return KeyRow(client, mac, "f0", f"t{position}", position, 2, 1, "zh-CN")


def entity(id: str, position: int = 1, *, kind: str = "account", due_at: str | None = None) -> BookRow:
    return BookRow(kind, id, position, 1, due_at, f"{id}@{position}".encode())


def gone(id: str, kind: str = "account") -> BookRow:
    return BookRow(kind, id, 0, 0, None, None)


def record(storage: Storage, facts: list[FactRow], keys: list[KeyRow], book: list[BookRow], at: str = AT) -> None:
    with storage.turn() as turn:
        turn.append(facts, keys, book, at)
        turn.commit()


def test_a_new_ledger_is_empty_and_creating_it_twice_changes_nothing(storage: Storage) -> None:
    record(storage, [fact(1)], [], [])
    storage.create(created_at=LATER)
    assert storage.head() == Head(1, AT, 1)


def test_what_a_turn_commits_is_there_for_everybody(storage: Storage) -> None:
    facts, keys = [fact(1), fact(2)], [key("m1", 1)]
    book = [entity("a", 1, due_at=LATER), entity("b", 2)]
    record(storage, facts, keys, book)
    assert storage.head() == Head(2, AT, 1)
    assert storage.facts(0, 10) == facts
    assert storage.keys([("client:counter-1", "m1"), ("client:counter-2", "m1")]) == {
        ("client:counter-1", "m1"): keys[0]
    }
    assert storage.book([("account", "a"), ("item", "a"), ("account", "b")]) == {
        ("account", "a"): book[0],
        ("account", "b"): book[1],
    }


def test_a_turn_that_is_left_without_commit_did_nothing(storage: Storage) -> None:
    with storage.turn() as turn:
        turn.append([fact(1)], [key("m", 1)], [entity("a")], AT)
    with pytest.raises(ZeroDivisionError), storage.turn() as turn:
        turn.append([fact(1)], [key("m", 1)], [entity("a")], AT)
        raise ZeroDivisionError
    assert storage.head().position == 0
    assert (storage.facts(0, 9), storage.keys([("client:counter-1", "m")]), storage.book([("account", "a")])) == (
        [],
        {},
        {},
    )


def test_readers_do_not_see_an_open_turn_and_do_not_wait_for_it(storage: Storage) -> None:
    with storage.turn() as turn:
        turn.append([fact(1)], [key("m", 1)], [entity("a")], AT)
        assert turn.facts(0, 9) == [fact(1)]
        assert storage.facts(0, 9) == []
        assert storage.head().position == 0
        turn.commit()
    assert storage.facts(0, 9) == [fact(1)]


def test_the_second_turn_waits_for_the_first_and_sees_what_it_did(storage: Storage) -> None:
    seen: list[int] = []

    def second() -> None:
        with storage.turn() as turn:
            seen.append(turn.head.position)

    with storage.turn() as turn:
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        turn.append([fact(1)], [], [], AT)
        turn.commit()
    waiting.join(60)
    assert seen == [1]


def test_what_a_turn_asks_ahead_is_answered_as_of_its_lock_not_of_before_it(storage: Storage) -> None:
    seen: list[object] = []
    pairs = [("client:counter-1", "m2"), ("client:counter-1", "m1")]

    def second() -> None:
        with storage.turn(Ahead(after=1, limit=9, pairs=pairs)) as turn:
            seen.extend((turn.facts(1, 9), turn.facts(1, 1), turn.keys(pairs)))

    record(storage, [fact(1)], [key("m1", 1)], [])
    with storage.turn() as turn:
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.2)
        turn.append([fact(2), fact(3)], [key("m2", 2)], [], AT)
        turn.commit()
    waiting.join(60)
    both = {("client:counter-1", "m1"): key("m1", 1), ("client:counter-1", "m2"): key("m2", 2)}
    assert seen == [[fact(2), fact(3)], [fact(2)], both]


def test_what_was_not_asked_ahead_and_what_was_written_since_is_asked_afresh(storage: Storage) -> None:
    pairs = [("client:counter-1", "m1")]
    record(storage, [fact(1), fact(2)], [key("m1", 1), key("m2", 2)], [])
    with storage.turn(Ahead(after=0, limit=1, pairs=pairs)) as turn:
        assert (turn.facts(0, 1), turn.facts(0, 2), turn.facts(1, 1)) == ([fact(1)], [fact(1), fact(2)], [fact(2)])
        assert list(turn.keys([("client:counter-1", "m2")])) == [("client:counter-1", "m2")]
        turn.append([fact(3)], [key("m3", 3)], [], AT)
        assert turn.facts(1, 1) == [fact(2)]
        assert turn.facts(2, 1) == [fact(3)]
    with storage.turn(Ahead(after=2, limit=9, pairs=[("client:counter-1", "m3")])) as turn:
        turn.append([fact(3)], [key("m3", 3)], [], AT)
        assert turn.facts(2, 9) == [fact(3)]
        assert list(turn.keys([("client:counter-1", "m3")])) == [("client:counter-1", "m3")]


@pytest.mark.parametrize("positions", [[2], [1, 3], [1, 1], [0]])
def test_positions_have_no_gap(storage: Storage, positions: list[int]) -> None:
    with pytest.raises(ValueError, match="gap"), storage.turn() as turn:
        turn.append([fact(position) for position in positions], [], [], AT)


def test_a_stream_has_each_version_once(storage: Storage) -> None:
    record(storage, [fact(1, "grant:x")], [], [])
    with pytest.raises(ConstraintError), storage.turn() as turn:
        turn.append([fact(2, "grant:x")], [], [], AT)
    assert storage.head().position == 1


def test_a_key_is_used_once(storage: Storage) -> None:
    record(storage, [fact(1)], [key("m", 1)], [])
    with pytest.raises(ConstraintError), storage.turn() as turn:
        turn.append([fact(2)], [key("m", 2)], [entity("a")], AT)
    record(storage, [fact(2)], [key("m", 2, "client:counter-2")], [])
    assert storage.book([("account", "a")]) == {}


def test_what_a_constraint_refused_cannot_be_committed(storage: Storage) -> None:
    record(storage, [fact(1)], [key("m", 1)], [])
    with storage.turn() as turn:
        with pytest.raises(ConstraintError):
            turn.append([fact(2), fact(3)], [key("m", 2)], [], AT)
        with pytest.raises(ConstraintError):
            turn.commit()
    assert [row.position for row in storage.facts(0, 9)] == [1]


def test_a_transaction_that_failed_is_never_taken_for_committed(storage: Storage) -> None:
    if storage.dialect == "sqlite":
        pytest.skip("SQLite has no failed transactions")
    with storage.turn() as turn:
        with pytest.raises(psycopg.Error):
            turn._session.run("SELECT 1/0")
        with pytest.raises(ConstraintError, match="ROLLBACK"):
            turn.commit()


def test_nothing_is_added_after_the_commit(storage: Storage) -> None:
    with storage.turn() as turn:
        turn.append([fact(1)], [], [], AT)
        turn.commit()
        with pytest.raises(RuntimeError, match="over"):
            turn.append([fact(2)], [], [], AT)
    assert storage.head().position == 1


def test_a_book_row_is_replaced_and_taken_out(storage: Storage) -> None:
    record(storage, [fact(1)], [], [entity("a", 1, due_at=LATER), entity("b", 1)])
    record(storage, [fact(2)], [], [entity("a", 2), gone("b"), gone("never-there")])
    assert storage.book([("account", "a"), ("account", "b")]) == {("account", "a"): entity("a", 2)}
    assert storage.due("2100", 9) == []


def test_a_book_key_named_twice_counts_by_its_last_row(storage: Storage) -> None:
    record(storage, [fact(1)], [], [entity("a", 1), gone("a"), entity("a", 5), entity("b"), gone("b")])
    assert storage.book([("account", "a"), ("account", "b")]) == {("account", "a"): entity("a", 5)}


ODD = [
    "",
    " ",
    "NULL",
    "null",
    '"',
    '""',
    "\\",
    '\\"',
    "a,b",
    "{}",
    "{a}",
    "'",
    "%s",
    "?",
    "王钦力",
    "𠮷",
    "\n",
    '","',
    "a\u2028b",
]


def test_any_text_comes_back_as_it_was(storage: Storage) -> None:
    facts = [fact(count, f"grant:{odd}")._replace(topic=odd) for count, odd in enumerate(ODD, 1)]
    keys = [key(odd, 1, client=odd)._replace(tx=odd, language=odd) for odd in ODD]
    book = [entity(odd, kind=odd, due_at=odd or None) for odd in ODD]
    record(storage, facts, keys, book)
    assert storage.facts(0, 99) == facts
    assert storage.keys([(odd, odd) for odd in ODD]) == {(odd, odd): row for odd, row in zip(ODD, keys, strict=True)}
    assert storage.book([(odd, odd) for odd in ODD]) == {(odd, odd): row for odd, row in zip(ODD, book, strict=True)}
    record(storage, [], [], [gone(odd, kind=odd) for odd in ODD])
    assert storage.book([(odd, odd) for odd in ODD]) == {}


@pytest.mark.parametrize("odd", ODD)
def test_one_odd_text_among_plain_ones_comes_back_as_it_was(storage: Storage, odd: str) -> None:
    book = [entity("plain"), entity(odd), entity("plain too")]
    record(storage, [fact(1)], [], book)
    assert set(storage.book([("account", row.id) for row in book]).values()) == set(book)


def test_a_stream_is_read_whole_and_alone(storage: Storage) -> None:
    life = [fact(1, "grant:x", 1), fact(3, "grant:x", 2)]
    record(storage, [life[0], fact(2), life[1]], [], [])
    assert storage.facts_of("grant:x") == life


def test_a_turn_may_add_nothing_but_time(storage: Storage) -> None:
    record(storage, [], [], [], LATER)
    assert storage.head() == Head(0, LATER, 1)


def test_one_turn_may_append_twice(storage: Storage) -> None:
    with storage.turn() as turn:
        turn.append([fact(1)], [], [], AT)
        turn.append([fact(2)], [], [], AT)
        turn.commit()
    assert storage.head().position == 2


def test_facts_are_read_in_pages_and_by_transaction(storage: Storage) -> None:
    record(storage, [fact(position) for position in range(1, 8)], [], [])
    assert [row.position for row in storage.facts(2, 3)] == [3, 4, 5]
    assert [row.position for row in storage.facts_at(6, 2)] == [6, 7]
    with storage.turn() as turn:
        assert [row.position for row in turn.facts_at(2, 1)] == [2]


def test_what_is_due_comes_longest_due_first_then_by_bytes(storage: Storage) -> None:
    ids = ["b", "B", "é", "a", "_", "王"]
    rows = [entity(id, due_at=AT) for id in ids]
    record(storage, [fact(1)], [], [*rows, entity("first", due_at="2022-06-01"), entity("not-yet", due_at=LATER)])
    assert [id for _, id in storage.due(AT, 9)] == ["first", *sorted(ids, key=str.encode)]
    with storage.turn() as turn:
        assert turn.due(AT, 1) == [("account", "first")]


def test_one_kind_is_scanned_in_pages_by_bytes(storage: Storage) -> None:
    ids = ["b", "B", "é", "a", "王"]
    record(storage, [fact(1)], [], [entity(id) for id in ids] + [entity("z", kind="item")])
    first = storage.book_scan("account", "", 3)
    rest = storage.book_scan("account", first[-1].id, 9)
    assert [row.id for row in first + rest] == sorted(ids, key=str.encode)


def test_two_ledgers_in_one_database_do_not_meet(storage: Storage) -> None:
    other = Storage(storage.engine, storage._session, "patrol", storage.place)
    other.create(created_at=AT)
    record(storage, [fact(1)], [key("m", 1)], [entity("a", due_at=AT)])
    record(other, [fact(1)], [key("m", 1)], [entity("a", 9)])
    assert storage.book([("account", "a")]) != other.book([("account", "a")])
    assert (len(other.facts(0, 9)), other.due(AT, 9)) == (1, [])


def test_a_ledger_that_was_never_created_is_not_found(storage: Storage) -> None:
    nowhere = Storage(storage.engine, storage._session, "nowhere", storage.place)
    with pytest.raises(LedgerUnknownError):
        nowhere.head()
    with pytest.raises(LedgerUnknownError), nowhere.turn():
        pass


def test_a_newer_program_has_written_here_so_this_one_only_reads(storage: Storage) -> None:
    record(storage, [fact(1)], [], [])
    with storage.engine.begin() as connection:
        connection.execute(update(heads).values(epoch=2))
    with pytest.raises(EpochUnknownError), storage.turn():
        pass
    assert storage.facts(0, 9) == [fact(1)]


def test_an_instant_is_found_among_the_facts_without_an_index_on_time(storage: Storage) -> None:
    times = [f"2022-06-02T08:00:0{second}.000000Z" for second in (1, 1, 1, 2, 4, 4, 7)]
    for position, at in enumerate(times, 1):
        record(storage, [fact(position)._replace(recorded_at=at)], [], [], at)
    for second in range(9):
        at = f"2022-06-02T08:00:0{second}.000000Z"
        assert storage.before(at) == sum(time < at for time in times)


def test_before_the_first_fact_there_is_no_position(storage: Storage) -> None:
    assert storage.before(LATER) == 0

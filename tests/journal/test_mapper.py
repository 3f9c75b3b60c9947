"""The canonical fact: what strangers' tools would write, nothing that they would lose."""

import json
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.journal.mapper import FactTooLargeError, Mapper, NotCanonicalError, UnknownFormatError
from ledger.room import Fact
from ledger.values import MAX_AMOUNT
from tests.journal.samples import PointsFound, PointsLost, Range, envelope

mapper = Mapper([PointsFound, PointsLost])

amounts = st.integers(-MAX_AMOUNT, MAX_AMOUNT)
texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.text(st.characters(max_codepoint=127), max_size=8)
ranges = st.builds(Range, pool=texts, start=amounts, end=st.none() | amounts)
finds = st.builds(
    PointsFound,
    amount=amounts,
    note=st.none() | texts,
    ranges=st.lists(ranges, max_size=3).map(tuple),
    counts=st.dictionaries(names, amounts, max_size=4),
    done=st.booleans(),
)


@given(finds, st.dictionaries(names, texts, max_size=3), texts)
def test_a_fact_is_stored_as_rfc_8785_says(fact: PointsFound, pd: dict[str, str], rule: str) -> None:
    state = mapper.encode(envelope(fact, pd=pd, rule=rule))
    assert state == rfc8785.dumps(json.loads(state))


@given(finds, st.dictionaries(names, texts, max_size=3))
def test_a_stored_fact_comes_back_as_it_was(fact: PointsFound, pd: dict[str, str]) -> None:
    written = envelope(fact, pd=pd, pos=7)
    assert mapper.decode(mapper.encode(written)) == written


def test_members_are_those_of_the_audit_log() -> None:
    state = mapper.encode(envelope(PointsLost(amount=3)))
    assert state == (
        b'{"appr":null,"belongs_to":null,"by":{"principal":"client:counter-1","subject":"person:1"},"cause":null,'
        b'"data":{"amount":3},"key":{"answer":1,"client":"client:counter-1","fp":"c004","lang":"zh-CN","mac":"01fe"},'
        b'"occurred_at":"2022-06-01T22:02:00.000000Z","pd":{},"period":"2022-06","pos":1,'
        b'"recorded_at":"2022-06-01T22:02:00.000000Z","rule":"sample/v1","stream":"loss:t1","tx":"t1",'
        b'"type":"points-lost.v1","v":1,"ver":1}'
    )


@pytest.mark.parametrize("amount", [1.5, 1e20, 2.0, MAX_AMOUNT + 1, -MAX_AMOUNT - 1, 10**30])
def test_a_number_that_readers_would_round_is_not_written(amount: Any) -> None:
    with pytest.raises(NotCanonicalError):
        mapper.encode(envelope(PointsLost(amount=amount)))


@pytest.mark.parametrize("amount", [MAX_AMOUNT, -MAX_AMOUNT, 10**15, 0])
def test_the_largest_whole_numbers_are_written(amount: int) -> None:
    assert mapper.decode(mapper.encode(envelope(PointsLost(amount=amount)))).data.amount == amount


@pytest.mark.parametrize("note", ['a":1.5,"b', ":12345678901234567890,", "[1e5]"])
def test_text_may_look_like_a_number(note: str) -> None:
    assert mapper.decode(mapper.encode(envelope(PointsFound(amount=1, note=note)))).data.note == note


def test_a_number_hidden_in_a_list_or_an_object_is_found() -> None:
    with pytest.raises(NotCanonicalError):
        mapper.encode(envelope(PointsFound(amount=1, counts={"a": 1, "b": MAX_AMOUNT + 1})))
    with pytest.raises(NotCanonicalError):
        mapper.encode(envelope(PointsFound(amount=1, ranges=(Range(pool="p", start=0, end=2**60),))))


def test_a_fact_has_at_most_32_kib() -> None:
    room = 32 * 1024 - len(mapper.encode(envelope(PointsFound(amount=1, note=""))))
    assert len(mapper.encode(envelope(PointsFound(amount=1, note="x" * room)))) == 32 * 1024
    with pytest.raises(FactTooLargeError):
        mapper.encode(envelope(PointsFound(amount=1, note="x" * (room + 1))))


def stored(**changes: Any) -> bytes:
    state = json.loads(mapper.encode(envelope(PointsLost(amount=3), pos=41)))
    return rfc8785.dumps(state | changes)


@pytest.mark.parametrize(
    "state",
    [
        stored(type="points-doubled.v1"),
        stored(type="points-lost.v2"),
        stored(v=2),
        stored(another="member"),
        stored(data={"amount": "3"}),
        stored(data={}),
        stored(ver=None),
    ],
)
def test_what_is_unknown_stops_and_names_its_position(state: bytes) -> None:
    with pytest.raises(UnknownFormatError, match="position 41") as stopped:
        mapper.decode(state)
    assert stopped.value.position == 41


def test_a_broken_fact_stops_too() -> None:
    with pytest.raises(UnknownFormatError) as stopped:
        mapper.decode(b'{"pos":41,')
    assert stopped.value.position is None


def test_an_old_topic_is_turned_into_todays_step_by_step() -> None:
    upcasts = {
        "points-found.v0": lambda data: {"amount": data["points"]},
        "points-found.v1": lambda data: data | {"note": "from v1"},
    }
    with pytest.raises(TypeError, match="looks like"):
        Mapper([type("Old", (PointsLost,), {"TOPIC": "points-found.v0"})])
    old = stored(type="points-found.v0", data={"points": 9})
    read = Mapper([PointsFound], upcasts).decode(old)
    assert read.data == PointsFound(amount=9, note="from v1")
    assert read.type == "points-found.v2"


def test_an_upcast_that_leads_nowhere_is_not_registered() -> None:
    with pytest.raises(TypeError, match="nobody can read"):
        Mapper([PointsFound], {"points-lost.v1": dict})
    with pytest.raises(TypeError, match="fact of today"):
        Mapper([PointsFound], {"points-found.v2": dict})


def test_only_registered_facts_are_written() -> None:
    with pytest.raises(TypeError, match="not in the registry"):
        Mapper([PointsLost]).encode(envelope(PointsFound(amount=1)))
    with pytest.raises(UnknownFormatError):
        mapper.encode(envelope(PointsLost(amount=1), type="points-found.v2"))


class Rated(Fact, frozen=True, kw_only=True):
    TOPIC = "points-rated.v1"
    rates: dict[str, list[float | None]]


class Twin(Fact, frozen=True, kw_only=True):
    TOPIC = "points-lost.v1"


def test_a_registry_takes_no_floats_and_no_topic_twice() -> None:
    with pytest.raises(TypeError, match="float"):
        Mapper([Rated])
    with pytest.raises(TypeError, match="taken by PointsLost"):
        Mapper([PointsLost, Twin])
    assert issubclass(Rated, msgspec.Struct)


@given(finds, st.dictionaries(names, texts, max_size=3))
def test_what_is_read_in_one_step_says_the_same(fact: PointsFound, pd: dict[str, str]) -> None:
    written = envelope(fact, pd=pd, pos=7)
    read = mapper.read(PointsFound.TOPIC, mapper.encode(written))
    assert mapper.encode(read) == mapper.encode(written)
    assert read.data == fact


def test_what_cannot_be_read_in_one_step_is_refused_as_ever() -> None:
    state = mapper.encode(envelope(PointsLost(amount=3), pos=7))
    assert mapper.read(PointsFound.TOPIC, state) == mapper.decode(state), "the row names another topic than the fact"
    for broken in (state.replace(b'"v":1', b'"v":2'), state.replace(b'"amount":3', b'"amount":"3"'), state[:-1]):
        with pytest.raises(UnknownFormatError):
            mapper.read(PointsLost.TOPIC, broken)

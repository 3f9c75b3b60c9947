"""Bodies are strict: what any parser might read differently is refused before a model sees it."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bodies.strict import MAX_DEPTH, read, shaped
from api.bodies.values import GrantBody
from ledger.refusals import Malformed, NotJson
from ledger.values import MAX_AMOUNT
from tests.api.served import Server

GRANT = '{"to":"holder:h-one","unit":"safety_point","amount":%s}'

REFUSED = [
    (GRANT % "true", "/amount", "wrong-type"),
    (GRANT % "1e3", "/amount", "not-an-integer"),
    (GRANT % "1.0", "/amount", "not-an-integer"),
    (GRANT % '"1"', "/amount", "wrong-type"),
    (GRANT % "null", "/amount", "wrong-type"),
    (GRANT % "0", "/amount", "number-out-of-range"),
    (GRANT % "-1", "/amount", "number-out-of-range"),
    (GRANT % "9007199254740992", "/amount", "number-out-of-range"),
    (GRANT % ("9" * 5000), "/amount", "number-out-of-range"),
    (GRANT % '1,"amount":1', "/amount", "duplicate-key"),
    (GRANT % '1,"amuont":1', "/amuont", "unknown-field"),
    (GRANT % '1,"reason":"a\\u0000"', "/reason", "control-character"),
    (GRANT % '1,"reason":"a\u0007"', "/reason", "control-character"),
    (GRANT % '1,"reason":"\\ud800"', "/reason", "control-character"),
    (GRANT % '1,"cause":{"type":"x","id":"1","id":"2"}', "/cause/id", "duplicate-key"),
    (GRANT % '1,"cause":{"type":"x"}', "/cause/id", "missing"),
    (GRANT % '1,"expires_on":"2022-02-30"', "/expires_on", "wrong-form"),
    (GRANT % '1,"occurred_at":"2022-06-01T00:00:00"', "/occurred_at", "zone-missing"),
    (GRANT % '1,"occurred_at":"2999-06-01T00:00:00Z"', "/occurred_at", "future"),
    (GRANT % '1,"occurred_at":"0001-01-01T00:00:00+14:00"', "/occurred_at", "number-out-of-range"),
    ('{"to":"holder:h-one","unit":"safety_point"}', "/amount", "missing"),
    ('{"to":"h-one","unit":"safety_point","amount":1}', "/to", "wrong-form"),
    ("[]", "", "wrong-type"),
    ("1", "", "wrong-type"),
    ("[" * 40 + "]" * 40, "/0" * MAX_DEPTH, "too-deep"),
    ("[" * 100_000, "", "too-deep"),
]  # fmt: skip - a table of cases reads better in lines


@pytest.mark.parametrize(("raw", "pointer", "code"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_body_that_is_not_strict_is_refused_at_its_place(server: Server, raw: str, pointer: str, code: str) -> None:
    answer = server.client().post(
        server.base + "/grants", content=raw.encode("utf-8", "surrogatepass"), headers={"Idempotency-Key": "strict"}
    )
    assert answer.status_code == 422, answer.text
    assert [(place["pointer"], place["code"]) for place in answer.json()["errors"]] == [(pointer, code)]


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"{'a':1}", b'{"a":NaN}', b'{"a":Infinity}', b"{} {}", b'{"a":01}'])
def test_what_is_not_json_is_400(server: Server, raw: bytes) -> None:
    answer = server.client().post(server.base + "/grants", content=raw, headers={"Idempotency-Key": "no-json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "not-json")


def test_a_body_above_the_limit_is_413(server: Server) -> None:
    big = b'{"reason":"' + b"a" * server.limit + b'"}'
    answer = server.client().post(server.base + "/grants", content=big, headers={"Idempotency-Key": "big"})
    assert (answer.status_code, answer.json()["limit"]) == (413, server.limit)


@pytest.mark.parametrize("key", [None, "", "a b", "键".encode().decode("latin-1"), "x" * 256])
def test_a_missing_or_malformed_key_is_422(server: Server, key: str | None) -> None:
    encoded = {} if key is None else {b"Idempotency-Key": key.encode("latin-1")}
    answer = server.client().post(server.base + "/grants", content=GRANT % 1, headers=encoded)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/Idempotency-Key")


NUMBERS = st.integers(-MAX_AMOUNT, MAX_AMOUNT)
PLAIN = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_whatever_is_strict_json_is_read_as_it_is(value: Any) -> None:
    for written in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        body = read(written.encode())
        assert body.value == value
        assert body.canonical == msgspec.json.encode(value, order="sorted")


@given(VALUES, st.integers(0, 3))
def test_a_repeated_key_is_found_wherever_it_stands(value: Any, depth: int) -> None:
    inner = '{"k":%s,"k":1}' % json.dumps(value)  # noqa: UP031 - braces of JSON would have to be doubled
    with pytest.raises(Malformed) as refused:
        read(("[" * depth + inner + "]" * depth).encode())
    assert refused.value.errors[0] == "/0" * depth + "/k: duplicate-key"


@given(st.binary(max_size=200))
def test_no_bytes_bring_the_reader_down(raw: bytes) -> None:
    try:
        shaped(read(raw).value, GrantBody)
    except (NotJson, Malformed):
        return
    raise AssertionError(raw)


@pytest.mark.parametrize("path", ["/accounts/holder:h%00?unit=safety_point", "/accounts/holder:h?unit=a%00b"])
def test_a_control_character_in_an_address_gets_as_far_as_no_query(server: Server, path: str) -> None:
    answer = server.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert "control-character" in answer.text


def test_a_flat_body_of_many_brackets_is_not_deep_and_brackets_in_text_count_for_nothing() -> None:
    flat = {"commands": [{"lines": [{"item": '}]"\\['}]}] * 100}
    assert read(json.dumps(flat).encode()).value == flat
    deep: Any = "]" * 40
    for _ in range(33):
        deep = [deep, "]"]
    with pytest.raises(Malformed, match="too-deep"):
        read(json.dumps(deep).encode())


def test_where_degrees_may_stand_a_number_with_a_point_is_read_as_its_text() -> None:
    raw = b'{"lon":120.6489,"at":[28.0085,1,{"x":-0.5}]}'
    assert read(raw, decimals=True).value == {"lon": "120.6489", "at": ["28.0085", 1, {"x": "-0.5"}]}
    with pytest.raises(Malformed, match="not-an-integer"):
        read(raw)


@pytest.mark.parametrize("wrong", [b'{"a":1.5,"a":2.5}', b'{"a":"\\u0007","b":1.5}', b'{"a":99999999999999999999}'])
def test_with_degrees_about_everything_else_is_as_strict_as_ever(wrong: bytes) -> None:
    with pytest.raises(Malformed):
        read(wrong, decimals=True)


@pytest.mark.parametrize("depth", [40, 900])
def test_degrees_deep_down_bring_the_reader_down_neither(depth: int) -> None:
    with pytest.raises(Malformed, match="too-deep"):
        read(b"[" * depth + b"1.5" + b"]" * depth, decimals=True)

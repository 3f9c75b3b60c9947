"""The table of problems: every refusal has its words in both languages, and every number is a member."""

import dataclasses
import string
from typing import Any

import msgspec
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from api.answers import problem
from api.answers.sentences import EN, LANGUAGES, SENTENCES, SHAPES, ZH, words_of
from api.problems import refusal_for
from api.routes import reads, writes
from ledger.refusals import (
    InsufficientFunds,
    InternalError,
    Malformed,
    NotReversible,
    QueueFull,
    Refusal,
    StorageUnavailable,
)
from tests.house.generated import refusals


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: str(refusal.code))
def test_every_refusal_has_a_title_and_a_sentence_in_both_languages(refusal: type[Refusal]) -> None:
    members = {field.name for field in dataclasses.fields(refusal)}  # type: ignore[arg-type] # every subclass is made a dataclass
    for lang in LANGUAGES:
        assert refusal.code in SENTENCES
        words = words_of(refusal.code, lang)
        named = {name for _, name, _, _ in string.Formatter().parse(words.sentence) if name}
        assert words.title
        assert named <= members, f"{refusal.code} speaks of {named - members}, which it does not carry"
    assert words_of(refusal.code, ZH) != words_of(refusal.code, EN)


def test_no_sentence_is_left_over() -> None:
    assert set(SENTENCES) == {refusal.code for refusal in refusals()}


def test_a_problem_has_the_members_of_rfc_9457_and_the_numbers() -> None:
    answer = problem(InsufficientFunds(required=30, available=20, missing=10), "en")

    assert (answer.status, answer.media_type) == (409, b"application/problem+json")
    assert msgspec.json.decode(answer.body) == {
        "type": "/problems#insufficient-funds",
        "title": "Insufficient funds",
        "status": 409,
        "code": "insufficient-funds",
        "retryable": True,
        "detail": "30 needed, 20 available, 10 missing.",
        "required": 30,
        "available": 20,
        "missing": 10,
    }


def test_a_member_never_hides_one_of_the_standards() -> None:
    body: dict[str, Any] = msgspec.json.decode(problem(NotReversible(type="points-lapsed"), "zh-CN").body)
    assert (body["type"], body["of_type"]) == ("/problems#not-reversible", "points-lapsed")


def test_too_many_and_unavailable_say_when_to_come_back() -> None:
    assert problem(QueueFull(retry_after=3), "en").retry_after == 3


@pytest.mark.parametrize("code", SHAPES)
def test_places_are_json_pointers_with_a_sentence(code: str) -> None:
    for lang in LANGUAGES:
        body = msgspec.json.decode(problem(Malformed(errors=[f"/lines/0/quantity: {code}"]), lang).body)
        assert body["errors"][0]["pointer"] == "/lines/0/quantity"
        assert body["errors"][0]["code"] == code
        assert body["errors"][0]["detail"] == SHAPES[code][lang == EN]


def test_a_rules_complaint_is_kept_as_it_was_said() -> None:
    body = msgspec.json.decode(problem(Malformed(errors=["limit.quantity: at least 1"]), "en").body)
    assert body["errors"] == [{"pointer": "/limit/quantity", "code": "invalid", "detail": "at least 1"}]


def test_routes_name_only_refusals_that_the_ledger_has() -> None:
    known = set(refusals())
    listed = {refusal for write in writes.WRITES for refusal in write.refusals}
    listed |= {refusal for read in reads.READS for refusal in read.refusals}
    assert listed | set(writes.ALWAYS) | set(reads.ALWAYS) <= known


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("INSERT INTO things SELECT zeroblob(100000)", StorageUnavailable),
        ("SELECT * FROM a_table_that_nobody_has_made", InternalError),
    ],
    ids=["a full disk", "a defect"],
)
def test_a_driver_s_error_is_a_store_that_is_away_or_a_defect(statement: str, refusal: type[Refusal]) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE things (thing BLOB)"))
        connection.exec_driver_sql("PRAGMA max_page_count = 4")
        with pytest.raises(OperationalError) as raised:
            connection.execute(text(statement))
    engine.dispose()
    assert type(refusal_for(raised.value)) is refusal

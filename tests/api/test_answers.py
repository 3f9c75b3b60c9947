"""Renderings of a version never change: each answer comes out as it was stored, to the byte."""

from pathlib import Path

import msgspec
import pytest

from api.answers import VERSIONS, answer
from ledger.journal.ledger import ANSWER
from ledger.journal.turn import Outcome
from ledger.refusals import OutOfStock
from ledger.room import KeyMark
from tests.api.rendered import FOLDER, HISTORY, MAPPER, examples, rendered

EXAMPLES = dict(examples())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_answer_comes_out_as_it_was_stored(path: Path) -> None:
    assert path.exists(), "say `python -m tests.api.rendered`"
    assert EXAMPLES[path] == path.read_bytes()


def test_no_stored_answer_has_lost_its_rendering() -> None:
    assert set(FOLDER.glob("*.json")) == set(EXAMPLES)


def test_the_version_given_out_now_is_one_that_is_kept() -> None:
    assert ANSWER in VERSIONS


def test_a_recorded_refusal_is_rendered_in_the_language_of_its_key() -> None:
    envelope = MAPPER.decode((HISTORY / "command-refused.v1.json").read_bytes().strip())
    refusal = OutOfStock(item="G001", requested=2, available=1)
    for lang, word in (("zh-CN", "库存不足"), ("en", "Out of stock")):
        key = KeyMark(answer=1, client="client:c", fp="f", lang=lang, mac="m")
        marked = msgspec.structs.replace(envelope, key=key)
        outcome = Outcome(envelope.tx, envelope.pos, (marked,), refusal)
        # What the retry asks for does not count.
        assert msgspec.json.decode(answer(outcome, "en").body)["title"] == word


def test_amounts_and_accounts_stand_in_every_value_answer() -> None:
    body = msgspec.json.decode(rendered(HISTORY / "points-earned.v1.json").body)
    assert body["amount"] == 20
    assert set(body["balances"][0]) >= {"account", "unit", "balance", "spendable", "available", "debt", "position"}
    assert not set(body) & {"after", "counts", "fp", "mac"}

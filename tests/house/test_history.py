"""Facts load for ever: each topic keeps a stored example, and no example is without its topic."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.house.sources import ROOT

HISTORY = ROOT / "tests" / "history"
REGISTRY = ROOT / "ledger" / "rooms.py"
MEMBERS = {
    *("appr", "belongs_to", "by", "cause", "data", "key", "occurred_at", "pd", "period", "pos"),
    *("recorded_at", "rule", "stream", "tx", "type", "v", "ver"),
}


def topics() -> set[str]:
    """The closed registry of topics, or nothing while there is no registry yet."""
    if not REGISTRY.exists():
        return set()
    rooms: tuple[Any, ...] = importlib.import_module("ledger.rooms").ROOMS
    return {fact.TOPIC for room in rooms for fact in room.facts}


def examples() -> list[Path]:
    return sorted(HISTORY.glob("*.json"))


def test_every_topic_has_a_stored_example() -> None:
    assert topics() - {path.stem for path in examples()} == set()


def test_every_stored_example_has_its_topic() -> None:
    assert {path.stem for path in examples()} - topics() == set()


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.stem)
def test_a_stored_example_is_one_envelope_in_canonical_form(path: Path) -> None:
    stored = path.read_text(encoding="utf-8").rstrip("\n")
    envelope = json.loads(stored)
    assert set(envelope) == MEMBERS
    assert envelope["type"] == path.stem
    assert stored == json.dumps(envelope, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_topics_are_stable_names() -> None:
    for topic in topics():
        name, _, version = topic.rpartition(".v")
        assert name.replace("-", "").isalnum(), topic
        assert name.islower(), topic
        assert version.isdigit(), topic

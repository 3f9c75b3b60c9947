"""Stored facts as an outsider sees them: canonical JSON that needs nothing of ours to be checked."""

import json
from pathlib import Path

import pytest

from tests.house.sources import ROOT

MEMBERS = {
    *("appr", "belongs_to", "by", "cause", "data", "key", "occurred_at", "pd", "period", "pos"),
    *("recorded_at", "rule", "stream", "tx", "type", "v", "ver"),
}
EXAMPLES = sorted((ROOT / "tests" / "history").glob("*.json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_stored_fact_is_one_canonical_line(path: Path) -> None:
    stored = path.read_text(encoding="utf-8").removesuffix("\n")
    envelope = json.loads(stored)
    assert set(envelope) == MEMBERS
    assert envelope["type"] == path.stem
    assert stored == json.dumps(envelope, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_there_is_an_example_as_soon_as_there_is_a_registry() -> None:
    # What each topic needs is held by tests/history; here only that the cases above are not an empty set.
    assert EXAMPLES or not (ROOT / "ledger" / "rooms.py").exists()

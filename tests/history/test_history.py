"""Old facts load for ever: each stored example decodes, and what is of today encodes to the same bytes."""

from pathlib import Path

import pytest

from ledger.journal.mapper import Mapper

EXAMPLES = sorted(Path(__file__).parent.glob("*.json"))


@pytest.fixture(scope="module")
def mapper() -> Mapper:
    """The mapper of every room, with its upcasts."""
    from ledger import rooms

    return Mapper(rooms.Registry().topics.values(), getattr(rooms, "UPCASTS", {}))


def stored(example: Path) -> bytes:
    """The exact bytes; an editor's newline at the end is not part of a fact."""
    return example.read_bytes().removesuffix(b"\n")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_stored_fact_loads_for_ever(example: Path, mapper: Mapper) -> None:
    state = stored(example)
    envelope = mapper.decode(state)
    if example.stem in mapper.upcasts:
        assert envelope.type in mapper.facts
    else:
        assert envelope.type == example.stem
        assert mapper.encode(envelope) == state


def test_every_topic_has_a_stored_example(mapper: Mapper) -> None:
    missing = {*mapper.facts, *mapper.upcasts} - {path.stem for path in EXAMPLES}
    assert not missing, f"store one line each in tests/history/: {sorted(missing)}"


def test_every_example_is_of_a_known_topic(mapper: Mapper) -> None:
    assert {path.stem for path in EXAMPLES} <= {*mapper.facts, *mapper.upcasts}

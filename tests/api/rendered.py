"""`python -m tests.api.rendered` writes a stored example of each rendering that has none; kept ones are never edited.

They stand for every answer already given: one that comes out otherwise would break a replay.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from api.answers import answer
from api.answers.sentences import LANGUAGES, words_of
from api.answers.shape import Answer
from ledger.journal.mapper import Mapper
from ledger.journal.turn import Outcome
from ledger.rooms import Registry
from tests.house.generated import refusals
from tests.house.sources import ROOT

FOLDER = ROOT / "tests" / "api" / "answers"
HISTORY = ROOT / "tests" / "history"
MAPPER = Mapper(Registry().topics.values())


def examples() -> Iterator[tuple[Path, bytes]]:
    """Every file with what today's program makes of it."""
    for topic in sorted(Registry().topics):
        path = HISTORY / f"{topic}.json"
        if path.exists() and topic != "command-refused.v1":
            yield FOLDER / f"v1-{topic}.json", _written(rendered(path))
    for refusal in refusals():
        lines = b"\n".join(sentence(refusal.code, lang) for lang in LANGUAGES)
        yield FOLDER / f"v1-refused-{refusal.code}.json", lines + b"\n"


def rendered(path: Path) -> Answer:
    """The answer that a stored fact is given."""
    envelope = MAPPER.decode(path.read_bytes().strip())
    return answer(Outcome(envelope.tx, envelope.pos, (envelope,)), "zh-CN")


def sentence(code: str, lang: str) -> bytes:
    """The words of a code: title and sentence before its numbers are filled in."""
    words = words_of(code, lang)
    return msgspec.json.encode({"lang": lang, "title": words.title, "sentence": words.sentence})


def _written(given: Answer) -> bytes:
    return str(given.status).encode() + b"\n" + given.body + b"\n"


def write() -> None:
    """Write what is missing."""
    FOLDER.mkdir(exist_ok=True)
    for path, content in examples():
        if not path.exists():
            path.write_bytes(content)
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    write()

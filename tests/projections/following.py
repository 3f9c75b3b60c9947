"""A story's projections in a database, as the follower makes them: in small batches."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

from projections.projection import recorded
from projections.store import Reading, Store
from tests.given import Story

NUMBERS: Final = count(1)


@contextmanager
def following(
    story: Story, shown: Sequence[Any], path: Path | None, url: str = "", batch: int = 7
) -> Iterator[Reading]:
    """What `shown` makes of the story, on SQLite below the path or, without one, on the PostgreSQL of the URL."""
    name = f"story{next(NUMBERS)}"
    store = Store.postgres(url, name) if path is None else Store.sqlite(path / "p.db", name)
    try:
        store.create()
        _follow(story, shown, store, batch)
        with store.reading() as reading:
            yield reading
    finally:
        store.close()


def _follow(story: Story, shown: Sequence[Any], store: Store, batch: int) -> None:
    marks = [store.begin(projection, 1, live=True) for projection in shown]
    for start in range(0, len(story.journal), batch):
        facts = [recorded(item) for item in story.journal[start : start + batch]]
        store.write([(mark, it.apply(facts)) for mark, it in zip(marks, shown, strict=True)], start + len(facts))
        marks = [mark._replace(position=start + len(facts)) for mark in marks]

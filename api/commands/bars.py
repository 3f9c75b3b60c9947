"""Progress bars: moving on a terminal, one plain line at the end elsewhere, silent for machines."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.commands.context import here
from api.commands.saying import Words

Progress = Callable[[int, int | None], None]


@contextmanager
def bar(words: Words) -> Iterator[Progress]:
    """A bar called `words`; call it with (done, of)."""
    voice = here().voice
    if voice.json or not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # On standard error: what a script reads from standard output stays clean.
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(words.of(voice.lang), total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of or None)

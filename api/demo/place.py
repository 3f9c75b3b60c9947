"""Where the demo's ledger lies: a directory that the demo made itself may be replaced, nothing else."""

import shutil
from pathlib import Path
from typing import Final

from api.commands.failures import CommandFailed, Failure
from api.commands.saying import Words
from ledger.journal.storage import lock_directory

MARK: Final = ".jifen-demo"
"""Stands in a directory that the demo made: a site's own ledger called `demo` must never be replaced."""


def cleared(directory: Path) -> None:
    """Make the directory anew. Raises LedgerInUse while somebody writes it, and refuses what the demo did not make."""
    if directory.exists() and any(directory.iterdir()):
        if not (directory / MARK).exists():
            raise CommandFailed(_foreign(directory))
        lock = lock_directory(directory)
        try:
            shutil.rmtree(directory)
        finally:
            lock.release()
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MARK).touch()


def _foreign(directory: Path) -> Failure:
    what = Words(f"{directory} 里有不是演示建立的文件。", f"{directory} holds files that no demo made.")
    to_do = Words("请用 --dir 换一个目录。", "Name another directory with --dir.")
    return Failure("not-a-demo", what, to_do, {"directory": str(directory)})

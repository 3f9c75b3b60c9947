"""The project's own source files, read as trees: nothing is imported to be judged."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("ledger", "projections", "api")
EVERYTHING = (*PRODUCT, "tests", "bench")


def modules(*folders: str) -> Iterator[Path]:
    """Every Python file below the named folders of the project, in a fixed order."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    """A file's name as people say it, `ledger/points/decide.py`."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), named(path))


def imported(node: ast.Module) -> Iterator[tuple[str, int]]:
    """Every module (and every name taken from it, as `module.name`) that a file imports, with its line."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            yield from ((alias.name, inner.lineno) for alias in inner.names)
        elif isinstance(inner, ast.ImportFrom):
            module = "." * inner.level + (inner.module or "")
            yield module, inner.lineno
            yield from ((f"{module}.{alias.name}", inner.lineno) for alias in inner.names)


def within(module: str, package: str) -> bool:
    """Whether `module` is `package` or stands below it."""
    return module == package or module.startswith(package + ".")

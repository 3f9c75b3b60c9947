"""Modules and functions stay small enough to be read at once, and the package's face stays narrow."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.sources import EVERYTHING, ROOT, modules, named, tree

MODULE_LINES = 400
FUNCTION_LINES = 50
FACE = 20

LONG_MODULES: dict[str, str] = {
    "ledger/refusals.py": "one class a refusal, and the whole tree of them is read as one table",
}
"""Module → why it may be longer."""

LONG_FUNCTIONS: dict[str, str] = {}
"""`module.py:function` → why it may be longer."""


def lengths(node: ast.Module) -> Iterator[tuple[str, int]]:
    """Every function of a file with the lines from its `def` to its end, its docstring not counted."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            first = inner.body[0]
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
            yield inner.name, (inner.end_lineno or 0) - inner.lineno + 1 - docstring


def test_no_module_is_too_long_to_be_read() -> None:
    long = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*EVERYTHING)}
    assert {name: lines for name, lines in long.items() if lines > MODULE_LINES and name not in LONG_MODULES} == {}


def test_no_function_is_too_long_to_be_read() -> None:
    long = {
        f"{named(path)}:{name}": lines
        for path in modules(*EVERYTHING)
        if "migrations/versions" not in named(path)
        for name, lines in lengths(tree(path))
        if lines > FUNCTION_LINES
    }
    assert {name: lines for name, lines in long.items() if name not in LONG_FUNCTIONS} == {}


def test_every_exception_is_still_needed() -> None:
    present = {named(path) for path in modules(*EVERYTHING)}
    assert {name for name in LONG_MODULES if name not in present} == set()
    assert {name for name in LONG_FUNCTIONS if name.split(":")[0] not in present} == set()


def test_the_face_of_the_ledger_is_narrow() -> None:
    face = tree(ROOT / "ledger" / "__init__.py")
    exported = [
        alias.asname or alias.name
        for node in face.body
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
    ]
    assert len(exported) <= FACE, f"{len(exported)} names are more than a reader keeps in mind: {exported}"


@pytest.mark.parametrize(("lines", "counted"), [(3, 4), (60, 61)])
def test_lengths_count_the_body_and_not_the_docstring(lines: int, counted: int) -> None:
    source = 'def f():\n    """One\n    two."""\n' + "    x = 1\n" * lines
    assert list(lengths(ast.parse(source))) == [("f", counted)]

"""Rooms know no clock, no chance and no fractions: a replay on another day and machine must come out equal."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.sources import imported, modules, named, tree, within

OUTSIDE_THE_ROOMS = ("ledger/journal/", "ledger/vault/")
"""They meet the world: the turn reads the clock once, the vault makes keys."""
PATHS_ARE_JOINED = ("ledger/scheme/",)
"""`/` joins paths where schemes are loaded from their files."""

IMPURE_MODULES = ("time", "random", "secrets", "uuid", "uuid_utils", "decimal", "fractions", "os", "socket", "sqlite3")
IMPURE_CALLS = ("now", "utcnow", "today", "fromtimestamp", "time_ns", "monotonic", "urandom", "uuid4", "uuid7")


def impurities(node: ast.Module, *, division: bool = True) -> Iterator[str]:
    """Every place of a file where a clock, chance or a fraction comes in, as `line: what`."""
    for module, line in imported(node):
        if any(within(module, impure) for impure in IMPURE_MODULES):
            yield f"{line}: imports {module}"
    for inner in ast.walk(node):
        match inner:
            case ast.Call(func=ast.Attribute(attr=called)) if called in IMPURE_CALLS:
                yield f"{inner.lineno}: calls {called}()"
            case ast.Call(func=ast.Name(id="float")):
                yield f"{inner.lineno}: makes a float"
            case ast.Constant(value=float()):
                yield f"{inner.lineno}: a float"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()) if division:
                yield f"{inner.lineno}: divides into a float"
            case ast.arg(annotation=ast.expr() as kind) | ast.AnnAssign(annotation=kind) if _names_float(kind):
                yield f"{inner.lineno}: a float in a shape"
            case _:
                pass


def _names_float(kind: ast.expr) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == "float" for inner in ast.walk(kind))


def test_rooms_know_no_clock_no_chance_and_no_fractions() -> None:
    found = [
        f"{name}:{impurity}"
        for path in modules("ledger")
        if not (name := named(path)).startswith(OUTSIDE_THE_ROOMS)
        for impurity in impurities(tree(path), division=not name.startswith(PATHS_ARE_JOINED))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from datetime import datetime\nx = datetime.now(UTC)",
        "from decimal import Decimal",
        "import random as r",
        "x = float('1')",
        "x = 0.5",
        "x = a / b",
        "x /= 2",
        "def f(amount: float) -> None: ...",
        "class A:\n    rate: list[float]",
        "from os import urandom",
    ],
)
def test_an_impurity_is_found(source: str) -> None:
    assert list(impurities(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "x = now.today",
        "x = a // b",
        "from datetime import date",
        "ok = not isinstance(x, float)",
        "x = 5",
        "import timeit",
    ],
)
def test_what_is_pure_passes(source: str) -> None:
    assert list(impurities(ast.parse(source))) == []

"""Imports go one way, and each outside library has one door. import-linter holds the first half as well."""

import ast

import pytest

from tests.house.sources import PRODUCT, imported, modules, named, tree, within

STORAGE = ("sqlalchemy", "psycopg", "psycopg_pool", "alembic", "sqlite3")

# Who (a path's beginning, and what below it is excepted) must not import what.
WALLS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("ledger/", (), ("projections", "api", "fastapi", "starlette", "rich", "cyclopts")),
    ("ledger/", ("ledger/journal/",), ("ledger.journal", "eventsourcing")),
    ("ledger/", ("ledger/journal/", "ledger/vault/"), (*STORAGE, "ledger.vault")),
    ("projections/", (), ("api", "fastapi", "starlette")),
    ("", ("tests/", "bench/"), ("tests", "bench", "pytest", "hypothesis", "pydantic.v1")),
)


def trespasses(name: str, node: ast.Module) -> list[str]:
    """The imports by which the file `name` climbs over a wall, as `name:line imports what`."""
    return [
        f"{name}:{line} imports {module}"
        for who, excepted, walled in WALLS
        if name.startswith(who) and not name.startswith(excepted or ("\0",))
        for module, line in imported(node)
        if any(within(module, wall) for wall in walled)
    ] + [
        f"{name}:{line} imports {module}: projections read facts and never decide"
        for module, line in imported(node)
        if name.startswith("projections/") and module.startswith("ledger.") and "decide" in module.split(".")
    ]


def test_nobody_climbs_over_a_wall() -> None:
    found = {line for path in modules(*PRODUCT) for line in trespasses(named(path), tree(path))}
    assert found == set()


def test_imports_are_absolute() -> None:
    relative = [
        named(path) for path in modules(*PRODUCT, "tests") for name, _ in imported(tree(path)) if name[0] == "."
    ]
    assert relative == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("ledger/points/decide.py", "from ledger.journal.turn import Turn"),
        ("ledger/points/decide.py", "from ledger import journal"),
        ("ledger/points/decide.py", "import sqlalchemy as sa"),
        ("ledger/points/decide.py", "from api.app import app"),
        ("ledger/vault/keys.py", "import eventsourcing.domain"),
        ("projections/balances.py", "from ledger.points.decide import grant"),
        ("projections/balances.py", "from ledger.points import decide"),
        ("api/app.py", "def f():\n    from tests.postgres import running_server"),
    ],
)
def test_a_trespass_is_found(name: str, source: str) -> None:
    assert trespasses(name, ast.parse(source))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("ledger/journal/recorder.py", "import sqlalchemy\nfrom eventsourcing.persistence import StoredEvent"),
        ("ledger/vault/tables.py", "import sqlalchemy"),
        ("projections/projector.py", "from ledger.journal.application import LedgerApplication"),
        ("projections/balances.py", "from ledger.points.facts import PointsEarned"),
        ("api/app.py", "from ledger.points.decide import grant"),
    ],
)
def test_an_open_door_is_open(name: str, source: str) -> None:
    assert trespasses(name, ast.parse(source)) == []

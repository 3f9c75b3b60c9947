"""What the code imports is what the project asks for, directly and not by accident of somebody else's needs."""

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.sources import EVERYTHING, PRODUCT, ROOT, imported, modules, named, tree

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
RUNTIME = [*PROJECT["dependencies"], *EXTRAS["postgres"]]

DRIVERS = ("psycopg", "psycopg_pool")
STARTS = ("ledger.rooms", "ledger.journal.storage", "ledger.journal.turn", "ledger.vault.opening", "api.cli", "api.app")
"""Where a program starts; those that exist must be importable without the extra `postgres`."""


def asked(requirements: list[str]) -> set[str]:
    """The names of distributions in a list of requirements."""
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def undeclared(folders: tuple[str, ...], requirements: list[str]) -> set[str]:
    """`file: module` of each import from a distribution that the requirements do not name."""
    providers = packages_distributions()
    declared = asked(requirements)
    return {
        f"{named(path)}: {module}"
        for path in modules(*folders)
        for module in {name.split(".")[0] for name, _ in imported(tree(path))}
        if module not in sys.stdlib_module_names
        and module not in EVERYTHING
        and not declared & {canonicalize_name(name) for name in providers.get(module, [])}
    }


def test_the_product_imports_only_what_it_asks_for() -> None:
    assert undeclared(PRODUCT, RUNTIME) == set(), "name it in [project] dependencies and say `make lock`"


def test_tests_and_benches_import_only_what_they_ask_for() -> None:
    tools = [*RUNTIME, *EXTRAS["test"], *EXTRAS["dev"]]
    assert undeclared(("tests", "bench"), tools) == set(), "name it in the extra `test` and say `make lock`"


def test_an_undeclared_import_is_found() -> None:
    assert any("conftest.py: pytest" in found for found in undeclared(("tests",), RUNTIME))


@pytest.mark.parametrize("start", STARTS)
def test_the_embedded_edition_starts_without_the_postgres_driver(start: str) -> None:
    path = ROOT / start.replace(".", "/")
    if not path.with_suffix(".py").exists() and not path.is_dir():
        pytest.skip(f"{start} does not exist yet")
    blocked = "".join(f"sys.modules[{driver!r}] = None; " for driver in DRIVERS)
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; {blocked}import {start}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr

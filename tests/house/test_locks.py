"""Locks are hashed, name no address, agree with each other and with what the project asks for."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
RUNTIME = [*PROJECT["project"]["dependencies"], *EXTRAS["postgres"], *PROJECT["build-system"]["requires"]]
ASKED = {"requirements.txt": RUNTIME, "requirements-dev.txt": [*RUNTIME, *EXTRAS["test"], *EXTRAS["dev"]]}


def pins(lock: str) -> dict[str, str]:
    """Package → version, as the lock says."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("lock", ASKED)
def test_every_pin_is_hashed_and_no_address_stands_in_a_lock(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    hashed = re.findall(r"^[a-z0-9._-]+==[^\n]+ \\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(hashed) == len(pins(lock)) > 50
    assert not re.search(r"://|find-links|index-url|file:| @ ", text)


@pytest.mark.parametrize("lock", ASKED)
def test_the_lock_holds_what_the_project_asks_for(lock: str) -> None:
    pinned = pins(lock)
    asked = [Requirement(line) for line in ASKED[lock]]
    unmet = {str(it) for it in asked if not it.specifier.contains(pinned.get(canonicalize_name(it.name), "0"))}
    assert unmet == set(), "say `make lock`"


def test_the_runtime_lock_is_a_part_of_the_dev_lock() -> None:
    assert pins("requirements.txt").items() - pins("requirements-dev.txt").items() == set()

"""What is installed at run time, by whom it is asked for, and under which licence."""

import importlib.metadata
import re
import tomllib
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.sources import ROOT

PERMISSIVE = {
    "0bsd",
    "apache 2.0",
    "apache license, version 2.0",
    "apache software license",
    "apache-2.0",
    "bsd 2-clause license",
    "bsd license",
    "bsd-2-clause",
    "bsd-3-clause",
    "cc0-1.0",
    "isc",
    "mit",
    "mit license",
    "mit-0",
    "psf-2.0",
    "python-2.0",
    "unlicense",
    "zlib",
}  # fmt: skip - a set of words reads better in lines than in a column
LESSER = {"psycopg", "psycopg-binary", "psycopg-pool"}
"""LGPL, and therefore an extra: linked to as separate packages that anybody can replace."""


def project() -> dict[str, Any]:
    """The `[project]` table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def closure(requirements: list[str]) -> dict[str, importlib.metadata.Distribution]:
    """Every installed distribution that the requirements pull in on this platform, by canonical name."""
    found: dict[str, importlib.metadata.Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(line) for line in requirements]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if (name, frozenset(wanted.extras)) in seen:
            continue
        seen.add((name, frozenset(wanted.extras)))
        found[name] = importlib.metadata.distribution(name)
        for line in found[name].requires or []:
            needed = Requirement(line)
            if any(needed.marker is None or needed.marker.evaluate({"extra": extra}) for extra in {"", *wanted.extras}):
                waiting.append(needed)
    return found


def licence_of(distribution: importlib.metadata.Distribution) -> str:
    """What a distribution says of its licence: the SPDX expression, else the field, else the classifiers."""
    said = distribution.metadata.json
    field = str(said.get("license", ""))
    if said.get("license_expression") or (field and "\n" not in field):
        return str(said.get("license_expression") or field)
    classifiers = [str(line) for line in said.get("classifier", [])]
    return " AND ".join(line.split(" :: ")[-1] for line in classifiers if line.startswith("License ::"))


def is_permissive(licence: str) -> bool:
    """Whether every part (AND) offers a permissive choice (OR)."""
    parts = re.split(r" AND ", licence.replace("(", "").replace(")", ""))
    return all(any(choice.strip().lower() in PERMISSIVE for choice in part.split(" OR ")) for part in parts)


def embedded() -> dict[str, importlib.metadata.Distribution]:
    """What the embedded edition runs on."""
    return closure(list(project()["dependencies"]))


def postgres() -> dict[str, importlib.metadata.Distribution]:
    """What the extra `postgres` adds."""
    mine = embedded()
    extra = closure(list(project()["optional-dependencies"]["postgres"]))
    return {name: distribution for name, distribution in extra.items() if name not in mine}

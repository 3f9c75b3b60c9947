"""Pages that are written from the code: `make docs` writes them, the house test compares them."""

import importlib.metadata
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

from api.pages.vendoring import manifest
from ledger.refusals import Refusal
from tests.house import licences
from tests.house.sources import ROOT


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    lines = [list(heads), ["---"] * len(list(heads)), *map(list, rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def refusals() -> list[type[Refusal]]:
    """Every refusal of the ledger in the order of its tree; those that a test makes up do not count."""
    return [refusal for refusal in Refusal.registry.values() if refusal.__module__ == "ledger.refusals"]


def problems() -> str:
    """docs/problems.md: what a caller can be refused, and what to do."""
    rows = [
        (
            f"`{refusal.code}`",
            str(refusal.status),
            "yes" if refusal.recorded else "no",
            "yes" if refusal.retryable else "no",
            ", ".join(f"`{field.name}`" for field in fields(refusal)),  # type: ignore[arg-type] # each subclass is made a dataclass
            " ".join((refusal.__doc__ or "").split()),
        )
        for refusal in refusals()
    ]
    return (
        "# Problems\n\n"
        "Every refusal has a stable code. A *recorded* one is final for its idempotency key: "
        "the same request gets the same answer for ever. "
        "A *retryable* one can succeed later under a new key; one that is neither was wrong in itself.\n\n"
        + table(("code", "status", "recorded", "retryable", "numbers", "meaning"), rows)
        + "\nWritten by `make docs` from `ledger/refusals.py`.\n"
    )


def third_party() -> str:
    """THIRD-PARTY.md: what is installed at run time and under which licence."""

    def listed(distributions: dict[str, importlib.metadata.Distribution]) -> str:
        return table(
            ("package", "licence"), sorted((name, licences.licence_of(it)) for name, it in distributions.items())
        )

    vendored = table(
        ("package", "version", "licence"), ((name, it.version, it.licence) for name, it in sorted(manifest().items()))
    )
    return (
        "# Third-party software\n\n"
        "What Jifen is installed with, in the words of each package's own metadata. "
        "Tools for tests and gates are not part of what is installed to run it.\n\n"
        f"## Always\n\n{listed(licences.embedded())}\n"
        f"## With the extra `postgres`\n\n{listed(licences.postgres())}\n"
        f"## In the pages, served from our own folder\n\n{vendored}\n"
        "Written by `make docs` from the packages' metadata.\n"
    )


PAGES: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "problems.md": problems,
    ROOT / "THIRD-PARTY.md": third_party,
}


def write() -> None:
    """Write every page that differs, and say which."""
    for path, page in PAGES.items():
        text = page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    write()

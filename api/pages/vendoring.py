"""Scripts of others that the pages serve: fetched once by npm, kept in the repository, held to their digests.

`python -m api.pages.vendoring` compares what lies here with the manifest; with `--fetch` npm brings each package anew
from whatever registry it is set up for, and only files with the digests of the manifest are taken over.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

FOLDER: Final = Path(__file__).parent / "static" / "vendor"
MANIFEST: Final = FOLDER / "manifest.json"


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: where it lies in its package, and its SHA-256 in hexadecimal."""

    source: str
    sha256: str


class Package(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One npm package: its exact version, its licence (SPDX), and the files that are kept of it, by our names."""

    version: str
    licence: str
    files: dict[str, Kept]


def manifest() -> dict[str, Package]:
    """Every package by its name."""
    return msgspec.json.decode(MANIFEST.read_bytes(), type=dict[str, Package])


def differences() -> list[str]:
    """What does not lie here as the manifest says, and what lies here without being in it."""
    wanted = {name: kept.sha256 for package in manifest().values() for name, kept in package.files.items()}
    here = {path.name for path in FOLDER.iterdir()} - {MANIFEST.name}
    wrong = [name for name, digest in wanted.items() if name in here and _digest(FOLDER / name) != digest]
    return sorted([*wrong, *(here ^ wanted.keys())])


def fetch() -> None:
    """Bring every package by `npm pack` and take over the files whose digests fit. Raises ValueError for another."""
    npm = shutil.which("npm")
    if npm is None:
        raise ValueError("npm is not on this machine; what lies here needs no fetching")
    for name, package in manifest().items():
        with tempfile.TemporaryDirectory() as place:
            _unpack(npm, f"{name}@{package.version}", Path(place))
            for ours, kept in package.files.items():
                found = Path(place) / "package" / kept.source
                if _digest(found) != kept.sha256:
                    raise ValueError(f"{name} {package.version}: {kept.source} has another digest than the manifest")
                shutil.copyfile(found, FOLDER / ours)


def _unpack(npm: str, wanted: str, place: Path) -> None:
    # No scripts: a package that is only read has nothing to run here.
    subprocess.run([npm, "pack", wanted, "--silent", "--ignore-scripts"], cwd=place, check=True, capture_output=True)  # noqa: S603 - names and versions come from the manifest
    (archive,) = place.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """0 when everything lies here as the manifest says."""
    if "--fetch" in sys.argv[1:]:
        fetch()
    found = differences()
    sys.stdout.write(
        "".join(f"{name}: not as the manifest says\n" for name in found) or "vendored files: as they should be\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

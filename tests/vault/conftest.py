"""A vault of each kind, with a clock that moves when it is told to."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.values import Instant, later
from ledger.vault import Vault, VaultPlace, create_vault, open_vault

LEDGER = "site-a"
MASTER = {"JIFEN_MASTER_KEY": "11" * 32}


class Clock:
    def __init__(self) -> None:
        self.at = Instant("2022-06-01T00:00:00.000000Z")

    def __call__(self) -> Instant:
        return self.at

    def pass_seconds(self, seconds: int) -> None:
        self.at = later(self.at, seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> VaultPlace:
    if request.param == "sqlite":
        return VaultPlace.in_directory(tmp_path)
    return VaultPlace.at(request.getfixturevalue("fresh_database"))


@pytest.fixture
def vault(place: VaultPlace, clock: Clock) -> Iterator[Vault]:
    made = create_vault(LEDGER, place, clock=clock, environ=MASTER)
    yield made
    made.close()


@pytest.fixture
def another(vault: Vault, place: VaultPlace, clock: Clock) -> Iterator[Callable[[], Vault]]:
    """Opens the same vault once more, as another process would."""
    opened: list[Vault] = []

    def open_again() -> Vault:
        opened.append(open_vault(LEDGER, place, clock=clock, environ=MASTER))
        return opened[-1]

    yield open_again
    for one in opened:
        one.close()

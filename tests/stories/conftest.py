"""A site in June 2022, on each database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.settings import Settings
from ledger.values import PeriodName
from tests.stories.programme import settings_on
from tests.stories.site import JUNE, Site, on_postgres, on_sqlite

Begin = Callable[[PeriodName], Site]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def begin(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Begins a site in a month."""
    begun: list[Site] = []
    url = None if request.param == "sqlite" else request.getfixturevalue("fresh_database")

    def make(first: PeriodName) -> Site:
        if url is not None:
            monkeypatch.setenv("JIFEN_MASTER_KEY", "5a" * 32)
        begun.append(on_sqlite(tmp_path, first) if url is None else on_postgres(url, tmp_path, first))
        return begun[-1]

    yield make
    for site in begun:
        site.close_down()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings on each database."""
    return settings_on(request, tmp_path, monkeypatch)


@pytest.fixture
def site(begin: Begin) -> Site:
    """In June."""
    return begin(JUNE)

"""A real ledger with its projections, on each database, with a clock that a test moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.projections.site import Site, site_on_postgres, site_on_sqlite


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """An open ledger `site` that has adopted the supermarket's scheme, in June 2022."""
    if request.param == "sqlite":
        made = site_on_sqlite(tmp_path)
    else:
        made = site_on_postgres(request.getfixturevalue("fresh_database"))
    yield made
    made.close()

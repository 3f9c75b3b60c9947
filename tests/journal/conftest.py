"""A ledger's storage on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.journal.storage import Storage


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """An empty ledger `site`, created at the start of June."""
    if request.param == "sqlite":
        made = Storage.sqlite(tmp_path / "journal.db", "site")
    else:
        made = Storage.postgres(request.getfixturevalue("fresh_database"), "site")
    made.create(zone="Asia/Shanghai", scheme="sample", created_at="2022-06-01T00:00:00.000000Z")
    yield made
    made.close()

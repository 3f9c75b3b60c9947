"""A small shop on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from tests.ledgers import opened, stocked


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """An empty ledger `shop`."""
    if request.param == "sqlite":
        made = Storage.sqlite(tmp_path / "journal.db", "shop")
    else:
        made = Storage.postgres(request.getfixturevalue("fresh_database"), "shop")
    made.create(zone="Asia/Shanghai", scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    return made


@pytest.fixture
def shop(storage: Storage) -> Iterator[Ledger]:
    """A shop with one holder of 100 points and ten pieces of soap at 10."""
    with stocked(opened(storage)) as ledger:
        yield ledger

"""One server for the tests of a module, on a ledger of its own."""

from collections.abc import Iterator

import pytest

from tests.api.served import Server, make_ledger, serving, settings_in


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = settings_in(tmp_path_factory.mktemp("data"))
    with serving(settings, make_ledger(settings)) as running:
        yield running

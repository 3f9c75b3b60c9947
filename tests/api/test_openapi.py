"""The description says what the app does: kept in the repository, complete, and valid in its references."""

import json
from typing import Any

from api.app import create_app, ledger_routes
from api.openapi import document
from api.routes.table import BASE
from api.routes.writes import WRITES
from api.settings import Settings
from api.site import Site
from ledger.rooms import Registry
from tests.api.described import PATH, text

DOCUMENT = document()


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, it) for path, methods in DOCUMENT["paths"].items() for method, it in methods.items()]


def test_the_kept_description_is_that_of_the_tables() -> None:
    assert PATH.read_text(encoding="utf-8") == text(), "say `python -m tests.api.described`"


def test_every_route_of_a_ledger_is_described() -> None:
    served = {(route.path, method) for route in ledger_routes(Site(Settings())) for method in route.methods or ()}
    described = {(path, method.upper()) for path, method, _ in operations()}
    assert served - {(path, "HEAD") for path, _ in served} == described


def test_every_reference_leads_somewhere() -> None:
    wanted = {line.split('"')[1] for line in json.dumps(DOCUMENT, indent=0).splitlines() if '"$ref"' in line}
    assert wanted == {"$ref"}
    names = {
        part.split('"')[0] for part in json.dumps(DOCUMENT).split("#/components/schemas/")[1:] if part.split('"')[0]
    }
    assert names <= set(DOCUMENT["components"]["schemas"])


def test_every_operation_names_its_permission_its_body_and_its_refusals() -> None:
    for path, method, operation in operations():
        assert operation["summary"], path
        assert operation["x-permission"], path
        assert {"401", "403", "404", "422"} <= set(operation["responses"]), path
        assert ("requestBody" in operation) == (method == "post"), path


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))


def test_every_write_is_a_command_that_some_room_decides() -> None:
    handlers = Registry().handlers
    assert [write.type for write in WRITES if write.command not in handlers] == []
    assert len({write.type for write in WRITES}) == len(WRITES)
    assert all(set(write.params) <= set(fields(write.body)) for write in WRITES)


def fields(body: Any) -> tuple[str, ...]:
    return tuple(body.__struct_encode_fields__)


def test_the_app_itself_gives_the_same_description() -> None:
    assert create_app(Settings(), {}).openapi() == DOCUMENT
    assert all(path.startswith(BASE) for path in DOCUMENT["paths"])

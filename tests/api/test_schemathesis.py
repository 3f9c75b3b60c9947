"""Whatever a client sends, no route breaks down, and every answer is one that the description names."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.core.transport import Response

from api.openapi import document
from tests.api.served import Server, make_ledger, serving, settings_in

DEEP = os.environ.get("JIFEN_TEST_DEPTH") == "deep"
EXAMPLES = 200 if DEEP else 4


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what is thrown at it must not disturb other tests."""
    its = settings_in(tmp_path_factory.mktemp("attacked"))
    with serving(its, make_ledger(its)) as running:
        yield running


schema = schemathesis.openapi.from_dict(document())


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_brings_a_route_down(case: Case[Any], attacked: Server) -> None:
    case.path_parameters = {**(case.path_parameters or {}), "ledger": "site"}
    response = case.call(base_url=attacked.url, headers={"Authorization": f"Bearer {attacked.keys['admin']}"})
    case.validate_response(response, checks=[_whole, _described])


def _whole(_context: object, response: Response, _case: Case[Any]) -> None:
    """No 5xx, but that a read may be asked to wait for a position that the ledger does not reach."""
    assert response.status_code < 500 or response.json()["code"] == "projection-behind", response.text


def _described(_context: object, response: Response, case: Case[Any]) -> None:
    """The status is named, and a refusal's code is among those of its status."""
    described = case.operation.definition.raw["responses"]
    status = str(response.status_code)
    # A mangled path or method never reaches the operation.
    if status in {"404", "405"}:
        return
    assert status in described, f"{case.operation.label} answered {status}: {response.text}"
    if response.status_code >= 400:
        schema = described[status]["content"]["application/problem+json"]["schema"]
        assert response.json()["code"] in schema["allOf"][1]["properties"]["code"]["enum"], response.text

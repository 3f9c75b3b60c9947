"""An id may hold any visible sign, a slash too: it is reached by its address, where it is written as %2F."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.api.served import Server, make_ledger, serving, settings_in

ODD = ("a/b", "a/b?c#%41", "%2F", "..", "a%2fb/", "x/y/capture")


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A ledger where anything may move."""
    settings = settings_in(tmp_path_factory.mktemp("slashes"))
    with serving(settings, make_ledger(settings, scheme="conformance")) as running:
        yield running


@pytest.mark.parametrize("id", ODD)
def test_an_account_and_a_hold_of_an_odd_id_are_reached_by_their_addresses(units: Server, id: str) -> None:
    account, inside = f"account:{id}", quote(id, safe="").replace(".", "%2E")
    opened = units.post("/accounts", {"id": id, "unit": "A", "floor": -10}, key=f"open {id}".replace(" ", "-"))
    assert opened.status_code == 201, opened.text
    held = {"type": "hold", "id": id, "from": account, "unit": "A", "amount": 5}
    (outcome,) = units.post("/batches", {"commands": [held]}).json()["outcomes"]
    assert outcome["status"] == 201, outcome
    captured = units.post(f"/holds/{inside}/capture", {"amount": 2}, key=f"capture-{id}")
    assert (captured.status_code, captured.json().get("remaining")) == (201, 3), captured.text
    assert units.get(f"/holds/{inside}").json()["id"] == id
    assert units.get(f"/accounts/account:{inside}?unit=A").json()["account"] == account
    assert units.get(f"/accounts/account:{inside}/statement?unit=A").json()["closing"] == -2


def test_a_nul_in_an_address_stands_for_nothing(units: Server) -> None:
    answers = [units.get(f"/holds/{id}") for id in ("a%00b", "a%2Fb%00c", "x%00y%00capture")]
    assert [answer.status_code for answer in answers] in ([422, 404, 422], [422, 422, 422]), answers


def test_what_no_route_knows_is_not_found_with_a_slash_too(units: Server) -> None:
    assert units.get("/nothing%2Fhere").status_code == 404

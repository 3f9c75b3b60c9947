"""Every way in that was promised is there: commands of the command line, roles, projections."""

import pytest

from api.auth import ROLES
from projections.catalogue import PROJECTIONS
from tests.cli.conftest import *  # noqa: F403 - the small shop and `jifen` of the command line's own tests
from tests.cli.conftest import Jifen

COMMANDS = (
    *("demo", "ledger create", "ledger list", "import", "serve", "worker"),
    *("scheme check", "scheme diff", "scheme simulate", "scheme adopt"),
    *("keys create", "keys list", "keys revoke", "keys show"),
    *("balance", "statement", "explain", "close", "projections status", "projections rebuild"),
    *("replay", "export", "doctor", "settings"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_was_promised_explains_itself(jifen: Jifen, command: str) -> None:
    ran = jifen(*command.split(), "--help")
    assert ran.code == 0
    assert f"jifen {command}" in " ".join(ran.out.split())


def test_a_command_that_was_never_promised_is_no_command(jifen: Jifen) -> None:
    assert jifen("undo").code == 2


def test_the_roles_of_a_site_are_known() -> None:
    assert {"supervisor", "safety-leader", "counter", "holder", "auditor", "admin"} <= set(ROLES)


def test_the_projections_of_a_month_are_kept() -> None:
    kept = {projection.name for projection in PROJECTIONS}
    assert {"balances", "statements", "trial-balance", "stock", "rankings", "approvals", "periods"} <= kept

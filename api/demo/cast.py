"""Who acts in the demo: made-up staff, a safety leader, a counter, and one key for each role."""

from typing import Final, NamedTuple

from api.imports.staff import add_staff
from ledger.refusals import NotFound
from ledger.room import By
from ledger.values import HolderId
from ledger.vault import Vault
from ledger.vault.principals import Principal

RECORDERS: Final = ("群安员001", "群安员002", "群安员003", "群安员005", "群安员007")
LEADER: Final = "安全负责人"
COUNTER: Final = "client:counter-1"
PIN: Final = "250417"
"""王钦力's, for trying the counter page."""


class Cast(NamedTuple):
    """The principals by what they do."""

    recorders: tuple[Principal, ...]
    leader: Principal
    counter: Principal

    def by(self, principal: Principal) -> By:
        """As facts name it."""
        return By(principal=principal.id, subject=principal.subject)


def hired(vault: Vault) -> Cast:
    """Register the staff; recorders are the five aliases that the files know."""
    recorders = tuple(add_staff(vault, alias, ["supervisor"]) for alias in RECORDERS)
    leader = add_staff(vault, LEADER, ["safety-leader"])
    counter = vault.principals.add(
        Principal(id=COUNTER, roles=("counter",), name="平安超市一号台", counter="counter-1")
    )
    return Cast(recorders, leader, counter)


def keys(vault: Vault, cast: Cast, holder: HolderId) -> dict[str, str]:
    """One key for each role, by role."""
    auditor = add_staff(vault, "审计员", ["auditor"])
    admin = add_staff(vault, "管理员", ["admin"])
    worker = vault.principals.add(Principal(id="person:" + holder, roles=("holder",), holder=holder))
    owners = {
        "supervisor": cast.recorders[0],
        "safety-leader": cast.leader,
        "counter": cast.counter,
        "holder": worker,
        "auditor": auditor,
        "admin": admin,
    }
    return {role: vault.principals.create_key(owner.id)[0] for role, owner in owners.items()}


def holder_of(badges: dict[str, str], badge: str) -> HolderId:
    """Who carries a badge. Raises NotFound."""
    if badge not in badges:
        raise NotFound(kind="badge", id=badge)
    return HolderId(badges[badge])

"""`jifen staff add/list`: the people who record and approve, under the alias by which files know them."""

from typing import Annotated

import msgspec
from cyclopts import Parameter

from api.auth import ROLES
from api.commands.context import LedgerName, reading
from api.commands.keys import ONCE
from api.commands.saying import Grid, Line, Pairs, Said, Words
from api.imports.staff import add_staff
from ledger.refusals import Malformed

HEADINGS = (Words("主体", "Principal"), Words("角色", "Roles"))


def add(
    alias: Annotated[str, Parameter(help="文件中的代号,如 群安员001 / The alias in files, such as 群安员001")],
    *,
    role: Annotated[tuple[str, ...], Parameter(help="角色,可多次给出 / Roles; repeat for several")],
    name: Annotated[str | None, Parameter(help="姓名,只进保险库 / Name, for the vault only")] = None,
    ledger: LedgerName = None,
) -> Said:
    """登记一名人员并发放密钥 / Register a member of staff, with a key; a worker's account is not opened."""
    if unknown := [word for word in role if word not in ROLES]:
        raise Malformed(errors=[f"role: {word}: none of {', '.join(sorted(ROLES))}" for word in unknown])
    with reading(ledger) as opened:
        principal = add_staff(opened.vault, alias, role, name=name)
        text, info = opened.vault.principals.create_key(principal.id)
    data = {"key": text, **msgspec.to_builtins(info)}
    said = ((Words("密钥", "Key"), text), (Words("主体", "Principal"), principal.id))
    return Said(data, (Pairs(said), Line(ONCE)))


def list_(*, ledger: LedgerName = None) -> Said:
    """列出人员,不显示姓名 / List staff, without names."""
    with reading(ledger) as opened:
        people = [principal for principal in opened.vault.principals.all() if principal.is_person]
    rows = [(principal.id, " ".join(principal.roles)) for principal in people]
    return Said([msgspec.to_builtins(principal) for principal in people], (Grid(HEADINGS, rows),))

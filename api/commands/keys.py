"""`jifen keys create/list/revoke/show`: API keys, shown once and kept as digests."""

from typing import Annotated

import msgspec
from cyclopts import Parameter

from api.auth import ROLES
from api.commands.context import LedgerName, reading
from api.commands.moments import until
from api.commands.saying import Grid, Line, Pairs, Said, Words
from api.ledgers import OpenLedger
from ledger.people.standing import living
from ledger.refusals import Malformed, NotFound
from ledger.values import HolderId
from ledger.vault.principals import KeyInfo, Principal

HEADINGS = (
    Words("密钥", "Key"),
    Words("主体", "Principal"),
    Words("尾号", "Ends in"),
    Words("角色", "Roles"),
    Words("创建", "Created"),
    Words("到期", "Expires"),
    Words("吊销", "Revoked"),
)
OWN = "holder"
_PERSON = "person:"
ONCE = Words("密钥只显示这一次,请立即保存。", "The key is shown this once: keep it now.")


def create(
    principal: Annotated[str, Parameter(help="client:<名称> 或 person:<编号> / client:<name> or person:<id>")],
    *,
    role: Annotated[tuple[str, ...], Parameter(help="角色,可多次给出 / Roles; repeat for several")] = (),
    expires_at: Annotated[str | None, Parameter(help="到期:日期(含当日)或时刻 / A day, whole, or an instant")] = None,
    ledger: LedgerName = None,
) -> Said:
    """发放密钥,必要时登记主体 / Make a key, and its principal when it is new."""
    unknown = [name for name in role if name not in ROLES]
    if unknown:
        raise Malformed(errors=[f"role: {name}: none of {', '.join(sorted(ROLES))}" for name in unknown])
    with reading(ledger) as opened:
        # Compared as text with now: one that is no instant would be later than every day, and the key never end.
        expiry = until(expires_at, opened.zone) if expires_at else None
        principals = opened.vault.principals
        known = principals.get(principal)
        if known is None:
            principals.add(Principal(id=principal, roles=role, holder=_whose(opened, principal, role)))
        narrowed = role if known is not None and role else None
        text, info = principals.create_key(principal, roles=narrowed, expires_at=expiry)
    data = {"key": text, **msgspec.to_builtins(info)}
    return Said(data, (Pairs(((Words("密钥", "Key"), text), (Words("主体", "Principal"), principal))), Line(ONCE)))


def _whose(opened: OpenLedger, principal: str, roles: tuple[str, ...]) -> HolderId | None:
    """The record that a key of role `holder` is for, whose id its principal names; None for any other key.

    Without that scope it would do nothing, with it no other role would see anything. Raises Malformed, NotFound,
    HolderMerged.
    """
    if OWN not in roles:
        return None
    holder = HolderId(principal.removeprefix(_PERSON))
    if roles != (OWN,) or holder == principal:
        raise Malformed(errors=[f"role: {OWN}: alone, for person:<holder>"])
    living(opened.ledger, holder)
    return holder


def list_(
    *,
    principal: Annotated[str | None, Parameter(help="只看这个主体 / Of one principal")] = None,
    ledger: LedgerName = None,
) -> Said:
    """列出密钥,吊销的也列出 / List keys, revoked ones too."""
    with reading(ledger) as opened:
        return _table(opened.vault.principals.keys(principal))


def revoke(key: Annotated[str, Parameter(help="密钥编号 / The key's id")], *, ledger: LedgerName = None) -> Said:
    """立即吊销密钥 / Make a key worthless at once."""
    with reading(ledger) as opened:
        return _table([opened.vault.principals.revoke(key)])


def show(key: Annotated[str, Parameter(help="密钥编号 / The key's id")], *, ledger: LedgerName = None) -> Said:
    """显示一个密钥(不含密文) / Show one key, without its secret."""
    with reading(ledger) as opened:
        every = opened.vault.principals.keys()
    found = [info for info in every if info.id == key]
    if not found:
        raise NotFound(kind="api-key", id=key)
    return _table(found)


def _table(keys: list[KeyInfo]) -> Said:
    rows = [
        (
            info.id,
            info.principal,
            info.last4,
            "*" if info.roles is None else " ".join(info.roles),
            info.created_at,
            info.expires_at,
            info.revoked_at,
        )
        for info in keys
    ]
    return Said([msgspec.to_builtins(info) for info in keys], (Grid(HEADINGS, rows),))

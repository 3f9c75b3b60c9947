"""Who calls and what they may do: API keys, and the one table of roles and permissions. Default deny."""

import asyncio
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final

import msgspec

from ledger.refusals import Forbidden, NotFound, Unauthenticated
from ledger.room import By
from ledger.values import Instant
from ledger.vault import Principal, Principals

PERMISSIONS: Final = (
    "read",
    "own",
    "grant",
    "deduct",
    "convert",
    "redeem",
    "refund",
    "stock",
    "task",
    "review",
    "coupon:issue",
    "coupon:strike",
    "hand-out",
    "aid:claim",
    "approve",
    "settle:draft",
    "settle:check",
    "settle:pay",
    "close",
    "audit",
    "vault",
    "admin",
)
"""`read`: everybody's balances, without names. `own`: a holder's own. `vault`: names and phones.

`convert`: exchange units for people at the scheme's rate; with free-standing accounts, and where awards need a second
person, whoever may `deduct` is asked what every move of value is asked. `coupon:strike`: take lines out of a batch, or
the batch back, before it is approved. `hand-out`: keep kits of goods and hand them out. `aid:claim`: claim a benefit
for somebody, as a hospital does with each bill.
"""

ROLES: Final[dict[str, frozenset[str]]] = {
    "supervisor": frozenset({"read", "grant", "deduct", "convert", "redeem", "vault"}),
    "safety-leader": frozenset({"read", "grant", "deduct", "convert", "approve", "stock", "close", "vault"}),
    "counter": frozenset({"read", "redeem", "refund", "stock", "hand-out", "vault"}),
    "patrol-app": frozenset({"read", "task", "convert", "redeem"}),
    "reviewer": frozenset({"read", "review"}),
    "officer": frozenset({"read", "grant", "deduct", "convert", "task", "review", "vault"})
    | frozenset({"coupon:issue", "coupon:strike", "hand-out", "aid:claim", "settle:draft"}),
    "approver": frozenset({"read", "approve", "coupon:strike"}),
    "merchant": frozenset({"redeem"}),
    "finance": frozenset({"read", "settle:check", "settle:pay", "close"}),
    "aid-desk": frozenset({"aid:claim"}),
    "holder": frozenset({"own"}),
    "auditor": frozenset({"read", "audit"}),
    "admin": frozenset(PERMISSIONS) - {"own"},
}
"""Role → permissions. The auditor can write nothing; a holder sees only itself."""

STALE_SECONDS: Final = 0.1
"""How long a revocation in another process may stay unseen; one in this process is seen at once."""
REMEMBERED: Final = 10_000
"""Keys that are remembered at most, so that random keys cannot fill the memory."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A principal with what its roles let it do."""

    principal: Principal
    permissions: frozenset[str]
    expires_at: Instant | None = None

    @property
    def by(self) -> By:
        """As facts name it: the person behind a holder's own key is the holder, whatever the key is called.

        By that name nobody reviews or approves what he did himself under another key.
        """
        holder = self.principal.holder
        return By(principal=self.principal.id, subject=self.principal.subject if holder is None else "person:" + holder)

    def may(self, permission: str) -> bool:
        """Whether its roles allow this."""
        return permission in self.permissions

    def must(self, permission: str, *, own: bool = False) -> None:
        """Raise Forbidden unless the roles allow this; with `own` a holder passes too, for what is its own."""
        if permission not in self.permissions and not (own and "own" in self.permissions):
            raise Forbidden(permission=permission)

    def must_see(self, permission: str, holder: str, *, kind: str = "account", id: str | None = None) -> None:
        """Raise NotFound for somebody else's things: the same answer as for things that do not exist."""
        scope = self.principal.holder
        if scope == holder or (scope is None and permission in self.permissions):
            return
        raise NotFound(kind=kind, id=id or "holder:" + holder)


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """What these roles allow together; an unknown role allows nothing."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))


class Keyring:
    """API keys of one ledger, remembered while no key, role or principal changes."""

    def __init__(self, principals: Principals, now: Callable[[], Instant]) -> None:
        """Nothing is remembered yet."""
        self.principals = principals
        self._now = now
        self._known: dict[bytes, Caller] = {}
        self._version = -1
        self._checked_at = float("-inf")
        self._checking: asyncio.Task[None] | None = None

    async def caller(self, key_text: str) -> Caller:
        """Who holds this key. Raises Unauthenticated."""
        if time.monotonic() - self._checked_at > STALE_SECONDS:
            await self._check()
        # Never the key itself: a core dump must not hold one.
        digest = sha256(key_text.encode()).digest()
        caller = self._known.get(digest)
        if caller is None:
            caller = await self._look_up(key_text, digest)
        if caller.expires_at is not None and caller.expires_at <= self._now():
            raise Unauthenticated
        return caller

    async def _look_up(self, key_text: str, digest: bytes) -> Caller:
        version = self._version
        found = await asyncio.to_thread(self.principals.look_up, key_text)
        if found is None:
            raise Unauthenticated
        principal, expires_at = found
        caller = Caller(principal=principal, permissions=permissions_of(principal.roles), expires_at=expires_at)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        if version == self._version:
            # A key that was revoked while it was looked up is not remembered.
            self._known[digest] = caller
        return caller

    async def _check(self) -> None:
        """Forget everything when something has changed; callers that arrive together share one look."""
        if self._checking is None:
            self._checking = asyncio.ensure_future(self._look())
            self._checking.add_done_callback(lambda _task: setattr(self, "_checking", None))
        await asyncio.shield(self._checking)

    async def _look(self) -> None:
        started = time.monotonic()
        version = await asyncio.to_thread(self.principals.version)
        if version != self._version:
            self._known.clear()
            self._version = version
        self._checked_at = started

    def forget(self) -> None:
        """What this process has just changed counts from the next request on."""
        self._known.clear()
        self._version = -1
        self._checked_at = float("-inf")

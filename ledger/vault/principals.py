"""Principals and their API keys: who calls, as what, and by which secret. A principal outlives its keys."""

import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.refusals import AlreadyExists, Malformed, NotFound
from ledger.values import Instant
from ledger.vault.tables import api_keys, principals, versions

_KEY = re.compile(r"jf_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_ID = re.compile(r"(client|person):[!-~]{1,128}")
_ROLE = re.compile(r"[a-z][a-z0-9-]{0,31}")
_TOPIC = "principals"


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """A caller: a client (registered app or counter) or a person. Roles are names; the way in knows their powers."""

    id: str
    """`client:<name>` or `person:<id>`."""
    roles: tuple[str, ...]
    subject: str | None = None
    """The person behind it: a person is its own subject, a client has one only if somebody answers for it."""
    name: str | None = None
    """A client's display name. A person has none here: people's names are sealed elsewhere."""
    merchant: str | None = None
    counter: str | None = None
    holder: str | None = None
    """Scopes: when set, the principal sees nothing of other merchants, counters, holders."""

    @property
    def is_person(self) -> bool:
        """Whether this is a person, who alone may approve."""
        return self.id.startswith("person:")


class KeyInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An API key without its secret."""

    id: str
    principal: str
    last4: str
    roles: tuple[str, ...] | None
    """Narrower than the principal's, or None for all of them."""
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None


class Principals:
    """Principals and keys of one ledger: a key opens no other ledger."""

    def __init__(self, ledger: str, rows: Engine, *, clock: Callable[[], Instant]) -> None:
        """Bind to one ledger."""
        self.ledger = ledger
        self._rows = rows
        self._clock = clock

    def prepare(self) -> None:
        """Begin counting changes, once at the ledger's creation: two first changes at once would collide."""
        with self._rows.begin() as connection:
            self._count(connection)

    # Principals -----------------------------------------------------------------------------------------

    def add(self, principal: Principal) -> Principal:
        """Register a principal; a person becomes its own subject. Raises Malformed, AlreadyExists."""
        if errors := _faults(principal):
            raise Malformed(errors=errors)
        if principal.is_person:
            principal = msgspec.structs.replace(principal, subject=principal.id)
        try:
            with self._rows.begin() as connection:
                connection.execute(insert(principals).values(**self._row(principal), created_at=self._clock()))
        except IntegrityError:
            raise AlreadyExists(kind="principal", id=principal.id) from None
        return principal

    def get(self, id: str) -> Principal | None:
        """A principal, disabled or not."""
        query = select(principals).where(principals.c.ledger == self.ledger, principals.c.id == id)
        with self._rows.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _principal(row)

    def all(self) -> list[Principal]:
        """Every principal, by id."""
        query = select(principals).where(principals.c.ledger == self.ledger).order_by(principals.c.id)
        with self._rows.connect() as connection:
            return [_principal(row) for row in connection.execute(query)]

    def set_roles(self, id: str, roles: Iterable[str]) -> Principal:
        """Give other roles, at once for every key and session. Raises NotFound, Malformed."""
        wanted = tuple(roles)
        if errors := _role_faults(wanted):
            raise Malformed(errors=errors)
        self._alter(id, roles=" ".join(wanted))
        return self._the(id)

    def disable(self, id: str) -> None:
        """Shut a principal out, all its keys with it. Raises NotFound."""
        self._alter(id, disabled_at=self._clock())

    def enable(self, id: str) -> None:
        """Let it in again. Raises NotFound."""
        self._alter(id, disabled_at=None)

    # API keys -------------------------------------------------------------------------------------------

    def create_key(
        self, principal: str, *, roles: Iterable[str] | None = None, expires_at: Instant | None = None
    ) -> tuple[str, KeyInfo]:
        """A new key: its text, shown this once, and what may be shown later.

        `roles` narrows the key below its principal. Raises NotFound, Malformed for a role that the principal lacks.
        """
        owner = self._the(principal)
        narrowed = None if roles is None else tuple(roles)
        if extra := set(narrowed or ()) - set(owner.roles):
            raise Malformed(errors=[f"roles: {role}: not a role of {principal}" for role in sorted(extra)])
        id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        info = KeyInfo(
            id=id,
            principal=principal,
            last4=secret[-4:],
            roles=narrowed,
            created_at=self._clock(),
            expires_at=expires_at,
            revoked_at=None,
        )
        values = {**msgspec.structs.asdict(info), "roles": None if narrowed is None else " ".join(narrowed)}
        with self._rows.begin() as connection:
            connection.execute(insert(api_keys).values(**values, ledger=self.ledger, digest=_digest(secret)))
        return f"jf_{id}_{secret}", info

    def authenticate(self, key_text: str) -> Principal | None:
        """Who holds this key, with the roles of the key; None when unknown, revoked, expired or shut out.

        One query. The comparison takes the same time for every secret, also for a key that does not exist.
        """
        found = self.look_up(key_text)
        return None if found is None else found[0]

    def look_up(self, key_text: str) -> tuple[Principal, Instant | None] | None:
        """Like `authenticate`, with the instant at which the key expires, for whoever keeps the answer for a while."""
        parts = _KEY.fullmatch(key_text)
        id, secret = parts.groups() if parts else ("", "")
        query = (
            select(principals, api_keys.c.digest, api_keys.c.roles.label("narrowed"), api_keys.c.expires_at)
            .join(api_keys, (api_keys.c.ledger == principals.c.ledger) & (api_keys.c.principal == principals.c.id))
            .where(api_keys.c.ledger == self.ledger, api_keys.c.id == id)
            .where(api_keys.c.revoked_at.is_(None), principals.c.disabled_at.is_(None))
        )
        with self._rows.connect() as connection:
            row = connection.execute(query).one_or_none()
        same = hmac.compare_digest(_digest(secret), _digest("") if row is None else row.digest)
        if row is None or not same or (row.expires_at is not None and row.expires_at <= self._clock()):
            return None
        principal = _principal(row)
        if row.narrowed is not None:
            allowed = tuple(role for role in row.narrowed.split() if role in principal.roles)
            principal = msgspec.structs.replace(principal, roles=allowed)
        return principal, row.expires_at

    def keys(self, principal: str | None = None) -> list[KeyInfo]:
        """All keys, or one principal's, revoked ones too, oldest first."""
        query = select(api_keys).where(api_keys.c.ledger == self.ledger)
        if principal is not None:
            query = query.where(api_keys.c.principal == principal)
        with self._rows.connect() as connection:
            rows = connection.execute(query.order_by(api_keys.c.created_at, api_keys.c.id)).all()
        return [_key_info(row) for row in rows]

    def revoke(self, key: str) -> KeyInfo:
        """Make a key (its public id) worthless at once; again is the same. Raises NotFound."""
        here = (api_keys.c.ledger == self.ledger) & (api_keys.c.id == key)
        with self._rows.begin() as connection:
            connection.execute(
                update(api_keys).where(here, api_keys.c.revoked_at.is_(None)).values(revoked_at=self._clock())
            )
            row = connection.execute(select(api_keys).where(here)).one_or_none()
            if row is None:
                raise NotFound(kind="api-key", id=key)
            self._count(connection)
        return _key_info(row)

    def version(self) -> int:
        """Grows with every revocation, disabling and change of roles: a cache of principals is good for one version."""
        query = select(versions.c.version).where(versions.c.ledger == self.ledger, versions.c.topic == _TOPIC)
        with self._rows.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    # Inside ---------------------------------------------------------------------------------------------

    def _the(self, id: str) -> Principal:
        if (principal := self.get(id)) is None:
            raise NotFound(kind="principal", id=id)
        return principal

    def _alter(self, id: str, **values: Any) -> None:
        here = (principals.c.ledger == self.ledger) & (principals.c.id == id)
        with self._rows.begin() as connection:
            if not connection.execute(update(principals).where(here).values(**values)).rowcount:
                raise NotFound(kind="principal", id=id)
            self._count(connection)

    def _count(self, connection: Connection) -> None:
        """Raise the version in the transaction of the change: a cache must not see one without the other."""
        here = (versions.c.ledger == self.ledger) & (versions.c.topic == _TOPIC)
        raised = update(versions).where(here).values(version=versions.c.version + 1)
        if not connection.execute(raised).rowcount:
            connection.execute(insert(versions).values(ledger=self.ledger, topic=_TOPIC, version=1))

    def _row(self, principal: Principal) -> dict[str, Any]:
        return {**msgspec.structs.asdict(principal), "roles": " ".join(principal.roles), "ledger": self.ledger}


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _principal(row: Any) -> Principal:
    return Principal(
        id=row.id,
        roles=tuple(row.roles.split()),
        subject=row.subject,
        name=row.name,
        merchant=row.merchant,
        counter=row.counter,
        holder=row.holder,
    )


def _key_info(row: Any) -> KeyInfo:
    return KeyInfo(
        id=row.id,
        principal=row.principal,
        last4=row.last4,
        roles=None if row.roles is None else tuple(row.roles.split()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def _faults(principal: Principal) -> list[str]:
    faults = _role_faults(principal.roles)
    if not _ID.fullmatch(principal.id):
        faults.append("id: client:<name> or person:<id>, visible ASCII")
    if principal.is_person and principal.name is not None:
        faults.append("name: only a client has a display name; a person's name belongs to the vault")
    if principal.subject is not None and not principal.subject.startswith("person:"):
        faults.append("subject: person:<id>")
    return faults


def _role_faults(roles: Iterable[str]) -> list[str]:
    return [f"roles: {role}: not a role's name" for role in roles if not _ROLE.fullmatch(role)]

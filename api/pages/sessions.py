"""Sessions of a counter: an API key typed once becomes a sealed, signed cookie that no script can read."""

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadData, URLSafeTimedSerializer

from api.auth import Caller
from api.site import Served, Site
from ledger.refusals import Forbidden, Unauthenticated
from ledger.vault import LedgerSecret

COOKIE: Final = "jifen_counter"
PATH: Final = "/counter"
PERMISSION: Final = "redeem"
"""What whoever sells here must be allowed to do."""
OFFICE: Final = ("coupon:issue", "approve", "settle:draft", "settle:check", "settle:pay")
"""What lets somebody into the office's page: one of these."""
IDLE_SECONDS = 30 * 60
"""A counter that nobody has touched for so long is signed out."""
LONGEST_SECONDS = 12 * 3600
"""No session outlives a long working day, whatever is tapped meanwhile."""


class Session(NamedTuple):
    """Who works at this counter."""

    served: Served
    caller: Caller
    csrf: str
    """Every form carries it: a page of another site cannot know it."""
    cookie: str
    """The cookie anew: each request starts the idle time again."""


def seal(secret: LedgerSecret, purpose: str, value: Mapping[str, Any]) -> str:
    """A value that only this ledger's servers can read or make, as text for an address or a cookie."""
    return _fernet(secret, purpose).encrypt(json.dumps(value).encode()).decode()


def unseal(secret: LedgerSecret, purpose: str, text: str, *, seconds: int) -> dict[str, Any] | None:
    """What was sealed for this purpose at most so many seconds ago, or None."""
    try:
        value: dict[str, Any] = json.loads(_fernet(secret, purpose).decrypt(text.encode(), ttl=seconds))
    except InvalidToken:
        return None
    return value


def _fernet(secret: LedgerSecret, purpose: str) -> Fernet:
    source = secret.mac("pages", purpose).encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(source)
    return Fernet(urlsafe_b64encode(derived))


async def sign_in(site: Site, key: str) -> Session:
    """A session for whoever holds this key. Raises Unauthenticated; Forbidden for a key without any page."""
    for served in site.ledgers.values():
        try:
            caller = await served.keyring.caller(key)
        except Unauthenticated:
            continue
        admit(caller)
        return _session(served, caller, key, secrets.token_urlsafe(24), int(time.time()))
    raise Unauthenticated


async def resume(site: Site, cookie: str) -> Session | None:
    """The session of a cookie; None when it was altered, is too old, or its key has been revoked since."""
    name, _, token = cookie.partition(".")
    served = site.ledgers.get(name)
    if served is None:
        return None
    secret = served.vault.secret
    try:
        said = _signer(secret).loads(token, max_age=IDLE_SECONDS)
    except BadData:
        return None
    value = unseal(secret, "session", said, seconds=IDLE_SECONDS)
    if value is None or time.time() - value["since"] > LONGEST_SECONDS:
        return None
    try:
        # Asked anew each time: a revoked key or a lost role ends the session at once.
        caller = await served.keyring.caller(value["key"])
        admit(caller)
    except (Unauthenticated, Forbidden):
        return None
    return _session(served, caller, value["key"], value["csrf"], value["since"])


def admit(caller: Caller) -> None:
    """Raise Forbidden for whoever neither sells nor works in the office."""
    if not at_office(caller):
        caller.must(PERMISSION)


def at_counter(caller: Caller) -> bool:
    """Whether he may sell."""
    return caller.may(PERMISSION)


def at_office(caller: Caller) -> bool:
    """Whether he drafts, approves or pays, for everybody: a merchant's key sees its own alone."""
    return caller.principal.merchant is None and any(map(caller.may, OFFICE))


def at_shop(caller: Caller) -> bool:
    """Whether the key is a merchant's."""
    return caller.principal.merchant is not None


def home(caller: Caller) -> str:
    """Where he begins: his shop, the counter, or the office."""
    if at_shop(caller):
        return PATH + "/shop"
    return PATH if at_counter(caller) else PATH + "/office"


def places(caller: Caller) -> tuple[str, ...]:
    """Every page on which he may begin; one alone needs no way to it."""
    doors = {"shop": at_shop(caller), "counter": at_counter(caller), "office": at_office(caller)}
    found = tuple(name for name, is_open in doors.items() if is_open)
    return found if len(found) > 1 else ()


def is_ours(session: Session, csrf: str) -> bool:
    """Whether a form was made by a page of this session."""
    return hmac.compare_digest(session.csrf.encode(), csrf.encode())


def _session(served: Served, caller: Caller, key: str, csrf: str, since: int) -> Session:
    secret = served.vault.secret
    # Sealed inside the signature: a copied cookie must not give away the key itself.
    token = _signer(secret).dumps(seal(secret, "session", {"key": key, "csrf": csrf, "since": since}))
    return Session(served, caller, csrf, f"{served.ledger.name}.{token}")


def _signer(secret: LedgerSecret) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        secret.mac("pages", "cookie"), salt=COOKIE, signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"}
    )

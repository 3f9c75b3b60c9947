"""A ticket: one person's visit to the counter, with the idempotency key that its sale will have."""

import secrets
from typing import Final

import msgspec

from api.pages.sessions import LONGEST_SECONDS, seal, unseal
from api.site import Served
from ledger.people.badges import parse_badge, parse_qr
from ledger.people.standing import holder_of
from ledger.refusals import NotFound
from ledger.values import BadgeNumber, HolderId
from ledger.vault import LedgerSecret

QR: Final = "JF1:"
SITE_LENGTH: Final = 16


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed in the page's address, so that a reload after a lost answer asks about the same sale."""

    holder: HolderId
    badge: BadgeNumber
    key: str

    def sealed(self, secret: LedgerSecret) -> str:
        """As it stands in an address."""
        return seal(secret, "ticket", msgspec.structs.asdict(self))

    def anew(self) -> "Ticket":
        """The same person with a new key: a recorded refusal is final for the old one."""
        return msgspec.structs.replace(self, key=new_key())


def new_key() -> str:
    """An idempotency key."""
    return "counter:" + secrets.token_urlsafe(18)


def opened(secret: LedgerSecret, text: str) -> Ticket:
    """The ticket in an address. Raises NotFound for one of yesterday."""
    value = unseal(secret, "ticket", text, seconds=LONGEST_SECONDS)
    if value is None:
        raise NotFound(kind="ticket", id="")
    return msgspec.convert(value, Ticket)


def for_badge(served: Served, text: str) -> Ticket:
    """A ticket for whoever carries the badge that was scanned or typed.

    Raises Malformed, BadgeCheckDigit, NotFound, BadgeRevoked.
    """
    badge = read_badge(served.ledger.name, text)
    return Ticket(holder=holder_of(served.ledger, badge), badge=badge, key=new_key())


def read_badge(ledger: str, text: str) -> BadgeNumber:
    """The number that a QR code or a person says; a badge of another site is not found here."""
    folded = text.strip().upper().replace("：", ":")
    if not folded.startswith(QR):
        return parse_badge(text)
    scanned = parse_qr(folded)
    if scanned.site != site_code(ledger):
        # Two sites may both have a YK-0042: the wrong man must not pay.
        raise NotFound(kind="badge", id=f"{scanned.site}:{scanned.number}")
    return scanned.number


def site_code(ledger: str) -> str:
    """How a ledger is called on its badges' QR codes."""
    return ledger.upper()[:SITE_LENGTH]

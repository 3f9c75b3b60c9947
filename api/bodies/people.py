"""Bodies of wishes about people. Names, phones and references go to the vault and stand in no fact."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from api.bodies.shapes import Code, Id, Name, Pin, WriteBody

Badge = Annotated[str, Meta(min_length=1, max_length=40, description="As printed, with its check character.")]
Crew = Annotated[str, Meta(min_length=1, max_length=64)]


class PersonBody(WriteBody, frozen=True, kw_only=True):
    """Make a holder under a random id of ours."""

    reference: Annotated[str, Meta(min_length=1, max_length=128)] | None = None
    """By which the caller knows the person; taken once."""
    name: Name | None = None
    phone: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    crew: Crew | None = None
    joined_on: date | None = None
    badge: Badge | None = None
    grant_initial: bool = False


class ContactBody(WriteBody, frozen=True, kw_only=True):
    """Another name, phone or number of the caller's for somebody; what is not named stays."""

    holder: Id
    name: Name | None = None
    phone: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    reference: Annotated[str, Meta(min_length=1, max_length=128)] | None = None


class BadgeBody(WriteBody, frozen=True, kw_only=True):
    """Give a holder a card."""

    holder: Id
    badge: Badge


class BadgeRevocationBody(WriteBody, frozen=True, kw_only=True):
    """Make a card invalid."""

    badge: Badge
    reason: Code


class BadgeReissueBody(WriteBody, frozen=True, kw_only=True):
    """Revoke a card and issue its successor."""

    holder: Id
    badge: Badge
    reason: Code = "lost"


class LeavingBody(WriteBody, frozen=True, kw_only=True):
    """Note that a holder has left."""

    holder: Id
    left_on: date
    reason: Code = "left-site"


class RejoiningBody(WriteBody, frozen=True, kw_only=True):
    """Note that a holder is back."""

    holder: Id
    joined_on: date
    grant_initial: bool = False


class ReasonedBody(WriteBody, frozen=True, kw_only=True):
    """The holder that the path names, and why."""

    holder: Id
    reason: Code


class MergeBody(WriteBody, frozen=True, kw_only=True):
    """Join two records of one man; `into` answers for both."""

    holder: Id
    into: Id
    reason: Code


class PinBody(WriteBody, frozen=True, kw_only=True):
    """Give a holder a PIN."""

    holder: Id
    pin: Pin


class HolderBody(WriteBody, frozen=True, kw_only=True):
    """The holder that the path names."""

    holder: Id

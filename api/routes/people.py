"""Rows of the table of writes: people, their cards and PINs. What the vault keeps is written before its fact."""

from typing import Final

from api.bodies.people import (
    BadgeBody,
    BadgeReissueBody,
    BadgeRevocationBody,
    ContactBody,
    HolderBody,
    LeavingBody,
    MergeBody,
    PersonBody,
    PinBody,
    ReasonedBody,
    RejoiningBody,
)
from api.bodies.shapes import day_of
from api.people import kept
from api.routes.seen import is_seen
from api.routes.table import MOVING, TERMS, Arrival, Made, Write, always
from ledger import refusals as no
from ledger.people.badges import parse_badge
from ledger.people.commands import (
    CONTACT,
    BarHolder,
    ChangeContact,
    IssueBadge,
    LeaveSite,
    MergeHolders,
    RegisterPerson,
    ReissueBadge,
    RejoinSite,
    ResetPin,
    RevokeBadge,
    SetPin,
    UnbarHolder,
)
from ledger.people.entities import Holder
from ledger.people.standing import living
from ledger.refusals import NotFound
from ledger.values import Day, HolderId
from ledger.vault import PersonalData


def person(body: PersonBody, arrival: Arrival) -> Made:
    """The vault's row first, then the fact: a crash between them leaves an orphan row, which a retry takes over."""
    served, origin = arrival.served, (arrival.caller.by.principal, arrival.key)
    data = PersonalData(name=body.name, phone=body.phone, reference=body.reference)
    # A replay is answered by its key alone, whatever its command says: nothing is written for it.
    seen = is_seen(arrival)
    holder, pd = (HolderId(""), {}) if seen else kept(served.ledger, served.vault, data, origin)
    command = RegisterPerson(
        holder=holder,
        badge=None if body.badge is None else parse_badge(body.badge),
        crew=body.crew,
        joined_on=day_of(body.joined_on),
        grant_initial=body.grant_initial,
    )
    return Made(command, pd)


def contact(body: ContactBody, arrival: Arrival) -> Made:
    """The vault first, then the fact that says which fields changed. Not again for a replay."""
    given = {name: said for name in CONTACT if (said := getattr(body, name)) is not None}
    command = ChangeContact(holder=HolderId(body.holder), fields=tuple(given))
    if not given or is_seen(arrival):
        return Made(command, {})
    living(arrival.served.ledger, body.holder)
    return Made(command, arrival.served.vault.change(body.holder, **given))


def badge(body: BadgeBody, _arrival: Arrival) -> IssueBadge:
    """As asked."""
    return IssueBadge(holder=HolderId(body.holder), badge=parse_badge(body.badge))


def badge_revocation(body: BadgeRevocationBody, _arrival: Arrival) -> RevokeBadge:
    """As asked."""
    return RevokeBadge(badge=parse_badge(body.badge), reason=body.reason)


def badge_reissue(body: BadgeReissueBody, _arrival: Arrival) -> ReissueBadge:
    """As asked."""
    return ReissueBadge(holder=HolderId(body.holder), badge=parse_badge(body.badge), reason=body.reason)


def leaving(body: LeavingBody, _arrival: Arrival) -> LeaveSite:
    """As asked."""
    return LeaveSite(holder=HolderId(body.holder), left_on=Day(body.left_on.isoformat()), reason=body.reason)


def rejoining(body: RejoiningBody, _arrival: Arrival) -> RejoinSite:
    """As asked."""
    joined_on = Day(body.joined_on.isoformat())
    return RejoinSite(holder=HolderId(body.holder), joined_on=joined_on, grant_initial=body.grant_initial)


def bar(body: ReasonedBody, _arrival: Arrival) -> BarHolder:
    """As asked."""
    return BarHolder(holder=HolderId(body.holder), reason=body.reason)


def unbar(body: ReasonedBody, _arrival: Arrival) -> UnbarHolder:
    """As asked."""
    return UnbarHolder(holder=HolderId(body.holder), reason=body.reason)


def merge(body: MergeBody, _arrival: Arrival) -> MergeHolders:
    """As asked."""
    return MergeHolders(old=HolderId(body.holder), into=HolderId(body.into), reason=body.reason)


def pin(body: PinBody, arrival: Arrival) -> SetPin:
    """The PIN goes to the vault, that it was set to the ledger."""
    if not is_seen(arrival):
        _known(arrival, body.holder)
        arrival.served.vault.set_pin(body.holder, body.pin)
    return SetPin(holder=HolderId(body.holder))


def pin_reset(body: HolderBody, arrival: Arrival) -> ResetPin:
    """The PIN leaves the vault."""
    if not is_seen(arrival):
        _known(arrival, body.holder)
        arrival.served.vault.reset_pin(body.holder)
    return ResetPin(holder=HolderId(body.holder))


def _known(arrival: Arrival, holder: str) -> None:
    if arrival.served.ledger.get(Holder, holder) is None:
        raise NotFound(kind="holder", id=holder)


CARDS: Final = (*TERMS, no.BadgeCheckDigit, no.NotEligible, no.AlreadyExists)
WRITES: Final = (
    Write(
        path="/people",
        command=RegisterPerson,
        body=PersonBody,
        make=person,
        permission="vault",
        summary="Register a person 人员登记",
        blocking=always,
        refusals=(*MOVING, no.BadgeCheckDigit, no.AlreadyExists, no.NotEligible),
    ),
    Write(
        path="/people/{holder}/contact",
        command=ChangeContact,
        body=ContactBody,
        make=contact,
        permission="vault",
        summary="Change a name, phone or number 变更联系方式",
        blocking=always,
        refusals=(no.HolderMerged, no.AlreadyExists),
    ),
    Write(
        path="/people/{holder}/badges",
        command=IssueBadge,
        body=BadgeBody,
        make=badge,
        permission="vault",
        summary="Give a card 发证",
        refusals=CARDS,
    ),
    Write(
        path="/badges/{badge}/revoke",
        command=RevokeBadge,
        body=BadgeRevocationBody,
        make=badge_revocation,
        permission="vault",
        summary="Make a card invalid 证件作废",
        refusals=(*CARDS, no.BadgeRevoked),
    ),
    Write(
        path="/people/{holder}/badges/reissue",
        command=ReissueBadge,
        body=BadgeReissueBody,
        make=badge_reissue,
        permission="vault",
        summary="Replace a card 补证",
        refusals=CARDS,
    ),
    Write(
        path="/people/{holder}/leave",
        command=LeaveSite,
        body=LeavingBody,
        make=leaving,
        permission="vault",
        summary="Note that a person left 离场",
        refusals=(*MOVING, no.NotEligible, no.AlreadyExists),
    ),
    Write(
        path="/people/{holder}/join",
        command=RejoinSite,
        body=RejoiningBody,
        make=rejoining,
        permission="vault",
        summary="Note that a person is back 返场",
        refusals=(*MOVING, no.NotEligible, no.AlreadyExists),
    ),
    Write(
        path="/people/{holder}/bar",
        command=BarHolder,
        body=ReasonedBody,
        make=bar,
        permission="approve",
        summary="Bar a person from redeeming 停止兑换",
        refusals=(*TERMS, no.NotEligible, no.HolderBarred),
    ),
    Write(
        path="/people/{holder}/unbar",
        command=UnbarHolder,
        body=ReasonedBody,
        make=unbar,
        permission="approve",
        summary="Lift the bar 恢复兑换",
        refusals=(*TERMS, no.NotEligible),
    ),
    Write(
        path="/people/{holder}/merge",
        command=MergeHolders,
        body=MergeBody,
        make=merge,
        permission="admin",
        summary="Join two records of one person 合并档案",
        refusals=(*MOVING, no.SameAccount, no.NotEligible),
    ),
    Write(
        path="/people/{holder}/pin",
        command=SetPin,
        body=PinBody,
        make=pin,
        permission="vault",
        summary="Set a PIN 设置密码",
        blocking=always,
        refusals=(no.WeakPin, no.NotEligible),
    ),
    Write(
        path="/people/{holder}/pin/reset",
        command=ResetPin,
        body=HolderBody,
        make=pin_reset,
        permission="vault",
        summary="Take a PIN away 重置密码",
        blocking=always,
        refusals=(no.NotEligible,),
    ),
)

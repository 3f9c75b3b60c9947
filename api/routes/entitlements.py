"""Rows of the table of writes: entitlements, and the sessions in which they are used."""

from typing import Final

from msgspec import UNSET, UnsetType

from api.bodies.entitlements import (
    BookingBody,
    EntitlementBody,
    EntitlementCancellationBody,
    NoShowBody,
    SessionBody,
    SessionCancellationBody,
    SessionChangeBody,
    UnbookingBody,
    UseBody,
)
from api.bodies.shapes import day_of
from api.routes.owning import own
from api.routes.table import MOVING, TERMS, Arrival, Write, always
from ledger import refusals as no
from ledger.entitlements.commands import (
    BookPlace,
    CancelBooking,
    CancelEntitlement,
    CancelSession,
    ChangeSession,
    IssueEntitlement,
    MarkNoShow,
    OpenSession,
    UseEntitlement,
)
from ledger.entitlements.entities import Entitlement, EntitlementId, SessionId
from ledger.values import Day, HolderId

TASK: Final = "task"


def mine(arrival: Arrival, entitlement: str) -> EntitlementId:
    """The entitlement, if the caller may touch it. Raises NotFound. Blocking."""
    own(arrival, Entitlement, entitlement, TASK)
    return EntitlementId(entitlement)


def issue(body: EntitlementBody, arrival: Arrival) -> IssueEntitlement:
    """As asked; in a batch under the command's id. What nobody pays for is a gift: that takes `grant` as well."""
    arrival.caller.must("grant")
    id = None if arrival.id is None else EntitlementId(arrival.id)
    return IssueEntitlement(id=id, holder=HolderId(body.holder), code=body.code, reason=body.reason)


def booking(body: BookingBody, arrival: Arrival) -> BookPlace:
    """As asked; how an application ranks is not for the applicant to say."""
    if body.rank or body.grounds or body.last_on is not None:
        arrival.caller.must(TASK)
    return BookPlace(
        entitlement=mine(arrival, body.entitlement),
        session=SessionId(body.session),
        rank=body.rank,
        grounds=UNSET if body.grounds is None else body.grounds,
        last_on=day_of(body.last_on) or UNSET,
    )


def unbooking(body: UnbookingBody, arrival: Arrival) -> CancelBooking:
    """As asked."""
    return CancelBooking(entitlement=mine(arrival, body.entitlement), reason=body.reason)


def use(body: UseBody, arrival: Arrival) -> UseEntitlement:
    """As asked."""
    return UseEntitlement(
        entitlement=EntitlementId(body.entitlement),
        corrects=correcting(body, arrival),
        region=body.region or UNSET,
    )


def no_show(body: NoShowBody, arrival: Arrival) -> MarkNoShow:
    """As asked."""
    return MarkNoShow(entitlement=EntitlementId(body.entitlement), corrects=correcting(body, arrival))


def correcting(body: UseBody | NoShowBody, arrival: Arrival) -> bool | UnsetType:
    """Whether a mark takes the place of the other: not by an app that says everything late and twice. Raises Forbidden.

    What says nothing of it is the same command as ever, so that old keys answer as they did.
    """
    if not body.corrects:
        return UNSET
    arrival.caller.must("review")
    return True


def cancellation(body: EntitlementCancellationBody, arrival: Arrival) -> CancelEntitlement:
    """As asked."""
    return CancelEntitlement(entitlement=mine(arrival, body.entitlement), reason=body.reason)


def session(body: SessionBody, _arrival: Arrival) -> OpenSession:
    """As asked."""
    return OpenSession(
        id=SessionId(body.id),
        code=body.code,
        name=body.name,
        starts_on=Day(body.starts_on.isoformat()),
        ends_on=Day(body.ends_on.isoformat()),
        places=body.places,
        book_until_on=day_of(body.book_until_on),
        region=body.region or UNSET,
    )


def session_change(body: SessionChangeBody, _arrival: Arrival) -> ChangeSession:
    """As asked."""
    return ChangeSession(session=SessionId(body.session), places=body.places)


def session_cancellation(body: SessionCancellationBody, _arrival: Arrival) -> CancelSession:
    """As asked."""
    return CancelSession(session=SessionId(body.session), reason=body.reason)


SEATED: Final = (*TERMS, no.NotEligible)
ENTITLEMENTS: Final = (
    Write(
        path="/entitlements",
        command=IssueEntitlement,
        body=EntitlementBody,
        make=issue,
        permission=TASK,
        summary="Issue an entitlement 发放权益",
        refusals=(
            *MOVING,
            no.AlreadyExists,
            no.HolderMerged,
            no.HolderBarred,
            no.NotEligible,
            no.EntitlementInForce,
        ),
    ),
    Write(
        path="/entitlements/{entitlement}/book",
        command=BookPlace,
        body=BookingBody,
        make=booking,
        permission=TASK,
        own=True,
        summary="Book a place 预订名额",
        refusals=(*SEATED, no.BookingClosed, no.HolderBarred, no.LimitExceeded),
        blocking=always,
    ),
    Write(
        path="/entitlements/{entitlement}/unbook",
        command=CancelBooking,
        body=UnbookingBody,
        make=unbooking,
        permission=TASK,
        own=True,
        summary="Give a place back 取消预订",
        refusals=(*SEATED, no.BookingClosed, no.RefundClosed),
        blocking=always,
    ),
    Write(
        path="/entitlements/{entitlement}/use",
        command=UseEntitlement,
        body=UseBody,
        make=use,
        permission=TASK,
        summary="It was used 核销权益",
        refusals=SEATED,
    ),
    Write(
        path="/entitlements/{entitlement}/no-show",
        command=MarkNoShow,
        body=NoShowBody,
        make=no_show,
        permission=TASK,
        summary="Nobody came 未到场",
        refusals=SEATED,
    ),
    Write(
        path="/entitlements/{entitlement}/cancel",
        command=CancelEntitlement,
        body=EntitlementCancellationBody,
        make=cancellation,
        permission=TASK,
        own=True,
        summary="Take an entitlement back 取消权益",
        refusals=(*MOVING, no.NotEligible, no.RefundClosed, no.AlreadyReversed),
        blocking=always,
    ),
)
SESSIONS: Final = (
    Write(
        path="/sessions",
        command=OpenSession,
        body=SessionBody,
        make=session,
        permission=TASK,
        summary="Open a session 开放场次",
        refusals=(*TERMS, no.AlreadyExists, no.NotEligible),
    ),
    Write(
        path="/sessions/{session}/change",
        command=ChangeSession,
        body=SessionChangeBody,
        make=session_change,
        permission=TASK,
        summary="More or fewer places 调整名额",
        refusals=SEATED,
    ),
    Write(
        path="/sessions/{session}/cancel",
        command=CancelSession,
        body=SessionCancellationBody,
        make=session_cancellation,
        permission=TASK,
        summary="Call a session off 取消场次",
        refusals=SEATED,
    ),
)
WRITES: Final = (*ENTITLEMENTS, *SESSIONS)

"""The counter: badge, goods, PIN, receipt, and back to the badge."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from starlette.responses import Response

from api.answers.sentences import LANGUAGES
from api.auth import Caller
from api.pages import selling, sessions
from api.pages.notices import Notice, sentence
from api.pages.receipts import slip
from api.pages.sessions import COOKIE, PATH, Session, is_ours
from api.pages.shelf import Cart, Shelf, shelf
from api.pages.tickets import Ticket, for_badge, new_key, opened
from api.pages.visits import LANGUAGE_COOKIE, YEAR, Visit, failed, set_cookie
from api.pages.words import clock_time, to_the_second
from api.problems import refusal_for
from api.routes.endpoint import aside
from ledger.refusals import NotFound, Refusal
from ledger.values import ItemId, RedemptionId

FIELD: Final = "q."
MOST: Final = 9_999
"""Pieces of one item in a cart at most: four digits, which nobody types by mistake."""
CLOSED: Final = frozenset({"badge-revoked", "holder-merged"})
"""Refusals after which the visit is over."""
AT_PIN: Final = frozenset(
    {"pin-wrong", "pin-locked", "no-pin", "confirmation-required", "forbidden", "unauthenticated"}
)
"""Refusals that are seen to at the PIN pad, under the same key: the ledger has not decided yet."""


# Signing in and out ---------------------------------------------------------------------------------------------


async def start(visit: Visit) -> Response:
    """The badge field, or the sign-in."""
    return visit.show("home") if visit.session else visit.show("sign_in")


async def sign_in(visit: Visit) -> Response:
    """A key for a session."""
    key = (await visit.form()).get("key", "").strip()
    try:
        visit.session = await sessions.sign_in(visit.site, key)
    except Refusal as refusal:
        return visit.show("sign_in", status=refusal.status, notice=visit.notice(refusal))
    return visit.go(sessions.home(visit.session.caller))


async def sign_out(visit: Visit) -> Response:
    """The cookie goes; what the page showed was never stored."""
    if visit.session and not is_ours(visit.session, (await visit.form()).get("csrf", "")):
        return _outdated(visit)
    visit.session = None
    response = visit.go(PATH)
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")
    response.headers["clear-site-data"] = '"cache"'
    return response


async def language(visit: Visit) -> Response:
    """Chinese or English from now on, back on the page where it was chosen."""
    chosen = visit.request.path_params["lang"]
    back = visit.request.query_params.get("to", PATH)
    response = visit.go(back if re.fullmatch(PATH + r"(/[A-Za-z0-9_=/-]*)?", back) else PATH)
    if chosen in LANGUAGES:
        set_cookie(response, visit.request, LANGUAGE_COOKIE, chosen, seconds=YEAR)
    return response


# A visit --------------------------------------------------------------------------------------------------------


async def badge(visit: Visit) -> Response:
    """From a scanned or typed badge to its visit."""
    session, form = visit.signed_in, await visit.form()
    if not is_ours(session, form.get("csrf", "")):
        return _outdated(visit)
    said = form.get("badge", "").strip()
    if not said:
        return visit.go(PATH)
    try:
        ticket = await aside(for_badge, session.served, said)
    except Refusal as refusal:
        return visit.show("home", status=refusal.status, notice=visit.notice(refusal))
    return visit.go(_address(session, ticket))


async def goods(visit: Visit) -> Response:
    """The goods for one person; the receipt, if the sale was placed and its answer lost."""
    session = visit.signed_in
    ticket = _ticket(visit)
    known = await aside(selling.sold, session.served, session.caller, ticket)
    if known is not None:
        outcome = await aside(selling.again, session.served, known)
        if selling.is_sale(outcome):
            return visit.go(_receipt(outcome))
        return visit.go(_address(session, ticket.anew()))
    return await _till(visit, ticket, {})


async def till(visit: Visit) -> Response:
    """A tap at the till: another cart, the PIN pad, or the sale."""
    session, form = visit.signed_in, await visit.form()
    if not is_ours(session, form.get("csrf", "")):
        return _outdated(visit)
    ticket = _ticket(visit)
    do, _, item = form.get("do", "show").partition(":")
    cart = _changed(_cart(form), do, ItemId(item))
    if do in {"sell", "confirm"}:
        return await _sell(visit, ticket, cart, form)
    return await _till(visit, ticket, cart, step="pin" if do == "pay" and cart else "goods")


async def _sell(visit: Visit, ticket: Ticket, cart: Cart, form: Mapping[str, str]) -> Response:
    if not cart:
        return await _till(visit, ticket, cart, said=sentence("empty-cart", visit.lang), status=422)
    try:
        confirmation = await _confirmation(visit.signed_in, form)
        outcome = await aside(_placed, visit.signed_in, ticket, cart, confirmation, visit.lang)
    except Exception as error:  # noqa: BLE001 - refusal_for tells refusals from defects and logs the latter
        return await _refused(visit, ticket, cart, refusal_for(error))
    if outcome.refusal is None and selling.is_sale(outcome):
        return visit.go(_receipt(outcome))
    return await _refused(visit, ticket, cart, outcome.refusal or NotFound(kind="ticket", id=""))


async def _confirmation(session: Session, form: Mapping[str, str]) -> str | Caller:
    """The PIN, or the supervisor: the caller, or whoever typed a key of theirs. Raises Unauthenticated."""
    if form.get("do") == "sell":
        return form.get("pin", "")
    key = form.get("supervisor", "").strip()
    return await session.served.keyring.caller(key) if key else session.caller


def _placed(session: Session, ticket: Ticket, cart: Cart, confirmation: str | Caller, lang: str) -> Any:
    return selling.place(session.served, session.caller, ticket, cart, confirmation=confirmation, lang=lang)


async def _refused(visit: Visit, ticket: Ticket, cart: Cart, refusal: Refusal) -> Response:
    """Where a refusal leaves the visit: at the PIN, at the goods under a new key, or at its end."""
    if refusal.code in CLOSED or refusal.status >= 429:
        return failed(visit, refusal)
    session = visit.signed_in
    said = visit.notice(refusal, (await aside(_shelf, session, ticket, {})).names)
    if said.code in AT_PIN:
        return await _till(visit, ticket, cart, step="pin", said=said, status=refusal.status)
    # A recorded refusal is final for its key; while the outcome is open the key must stay, or it could sell twice.
    return await _till(visit, ticket.anew(), cart, said=said, status=refusal.status)


async def _till(
    visit: Visit, ticket: Ticket, cart: Cart, *, step: str = "goods", said: Notice | None = None, status: int = 200
) -> Response:
    session = visit.signed_in
    shown: Shelf = await aside(_shelf, session, ticket, cart)
    barrier = visit.notice(shown.barrier) if shown.barrier else None
    return visit.show(
        "till",
        status=status,
        reswap="outerMorph" if step == "goods" and said is None else "outerHTML",
        shelf=shown,
        step=step if shown.possible or step == "goods" or said else "goods",
        unit=shown.unit.names.in_language(visit.lang),
        address=_address(session, ticket),
        notice=said or barrier,
        confirming=selling.may_confirm(session.caller),
    )


def _shelf(session: Session, ticket: Ticket, cart: Cart) -> Shelf:
    return shelf(session.served, session.caller, ticket, cart)


def _cart(form: dict[str, str]) -> dict[ItemId, int]:
    """The pieces of each item that the form names."""
    said = {name.removeprefix(FIELD): value for name, value in form.items() if name.startswith(FIELD)}
    return {
        ItemId(item): min(MOST, int(value))
        for item, value in said.items()
        if item and value.isascii() and value.isdigit() and len(value) <= 6 and int(value)
    }


def _changed(cart: dict[ItemId, int], do: str, item: ItemId) -> dict[ItemId, int]:
    """The cart after a tap, for browsers without scripts; with them the form already says it."""
    match do:
        case "clear":
            return {}
        case "add":
            return {**cart, item: min(MOST, cart.get(item, 0) + 1)}
        case "less":
            left = {**cart, item: cart.get(item, 0) - 1}
            return {id: quantity for id, quantity in left.items() if quantity > 0}
        case _:
            return cart


# Receipts -------------------------------------------------------------------------------------------------------


async def receipt(visit: Visit) -> Response:
    """A receipt, now or years later."""
    return await _slip(visit, visit.request.path_params["position"])


async def find_receipt(visit: Visit) -> Response:
    """From a typed receipt number to the receipt."""
    session, form = visit.signed_in, await visit.form()
    if not is_ours(session, form.get("csrf", "")):
        return _outdated(visit)
    said = form.get("number", "").strip()
    digits = re.sub(r"[\s‐-―−-]", "", said)
    try:
        position = int(digits) if re.fullmatch(r"[0-9]{1,15}", digits) else 0
        await aside(slip, session.served, session.caller, position, visit.lang)
    except NotFound:
        missing = NotFound(kind="receipt", id=said[:20])
        return visit.show("home", status=404, notice=visit.notice(missing))
    return visit.go(f"{PATH}/receipts/{position}")


async def cancel(visit: Visit) -> Response:
    """Undo a sale of today; the answer is the receipt of what came back."""
    session, form = visit.signed_in, await visit.form()
    position = visit.request.path_params["position"]
    if not is_ours(session, form.get("csrf", "")):
        return _outdated(visit)
    sale = (await aside(slip, session.served, session.caller, position, visit.lang)).receipt
    outcome = await aside(_cancelled, session, sale.redemption, form.get("key", ""), visit.lang)
    if outcome.refusal is not None:
        return await _slip(visit, position, said=visit.notice(outcome.refusal), status=outcome.refusal.status)
    return visit.go(_receipt(outcome))


def _cancelled(session: Session, redemption: RedemptionId, key: str, lang: str) -> Any:
    return selling.cancel(session.served, session.caller, redemption, key=key[:200] or new_key(), lang=lang)


async def _slip(visit: Visit, position: int, *, said: Notice | None = None, status: int = 200) -> Response:
    session = visit.signed_in
    shown = await aside(slip, session.served, session.caller, position, visit.lang)
    zone = session.served.ledger.zone
    return visit.show(
        "receipt",
        status=status,
        slip=shown,
        receipt=shown.receipt,
        unit=shown.unit.names.in_language(visit.lang),
        at=to_the_second(shown.receipt.recorded_at, zone),
        happened=clock_time(shown.receipt.occurred_at, zone),
        key=new_key(),
        notice=said,
    )


# Inside ---------------------------------------------------------------------------------------------------------


def _ticket(visit: Visit) -> Ticket:
    return opened(visit.signed_in.served.vault.secret, visit.request.path_params["ticket"])


def _address(session: Session, ticket: Ticket) -> str:
    return f"{PATH}/sale/{quote(ticket.sealed(session.served.vault.secret), safe='=')}"


def _receipt(outcome: Any) -> str:
    return f"{PATH}/receipts/{selling.position_of(outcome)}"


def _outdated(visit: Visit) -> Response:
    return visit.show("failed", status=403, notice=sentence("form-outdated", visit.lang))

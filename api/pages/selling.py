"""One sale from the counter: the same key for as long as its outcome is unknown, a new one after a refusal."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET

from api.auth import Caller
from api.pages.tickets import Ticket
from api.pins import check_pin
from api.routes.tills import sells_own_goods
from api.routes.writing import deadline
from api.site import Served
from ledger.journal.ledger import fingerprint_of
from ledger.journal.rows import KeyRow
from ledger.journal.turn import Outcome, Submission, recorded_refusal
from ledger.people.standing import holder_of
from ledger.redemptions.commands import CancelRedemption, PlaceRedemption, WantedLine
from ledger.redemptions.facts import RedemptionFact
from ledger.refusals import Forbidden, KeyReused
from ledger.requests.facts import CommandRefused
from ledger.room import Command
from ledger.values import ItemId, RedemptionId

_encode = msgspec.json.Encoder(order="sorted").encode


def place(
    served: Served,
    caller: Caller,
    ticket: Ticket,
    cart: Mapping[ItemId, int],
    *,
    confirmation: str | Caller,
    lang: str,
) -> Outcome:
    """Sell the cart under the ticket's key, confirmed by the holder's PIN or by a supervisor. Blocking.

    Raises Forbidden, BadgeRevoked, PinWrong, PinLocked, NotEligible `no-pin`. A sale that was placed before under
    this key is given again, whatever the cart or the PIN says now.
    """
    if (known := sold(served, caller, ticket)) is not None:
        return again(served, known)
    # The badge may have been revoked since it was scanned.
    holder = holder_of(served.ledger, ticket.badge)
    supervisor = confirmation if isinstance(confirmation, Caller) else None
    if isinstance(confirmation, str):
        check_pin(served.ledger, served.vault, holder, confirmation, by=caller.by, key=ticket.key)
    elif not may_confirm(confirmation):
        raise Forbidden(permission="grant")
    command = PlaceRedemption(
        holder=holder,
        lines=tuple(WantedLine(id, quantity) for id, quantity in sorted(cart.items())),
        confirmation="supervisor" if supervisor else "pin",
        confirmed_by=supervisor.by.subject if supervisor else None,
        merchant=caller.principal.merchant or UNSET,
        own_goods=sells_own_goods(caller) or UNSET,
    )
    outcome = _ask(served, caller, command, ticket.key, lang)
    if isinstance(outcome.refusal, KeyReused) and (known := sold(served, caller, ticket)) is not None:
        return again(served, known)
    return outcome


def cancel(served: Served, caller: Caller, redemption: RedemptionId, *, key: str, lang: str) -> Outcome:
    """Undo a sale of today in whole. Blocking. Raises Forbidden."""
    caller.must("refund")
    return _ask(served, caller, CancelRedemption(redemption=redemption, reason="correction"), key, lang)


def may_confirm(caller: Caller) -> bool:
    """Whether this is a person who may grant, and so can confirm a sale instead of a PIN."""
    return caller.principal.is_person and caller.may("grant")


def sold(served: Served, caller: Caller, ticket: Ticket) -> KeyRow | None:
    """What the journal answered under a ticket's key, or None: nothing yet. Blocking."""
    client = caller.by.principal
    pair = (client, served.vault.secret.mac("key", client, ticket.key))
    return served.ledger.storage.keys([pair]).get(pair)


def is_sale(outcome: Outcome) -> bool:
    """Whether goods are to be handed over."""
    return any(isinstance(envelope.data, RedemptionFact) for envelope in outcome.envelopes)


def position_of(outcome: Outcome) -> int:
    """The position of the sale or refund among an outcome's facts: the number on its receipt."""
    return next(envelope.pos for envelope in outcome.envelopes if isinstance(envelope.data, RedemptionFact))


def again(served: Served, known: KeyRow) -> Outcome:
    """What was answered before under this key, a recorded refusal too. Blocking."""
    rows = served.ledger.storage.facts_at(known.position, known.length)
    envelopes = tuple(served.ledger.mapper.decode(row.state) for row in rows)
    first = envelopes[0].data
    refusal = recorded_refusal(first) if isinstance(first, CommandRefused) else None
    return Outcome(envelopes[0].tx, known.position, envelopes, refusal, replayed=True)


def _ask(served: Served, caller: Caller, command: Command, key: str, lang: str) -> Outcome:
    fingerprint = served.vault.secret.mac("fingerprint", fingerprint_of("/counter", _encode(command)))
    wish = served.ledger.wish(command, by=caller.by, key=key, fingerprint=fingerprint, lang=lang)
    return served.ledger.writer.ask(Submission(wishes=(wish,), deadline=deadline(served)))

"""Rendering 1: a transaction as `id, type, status, tx, position, …`, what it did, and the accounts after it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from api.answers.sentences import Words, words_of
from api.answers.shape import PROBLEM, Answer
from ledger.journal.turn import Outcome
from ledger.points.entities import AccountState
from ledger.points.facts import AccountFact
from ledger.pools import Landed
from ledger.refusals import Malformed, Refusal
from ledger.room import Envelope

VERSION: Final = 1
_encode = msgspec.json.Encoder().encode
_HIDDEN: Final = frozenset({"after", "to_after", "counts", "kept_counts", "scheme"})
"""Members of facts that are shown elsewhere (`after` as `balances`), or are the ledger's own affair."""
_TYPES: Final = {
    "points-earned.v1": ("grant", "posted"),
    "points-deducted.v1": ("deduction", "posted"),
    "deduction-reversed.v1": ("reversal", "posted"),
    "grant-reversed.v1": ("reversal", "posted"),
    "lots-lapsed.v1": ("lapse", "posted"),
    "account-merged.v1": ("merge", "posted"),
    "account-joined.v1": ("merge", "posted"),
    "redemption-placed.v1": ("redemption", "fulfilled"),
    "redemption-held.v1": ("redemption", "held"),
    "redemption-fulfilled.v1": ("redemption", "fulfilled"),
    "redemption-cancelled.v1": ("redemption", "cancelled"),
    "redemption-expired.v1": ("redemption", "expired"),
    "redemption-refunded.v1": ("refund", "posted"),
    "bill-placed.v1": ("redemption", "fulfilled"),
    "bill-held.v1": ("redemption", "held"),
    "bill-fulfilled.v1": ("redemption", "fulfilled"),
    "bill-cancelled.v1": ("redemption", "cancelled"),
    "bill-expired.v1": ("redemption", "expired"),
    "bill-refunded.v1": ("refund", "posted"),
    "goods-received.v1": ("goods-receipt", "recorded"),
    "goods-scrapped.v1": ("scrap", "recorded"),
    "stock-counted.v1": ("stock-count", "recorded"),
    "item-supplied.v1": ("item", "supplied"),
    "proposal-made.v1": ("proposal", "open"),
    "proposal-approved.v1": ("proposal", "approved"),
    "glass-broken.v1": ("proposal", "approved"),
    "proposal-rejected.v1": ("proposal", "rejected"),
    "proposal-expired.v1": ("proposal", "expired"),
    "appeal-made.v1": ("appeal", "open"),
    "contact-changed.v1": ("contact", "changed"),
    "person-registered.v1": ("person", "recorded"),
    "account-opened.v1": ("account", "open"),
    "account-closed.v1": ("account", "closed"),
    "points-transferred.v1": ("transfer", "posted"),
    "points-converted.v1": ("conversion", "posted"),
    "hold-placed.v1": ("hold", "open"),
    "hold-captured.v1": ("capture", "open"),
    "hold-voided.v1": ("hold", "voided"),
    "hold-expired.v1": ("hold", "expired"),
    "hold-extended.v1": ("hold", "open"),
    "transfer-reversed.v1": ("reversal", "posted"),
    "conversion-reversed.v1": ("reversal", "posted"),
    "capture-reversed.v1": ("reversal", "posted"),
    "bounds-changed.v1": ("bounds", "changed"),
    "bounds-scheduled.v1": ("bounds", "scheduled"),
    "activity-noted.v1": ("activity", "noted"),
    "monitor-set.v1": ("monitor", "open"),
    "monitor-removed.v1": ("monitor", "removed"),
    "threshold-crossed.v1": ("crossing", "recorded"),
    "limits-returned.v1": ("limits", "returned"),
    "crew-placed.v1": ("crew-placement", "placed"),
    "crews-merged.v1": ("crew-merger", "merged"),
    "crew-changed.v1": ("crew-change", "changed"),
    "membership-changed.v1": ("membership", "changed"),
    "coupon-batch-drafted.v1": ("coupon-batch", "draft"),
    "coupon-lines-drafted.v1": ("coupon-batch", "draft"),
    "coupon-lines-struck.v1": ("coupon-batch", "changed"),
    "coupon-batch-submitted.v1": ("coupon-batch", "submitted"),
    "coupon-batch-approved.v1": ("coupon-batch", "approved"),
    "coupon-batch-rejected.v1": ("coupon-batch", "rejected"),
    "coupon-batch-moved.v1": ("coupon-batch", "moved"),
    "coupon-batch-issued.v1": ("coupon-batch", "issued"),
    "coupon-line-refused.v1": ("coupon-line", "refused"),
    "coupon-issued.v1": ("coupon", "issued"),
    "coupon-reissued.v1": ("coupon", "issued"),
    "coupon-voided.v1": ("coupon", "voided"),
    "coupon-lapsed.v1": ("coupon", "lapsed"),
    "coupon-ending.v1": ("reminder", "recorded"),
    "coupon-code-replaced.v1": ("coupon", "issued"),
    "coupons-spent.v1": ("purchase", "posted"),
    "coupons-refunded.v1": ("purchase-refund", "posted"),
    "fund-recommitted.v1": ("commitment", "open"),
    "settlement-drafted.v1": ("settlement", "draft"),
    "settlement-lines-added.v1": ("settlement", "draft"),
    "settlement-checked.v1": ("settlement", "checked"),
    "settlement-paid.v1": ("settlement", "paid"),
    "settlement-withdrawn.v1": ("settlement", "withdrawn"),
    "settlement-disputed.v1": ("settlement", "disputed"),
    "dispute-resolved.v1": ("settlement", "resolved"),
    "offer-opened.v1": ("offer", "open"),
    "offer-closed.v1": ("offer", "closed"),
    "offer-claimed.v1": ("offer-claim", "claimed"),
    "offer-used.v1": ("offer-claim", "used"),
    "offer-refunded.v1": ("offer-claim", "refunded"),
    "offer-claim-cancelled.v1": ("offer-claim", "cancelled"),
    "offer-claim-lapsed.v1": ("offer-claim", "lapsed"),
    "aid-claimed.v1": ("aid-claim", "waiting"),
    "aid-approved.v1": ("aid-claim", "waiting"),
    "aid-rejected.v1": ("aid-claim", "rejected"),
    "aid-share-collected.v1": ("aid-claim", "approved"),
    "aid-paid.v1": ("aid-claim", "paid"),
    "aid-recovered.v1": ("aid-recovery", "posted"),
    "aid-written-off.v1": ("aid-write-off", "posted"),
    "kit-defined.v1": ("kit", "recorded"),
    "kits-received.v1": ("kit-receipt", "recorded"),
    "kits-moved.v1": ("kit-move", "recorded"),
    "kits-set-aside.v1": ("kit-reservation", "waiting"),
    "kits-released.v1": ("kit-reservation", "released"),
    "kits-handed-out.v1": ("hand-out", "recorded"),
    "kits-returned.v1": ("kit-return", "recorded"),
    "kits-counted.v1": ("kit-count", "recorded"),
    "ratio-opened.v1": ("ratio", "open"),
    "ratio-whole-changed.v1": ("ratio", "changed"),
    "aided-purchase-recorded.v1": ("aided-purchase", "recorded"),
    "aided-purchase-withdrawn.v1": ("aided-purchase", "withdrawn"),
    "figure-reported.v1": ("figure", "reported"),
    "figure-read.v1": ("figure", "read"),
    "figure-withdrawn.v1": ("figure", "withdrawn"),
    "goal-set.v1": ("goal", "set"),
    "goal-progressed.v1": ("goal", "progressed"),
    "merchant-admitted.v1": ("merchant", "admitted"),
    "merchant-payee-changed.v1": ("merchant", "changed"),
    "merchant-changed.v1": ("merchant", "changed"),
    "merchant-rate-changed.v1": ("merchant", "changed"),
    "merchant-suspended.v1": ("merchant", "suspended"),
    "merchant-resumed.v1": ("merchant", "admitted"),
    "fund-opened.v1": ("fund", "open"),
    "fund-appropriated.v1": ("appropriation", "posted"),
    "fund-committed.v1": ("commitment", "open"),
    "fund-released.v1": ("release", "posted"),
    "fund-disbursed.v1": ("disbursement", "posted"),
    "fund-recovered.v1": ("recovery", "posted"),
    "fund-written-off.v1": ("write-off", "posted"),
    "fund-closed.v1": ("fund", "closed"),
    "route-published.v1": ("route", "published"),
    "route-retired.v1": ("route", "retired"),
    "task-published.v1": ("task", "published"),
    "task-cancelled.v1": ("task", "cancelled"),
    "task-claimed.v1": ("claim", "open"),
    "claim-given-back.v1": ("claim", "given-back"),
    "claim-lapsed.v1": ("claim", "lapsed"),
    "claim-released.v1": ("claim", "released"),
    "patrol-started.v1": ("claim", "started"),
    "patrol-resumed.v1": ("claim", "started"),
    "patrol-point-passed.v1": ("patrol-point", "recorded"),
    "patrol-finished.v1": ("claim", "under-review"),
    "track-received.v1": ("track", "received"),
    "track-deleted.v1": ("track", "deleted"),
    "patrol-referred.v1": ("review", "referred"),
    "patrol-approved.v1": ("review", "approved"),
    "patrol-rejected.v1": ("review", "rejected"),
    "patrol-appealed.v1": ("review", "appealed"),
    "patrol-appeal-decided.v1": ("review", "upheld"),
    "entitlement-issued.v1": ("entitlement", "issued"),
    "entitlement-booked.v1": ("entitlement", "booked"),
    "entitlement-waitlisted.v1": ("entitlement", "waiting"),
    "booking-cancelled.v1": ("entitlement", "issued"),
    "waiting-ended.v1": ("entitlement", "issued"),
    "entitlement-used.v1": ("entitlement", "used"),
    "entitlement-no-show.v1": ("entitlement", "no-show"),
    "entitlement-cancelled.v1": ("entitlement", "cancelled"),
    "entitlement-lapsed.v1": ("entitlement", "lapsed"),
    "session-opened.v1": ("session", "open"),
    "session-changed.v1": ("session", "open"),
    "session-cancelled.v1": ("session", "cancelled"),
}
"""Topic → what the answer calls it, and how it stands; other facts go by the kind of their stream."""
_OWN_ID: Final = frozenset(
    {
        "goods-receipt",
        "scrap",
        "stock-count",
        "capture",
        "kit-receipt",
        "kit-move",
        "kit-return",
        "kit-count",
        "purchase-refund",
    }
)
"""What stands in the life of another thing and is named by its transaction."""
_ACCOUNTS: Final = frozenset(
    {"account-opened.v1", "account-closed.v1", "bounds-changed.v1", "bounds-scheduled.v1", "activity-noted.v1"}
)
"""What is about an account as a whole: it is named by the account's full name."""
_MOVING_NOTHING: Final = _ACCOUNTS | {"monitor-set.v1"}
"""Facts that show an account after themselves, and whose amount of 0 says nothing."""
_DECIDED: Final[Mapping[str, Callable[[Any], bool]]] = {
    "aid-claimed.v1": lambda fact: fact.needed == 0,
    "aid-approved.v1": lambda fact: fact.approvals == fact.needed,
}
"""When a claim waits for nobody after a fact."""
_OF_ONE: Final = frozenset({"entitlement-booked.v1"})
"""What one holder's doing brings another, who is told by itself."""
_VALUE: Final = ("account", "unit", "amount")


def answer(outcome: Outcome) -> Answer:
    """201 and what happened, 200 when nothing had to; or the refusal, in the language in which it was first given."""
    envelopes = outcome.envelopes
    if outcome.refusal is not None:
        key = envelopes[0].key
        return problem(outcome.refusal, key.lang if key else "")
    if not envelopes:
        return Answer(200, _encode({"status": "unchanged", "balances": []}))
    return Answer(201, _encode(transaction(envelopes)))


def transaction(envelopes: Sequence[Envelope]) -> dict[str, Any]:
    """A transaction: its first fact is what was wished, later ones are what followed from it."""
    first = envelopes[0]
    body = {
        **_frame(first),
        "tx": first.tx,
        "position": first.pos,
        "recorded_at": first.recorded_at,
        "occurred_at": first.occurred_at,
        "period": first.period,
    }
    _add(body, first)
    if len(envelopes) > 1:
        _say_what_moved(body, envelopes[1:])
        if any(envelope.type == "patrol-finished.v1" for envelope in envelopes[1:]):
            body["status"] = "under-review"  # the start came with the finish
        if any(envelope.type == "aid-paid.v1" for envelope in envelopes[1:]):
            body["status"] = "paid"  # as soon as it was claimed
        body["effects"] = [_effect(envelope) for envelope in envelopes[1:] if not _anothers(envelope, first)]
    body["balances"] = list(balances(envelopes))
    return body


def _anothers(effect: Envelope, first: Envelope) -> bool:
    """Whether it is the affair of another than the one who is answered: who moves up on a waiting list."""
    return effect.type in _OF_ONE and getattr(first.data, "holder", effect.data.holder) != effect.data.holder


def _frame(envelope: Envelope) -> dict[str, Any]:
    kind, _, id = envelope.stream.partition(":")
    type, status = _TYPES.get(envelope.type, (kind, "recorded"))
    if envelope.type == "hold-placed.v1" and not envelope.data.amount:
        status = "closed"  # there was nothing to set aside
    if envelope.type in _DECIDED and _DECIDED[envelope.type](envelope.data):
        status = "approved"  # nobody needs to decide any more
    if type == "capture" and not envelope.data.remaining:
        status = "captured"  # the hold is over
    if envelope.type == "patrol-appeal-decided.v1" and envelope.data.granted:
        status = "approved"
    if envelope.type in _ACCOUNTS:
        id = envelope.data.account
    return {"id": envelope.tx if type in _OWN_ID else id, "type": type, "status": status}


def _say_what_moved(body: dict[str, Any], effects: Sequence[Envelope]) -> None:
    """Every write that moves value says `amount`: where the first fact moved none, that of the first that did."""
    moved = next((envelope.data for envelope in effects if hasattr(envelope.data, "amount")), None)
    if "amount" not in body and moved is not None:
        body.update({name: getattr(moved, name) for name in _VALUE if hasattr(moved, name)})


def _effect(envelope: Envelope) -> dict[str, Any]:
    body = {**_frame(envelope), "position": envelope.pos}
    _add(body, envelope)
    return body


def _add(body: dict[str, Any], envelope: Envelope) -> None:
    fact, hidden = envelope.data, _HIDDEN | {"amount"} if envelope.type in _MOVING_NOTHING else _HIDDEN
    for name in fact.__struct_fields__:
        value = getattr(fact, name)
        # What a fact does not name has no form in JSON: answering it would fail after the commit, and at each retry.
        if name not in hidden and name not in body and value is not msgspec.UNSET:
            body[name] = [_arrived(item) for item in value] if name == "landed" else value


def _arrived(range: Landed) -> dict[str, Any]:
    """Where value arrived, and how long it lives there."""
    return {"pool": range.pool, "from": range.start, "to": range.end, "expires_on": range.terms.expires_on}


def balances(envelopes: Iterable[Envelope]) -> Iterable[dict[str, Any]]:
    """The account objects after the transaction, each once, in the order in which they were first touched."""
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for envelope in envelopes:
        fact = envelope.data
        for name, unit, after in fact.states() if isinstance(fact, AccountFact) else ():
            last[name, unit] = account(name, unit, after, envelope.pos)
    return last.values()


def account(account: str, unit: str, state: AccountState, position: int) -> dict[str, Any]:
    """The account object: `available` is what can be spent now, null on an account without a floor."""
    return {
        "account": account,
        "unit": unit,
        "received": state.received,
        "spent": state.spent,
        "lapsed": state.lapsed,
        "balance": state.balance,
        "spendable": state.spendable,
        "held": state.held,
        "incoming": state.incoming,
        "available": state.available,
        "debt": state.debt,
        "position": position,
    }


# Refusals ---------------------------------------------------------------------------------------------------------


def problem(refusal: Refusal, lang: str) -> Answer:
    """A problem document (RFC 9457) with the refusal's code and numbers."""
    members = refusal.members()
    words = words_of(refusal.code, lang)
    body: dict[str, Any] = {
        "type": "/problems#" + refusal.code,
        "title": words.title,
        "status": refusal.status,
        "code": refusal.code,
        "retryable": refusal.retryable,
        "detail": words.detail(members),
    }
    if isinstance(refusal, Malformed):
        members = {"errors": [_error(text, words) for text in refusal.errors]}
    for name, value in members.items():
        # `type` and `status` are taken by RFC 9457.
        body["of_" + name if name in body else name] = value
    return Answer(refusal.status, _encode(body), PROBLEM, _retry_after(refusal))


def _retry_after(refusal: Refusal) -> int | None:
    if refusal.status not in {429, 503}:
        return None
    seconds = getattr(refusal, "retry_after", 1)
    return int(seconds)


def _error(text: str, words: Words) -> dict[str, str]:
    """`<pointer>: <code>` of the reader, or `<field>: <sentence>` of a rule, as a member of `errors`."""
    place, colon, said = text.partition(": ")
    if not colon:
        return {"pointer": "", "code": "invalid", "detail": text}
    pointer = place if not place or place[0] == "/" else "/" + place.replace(".", "/")
    sentence = words.shapes.get(said)
    return {"pointer": pointer, "code": said if sentence else "invalid", "detail": sentence or said}

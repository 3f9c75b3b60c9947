"""Deciding about offers. Checks: terms (422), existence, status and window, limits, funds, stock; then no more."""

from collections.abc import Iterable, Iterator
from typing import Final

from ledger.calendar import end_of_day, known_day
from ledger.funds.entities import Commitment, Fund, Share
from ledger.funds.promising import paying, promising, recommitting, releasing
from ledger.limits.entities import Counter, counter_id, draw
from ledger.limits.facts import Count, all_back
from ledger.merchants.entities import WHOLE, Merchant
from ledger.merchants.till import Till, till_id
from ledger.naming import nameable, wrong_id, wrong_name
from ledger.offers.commands import CancelClaim, ClaimOffer, CloseOffer, OpenOffer, UseClaim
from ledger.offers.entities import Offer, OfferClaim
from ledger.offers.facts import (
    OfferClaimCancelled,
    OfferClaimed,
    OfferClaimLapsed,
    OfferClosed,
    OfferOpened,
    OfferRefunded,
    OfferUsed,
)
from ledger.people.entities import Holder
from ledger.people.standing import living, may_redeem, records
from ledger.periods.entities import Books
from ledger.refusals import (
    AlreadyExists,
    LimitExceeded,
    Malformed,
    MerchantSuspended,
    NotEligible,
    OutOfStock,
    SaleClosed,
    UnitMismatch,
)
from ledger.room import Book, Due, Facts, Handler, Key, Now, Stamped
from ledger.values import MAX_AMOUNT, Instant, holder_account, instant, moment

_EVER: Final = "ever"
_MOST_PIECES: Final = 1_000_000


def open_offer(command: OpenOffer, book: Book, now: Now) -> Facts:
    """Checks: form, unit and goods (422), merchant and fund (404), id not taken, the fund's unit, the shop's goods."""
    if errors := list(_wrong(command)):
        raise Malformed(errors=errors)
    scheme = book.scheme(now.day)
    unit = scheme.unit(command.unit)
    if command.goods is not None:
        scheme.goods_group(command.goods)
    merchant = book.the(Merchant, command.merchant)
    fund = None if command.fund is None else book.the(Fund, command.fund)
    if book.get(Offer, command.id) is not None:
        raise AlreadyExists(kind="offer", id=command.id)
    if fund is not None and scheme.unit(fund.unit).scale != unit.scale:
        # A hundredth of a yuan more a piece must not be promised as a yuan.
        raise UnitMismatch(expected=unit.code, given=fund.unit)
    if command.goods is not None and not merchant.sells(command.goods):
        raise NotEligible(reason="goods-not-admitted")
    yield OfferOpened(
        offer=command.id,
        name=command.name,
        merchant=command.merchant,
        unit=command.unit,
        price=command.price,
        supply=command.supply,
        stock=command.stock,
        opens_at=command.opens_at,
        closes_at=command.closes_at,
        goods=command.goods,
        per_member=command.per_member,
        season=command.season,
        per_season=command.per_season,
        paid_to=command.paid_to,
        handed_over=command.handed_over,
        use_until_on=command.use_until_on,
        fund=command.fund,
    )


def _wrong(command: OpenOffer) -> Iterator[str]:
    yield from wrong_id(command.id)
    yield from wrong_name(command.name)
    if not 0 <= command.price <= command.supply <= MAX_AMOUNT:
        yield "price, supply: the member pays at most what the merchant asks"
    if command.price < command.supply and command.fund is None:
        yield "fund: somebody must pay what the member does not"
    if command.supply * command.stock > MAX_AMOUNT:
        yield "supply, stock: all pieces together would come to more than 2^53 - 1"
    yield from _wrong_limits(command)
    yield from _wrong_times(command)


def _wrong_limits(command: OpenOffer) -> Iterator[str]:
    for name in ("stock", "per_member", "per_season"):
        number = getattr(command, name)
        if number is not None and not 1 <= number <= _MOST_PIECES:
            yield f"{name}: 1 to {_MOST_PIECES}"
    if (command.season is None) != (command.per_season is None):
        yield "season, per_season: both or none"
    if command.season is not None:
        yield from wrong_id(command.season, "season")


def _wrong_times(command: OpenOffer) -> Iterator[str]:
    if not (_is_instant(command.opens_at) and _is_instant(command.closes_at) and command.opens_at < command.closes_at):
        yield "opens_at, closes_at: two instants in their order"
    if command.use_until_on is not None and not known_day(command.use_until_on):
        yield "use_until_on: a day such as 2022-06-30"
    if command.handed_over == "at-once" and command.use_until_on is not None:
        yield "use_until_on: only of what is handed over later"


def _is_instant(at: Instant) -> bool:
    try:
        return instant(moment(at)) == at
    except (ValueError, OverflowError):
        return False


def close_offer(command: CloseOffer, book: Book, now: Now) -> Facts:
    """Checks: reason (422), offer (404), not closed yet."""
    book.scheme(now.day).reason(command.reason)
    offer = book.the(Offer, command.offer)
    if offer.closed_at is not None:
        raise NotEligible(reason="offer-closed")
    yield OfferClosed(offer=command.offer, reason=command.reason, left=offer.stock)


# Claims ------------------------------------------------------------------------------------------------------------


def claim(command: ClaimOffer, book: Book, now: Now) -> Facts:
    """Take pieces; where they are handed over at once, the merchant has sold them.

    Checks: pieces and id (422), offer and holder (404), id not taken, the person, merchant and window, his limits, the
    stock, the fund.
    """
    if not 1 <= command.pieces <= _MOST_PIECES:
        raise Malformed(errors=[f"pieces: {command.pieces} is not between 1 and {_MOST_PIECES}"])
    nameable(command.id)
    offer = book.the(Offer, command.offer)
    holder = living(book, command.holder)
    id = now.tx if command.id is None else command.id
    if book.get(OfferClaim, id) is not None:
        raise AlreadyExists(kind="offer-claim", id=id)
    may_redeem(holder, now.today)
    _open(command.offer, offer, book, now)
    counts = _limited(command, offer, holder, book)
    if command.pieces > offer.stock:
        raise OutOfStock(item=command.offer, requested=command.pieces, available=offer.stock)
    subsidy = offer.subsidy * command.pieces
    promised = _promised(id, offer, subsidy, book)
    yield OfferClaimed(
        claim=id,
        offer=command.offer,
        merchant=offer.merchant,
        holder=command.holder,
        pieces=command.pieces,
        unit=offer.unit,
        price=offer.price * command.pieces,
        subsidy=subsidy,
        owed=offer.owed * command.pieces,
        collected=offer.price * command.pieces if offer.paid_to == "platform" else 0,
        fund=offer.fund if subsidy else None,
        use_until_on=offer.use_until_on,
        counts=counts,
    )
    yield from promised
    if offer.handed_over == "at-once":
        yield from _hand_over(book.the(OfferClaim, id), book, now)


def _open(id: str, offer: Offer, book: Book, now: Now) -> None:
    merchant = book.the(Merchant, offer.merchant)
    if merchant.suspended_at is not None:
        raise MerchantSuspended(merchant=offer.merchant, since=merchant.suspended_at)
    if now.today < merchant.admitted_from_on:
        raise NotEligible(reason="merchant-not-admitted-yet")
    # A ticket that could not be used any more would lapse as soon as it was claimed.
    usable_until_at = end_of_day(offer.use_until_on, now.zone) if offer.use_until_on else offer.closes_at
    closes_at = min(offer.closes_at, offer.closed_at or offer.closes_at, usable_until_at)
    if not offer.opens_at <= now.recorded_at < closes_at:
        raise SaleClosed(item=id, opens_at=offer.opens_at, closes_at=closes_at)


def _limited(command: ClaimOffer, offer: Offer, holder: Holder, book: Book) -> tuple[Count, ...]:
    """What one man may have of this offer and of its season, whichever of his records took it."""
    counts = []
    for rule, most in _rules(command.offer, offer):
        mine, *others = _counters(rule, command, holder)
        try:
            counts.append(draw(book, mine, command.pieces, limit=most, beside=others))
        except LimitExceeded as refusal:
            refusal.period = _EVER
            raise
    return tuple(counts)


def _rules(id: str, offer: Offer) -> Iterator[tuple[str, int]]:
    if offer.per_member is not None:
        yield "offer:" + id, offer.per_member
    if offer.season is not None and offer.per_season is not None:
        yield "season:" + offer.season, offer.per_season


def _counters(rule: str, command: ClaimOffer, holder: Holder) -> list[str]:
    return [counter_id(rule, holder_account(id), _EVER) for id in records(command.holder, holder)]


def _promised(id: str, offer: Offer, subsidy: int, book: Book) -> list[Stamped]:
    if offer.fund is None or not subsidy:
        return []
    promise = promising(book, _commitment(id), (Share(offer.fund, 1),), subsidy, "offer-claim:" + id)
    return [Stamped(fact=fact) for fact in promise]


def _commitment(claim: str) -> str:
    """Under which the fund has promised a claim's subsidy."""
    return "offer-claim:" + claim


def use(command: UseClaim, book: Book, now: Now) -> Facts:
    """Checks: claim (404), claimed and neither used, given back nor lapsed; the merchant takes part."""
    found = book.the(OfferClaim, command.claim)
    if found.status != "claimed":
        raise NotEligible(reason=f"claim-{found.status}")
    merchant = book.the(Merchant, found.merchant)
    if merchant.suspended_at is not None:
        raise MerchantSuspended(merchant=found.merchant, since=merchant.suspended_at)
    yield from _hand_over(found, book, now)


def _hand_over(found: OfferClaim, book: Book, now: Now) -> Facts:
    fee = found.owed * book.the(Merchant, found.merchant).rate(now.today) // WHOLE
    yield OfferUsed(
        claim=found.id,
        offer=found.offer,
        merchant=found.merchant,
        holder=found.holder,
        pieces=found.pieces,
        unit=found.unit,
        owed=found.owed,
        subsidy=found.subsidy,
        collected=found.collected,
        fee=fee,
    )
    if found.fund is not None:
        yield from paying(book, _commitment(found.id), found.subsidy, found.merchant, found.id)


def cancel(command: CancelClaim, book: Book, now: Now) -> Facts:
    """Checks: reason (422), claim (404), not given back or lapsed yet. The member's price is given back outside."""
    book.scheme(now.day).reason(command.reason)
    found = book.the(OfferClaim, command.claim)
    if found.status not in {"claimed", "used"}:
        raise NotEligible(reason=f"claim-{found.status}")
    if found.status == "used":
        yield OfferRefunded(
            claim=found.id,
            offer=found.offer,
            merchant=found.merchant,
            holder=found.holder,
            pieces=found.pieces,
            unit=found.unit,
            owed=found.owed,
            subsidy=found.subsidy,
            collected=found.collected,
            fee=found.fee,
            reason=command.reason,
        )
        if found.fund is not None:
            yield from recommitting(book, _commitment(found.id), found.subsidy, found.merchant, found.id)
    yield OfferClaimCancelled(
        claim=found.id,
        offer=found.offer,
        merchant=found.merchant,
        holder=found.holder,
        pieces=found.pieces,
        reason=command.reason,
        counts=all_back(found.counts),
    )
    if found.fund is not None:
        yield from releasing(book, _commitment(found.id), found.subsidy, command.reason)


def lapse(found: OfferClaim, book: Book, now: Now) -> Facts:
    """A ticket that nobody used: its piece and its subsidy are free again."""
    due_at = found.due_at(now.zone)
    if due_at is None or due_at > now.recorded_at:
        return
    lapsed = OfferClaimLapsed(
        claim=found.id, offer=found.offer, merchant=found.merchant, holder=found.holder, pieces=found.pieces
    )
    yield Stamped(fact=lapsed, occurred_at=due_at)
    if found.fund is not None:
        for fact in releasing(book, _commitment(found.id), found.subsidy, "claim-lapsed"):
            yield Stamped(fact=fact, occurred_at=due_at)


# What they read ----------------------------------------------------------------------------------------------------


def opened(command: OpenOffer, _book: Book) -> Iterable[Key]:
    """The id, the merchant, the fund."""
    yield Offer.KIND, command.id
    yield Merchant.KIND, command.merchant
    if command.fund is not None:
        yield Fund.KIND, command.fund


def wanted(command: ClaimOffer, _book: Book) -> Iterable[Key]:
    """The offer, the holder, the id, and the period in whose till it falls."""
    yield Offer.KIND, command.offer
    yield Holder.KIND, command.holder
    yield Books.KIND, Books.ID
    if command.id is not None:
        yield OfferClaim.KIND, command.id
        yield Commitment.KIND, _commitment(command.id)


def drawn(command: ClaimOffer, book: Book) -> Iterable[Key]:
    """The merchant and its tills, the fund, and what he has had."""
    offer, holder = book.get(Offer, command.offer), book.get(Holder, command.holder)
    if offer is None or holder is None:
        return
    yield Merchant.KIND, offer.merchant
    yield from _tills(offer.merchant, offer.unit, command.offer, book)
    if offer.fund is not None:
        yield Fund.KIND, offer.fund
    for rule, _ in _rules(command.offer, offer):
        yield from ((Counter.KIND, id) for id in _counters(rule, command, holder))


def _tills(merchant: str, unit: str, offer: str, book: Book) -> Iterator[Key]:
    yield Till.KIND, till_id(merchant, unit, book.period)
    yield Till.KIND, till_id(merchant, unit, book.period, "offer:" + offer)


def claimed(command: UseClaim | CancelClaim, _book: Book) -> Iterable[Key]:
    """The claim, what its fund promised, and the period."""
    yield OfferClaim.KIND, command.claim
    yield Commitment.KIND, _commitment(command.claim)
    yield Books.KIND, Books.ID


def behind(command: UseClaim | CancelClaim, book: Book) -> Iterable[Key]:
    """The offer, the merchant and its tills, the fund, the counters."""
    found = book.get(OfferClaim, command.claim)
    if found is None:
        return
    yield Offer.KIND, found.offer
    yield Merchant.KIND, found.merchant
    yield from _tills(found.merchant, found.unit, found.offer, book)
    if found.fund is not None:
        yield Fund.KIND, found.fund
    yield from ((Counter.KIND, count.counter) for count in found.counts)


HANDLERS: Final = (
    Handler(OpenOffer, open_offer, (opened,)),
    Handler(CloseOffer, close_offer, (lambda command, _book: [(Offer.KIND, command.offer)],)),
    Handler(ClaimOffer, claim, (wanted, drawn)),
    Handler(UseClaim, use, (claimed, behind)),
    Handler(CancelClaim, cancel, (claimed, behind)),
)
DUES: Final = (Due(OfferClaim, lapse),)

"""Deciding about merchants. Checks in this order: terms (422), existence, status; then nothing may fail."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import UNSET

from ledger.approvals.content import reference
from ledger.approvals.people import by_maker
from ledger.approvals.proposing import proposing
from ledger.calendar import known_day
from ledger.merchants.commands import (
    AdmitMerchant,
    ChangeMerchant,
    ChangeMerchantPayee,
    ChangeMerchantRate,
    ResumeMerchant,
    SuspendMerchant,
)
from ledger.merchants.entities import WHOLE, Merchant
from ledger.merchants.facts import (
    MerchantAdmitted,
    MerchantChanged,
    MerchantPayeeChanged,
    MerchantRateChanged,
    MerchantResumed,
    MerchantSuspended,
)
from ledger.naming import wrong_id, wrong_name
from ledger.refusals import AlreadyExists, Malformed, NotEligible
from ledger.room import Book, By, Due, Facts, Handler, Key, Now, Stamped
from ledger.values import Day

_COMMITMENT: Final = re.compile(r"[0-9a-f]{64}")


def admit(command: AdmitMerchant, book: Book, now: Now) -> Facts:
    """Checks: id, name, days, rate, goods, region (422); id not taken. A licence that has ended suspends it at once."""
    errors = [*_days(command.admitted_from_on, command.licence_ends_on), *_rate(command.rate)]
    errors += [*wrong_id(command.id), *wrong_name(command.name)]
    _well_formed(errors)
    _known_terms(command, book, now)
    if book.get(Merchant, command.id) is not None:
        raise AlreadyExists(kind="merchant", id=command.id)
    yield MerchantAdmitted(
        merchant=command.id,
        name=command.name,
        admitted_from_on=command.admitted_from_on,
        licence_ends_on=command.licence_ends_on,
        goods=command.goods,
        rate=command.rate,
        region=command.region,
    )
    yield from licence_ended(book.the(Merchant, command.id), book, now)


def change(command: ChangeMerchant, book: Book, now: Now) -> Facts:
    """Checks: day, goods, region (422), merchant (404). An end that has passed suspends it in the same transaction."""
    _well_formed(_days(command.licence_ends_on))
    _known_terms(command, book, now)
    book.the(Merchant, command.merchant)
    yield MerchantChanged(
        merchant=command.merchant,
        licence_ends_on=command.licence_ends_on,
        goods=command.goods,
        region=command.region,
    )
    yield from licence_ended(book.the(Merchant, command.merchant), book, now)


def change_rate(command: ChangeMerchantRate, book: Book, now: Now) -> Facts:
    """Checks: rate and day, which must not have begun (422): what was sold keeps its rate; merchant (404)."""
    errors = [*_days(command.from_on), *_rate(command.rate)]
    if not errors and command.from_on <= now.today:
        errors.append(f"from_on: {command.from_on} has begun; the first day that can change is after {now.today}")
    _well_formed(errors)
    book.the(Merchant, command.merchant)
    yield MerchantRateChanged(merchant=command.merchant, rate=command.rate, from_on=command.from_on)


def change_payee(command: ChangeMerchantPayee, book: Book, now: Now) -> Facts:
    """Checks: references and day (422), merchant (404); it then waits for another person, whoever wishes it.

    Approved, it begins on its day and never before the day of its approval: what was paid was paid to the account of
    then. Who proposed it may not approve it (403), nor carry it out alone, unless the scheme names that exception.
    """
    reference("payee", command.payee)
    errors = list(_days(command.from_on))
    if not _COMMITMENT.fullmatch(command.commitment):
        errors.append("commitment: 64 hexadecimal digits")
    _well_formed(errors)
    book.the(Merchant, command.merchant)
    if now.approval is None:
        yield proposing(command, book, now, "proposed")
        return
    by_maker(book, now, By(principal=now.approval.by, subject=now.approval.by))
    yield MerchantPayeeChanged(
        merchant=command.merchant,
        payee=command.payee,
        commitment=command.commitment,
        from_on=max(command.from_on or now.today, now.today),
    )


def suspend(command: SuspendMerchant, book: Book, now: Now) -> Facts:
    """Checks: reason (422), merchant (404), not suspended yet."""
    book.scheme(now.day).reason(command.reason)
    if book.the(Merchant, command.merchant).suspended_at is not None:
        raise NotEligible(reason="suspended")
    yield MerchantSuspended(merchant=command.merchant, reason=command.reason)


def resume(command: ResumeMerchant, book: Book, now: Now) -> Facts:
    """Checks: reason and day (422), merchant (404), suspended, the licence runs."""
    book.scheme(now.day).reason(command.reason)
    _well_formed(_days(command.licence_ends_on))
    merchant = book.the(Merchant, command.merchant)
    if merchant.suspended_at is None:
        raise NotEligible(reason="not-suspended")
    # Its licence ends when it did, unless a new end is named: to resume a shop must not let it sell for ever.
    ends_on = command.licence_ends_on or merchant.licence_ends_on
    if ends_on is not None and ends_on < now.today:
        raise NotEligible(reason="licence-ended")
    yield MerchantResumed(merchant=command.merchant, reason=command.reason, licence_ends_on=ends_on)


# Terms -----------------------------------------------------------------------------------------------------------


def _well_formed(errors: Iterable[str]) -> None:
    if found := list(errors):
        raise Malformed(errors=found)


def _days(*days: Day | None) -> list[str]:
    return [f"{day}: not a day such as 2022-06-30" for day in days if day is not None and not known_day(day)]


def _known_terms(command: AdmitMerchant | ChangeMerchant, book: Book, now: Now) -> None:
    if len(set(command.goods)) < len(command.goods):
        raise Malformed(errors=["goods: each group once"])
    scheme = book.scheme(now.day)
    for code in command.goods:
        scheme.goods_group(code)
    if command.region is not UNSET:
        scheme.region(command.region)


def _rate(rate: int) -> list[str]:
    return [] if 0 <= rate <= WHOLE else [f"rate: 0 to {WHOLE} hundredths of a per cent"]


# Time ------------------------------------------------------------------------------------------------------------


def licence_ended(merchant: Merchant, book: Book, now: Now) -> Facts:
    """Its licence ended at the last instant of its day."""
    del book
    due_at = merchant.due_at(now.zone)
    if due_at is not None and due_at <= now.recorded_at:
        yield Stamped(fact=MerchantSuspended(merchant=merchant.id, reason="licence-ended"), occurred_at=due_at)


def named(
    command: ChangeMerchant | ChangeMerchantRate | ChangeMerchantPayee | SuspendMerchant | ResumeMerchant, _book: Book
) -> Iterable[Key]:
    """The merchant."""
    return [(Merchant.KIND, command.merchant)]


HANDLERS: Final = (
    Handler(AdmitMerchant, admit, (lambda command, _book: [(Merchant.KIND, command.id)],)),
    Handler(ChangeMerchant, change, (named,)),
    Handler(ChangeMerchantRate, change_rate, (named,)),
    Handler(ChangeMerchantPayee, change_payee, (named,)),
    Handler(SuspendMerchant, suspend, (named,)),
    Handler(ResumeMerchant, resume, (named,)),
)
DUES: Final = (Due(Merchant, licence_ended),)

"""Who can be issued a coupon, and by which days the caps look at it. Checks: there on the day, a member, not frozen."""

from ledger.coupons.entities import Batch
from ledger.crews.standing import first_day, member_on, there_on
from ledger.limits.drawing import Days
from ledger.people.entities import Holder
from ledger.people.standing import survivor
from ledger.points.entities import Account, account_key
from ledger.points.granting import moving
from ledger.refusals import NotEligible
from ledger.room import Book
from ledger.values import Day, HolderId, holder_account


def days_of(batch: Batch, day: Day) -> Days:
    """The day of its occasion, else that of the issue; and the reference day of its members, else the same."""
    counted_on = batch.occasion_on or day
    return Days(counted_on, batch.members_on or counted_on)


def payee(holder: HolderId, batch: Batch, book: Book) -> Account:
    """The account of whoever the holder is now.

    Refused `not-eligible`: `left-unit` before the batch's reference day or `not-yet-member` on it, `no-member` where
    the money is for members of the union alone; also when the account is frozen.
    """
    id = survivor(book, holder)
    person = book.the(Holder, id)
    if batch.members_on is not None and not there_on(person, batch.members_on):
        raise NotEligible(reason=_why_not(person, batch.members_on))
    if not member_on(person, days_of(batch, book.day).member_on) and _for_members(batch, book):
        raise NotEligible(reason="no-member")
    account = book.get(Account, account_key(holder_account(id), batch.unit))
    return moving(account or Account(account=holder_account(id), unit=batch.unit))


def _why_not(person: Holder, day: Day) -> str:
    first = first_day(person)
    return "not-yet-member" if first is not None and day < first else "left-unit"


def _for_members(batch: Batch, book: Book) -> bool:
    scheme = book.scheme(book.day)
    return any(scheme.fund(source).members_only for source in batch.sources if source is not None)

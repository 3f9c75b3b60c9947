"""Deciding about people. Checks in this order: shape and terms, existence, merged, status; then nothing may fail."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from ledger.calendar import day_after
from ledger.crews.entities import Crew
from ledger.naming import wrong_name
from ledger.people import cards, merging, pins
from ledger.people.badges import original
from ledger.people.commands import CONTACT, BarHolder, ChangeContact, LeaveSite, RegisterPerson, RejoinSite, UnbarHolder
from ledger.people.entities import Badge, Holder
from ledger.people.facts import BarLifted, BarPlaced, ContactChanged, HolderLeft, HolderRejoined, PersonRegistered
from ledger.people.standing import living
from ledger.points.commands import OpenInitial
from ledger.points.decide import initial_open, open_initial
from ledger.points.entities import Account, account_key
from ledger.refusals import AlreadyExists, Malformed, NotEligible
from ledger.room import Book, Command, Facts, Handler, Key, Now
from ledger.values import Day, HolderId, UnitCode, holder_account

# A slash or colon in an id would let one holder's account row or counter be read as another's.
_HOLDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def register(command: RegisterPerson, book: Book, now: Now) -> Facts:
    """Checks: ids and days (422); neither the holder's id nor the badge is taken."""
    _well_formed(command)
    if book.get(Holder, command.holder) is not None:
        raise AlreadyExists(kind="holder", id=command.holder)
    if command.badge is not None and book.get(Badge, command.badge) is not None:
        raise AlreadyExists(kind="badge", id=command.badge)
    yield PersonRegistered(holder=command.holder, badge=command.badge, crew=command.crew, joined_on=command.joined_on)
    if command.grant_initial:
        yield from _first_grant(command.holder, book, now)


def change_contact(command: ChangeContact, book: Book, now: Now) -> Facts:
    """Checks: fields (422), holder (404), not merged. The vault has the new values before this is asked."""
    del now
    if not command.fields or len(set(command.fields)) < len(command.fields) or set(command.fields) - set(CONTACT):
        raise Malformed(errors=["fields: of " + ", ".join(CONTACT) + ", each once"])
    living(book, command.holder)
    yield ContactChanged(holder=command.holder, fields=command.fields)


def _well_formed(command: RegisterPerson) -> None:
    if not _HOLDER.fullmatch(command.holder):
        raise Malformed(errors=["holder: 1 to 64 letters, digits, hyphens and underscores"])
    if command.badge is not None:
        original(command.badge)
    crew = command.crew
    if crew is not None and (errors := list(wrong_name(crew, "crew"))):
        raise Malformed(errors=errors)
    if command.joined_on is not None:
        _a_day("joined_on", command.joined_on)


def _a_day(name: str, day: Day) -> None:
    try:
        written = date.fromisoformat(day).isoformat()
    except ValueError:
        written = ""
    if written != day:
        raise Malformed(errors=[f"{name}: not a day such as 2022-06-01"])


def _first_grant(holder: HolderId, book: Book, now: Now) -> Facts:
    """Joining in mid-period grants the period's initial lot in full, once a period, if the scheme says so."""
    scheme = book.scheme(now.day)
    if scheme.initial is None or scheme.periods.joining != "full":
        return
    account = book.get(Account, account_key(holder_account(holder), scheme.initial.unit))
    if account is None or not initial_open(account, now.period):
        yield from open_initial(OpenInitial(account=holder_account(holder)), book, now)


def registered(command: RegisterPerson, _book: Book) -> Iterable[Key | Command]:
    """The holder and the badge that must not exist yet, his crew, and what an initial grant looks at."""
    yield Holder.KIND, command.holder
    if command.badge is not None:
        yield Badge.KIND, command.badge
    if command.crew is not None:
        yield Crew.KIND, command.crew
    if command.grant_initial:
        yield OpenInitial(account=holder_account(command.holder))


# Leaving and coming back (R38) -----------------------------------------------------------------------------------


def leave(command: LeaveSite, book: Book, now: Now) -> Facts:
    """Spending ends `periods.leaving_days` after the last day, and not before the day we heard of it.

    Checks: day and reason (422), holder (404), merged, has not left yet, did not leave before joining.
    """
    scheme = book.scheme(now.today)
    scheme.reason(command.reason)
    _a_day("left_on", command.left_on)
    if command.left_on > now.today:
        raise Malformed(errors=[f"left_on: {command.left_on} has not come yet"])
    holder = living(book, command.holder)
    if holder.left_on is not None:
        raise NotEligible(reason="left-site")
    if holder.joined_on is not None and command.left_on < holder.joined_on:
        raise NotEligible(reason="before-joining")
    yield HolderLeft(
        holder=command.holder,
        left_on=command.left_on,
        # Heard of three weeks late, his points must not have lapsed before anybody could tell him.
        spend_until_on=max(day_after(command.left_on, scheme.periods.leaving_days), now.today),
        reason=command.reason,
        units=_units(book, command.holder, now.today),
    )


def rejoin(command: RejoinSite, book: Book, now: Now) -> Facts:
    """Checks: day (422), holder (404), merged, has left, not before leaving."""
    _a_day("joined_on", command.joined_on)
    holder = living(book, command.holder)
    if holder.left_on is None:
        raise NotEligible(reason="not-left")
    if command.joined_on < holder.left_on:
        raise NotEligible(reason="before-leaving")
    units = _units(book, command.holder, now.today)
    yield HolderRejoined(holder=command.holder, joined_on=command.joined_on, units=units)
    if command.grant_initial:
        yield from _first_grant(command.holder, book, now)


def _units(book: Book, holder: HolderId, today: Day) -> tuple[UnitCode, ...]:
    """The units in which this holder has an account."""
    accounts = {code: account_key(holder_account(holder), code) for code in book.scheme(today).units}
    return tuple(UnitCode(code) for code, key in sorted(accounts.items()) if book.get(Account, key) is not None)


def holder_and_accounts(command: LeaveSite | RejoinSite, book: Book) -> Iterable[Key | Command]:
    """The holder and his accounts in every unit of the scheme."""
    yield Holder.KIND, command.holder
    yield from merging.accounts_in(book, command.holder)


# The bar -------------------------------------------------------------------------------------------------------


def bar(command: BarHolder, book: Book, now: Now) -> Facts:
    """Checks: reason (422), holder (404), merged, not barred yet."""
    book.scheme(now.day).reason(command.reason)
    if living(book, command.holder).barred_on is not None:
        raise NotEligible(reason="barred")
    yield BarPlaced(holder=command.holder, barred_on=now.day, reason=command.reason)


def unbar(command: UnbarHolder, book: Book, now: Now) -> Facts:
    """Checks: reason (422), holder (404), merged, barred. Who has left stays out: he rejoins, or it stays so."""
    book.scheme(now.day).reason(command.reason)
    if living(book, command.holder).barred_on is None:
        raise NotEligible(reason="not-barred")
    yield BarLifted(holder=command.holder, reason=command.reason)


def named_holder(command: BarHolder | UnbarHolder, _book: Book) -> Iterable[Key]:
    """The holder."""
    return [(Holder.KIND, command.holder)]


HANDLERS: Final = (
    Handler(RegisterPerson, register, (registered,)),
    Handler(ChangeContact, change_contact, (named_holder,)),
    Handler(LeaveSite, leave, (holder_and_accounts,)),
    Handler(RejoinSite, rejoin, (holder_and_accounts,)),
    Handler(BarHolder, bar, (named_holder,)),
    Handler(UnbarHolder, unbar, (named_holder,)),
    *cards.HANDLERS,
    *merging.HANDLERS,
    *pins.HANDLERS,
)

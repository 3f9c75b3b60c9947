"""Coupon lists 发券名单: which members of which units shall get coupons, and how much each where the file says so.

Unlike other profiles it is read for one batch: who counts as a member, on which day, is the batch's.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from api.imports import cells, times
from api.imports.cells import Cell, UnreadableCell
from api.imports.headings import Heading
from api.imports.outcomes import Item, Skipped
from api.imports.profile import Bad, Judge, Profile, cell, nobody, skipped
from api.imports.profiles.members import MEMBER, UNIT, number_of
from api.imports.sheets import Row
from ledger.values import MAX_AMOUNT, Day

NAME: Final = "coupon-list"
AMOUNT: Final = ("金额", "面值", "面额", "发放金额", "金额(元)", "面值(元)", "amount", "face", "face value")
LEFT_WORDS: Final = frozenset({"离职", "已离职", "退会", "调出", "left", "resigned"})


class Member(NamedTuple):
    """Who a number stands for, as the ledger knows: the record that answers, its unit and its days."""

    holder: str
    unit: str
    """Of the reference day, by the name that it has today."""
    joined_on: Day | None = None
    left_on: Day | None = None
    there: bool = True
    """Whether the ledger has him there on the reference day: he may have been away between two of his days."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is read under."""

    zone: str
    members_on: Day
    """Whoever was no member on this local day gets nothing."""
    member: Callable[[str], Member | None] = nobody
    employer: Callable[[str], str | None] = str
    """By what name a unit goes today, if anybody is registered with one of this name."""
    of: str | None = None
    """The one unit that the batch is for."""
    scale: int = 2
    held: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Member number to the reason why no row of it can be taken (see `contradictions`)."""


class Listed(Item, frozen=True, kw_only=True):
    """One member who shall get a coupon; `amount` in the smallest step of the unit, None where no column says."""

    member: str
    holder: str
    unit: str
    amount: int | None = None


def headings(column: str | None = None) -> tuple[Heading, ...]:
    """The columns of a list; `column` names the one with the amounts, which must then be there."""
    amount = Heading("amount", AMOUNT, required=False) if column is None else Heading("amount", (column,))
    return (
        Heading(UNIT.name, UNIT.aliases, required=False),
        MEMBER,
        Heading("status", ("状态", "在职状态", "会员状态", "status"), required=False),
        Heading("left", ("离职日期", "退会日期", "离开日期", "left", "left on"), required=False),
        amount,
    )


def profile(listing: Listing, column: str | None = None) -> Profile:
    """The profile under which one batch's list is read."""
    return Profile(NAME, headings(column), lambda _terms: judge(listing))


def contradictions(rows: Iterable[Row]) -> dict[str, str]:
    """Numbers whose rows contradict each other, with the reason: then none of them is right until somebody decides."""
    said: dict[str, tuple[str, str]] = {}
    held: dict[str, str] = {}
    for row in rows:
        try:
            number = number_of(row)
        except Bad:
            continue
        unit, amount = cells.label(cell(row, "unit")), cells.label(cell(row, "amount"))
        first = said.setdefault(number, (unit, amount))
        if unit != first[0]:
            held[number] = "two-employers"
        elif amount != first[1]:
            held.setdefault(number, "two-amounts")
    return held


def judge(listing: Listing) -> Judge:
    """Read a list. Order of checks: number, unit, contradictions, who it is, the day, the amount, repeats."""
    seen: dict[str, str] = {}

    def one(row: Row) -> Listed | Skipped:
        read = _listed(row, listing)
        first = seen.setdefault(read.holder, read.member)
        if read.member != first:
            # Two numbers of one man, whose records were merged: he would get it twice.
            raise Bad("member", "same-person", cell(row, "member"))
        if read.member in counted:
            return skipped(row, "duplicate")
        counted.add(read.member)
        return read

    counted: set[str] = set()
    return one


def _listed(row: Row, listing: Listing) -> Listed:
    unit = cells.label(cell(row, "unit"))
    if "unit" in row.cells and not unit:
        raise Bad("unit", "missing-employer")
    goes_by = listing.employer(unit) if unit else None
    if unit and goes_by is None:
        raise Bad("unit", "unknown-employer", cell(row, "unit"))
    number = number_of(row)
    if number in listing.held:
        raise Bad("unit" if listing.held[number] == "two-employers" else "amount", listing.held[number], number)
    member = listing.member(number)
    if member is None:
        raise Bad("member", "unknown-member", number)
    if member.unit != (goes_by or member.unit) or listing.of not in {None, member.unit}:
        raise Bad("unit", "other-employer", unit or number)
    _there(row, member, listing)
    return Listed(
        row=row.number, member=number, holder=member.holder, unit=member.unit, amount=_amount(row, listing.scale)
    )


def _there(row: Row, member: Member, listing: Listing) -> None:
    """Whether he is a member on the day, by the list as by the ledger; raises Bad."""
    on, written = listing.members_on, cell(row, "left")
    left_on = None
    if written != "":
        try:
            left_on = times.day(written, zone=listing.zone)
        except UnreadableCell:
            raise Bad("left", "unreadable-time", written) from None
    gone = cells.label(cell(row, "status")).casefold() in LEFT_WORDS and left_on is None
    if gone or any(day is not None and day < on for day in (left_on, member.left_on)):
        raise Bad("left", "left-unit", written)
    if member.joined_on is not None and member.joined_on > on:
        raise Bad("member", "not-yet-member", number_of(row))
    if not member.there:
        raise Bad("left", "left-unit", written)


def _amount(row: Row, scale: int) -> int | None:
    written = cell(row, "amount")
    if "amount" not in row.cells:
        return None
    try:
        return money(written, scale)
    except UnreadableCell:
        raise Bad("amount", "unreadable-money", written) from None


def money(written: Cell, scale: int) -> int:
    """An amount as people write it, `1,385.33` or `385.33元`, in the smallest step: exact or UnreadableCell."""
    typed = cells.label(written).replace(",", "").removeprefix("¥").removeprefix("￥").removesuffix("元")
    whole, _, fraction = typed.partition(".")
    kept, beyond = fraction[:scale].ljust(scale, "0"), fraction[scale:]
    if not (whole.isascii() and whole.isdecimal() and (kept + "0").isdecimal()) or beyond.strip("0"):
        raise UnreadableCell(written)
    if len(whole) > cells.MOST_DIGITS:
        raise UnreadableCell(written)
    amount = int(whole + kept)
    if not (kept + "0").isascii() or not 1 <= amount <= MAX_AMOUNT:
        raise UnreadableCell(written)
    return amount

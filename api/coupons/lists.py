"""Reading a list of members for a batch: whom each number stands for, and who can be taken."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from api.coupons.books import stored
from api.coupons.units import crew_names
from api.imports import ImportReport
from api.imports.profile import Bad, Terms, bare_badge
from api.imports.profiles.coupon_list import Listed, Listing, Member, contradictions, headings, profile
from api.imports.profiles.members import number_of
from api.imports.reading import read
from api.imports.sheets import Row, read_sheet
from api.ledgers import OpenLedger
from ledger.crews.standing import first_day, own_crew, there_on
from ledger.people.entities import Badge, Holder
from ledger.refusals import Refusal
from ledger.values import Day, HolderId


class CouponList(NamedTuple):
    """A file as it was read: the report on every row, and those that can be taken, in the file's order."""

    report: ImportReport
    rows: list[Listed]


def read_list(
    opened: OpenLedger,
    path: Path,
    *,
    members_on: Day,
    scale: int,
    of: str | None = None,
    column: str | None = None,
    sheet: str | None = None,
) -> CouponList:
    """Read a list. Raises UnreadableFile. The file is read twice: who stands with two units is known at its end only.

    `column` is the heading of the amounts; without it any of the usual ones is taken, if there is one.
    """
    rows = list(read_sheet(path, headings(column), sheet=sheet))
    names = crew_names(opened)
    directory = _members(opened, rows, names, members_on)
    listing = Listing(
        zone=opened.zone,
        members_on=members_on,
        member=directory.get,
        employer=names.get,
        of=None if of is None else names.get(of, of),
        scale=scale,
        held=contradictions(rows),
    )
    reading = read(path, profile(listing, column), Terms(zone=opened.zone), sheet=sheet)
    accepted = [item for item in reading.items() if isinstance(item, Listed)]
    return CouponList(reading.report, accepted)


def _members(
    opened: OpenLedger, rows: Iterable[Row], names: Mapping[str, str], members_on: Day
) -> Mapping[str, Member]:
    """Member number or badge to the record that answers for it, with the unit of that day by its name of today."""
    numbers = set(_numbers(rows))
    found = opened.vault.holders_by_reference(sorted(numbers))
    found |= _by_badge(opened, numbers - set(found))
    records: dict[str, Holder] = {}
    wanted = set(found.values())
    while wanted:
        more = stored(opened.ledger, ((Holder.KIND, id) for id in wanted))
        read = {id: row.entity for (_, id), row in more.items() if isinstance(row.entity, Holder)}
        records |= read
        wanted = {record.merged_into for record in read.values() if record.merged_into} - set(records)
    # A row of the vault that no fact speaks of is nobody.
    return {number: _member(id, records, names, members_on) for number, id in found.items() if id in records}


def _member(id: HolderId, records: Mapping[str, Holder], names: Mapping[str, str], members_on: Day) -> Member:
    while (into := records[id].merged_into) is not None:
        id = into
    holder = records[id]
    crew = own_crew(holder, members_on) or ""
    return Member(id, names.get(crew, crew), first_day(holder), holder.left_on, there=there_on(holder, members_on))


def _by_badge(opened: OpenLedger, numbers: Iterable[str]) -> dict[str, HolderId]:
    badges = {}
    for number in numbers:
        try:
            badges[number] = bare_badge(number)
        except Refusal:
            continue
    known = stored(opened.ledger, ((Badge.KIND, badge) for badge in badges.values()))
    holders = {id: row.entity.holder for (_, id), row in known.items() if isinstance(row.entity, Badge)}
    return {number: holders[badge] for number, badge in badges.items() if badge in holders}


def _numbers(rows: Iterable[Row]) -> Iterable[str]:
    for row in rows:
        try:
            yield number_of(row)
        except Bad:
            continue  # the reading itself will name what is wrong with the row

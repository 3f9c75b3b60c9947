"""Roster 花名册: who works on the site, under which badge, in which crew, since when."""

import msgspec

from api.imports import cells
from api.imports.headings import Heading
from api.imports.outcomes import Item, Private, Skipped
from api.imports.profile import Bad, Judge, Profile, Terms, badge_of, cell, day_of, label_of, skipped
from api.imports.profiles.columns import BADGE, CREW, NAME
from api.imports.sheets import Row
from ledger.values import Day


class RosterRow(Item, frozen=True, kw_only=True):
    """One person: `private` (name, phone) is for the vault only; `joined_on` is None when the file does not say."""

    badge: str
    private: Private
    crew: str = ""
    trade: str = ""
    joined_on: Day | None = None


def judge(terms: Terms) -> Judge:
    """Read persons; the same badge again is a duplicate if all is equal, else `badge-twice`."""
    seen: dict[str, RosterRow] = {}

    def person(row: Row) -> RosterRow | Skipped:
        read = _person(row, terms)
        first = seen.setdefault(read.badge, read)
        if first is read:
            return read
        if _same(first, read):
            return skipped(row, "duplicate")
        raise Bad("badge", "badge-twice", cell(row, "badge"))

    return person


def _person(row: Row, terms: Terms) -> RosterRow:
    number = badge_of(row, terms)
    name = cells.name(cell(row, "name"))
    if not name:
        raise Bad("name", "missing-name")
    return RosterRow(
        row=row.number,
        badge=number,
        private=Private(name=name, phone=cells.label(cell(row, "phone"))),
        crew=label_of(row, "crew"),
        trade=cells.label(cell(row, "trade")),
        joined_on=day_of(row, "joined", terms) if cell(row, "joined") != "" else None,
    )


def _same(one: RosterRow, other: RosterRow) -> bool:
    return msgspec.structs.replace(one, row=other.row) == other


PROFILE = Profile(
    "roster",
    (
        BADGE,
        Heading("name", NAME.aliases),
        CREW,
        Heading("trade", ("工种", "岗位", "trade", "job"), required=False),
        Heading("joined", ("进场日期", "进场时间", "入场日期", "入职日期", "joined", "joined on"), required=False),
        Heading("phone", ("手机号", "手机", "电话", "联系电话", "phone", "mobile"), required=False),
    ),
    judge,
)

"""Members 会员名册: who belongs to which unit, under the number by which the unit knows them."""

import msgspec

from api.imports import cells
from api.imports.cells import UnreadableCell
from api.imports.headings import Heading
from api.imports.outcomes import Item, Private, Skipped
from api.imports.profile import Bad, Judge, Profile, Terms, cell, day_of, label_of, skipped
from api.imports.profiles.columns import NAME
from api.imports.sheets import Row
from ledger.values import Day

UNIT = Heading(
    "unit",
    ("单位", "单位名称", "所属单位", "工作单位", "基层工会", "工会", "unit", "employer"),
)
MEMBER = Heading(
    "member",
    ("会员", "会员编号", "会员号", "会员证号", "人员编号", "工号", "member", "member number", "member no", "member id"),
)
JOINED = Heading("joined", ("入会日期", "入职日期", "joined", "joined on"), required=False)


class MemberRow(Item, frozen=True, kw_only=True):
    """One member of one unit; number, name and phone are for the vault only."""

    unit: str
    member: str
    private: Private
    joined_on: Day | None = None


def number_of(row: Row) -> str:
    """The member's number, upper case without blanks; raises Bad."""
    written = cell(row, "member")
    try:
        number = cells.code(written) if written != "" else ""
    except UnreadableCell:
        raise Bad("member", "unreadable-member", written) from None
    if not number:
        raise Bad("member", "missing-member")
    return number


def judge(terms: Terms) -> Judge:
    """Read members; the same number again is a duplicate if all is equal, else `member-twice`."""
    seen: dict[str, MemberRow] = {}

    def member(row: Row) -> MemberRow | Skipped:
        read = _member(row, terms)
        first = seen.setdefault(read.member, read)
        if first is read:
            return read
        if msgspec.structs.replace(first, row=read.row) == read:
            return skipped(row, "duplicate")
        raise Bad("member", "member-twice", cell(row, "member"))

    return member


def _member(row: Row, terms: Terms) -> MemberRow:
    number, unit = number_of(row), label_of(row, "unit")
    if not unit:
        raise Bad("unit", "missing-employer")
    return MemberRow(
        row=row.number,
        unit=unit,
        member=number,
        private=Private(name=cells.name(cell(row, "name")), phone=cells.label(cell(row, "phone"))),
        joined_on=day_of(row, "joined", terms) if cell(row, "joined") != "" else None,
    )


PROFILE = Profile(
    "members",
    (
        UNIT,
        MEMBER,
        NAME,
        JOINED,
        Heading("phone", ("手机号", "手机", "电话", "联系电话", "phone", "mobile"), required=False),
    ),
    judge,
)

"""Gate 通行记录: passes in and out, of which the first one in of a person and day is a check-in."""

from datetime import datetime

from api.imports import causes, cells, times
from api.imports.cells import UnreadableCell
from api.imports.headings import Heading
from api.imports.outcomes import Item, Skipped
from api.imports.profile import Bad, Judge, Profile, Terms, cell, holder_of, skipped, within
from api.imports.profiles.columns import BADGE, NAME
from api.imports.sheets import Row
from ledger.values import Day, Instant

IN = frozenset({"进", "入", "进场", "入场", "进门", "进入", "in", "entry", "e", "01", "1"})
OUT = frozenset({"出", "出场", "离场", "出门", "离开", "out", "exit", "l", "02", "2"})
MANUAL = frozenset({"补卡", "补刷卡", "手工补卡", "手动补卡", "补签", "repair", "supplement", "manual"})

TIMES = (
    "通行时间",
    "打卡时间",
    "刷卡时间",
    "进出时间",
    "考勤时间",
    "记录时间",
    "时间",
    "time",
    "passed at",
    "clockedtime",
)
DIRECTIONS = ("方向", "进出方向", "进出", "进/出", "进出类型", "direction", "inouttype", "in/out")


class GatePass(Item, frozen=True, kw_only=True):
    """The first pass in of a person on a local day."""

    badge: str
    holder: str
    passed_at: Instant
    day: Day
    gate: str = ""

    @property
    def cause(self) -> str:
        """Holder and local day."""
        return causes.check_in(self.holder, self.day)


def judge(terms: Terms) -> Judge:
    """Read passes. Order of checks: badge, time, period, how it was recorded, direction, repeats.

    The first row of a person and day in file order is the check-in; the same row again is a duplicate, others repeat.
    What it remembers grows with the different passes in of the file (about 200 MB for a million), not with its size.
    """
    days: set[tuple[str, Day]] = set()
    rows: set[tuple[str, datetime, str]] = set()

    def passage(row: Row) -> GatePass | Skipped:
        badge, holder = holder_of(row, terms)
        local = _local(row, terms)
        on = within(times.local_day(local, zone=terms.zone), row, "time", terms)
        if cells.label(cell(row, "method")).casefold() in MANUAL:
            raise Bad("method", "manual-pass", cell(row, "method"))
        if not _is_in(row):
            return skipped(row, "out-pass")
        gate = cells.label(cell(row, "gate"))
        if (holder, local, gate) in rows:
            return skipped(row, "duplicate")
        rows.add((holder, local, gate))
        if (holder, on) in days:
            return skipped(row, "repeat")
        days.add((holder, on))
        passed_at = times.at(local, zone=terms.zone)
        return GatePass(row=row.number, badge=badge, holder=holder, passed_at=passed_at, day=on, gate=gate)

    return passage


def _local(row: Row, terms: Terms) -> datetime:
    written = cell(row, "time")
    try:
        if cell(row, "day") != "":
            return times.joined(cell(row, "day"), written, zone=terms.zone)
        return times.wall_time(written, zone=terms.zone)
    except UnreadableCell:
        raise Bad("time", "unreadable-time", written) from None


def _is_in(row: Row) -> bool:
    """Whether the pass leads onto the site; a gate that exports no direction records people coming in only."""
    if "direction" not in row.cells:
        return True
    direction = cells.label(cell(row, "direction")).casefold()
    if direction in IN or direction in OUT:
        return direction in IN
    raise Bad("direction", "unreadable-direction", cell(row, "direction"))


PROFILE = Profile(
    "gate",
    (
        BADGE,
        NAME,
        Heading("time", TIMES),
        Heading("day", ("日期", "打卡日期", "考勤日期", "date", "day"), required=False),
        Heading("direction", DIRECTIONS, required=False),
        Heading("gate", ("闸机", "通道", "设备名称", "闸机名称", "gate", "channel", "device"), required=False),
        Heading("method", ("打卡方式", "考勤方式", "通行方式", "打卡类型", "method", "clocktype"), required=False),
    ),
    judge,
)

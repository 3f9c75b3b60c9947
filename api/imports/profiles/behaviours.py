"""Behaviours 行为记录: what supervisors saw; each row waits for another person's approval."""

from collections.abc import Mapping
from typing import Final

from api.imports import causes, cells, times
from api.imports.cells import UnreadableCell
from api.imports.headings import Heading
from api.imports.outcomes import Item, Private, Skipped
from api.imports.profile import Bad, Judge, Profile, Terms, cell, holder_of, skipped, staff_of, within
from api.imports.profiles.columns import BADGE, NAME
from api.imports.sheets import Row
from ledger.values import Day, Instant

TARGETS: Final[Mapping[str, str]] = {
    "": "person",
    "个人": "person",
    "person": "person",
    "设施": "facility",
    "facility": "facility",
    "设备": "equipment",
    "equipment": "equipment",
}


class BehaviourRecord(Item, frozen=True, kw_only=True):
    """A behaviour as recorded: scheme code, target (person, facility, equipment), recorder's subject.

    `private.note` is the recorder's free text and evidence: for the vault only.
    """

    badge: str
    holder: str
    occurred_at: Instant
    day: Day
    behaviour: str
    target: str
    recorder: str
    private: Private

    @property
    def cause(self) -> str:
        """Time, holder, behaviour and recorder."""
        return causes.behaviour(self.occurred_at, self.holder, self.behaviour, self.recorder)


def judge(terms: Terms) -> Judge:
    """Read records. Order of checks: badge, time, period, behaviour, target, recorder, repeats."""
    labels = {cells.label(label).casefold(): code for label, code in terms.behaviours.items()}
    seen: set[str] = set()

    def record(row: Row) -> BehaviourRecord | Skipped:
        read = _record(row, terms, labels)
        if read.cause in seen:
            return skipped(row, "duplicate")
        seen.add(read.cause)
        return read

    return record


def _record(row: Row, terms: Terms, labels: Mapping[str, str]) -> BehaviourRecord:
    badge, holder = holder_of(row, terms)
    occurred_at, on = _when(row, terms)
    behaviour = labels.get(cells.label(cell(row, "behaviour")).casefold())
    if behaviour is None:
        raise Bad("behaviour", "unknown-behaviour", cell(row, "behaviour"))
    target = TARGETS.get(cells.label(cell(row, "target")).casefold())
    if target is None:
        raise Bad("target", "unknown-target", cell(row, "target"))
    return BehaviourRecord(
        row=row.number,
        badge=badge,
        holder=holder,
        occurred_at=occurred_at,
        day=on,
        behaviour=behaviour,
        target=target,
        recorder=staff_of(row, "recorder", terms, role="recorder"),
        private=Private(note=_note(row)),
    )


def _when(row: Row, terms: Terms) -> tuple[Instant, Day]:
    try:
        local = times.wall_time(cell(row, "time"), zone=terms.zone)
    except UnreadableCell:
        raise Bad("time", "unreadable-time", cell(row, "time")) from None
    on = within(times.local_day(local, zone=terms.zone), row, "time", terms)
    return times.at(local, zone=terms.zone), on


def _note(row: Row) -> str:
    parts = (cells.name(cell(row, "note")), cells.name(cell(row, "evidence")))
    return " · ".join(part for part in parts if part)


PROFILE = Profile(
    "behaviours",
    (
        Heading("time", ("时间", "记录时间", "发生时间", "日期", "time", "occurred at")),
        BADGE,
        NAME,
        Heading("behaviour", ("行为", "行为类型", "事项", "behaviour", "behavior")),
        Heading("target", ("对象", "对象类型", "target"), required=False),
        Heading("note", ("说明", "备注", "note", "remark"), required=False),
        Heading("recorder", ("记录人", "登记人", "督察员", "recorder", "recorded by")),
        Heading("evidence", ("证据", "附件", "evidence"), required=False),
    ),
    judge,
)

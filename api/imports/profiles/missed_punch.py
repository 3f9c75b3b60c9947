"""Missed punches 补卡: a person was on site but no gate saw him; somebody answers for each row."""

from collections.abc import Mapping
from typing import Final

from api.imports import causes, cells, times
from api.imports.headings import Heading
from api.imports.outcomes import Item, Private, Skipped
from api.imports.profile import Bad, Judge, Profile, Terms, cell, day_of, holder_of, skipped, staff_of, within
from api.imports.profiles.columns import BADGE, CREW, NAME
from api.imports.sheets import Row
from ledger.values import Day, Instant

REASONS: Final[Mapping[str, str]] = {
    "忘打卡": "forgotten",
    "忘记打卡": "forgotten",
    "漏打卡": "forgotten",
    "漏刷卡": "forgotten",
    "forgotten": "forgotten",
    "闸机故障": "gate-failure",
    "设备故障": "gate-failure",
    "停电": "gate-failure",
    "gatefailure": "gate-failure",
    "未带卡": "badge-missing",
    "忘带卡": "badge-missing",
    "胸卡丢失": "badge-missing",
    "badgemissing": "badge-missing",
}
OTHER: Final = "other"
"""The code of a reason that only the row's free text tells."""


class MissedPunch(Item, frozen=True, kw_only=True):
    """A check-in to be added: `reason` is a code, `private.note` the words, `approver` the subject who answers for it.

    Its cause is that of a check-in: a gate row of the same day and this one pay once together.
    """

    badge: str
    holder: str
    day: Day
    occurred_at: Instant
    reason: str
    approver: str
    private: Private

    @property
    def cause(self) -> str:
        """Holder and local day."""
        return causes.check_in(self.holder, self.day)


def judge(terms: Terms) -> Judge:
    """Read corrections. Order of checks: badge, day, period, reason, approver, repeats."""
    seen: set[tuple[str, Day]] = set()

    def correction(row: Row) -> MissedPunch | Skipped:
        read = _correction(row, terms)
        if (read.holder, read.day) in seen:
            return skipped(row, "repeat")
        seen.add((read.holder, read.day))
        return read

    return correction


def _correction(row: Row, terms: Terms) -> MissedPunch:
    badge, holder = holder_of(row, terms)
    on = within(day_of(row, "day", terms), row, "day", terms)
    reason = cells.name(cell(row, "reason"))
    if not reason:
        raise Bad("reason", "missing-reason")
    return MissedPunch(
        row=row.number,
        badge=badge,
        holder=holder,
        day=on,
        occurred_at=times.midnight(on, zone=terms.zone),
        reason=REASONS.get(cells.label(reason).casefold(), OTHER),
        approver=staff_of(row, "approver", terms, role="approver"),
        private=Private(note=reason),
    )


PROFILE = Profile(
    "missed-punch",
    (
        BADGE,
        NAME,
        CREW,
        Heading("day", ("补卡日期", "缺卡日期", "日期", "date", "day")),
        Heading("reason", ("补卡原因", "原因", "事由", "reason")),
        Heading("approver", ("批准人", "审批人", "审核人", "approver", "approved by")),
    ),
    judge,
)

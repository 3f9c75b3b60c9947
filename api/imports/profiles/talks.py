"""Talks 班前讲话: who signed the list of the pre-shift talk of a day."""

from api.imports import causes, cells, times
from api.imports.headings import Heading
from api.imports.outcomes import Item, Skipped
from api.imports.profile import Bad, Judge, Profile, Terms, cell, day_of, holder_of, skipped, within
from api.imports.profiles.columns import BADGE, CREW, DAY, NAME
from api.imports.sheets import Row
from ledger.values import Day, Instant

SIGNED = frozenset({"已签", "已签到", "签到", "是", "√", "✓", "yes", "y", "signed", "true", "1"})
UNSIGNED = frozenset({"", "未签", "未签到", "否", "缺席", "请假", "×", "no", "n", "unsigned", "false", "0"})


class TalkSignIn(Item, frozen=True, kw_only=True):
    """A person's signature under the talk of a day; the file has no time: `occurred_at` is 00:00 local."""

    badge: str
    holder: str
    day: Day
    occurred_at: Instant

    @property
    def cause(self) -> str:
        """Holder and local day."""
        return causes.talk(self.holder, self.day)


def judge(terms: Terms) -> Judge:
    """Read signatures. Order of checks: badge, day, period, signature, repeats.

    The same person and day again is a duplicate: a list has nothing in which two rows could differ.
    """
    seen: set[tuple[str, Day]] = set()

    def sign_in(row: Row) -> TalkSignIn | Skipped:
        badge, holder = holder_of(row, terms)
        on = within(day_of(row, "day", terms), row, "day", terms)
        if not _is_signed(row):
            return skipped(row, "unsigned")
        if (holder, on) in seen:
            return skipped(row, "duplicate")
        seen.add((holder, on))
        occurred_at = times.midnight(on, zone=terms.zone)
        return TalkSignIn(row=row.number, badge=badge, holder=holder, day=on, occurred_at=occurred_at)

    return sign_in


def _is_signed(row: Row) -> bool:
    written = cells.label(cell(row, "signed")).casefold()
    if written in SIGNED or written in UNSIGNED:
        return written in SIGNED
    raise Bad("signed", "unreadable-signature", cell(row, "signed"))


PROFILE = Profile(
    "talks",
    (BADGE, NAME, CREW, DAY, Heading("signed", ("签到", "是否签到", "签到状态", "签名", "signed", "signature"))),
    judge,
)

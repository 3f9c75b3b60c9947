"""`jifen doctor` and `jifen settings`: is everything here that is needed, and what is in force."""

import platform
import shutil
import sqlite3
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, Final, NamedTuple

from api.commands.context import here
from api.commands.following import followed
from api.commands.saying import Grid, Pairs, Said, Words
from api.ledgers import ledger_names, open_ledger
from ledger.journal.clock import BEHIND
from ledger.values import moment
from projections import alarms
from projections.halted import reasons

LOW: Final = 512 * 1024 * 1024
"""Free bytes below which a full disk is near."""
MANY: Final = 10_000
"""Facts that a projection may be behind before somebody should look."""
NAMED: Final = 10
"""Alarms that are named in one line."""


class Check(NamedTuple):
    """One thing looked at."""

    name: Words
    ok: bool
    found: str | Words

    def told(self, lang: str) -> str:
        """What was found, in words of `lang` where it is words."""
        return self.found if isinstance(self.found, str) else self.found.of(lang)


def doctor() -> Said:
    """检查存储、时钟、磁盘、版本 / Look at storage, clock, lag, disk and versions."""
    checks = [_versions(), _disk(), *_ledgers()]
    data = [{"check": check.name.en, "ok": check.ok, "found": check.told("en")} for check in checks]
    lang = here().voice.lang
    rows = [(check.name.of(lang), "✓" if check.ok else "✗", check.told(lang)) for check in checks]
    headings = (Words("检查", "Check"), Words("结果", "Result"), Words("所见", "Found"))
    return Said(data, (Grid(headings, rows),), code=0 if all(check.ok for check in checks) else 1)


def settings() -> Said:
    """显示生效的设置,口令已遮盖 / Show the effective settings, secrets masked."""
    values = here().settings.shown()
    return Said(
        values, (Pairs([(Words(name, name), None if value is None else str(value)) for name, value in values.items()]),)
    )


def _versions() -> Check:
    found = f"jifen {version('jifen')}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return Check(Words("版本", "Versions"), sqlite3.sqlite_version_info >= (3, 35), found)


def _disk() -> Check:
    name = Words("磁盘", "Disk")
    place = here().settings.data
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free
    megabytes = f"{free // 1024 // 1024:,} MB"
    return Check(name, free >= LOW, Words(f"剩余 {megabytes}", f"{megabytes} free"))


def _ledgers() -> list[Check]:
    name = Words("账本", "Ledgers")
    try:
        names = ledger_names(here().settings)
    except Exception as error:  # noqa: BLE001 - whatever the database says is the finding
        return [Check(Words("存储", "Storage"), ok=False, found=f"{type(error).__name__}: {error}")]
    return [Check(name, ok=True, found=", ".join(names) or "–"), *(check for each in names for check in _ledger(each))]


def _ledger(name: str) -> list[Check]:
    checks: list[tuple[Words, Callable[[Any], tuple[bool, str | Words]]]] = [
        (Words(f"{name} 时钟", f"{name} clock"), _clock),
        (Words(f"{name} 投影", f"{name} projections"), _lag),
        (Words(f"{name} 警报", f"{name} alarms"), _alarms),
    ]
    try:
        with open_ledger(here().settings, name, writing=False) as opened:
            head = opened.ledger.storage.head()
            facts = Words(f"{head.position:,} 条事实", f"{head.position:,} facts")
            found = [Check(Words(f"{name} 存储", f"{name} storage"), ok=True, found=facts)]
            return found + [Check(words, *look(opened)) for words, look in checks]
    except Exception as error:  # noqa: BLE001 - a ledger that cannot be opened is the finding
        return [Check(Words(f"{name} 存储", f"{name} storage"), ok=False, found=f"{type(error).__name__}: {error}")]


def _clock(opened: Any) -> tuple[bool, str | Words]:
    head = opened.ledger.storage.head().recorded_at
    wall = opened.ledger.clock.wall()
    behind = bool(head) and wall < moment(head) - BEHIND
    now = f"{wall:%Y-%m-%d %H:%M:%S} UTC"
    return not behind, Words(f"{now},早于账本的 {head}", f"{now}, behind the ledger's {head}") if behind else now


def _lag(opened: Any) -> tuple[bool, str | Words]:
    with followed(opened, here().settings) as projector:
        lags = projector.status()
    worst = max((lag.behind for lag in lags), default=0)
    if errors := {lag.name: lag.error for lag in lags if lag.error}:
        return False, reasons(errors)
    if beyond := max(0, -min((lag.behind for lag in lags), default=0)):
        return False, Words(
            f"超前账本 {beyond:,} 条事实:请运行 jifen projections rebuild",
            f"{beyond:,} facts beyond the journal: run jifen projections rebuild",
        )
    return worst <= MANY, Words(f"落后 {worst:,} 条事实", f"{worst:,} facts behind")


def _alarms(opened: Any) -> tuple[bool, str]:
    with followed(opened, here().settings) as projector:
        standing = alarms.standing(projector.store)
    named = sorted({f"{alarm.kind} {alarm.subject}" for alarm in standing})
    return not named, ", ".join(named[:NAMED]) or "–"

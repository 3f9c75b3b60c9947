"""Failures: whatever a command ends with, as what went wrong, and what to do, in two languages and as JSON."""

import logging
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy.exc import DBAPIError

from api.answers.sentences import SENTENCES, words_of
from api.commands.saying import Words
from api.imports import UnreadableFile
from api.settings import SettingsError
from ledger.journal.storage import LedgerUnknownError, StorageError
from ledger.refusals import LedgerInUse, Refusal
from ledger.scheme.complaints import SchemeError
from ledger.vault import VaultError
from projections.folding import FollowerStoppedError

log = logging.getLogger("jifen.cli")

FAILED: Final = 1
"""The exit code of everything that went wrong."""
MISUSED: Final = 2
"""The exit code of a command line that cannot be meant."""


class Failure(NamedTuple):
    """What went wrong, why, and what to do."""

    code: str
    what: Words
    to_do: Words
    members: Mapping[str, Any] = {}
    exit: int = FAILED

    def data(self, lang: str) -> dict[str, Any]:
        """For machines."""
        return {
            "error": {
                "code": self.code,
                "what": self.what.of(lang),
                "to_do": self.to_do.of(lang),
                **dict(self.members),
            }
        }

    def lines(self, lang: str) -> list[str]:
        """For people: two lines."""
        mark = Words("错误", "error").of(lang)
        return [f"{mark} {self.code}: {self.what.of(lang)}", f"→ {self.to_do.of(lang)}"]


class CommandFailed(Exception):  # noqa: N818 - carries a failure that a command has found by itself
    """A command's own failure."""

    def __init__(self, failure: Failure) -> None:
        """Say it."""
        super().__init__(failure.code)
        self.failure = failure


TO_DO: Final[dict[str, Words]] = {
    "not-found": Words("请核对名称或编号。", "Check the name or number."),
    "already-exists": Words("请换一个名称或编号。", "Choose another name or number."),
    "malformed": Words("请按提示改正后重试。", "Correct what is named and try again."),
    "period-not-open": Words("请换成已开启的期间。", "Name the period that is open."),
    "closing-unfinished": Words("请再运行一次 jifen close。", "Run jifen close again."),
    "ledger-in-use": Words(
        "账本正由另一进程写入(多半是 jifen serve)。请改用接口 {route},或先停下它。",
        "Another process, most likely jifen serve, writes this ledger. Call {route}, or stop it first.",
    ),
    "clock-untrusted": Words("请校正本机时钟后重试。", "Set this machine's clock right and try again."),
    "storage-unavailable": Words(
        "请检查数据库或磁盘,什么也没有写入。", "Check database and disk; nothing was written."
    ),
    "projection-behind": Words(
        "请稍候重试,或运行 jifen projections status。", "Wait, or run jifen projections status."
    ),
}
AGAIN: Final = Words("原因消除后可以重试。", "Try again when the reason is gone.")
FINAL: Final = Words("重试不会改变结果,请按说明处理。", "Trying again changes nothing: act on the reason given.")
STORAGE: Final = Words(
    "请检查 JIFEN_DATA 或 JIFEN_DATABASE_URL;jifen doctor 会说明缺什么。",
    "Check JIFEN_DATA or JIFEN_DATABASE_URL; jifen doctor says what is missing.",
)
DAMAGED: Final = Words(
    "请恢复最近的备份(docs/for-operators.md);若只坏了 projections.db,停服后删去它,再运行 jifen projections rebuild。",
    "Restore the last copy (docs/for-operators.md). Where projections.db alone is damaged, stop the server, delete it, "
    "and run jifen projections rebuild.",
)
HALTED: Final = Words(
    "请运行 jifen projections rebuild 由事实重建;若账本由更新的程序写过,先升级。",
    "Run jifen projections rebuild: it is made anew from facts. Where a newer program has written the ledger, upgrade.",
)
VAULT: Final = Words(
    "请把密钥放回原处(账本目录或环境变量);没有它就打不开个人资料和幂等记录。",
    "Put the key back where it was (the ledger's directory or the environment): nothing opens without it.",
)
REPORT: Final = Words("这是程序的缺陷,请附上编号报告。", "This is a defect of the program: report it with its number.")


def failure_of(error: Exception, *, route: str = "") -> Failure:
    """What an exception means to the person at the keyboard. `route` is what the running server offers instead."""
    if isinstance(error, CommandFailed):
        return error.failure
    if isinstance(error, Refusal):
        return _refused(error, route)
    if (what := _damage(error)) is not None:
        return Failure("storage-damaged", Words(what, what), DAMAGED)
    for kind, explain in EXPLAINED.items():
        if isinstance(error, kind):
            return explain(error)
    return _defect(error)


def _refused(refusal: Refusal, route: str) -> Failure:
    members = refusal.members()
    what = Words(*(_sentence(refusal, lang) for lang in ("zh-CN", "en")))
    to_do = TO_DO.get(refusal.code) or (AGAIN if refusal.retryable else FINAL)
    if isinstance(refusal, LedgerInUse):
        shown = route or "/v1/ledgers/…"
        to_do = Words(*(text.format(route=shown) for text in to_do))
        members = {**members, "route": shown}
    return Failure(refusal.code, what, to_do, members)


def _sentence(refusal: Refusal, lang: str) -> str:
    members = refusal.members()
    errors = members.get("errors")
    if refusal.code not in SENTENCES:
        return str(refusal)
    words = words_of(refusal.code, lang)
    try:
        sentence = words.detail(members)
    except (KeyError, IndexError):
        sentence = words.title
    return f"{sentence} {'; '.join(map(str, errors))}" if errors else sentence


def _unreadable(error: UnreadableFile) -> Failure:
    what = Words(*(f"{error.file}: {error.what(lang)}" for lang in ("zh-CN", "en")))
    return Failure(error.code, what, Words(error.to_do("zh-CN"), error.to_do("en")), {"file": error.file})


def _scheme(error: SchemeError) -> Failure:
    complaints = [complaint._asdict() for complaint in error.errors]
    to_do = Words("请按键名和行号改正规则文件。", "Correct the scheme file at the keys and lines named.")
    what = Words(*("\n".join(complaint.text(lang) for complaint in error.errors) for lang in ("zh-CN", "en")))
    return Failure("scheme", what, to_do, {"errors": complaints})


def _told(code: str, to_do: Words) -> Callable[[Any], Failure]:
    return lambda error: Failure(code, Words(str(error), str(error)), to_do)


def _damage(error: Exception) -> str | None:
    """What SQLite says of a file of its own that it cannot read any more."""
    of = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(of, "sqlite_errorcode", 0) & 0xFF
    return str(of) if code == sqlite3.SQLITE_CORRUPT else None


def _database(error: DBAPIError) -> Failure:
    """What the driver says, without the statement and its values."""
    what = " ".join(str(error.orig).split()) or type(error.orig).__name__
    return Failure("storage-unavailable", Words(what, what), STORAGE)


def _file(error: OSError) -> Failure:
    what = f"{error.strerror or error}: {error.filename or ''}"
    return Failure("file", Words(what, what), FINAL)


EXPLAINED: Final[dict[type[Exception], Callable[[Any], Failure]]] = {
    UnreadableFile: _unreadable,
    SchemeError: _scheme,
    SettingsError: _told("settings", Words("请改正这项设置。", "Correct this setting.")),
    LedgerUnknownError: _told("not-found", TO_DO["not-found"]),
    StorageError: _told("storage-unavailable", STORAGE),
    DBAPIError: _database,
    VaultError: _told("vault", VAULT),
    FollowerStoppedError: _told("projection-halted", HALTED),
    OSError: _file,
}
"""Exception → how it is said; the first that fits."""


def _defect(error: Exception) -> Failure:
    incident = uuid.uuid4().hex[:12]
    log.error("incident %s", incident, exc_info=error)
    what = Words(f"程序出错,编号 {incident}({type(error).__name__})。", f"The program failed: incident {incident}.")
    return Failure("internal-error", what, REPORT, {"incident": incident})

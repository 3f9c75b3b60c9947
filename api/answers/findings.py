"""The sentences of a patrol's review and of a claim's end, in Chinese and English, with numbers and local times."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.answers.sentences import EN
from ledger.reviews.facts import Finding
from ledger.values import Instant

SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "too-short": (
        "巡逻 {measured} 分钟，不足 {limit} 分钟。",
        "{measured} minutes walked; at least {limit} are asked for.",
    ),
    "point-missed": (
        "没有经过第 {point} 号巡逻点：最近时相距 {measured} 米，应在 {limit} 米以内。",
        "Patrol point {point} was missed: {measured} m away at the nearest, at most {limit} m count.",
    ),
    "out-of-order": (
        "第 {point} 号巡逻点在第一圈没有按顺序经过。",
        "Patrol point {point} was not passed in its order on the first lap.",
    ),
    "outside-slot": (
        "轨迹从 {at} 开始，不在任务时段内。",
        "The track begins at {at}, which is not within the task's slot.",
    ),
    "too-fast": (
        "速度达到每小时 {measured} 公里，最高 {limit} 公里。",
        "{measured} km/h; at most {limit} km/h are walked.",
    ),
    "implausible-speed": (
        "轨迹中有每小时 {measured} 公里的跳跃（超过 {limit} 公里），由人工审核。",
        "The track jumps at {measured} km/h, above {limit} km/h: a person decides.",
    ),
    "gap": (
        "轨迹中断 {measured_for}（超过 {limit_for}），由人工审核。",
        "The track has a gap of {measured_for}, above {limit_for}: a person decides.",
    ),
    "same-recording": (
        "同一份轨迹还交给了另外 {measured} 次巡逻，由人工审核。",
        "The same recording was handed in for other patrols too ({measured}): a person decides.",
    ),
    "no-track": ("没有收到可用的轨迹，由人工审核。", "No track that can be read has arrived: a person decides."),
    "by-scheme": ("按规则，所有巡逻均由人工审核。", "By the scheme a person decides every patrol."),
}
"""Code of a finding → Chinese, English."""

ENDINGS: Final[Mapping[str, tuple[str, str]]] = {
    "given-back": ("已退回任务。", "The place was given back."),
    "not-started": ("没有按时开始，名额已退回。", "It was not started in time; the place is free again."),
    "not-finished": ("没有按时结束，名额已退回。", "It was not finished in time; the place is free again."),
    "released": ("任务已取消：{reason}。", "The task was called off: {reason}."),
}
"""How a claim ended unfinished → Chinese, English."""


def local_time(at: Instant, zone: str) -> str:
    """An instant as the clock on the wall shows it: `2022-06-14 17:35`."""
    return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def duration(seconds: int, lang: str) -> str:
    """So many minutes, and seconds where it is not whole minutes."""
    minutes, rest = divmod(seconds, 60)
    if lang == EN:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes} 分 {rest} 秒" if rest else f"{minutes} 分钟"


def _in(sentences: tuple[str, str], lang: str) -> str:
    return sentences[lang == EN]


def said(finding: Finding, lang: str, zone: str) -> str:
    """The sentence of a finding, with times of the ledger's zone."""
    members: dict[str, Any] = {
        "point": finding.point,
        "measured": finding.measured,
        "limit": finding.limit,
        "measured_for": duration(finding.measured or 0, lang),
        "limit_for": duration(finding.limit or 0, lang),
        "at": None if finding.at is None else local_time(finding.at, zone),
    }
    return _in(SENTENCES[finding.code], lang).format_map(members)


def ending(how: str, lang: str, *, reason: str = "") -> str:
    """The sentence of a claim's end."""
    return _in(ENDINGS[how], lang).format_map({"reason": reason})

"""What the demo must come to: counted from the site's files by plain code that shares nothing with the imports.

Standard library and python-calamine only. A fault in the imports or the ledger cannot hide here as well.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from python_calamine import load_workbook

Policy = Literal["threshold", "initial-first"]

INITIAL = 100
HAZARD, HELMET, HARNESS = 10, 5, 10
FEN, POINTS = 10_000, 500
"""500 points stand for 100 yuan."""
STAFF = frozenset({"群安员001", "群安员002", "群安员003", "群安员005", "群安员007"})


@dataclass(frozen=True)
class Purse:
    """One person's points: what is left of the initial ones, of the earned ones, and what is owed."""

    initial: int
    earned: int
    debt: int

    @property
    def balance(self) -> int:
        """All points less the debt."""
        return self.initial + self.earned - self.debt

    def spendable(self, policy: Policy) -> int:
        """What may be spent: all above 100, or only what was earned."""
        return max(0, self.balance - INITIAL) if policy == "threshold" else self.earned

    def next_month(self) -> "Purse":
        """The initial points lapse and are granted anew; a debt is paid from them first."""
        paid = min(self.debt, INITIAL)
        return Purse(INITIAL - paid, self.earned, self.debt - paid)


@dataclass(frozen=True)
class Sums:
    """Control totals at one moment, in points; `liability_fen` in fen, `lapsing` are the initial points left."""

    balance: int
    spendable: int
    lapsing: int
    lowest: int
    liability_fen: int


@dataclass(frozen=True)
class ExpectedMonth:
    """Every figure that the demo prints, as the files alone give it."""

    workers: int
    initial: int
    check_ins: int
    talks: int
    hazards: int
    helmet_deductions: int
    harness_deductions: int
    suspended: int
    before: Sums
    after: Sums
    next_month: Sums
    sold: tuple[tuple[str, str], ...]
    balances_before: Mapping[str, int]
    balances_after: Mapping[str, int]


def expected_month(
    folder: Path, *, policy: Policy, sale: Sequence[tuple[str, str]] = (), period: str = "2022-06"
) -> ExpectedMonth:
    """Count the month of `folder`; `sale` are (badge, item code), one cart a person, in order.

    A cart that its person cannot pay is not sold. Raises KeyError for an item that is not on the shelf.
    """
    badges = {_badge(line[0]) for line in _sheet(folder / "workers.xlsx", "工牌号")} - {""}
    check_ins = _check_ins(folder / f"gate-{period}.xlsx", badges, period)
    talks = _talks(folder / f"talks-{period}.csv", badges, period)
    seen = _behaviours(folder / f"behaviours-{period}.csv", badges, period)
    # Two counts added: one set of both would let a talk hide the check-in of the same day.
    earned = Counter(badge for badge, _ in check_ins) + Counter(badge for badge, _ in talks)
    before = {badge: _purse(badge, earned[badge], seen, policy) for badge in badges}
    prices = {_badge(line[0]): int(str(line[2]).split(".")[0]) for line in _sheet(folder / "goods.xlsx", "商品编号")}
    after, sold = _sell(before, prices, sale, policy)
    acts = Counter(act for _, act in seen)
    return ExpectedMonth(
        workers=len(badges),
        initial=len(badges) * INITIAL,
        check_ins=len(check_ins),
        talks=len(talks),
        hazards=acts["隐患上报"] * HAZARD,
        helmet_deductions=acts["未戴安全帽"] * HELMET,
        harness_deductions=acts["高处作业未系安全带"] * HARNESS,
        suspended=len({badge for badge, act in seen if act == "高处作业未系安全带"}),
        before=_sums(before, policy),
        after=_sums(after, policy),
        next_month=_sums({badge: purse.next_month() for badge, purse in after.items()}, policy),
        sold=sold,
        balances_before={badge: purse.balance for badge, purse in before.items()},
        balances_after={badge: purse.balance for badge, purse in after.items()},
    )


def _sheet(path: Path, first_heading: str) -> Iterator[list[object]]:
    """The rows under the heading row, which begins with `first_heading`."""
    with load_workbook(path) as workbook:
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    top = next(number for number, line in enumerate(rows) if line and line[0] == first_heading)
    return (list(line) for line in rows[top + 1 :] if any(str(value) for value in line))


def _csv(path: Path, encoding: str) -> Iterator[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        yield from csv.DictReader(file)


def _badge(value: object) -> str:
    return str(value).strip().upper()


def _moment(value: object) -> datetime | None:
    """A date with or without time, as Excel has it or as text; None for what is no date."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - local time of the site
    typed = str(value).strip().replace("/", "-")
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        try:
            return datetime.strptime(typed, form)  # noqa: DTZ007 - local time of the site
        except ValueError:
            continue
    return None


def _in_period(value: object, period: str) -> datetime | None:
    moment = _moment(value)
    return moment if moment is not None and moment.strftime("%Y-%m") == period else None


def _check_ins(path: Path, badges: set[str], period: str) -> set[tuple[str, date]]:
    """Who came in on which day: a set, so that further passes and duplicates count once."""
    found = set()
    for line in _sheet(path, "工牌号"):
        moment = _in_period(line[2], period)
        if moment is not None and _badge(line[0]) in badges and line[3] == "进":
            found.add((_badge(line[0]), moment.date()))
    return found


def _talks(path: Path, badges: set[str], period: str) -> set[tuple[str, date]]:
    found = set()
    for line in _csv(path, "gb18030"):
        moment = _in_period(line["日期"], period)
        if moment is not None and _badge(line["工牌号"]) in badges and line["签到"] == "已签":
            found.add((_badge(line["工牌号"]), moment.date()))
    return found


def _behaviours(path: Path, badges: set[str], period: str) -> list[tuple[str, str]]:
    """(badge, behaviour) of each record that stands: once for a time, person, behaviour and recorder."""
    found = {}
    for line in _csv(path, "utf-8-sig"):
        moment, badge = _in_period(line["时间"], period), _badge(line["工牌号"])
        if moment is not None and badge in badges and line["记录人"] in STAFF:
            found[(moment, badge, line["行为"], line["记录人"])] = (badge, line["行为"])
    return list(found.values())


def _purse(badge: str, daily: int, seen: list[tuple[str, str]], policy: Policy) -> Purse:
    acts = Counter(act for whose, act in seen if whose == badge)
    earned = daily + acts["隐患上报"] * HAZARD
    asked = acts["未戴安全帽"] * HELMET + acts["高处作业未系安全带"] * HARNESS
    if policy == "threshold":
        from_earned = min(asked, earned)
        from_initial = min(asked - from_earned, INITIAL)
    else:
        from_initial = min(asked, INITIAL)
        from_earned = min(asked - from_initial, earned)
    return Purse(INITIAL - from_initial, earned - from_earned, asked - from_initial - from_earned)


def _sell(
    before: Mapping[str, Purse], prices: Mapping[str, int], sale: Sequence[tuple[str, str]], policy: Policy
) -> tuple[dict[str, Purse], tuple[tuple[str, str], ...]]:
    after, sold = dict(before), []
    for badge in dict.fromkeys(badge for badge, _ in sale):
        cart = [item for whose, item in sale if whose == badge]
        price = sum(prices[item] for item in cart)
        purse = after.get(badge)
        if purse is not None and price <= purse.spendable(policy):
            after[badge] = Purse(purse.initial, purse.earned - price, purse.debt)
            sold += [(badge, item) for item in cart]
    return after, tuple(sold)


def _sums(purses: Mapping[str, Purse], policy: Policy) -> Sums:
    spendable = sum(purse.spendable(policy) for purse in purses.values())
    return Sums(
        balance=sum(purse.balance for purse in purses.values()),
        spendable=spendable,
        lapsing=sum(purse.initial for purse in purses.values()),
        lowest=min((purse.balance for purse in purses.values()), default=0),
        liability_fen=spendable * FEN // POINTS,
    )

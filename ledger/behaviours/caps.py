"""Which counters an award draws on: its caps, those it shares, and its issuing budget."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.calendar import period_of
from ledger.limits.entities import counter_id, draw, used_of
from ledger.limits.facts import Count
from ledger.room import Book
from ledger.scheme.model import Behaviour, Budget, Scheme
from ledger.values import Day, HolderId, PeriodName, holder_account


class Cap(NamedTuple):
    """How many times a rule credits one holder within a window: a local day, or a month."""

    rule: str
    window: str
    limit: int

    def counter(self, holder: HolderId) -> str:
        """The id of its counter."""
        return counter_id(self.rule, holder_account(holder), self.window)


def caps(behaviour: Behaviour, scheme: Scheme, day: Day) -> Iterator[Cap]:
    """Every cap on times: of the behaviour and of the one it counts as, by the local day on which it happened (R07)."""
    lender = (scheme.behaviour(behaviour.counts_as),) if behaviour.counts_as else ()
    for rule in (behaviour, *lender):
        if rule.per_day is not None:
            yield Cap(rule.code, day, rule.per_day)
        if rule.per_period is not None:
            yield Cap(rule.code, period_of(day), rule.per_period)


def draw_once(book: Book, limits: Iterable[Cap], holder: HolderId, *others: HolderId) -> tuple[Count, ...]:
    """Count one time on each, or refuse with `limit-exceeded`; what `others`, records merged into this, drew counts."""
    return tuple(
        draw(book, cap.counter(holder), 1, limit=cap.limit, beside=tuple(map(cap.counter, others))) for cap in limits
    )


def budget_counter(budget: Budget, period: PeriodName) -> str:
    """What a period has issued of a budget (R09), by the *posted* period.

    By the period of `occurred_at`, a closed month's total would still move, and a proposal of an exhausted month could
    never be approved: the next month's budget is what it waits for.
    """
    return counter_id("budget:" + budget.code, "ledger", period)


def fits(book: Book, budget: Budget, period: PeriodName, amount: int) -> bool:
    """Whether the budget still holds `amount`."""
    return used_of(book, budget_counter(budget, period)) + amount <= budget.amount


def draw_budget(book: Book, budget: Budget | None, period: PeriodName, amount: int) -> tuple[Count, ...]:
    """Count `amount` on the budget, if there is one, or refuse with `limit-exceeded` and what it could still offer."""
    if budget is None:
        return ()
    return (draw(book, budget_counter(budget, period), amount, limit=budget.amount),)

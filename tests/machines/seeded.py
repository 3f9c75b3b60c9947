"""Bugs put into the real code on purpose, one at a time: a machine that does not find them has no teeth."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest

from ledger.calendar import day_after, end_of_day
from ledger.journal.book import StoredBook
from ledger.limits.entities import draw
from ledger.points import decide, entities
from ledger.points.entities import Account
from ledger.pools import Pool, first_of
from ledger.redemptions import placing, selling
from ledger.refusals import OutOfStock
from ledger.values import Day

Patch = pytest.MonkeyPatch


def latest_expiry_pays_first(patch: Patch) -> None:
    def backwards(pool: Pool) -> tuple[bool, int, int]:
        day = pool.terms.expires_on
        return day is None, -int(day.replace("-", "")) if day else 0, pool.opened

    patch.setattr(Pool, "order", property(backwards))


def debt_is_not_repaid(patch: Patch) -> None:
    patch.setattr(Account, "repayments", lambda _account, _lots: ())


def first_paid_comes_back_first(patch: Patch) -> None:
    patch.setattr(decide, "last_of", first_of)


def one_more_than_the_limit(patch: Patch) -> None:
    patch.setattr(selling, "draw", lambda book, counter, amount, *, limit: draw(book, counter, amount, limit=limit + 1))


def lots_live_a_day_longer(patch: Patch) -> None:
    def later(day: Day, zone: str) -> Any:
        return end_of_day(day_after(day, 1), zone)

    patch.setattr(entities, "end_of_day", later)
    patch.setattr(decide, "end_of_day", later)


def the_initial_lot_pays(patch: Patch) -> None:
    patch.setattr(Account, "payment", lambda account, amount: first_of(account._open(lambda _pool: True), amount))
    patch.setattr(Account, "spendable", lambda account, _unit: max(0, account.balance))


def a_reversal_is_forgotten(patch: Patch) -> None:
    patch.setattr(decide, "_left_to_reverse", lambda command, _book, fact: command.amount or fact.amount)


def the_last_piece_is_sold_twice(patch: Patch) -> None:
    def generous(id: str, item: Any, quantity: int, at: Any) -> None:
        if quantity > item.free(at) + 1:
            raise OutOfStock(item=id, requested=quantity, available=item.free(at))

    patch.setattr(placing, "in_stock", generous)


def other_processes_are_not_noticed(patch: Patch) -> None:
    def deaf(book: StoredBook, turn: Any) -> None:
        book.position = turn.head.position

    patch.setattr(StoredBook, "catch_up", deaf)


def keys_are_not_seen_within_a_turn(patch: Patch) -> None:
    desk = _desk()
    original = desk._remember

    def forgetful(self: Any, submission: Any, outcome: Any) -> Any:
        known = dict(self.answered)
        try:
            return original(self, submission, outcome)
        finally:
            self.answered = known

    patch.setattr(desk, "_remember", forgetful)


def causes_are_not_checked(patch: Patch) -> None:
    patch.setattr(_desk(), "_cause_is_free", lambda *_: None)


def _desk() -> Any:
    import ledger.journal.turn as home

    return home.Desk


SEEDED: Final[Iterable[Callable[[Patch], None]]] = (
    latest_expiry_pays_first,
    debt_is_not_repaid,
    first_paid_comes_back_first,
    one_more_than_the_limit,
    lots_live_a_day_longer,
    the_initial_lot_pays,
    a_reversal_is_forgotten,
    the_last_piece_is_sold_twice,
    other_processes_are_not_noticed,
    keys_are_not_seen_within_a_turn,
    causes_are_not_checked,
)

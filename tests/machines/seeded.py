"""Bugs put into the real code on purpose, one at a time: a machine that does not find them has no teeth."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest
from msgspec.structs import replace

from ledger.accounts import bounds
from ledger.calendar import day_after, end_of_day
from ledger.conversion import Converted
from ledger.deciding import Decision
from ledger.holds import capturing, releasing, terms
from ledger.holds import decide as holds
from ledger.holds import evolve as holding
from ledger.holds.entities import Hold
from ledger.journal.book import StoredBook
from ledger.limits import drawing
from ledger.limits.entities import draw
from ledger.points import decide, entities, moving
from ledger.points.entities import Account, OpenHold, Reversed
from ledger.points.watching import Watch
from ledger.pools import Pool, first_of
from ledger.redemptions import placing, selling
from ledger.redemptions import returning as refunding
from ledger.refusals import OutOfStock
from ledger.reversals import decide as reversals
from ledger.reversals import originals, returning, taking
from ledger.room import Now
from ledger.scheme import limiting, model
from ledger.transfers import decide as transfers
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
    patch.setattr(refunding, "last_of", first_of)


def first_taken_is_restored_first(patch: Patch) -> None:
    patch.setattr(returning, "last_of", first_of)


def one_more_than_the_limit(patch: Patch) -> None:
    patch.setattr(selling, "draw", lambda *args, limit, **rest: draw(*args, limit=limit + 1, **rest))


def lots_live_a_day_longer(patch: Patch) -> None:
    def later(day: Day, zone: str) -> Any:
        return end_of_day(day_after(day, 1), zone)

    patch.setattr(entities, "end_of_day", later)
    patch.setattr(decide, "end_of_day", later)


def the_initial_lot_pays(patch: Patch) -> None:
    patch.setattr(Account, "payment", lambda account, amount: first_of(account._open(lambda _pool: True), amount))
    patch.setattr(Account, "spendable", lambda account, _unit: max(0, account.balance))


def a_reversal_is_forgotten(patch: Patch) -> None:
    patch.setattr(originals, "reversed_of", lambda _book, _original: Reversed())


def the_last_piece_is_sold_twice(patch: Patch) -> None:
    def generous(id: str, item: Any, quantity: int, at: Any) -> None:
        if quantity > item.free(at) + 9:
            raise OutOfStock(item=id, requested=quantity, available=item.free(at))

    patch.setattr(placing, "in_stock", generous)


def a_hold_that_ends_now_can_be_captured(patch: Patch) -> None:
    def over(hold: OpenHold, now: Now) -> bool:
        return hold.expires_at is not None and hold.expires_at < now.recorded_at

    def still_open(hold: Hold, now: Now) -> None:
        if hold.expires_at != now.recorded_at:
            terms.still_open(hold, now)

    patch.setattr(holds, "_over", over)
    patch.setattr(capturing, "still_open", still_open)


def a_capture_leaves_the_hold_as_it_was(patch: Patch) -> None:
    patch.setattr(holding, "without", lambda lots, _gone: tuple(lots))


def held_value_can_be_spent(patch: Patch) -> None:
    patch.setattr(Account, "available", Account.spendable)


def captured_value_past_its_day_lapses_at_the_till(patch: Patch) -> None:
    patch.setattr(capturing, "_arriving", lambda account, _payee, part, _now: moving.arrivals(account, part.going))


def transferred_lots_never_expire(patch: Patch) -> None:
    patch.setattr(moving, "terms_of_open", lambda account, pool: replace(account.pool(pool).terms, expires_on=None))


def an_overdraft_is_not_filled(patch: Patch) -> None:
    repayments = Account.repayments
    patch.setattr(Account, "repayments", lambda it, lots: () if it.standing else repayments(it, lots))


def conversions_round_up(patch: Patch) -> None:
    patch.setattr(model, "converted", lambda amount, given, taken: Converted(amount, -(-amount * given // taken)))


def a_transfer_back_takes_what_expires_first(patch: Patch) -> None:
    def soonest(account: Account, _own: Any) -> Any:
        return account._open(lambda _pool: True)

    patch.setattr(taking, "_own_first", soonest)


def one_more_than_the_scheme_allows(patch: Patch) -> None:
    patch.setattr(drawing, "draw", lambda *args, limit, **rest: draw(*args, limit=limit + 1, **rest))


def a_figure_comes_a_day_late(patch: Patch) -> None:
    def in_force(amount: int | None, changes: tuple[limiting.Figure, ...], day: Day) -> int | None:
        return ([amount] + [change.amount for change in changes if change.from_day < day])[-1]

    patch.setattr(limiting, "in_force", in_force)


def what_a_hold_sets_free_still_counts(patch: Patch) -> None:
    for home in (capturing, releasing):
        patch.setattr(home, "counted_back", lambda *_, **_amounts: ())


def a_limit_never_has_anything_back(patch: Patch) -> None:
    for home in (reversals, refunding):
        patch.setattr(home, "counted_back", lambda *_, **_amounts: ())
    patch.setattr(reversals, "returning", lambda *_, **_amounts: ())


def bounds_come_a_day_late(patch: Patch) -> None:
    def later(day: Day, zone: str) -> Any:
        return end_of_day(day, zone)

    patch.setattr(entities, "start_of_day", later)
    patch.setattr(bounds, "start_of_day", later)


def a_transfer_knows_no_floor(patch: Patch) -> None:
    def bottomless(account: Account, unit: Any, amount: int) -> Any:
        return moving.leaving(replace(account, floor=None) if account.standing else account, unit, amount)

    patch.setattr(transfers, "leaving", bottomless)


def the_threshold_itself_is_past_it(patch: Patch) -> None:
    def beyond(watch: Watch, figure: int | None) -> bool:
        step = 1 if watch.side == "above" else -1
        return figure is None or (figure - watch.threshold) * step >= 0

    patch.setattr(Watch, "beyond", beyond)


def what_time_does_crosses_nothing(patch: Patch) -> None:
    def lapse(decision: Decision, due: Any, entity: Any) -> None:
        for fact in due.decide(entity, decision, decision):
            decision.record(fact)

    patch.setattr(Decision, "lapse", lapse)


def a_group_crosses_from_where_it_began(patch: Patch) -> None:
    patch.setattr(Decision, "_begin_here", lambda _decision: None)


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
    first_taken_is_restored_first,
    a_reversal_is_forgotten,
    a_hold_that_ends_now_can_be_captured,
    a_capture_leaves_the_hold_as_it_was,
    held_value_can_be_spent,
    captured_value_past_its_day_lapses_at_the_till,
    transferred_lots_never_expire,
    an_overdraft_is_not_filled,
    conversions_round_up,
    a_transfer_back_takes_what_expires_first,
    the_last_piece_is_sold_twice,
    other_processes_are_not_noticed,
    keys_are_not_seen_within_a_turn,
    causes_are_not_checked,
    one_more_than_the_scheme_allows,
    a_figure_comes_a_day_late,
    what_a_hold_sets_free_still_counts,
    a_limit_never_has_anything_back,
    bounds_come_a_day_late,
    a_transfer_knows_no_floor,
    the_threshold_itself_is_past_it,
    what_time_does_crosses_nothing,
    a_group_crosses_from_where_it_began,
)

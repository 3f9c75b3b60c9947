"""Bugs put into the rooms of patrols on purpose, one at a time: a machine that does not find them has no teeth."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest
from msgspec.structs import replace

from ledger.entitlements import booking, ending, issuing, sessions
from ledger.entitlements.entities import Session, Waiting
from ledger.patrols import claiming, evolve, terms, walking
from ledger.patrols import decide as patrols
from ledger.reviews import appeals, crediting, verdicts
from ledger.reviews import decide as reviews
from ledger.values import Day, later

Patch = pytest.MonkeyPatch


def nothing(*_given: Any) -> tuple[()]:
    return ()


def two_claims_a_person_are_open(patch: Patch) -> None:
    patch.setattr(claiming, "none_open", nothing)


def a_task_is_walked_twice_by_one(patch: Patch) -> None:
    patch.setattr(claiming, "once", nothing)


def a_lapsed_claim_comes_back_without_a_place(patch: Patch) -> None:
    patch.setattr(walking, "returning", lambda claim, *_: terms.once(_[1], claim.task, claim.holder))


def what_is_given_back_still_counts(patch: Patch) -> None:
    patch.setattr(claiming, "given_back", nothing)


def a_claim_may_start_a_minute_later(patch: Patch) -> None:
    start_by = claiming._start_by
    patch.setattr(claiming, "_start_by", lambda *given: later(start_by(*given), seconds=60))


def a_finished_patrol_falls_back(patch: Patch) -> None:
    patch.setattr(evolve, "_without", lambda running, _claim: running)


def claims_on_other_tasks_do_not_fall_back_first(patch: Patch) -> None:
    patch.setattr(patrols, "what_is_open", nothing)


def one_man_walks_a_task_under_two_records(patch: Patch) -> None:
    patch.setattr(walking, "not_walked_meanwhile", nothing)


def a_patrol_starts_at_any_time(patch: Patch) -> None:
    patch.setattr(walking, "within_slot", nothing)


def any_phone_goes_on(patch: Patch) -> None:
    patch.setattr(walking, "same_device", nothing)


def reviewers_review_themselves(patch: Patch) -> None:
    def anybody(_book: Any, now: Any, *_given: Any) -> str:
        return str(now.by.subject)

    patch.setattr(reviews, "another_person", anybody)
    patch.setattr(appeals, "another_person", anybody)


def an_approval_credits_twice(patch: Patch) -> None:
    credited = crediting.crediting

    def twice(*given: Any) -> Any:
        yield from credited(*given)
        yield from credited(*given)

    patch.setattr(verdicts, "crediting", twice)


def a_second_policy_is_sold(patch: Patch) -> None:
    patch.setattr(issuing, "may_have", nothing)


def nobody_moves_up(patch: Patch) -> None:
    for room in (booking, ending, sessions):
        patch.setattr(room, "moving_up", nothing)


def places_are_given_up_to_the_last_day(patch: Patch) -> None:
    for room in (booking, ending):
        patch.setattr(room, "give_up_until", lambda _entitlement, session: Day(session.starts_on))


def the_last_to_wait_moves_up_first(patch: Patch) -> None:
    def in_front(session: Session, waiting: Waiting) -> Session:
        return replace(session, waiting=(waiting, *session.waiting))

    patch.setattr(Session, "with_waiting", in_front)


SEEDED: Final[Iterable[Callable[[Patch], None]]] = (
    two_claims_a_person_are_open,
    a_task_is_walked_twice_by_one,
    a_lapsed_claim_comes_back_without_a_place,
    what_is_given_back_still_counts,
    a_claim_may_start_a_minute_later,
    a_finished_patrol_falls_back,
    claims_on_other_tasks_do_not_fall_back_first,
    one_man_walks_a_task_under_two_records,
    a_patrol_starts_at_any_time,
    any_phone_goes_on,
    reviewers_review_themselves,
    an_approval_credits_twice,
    a_second_policy_is_sold,
    nobody_moves_up,
    places_are_given_up_to_the_last_day,
    the_last_to_wait_moves_up_first,
)

"""Bugs planted into the real code, one at a time: a simulation that does not find them shows nothing."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from ledger.approvals import decide as approvals
from ledger.approvals.entities import Proposal
from ledger.journal.book import StoredBook
from ledger.journal.clock import ClockGuard
from ledger.journal.desk import Desk
from ledger.journal.rows import StorageError
from ledger.journal.storage import Turn
from ledger.journal.turn import Joining, TurnRunner, nobody
from ledger.values import Instant, instant

Plant = Callable[[pytest.MonkeyPatch], None]


def answers_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    """What fails at COMMIT has been answered as done."""
    real = TurnRunner.close

    def close(runner: TurnRunner, desk: Desk) -> bool:
        try:
            return real(runner, desk)
        except StorageError:
            runner.book.forget()
            return True

    patch.setattr(TurnRunner, "close", close)


def a_lost_answer_is_taken_for_a_commit(patch: pytest.MonkeyPatch) -> None:
    """Nobody reads back whether the turn stands."""
    patch.setattr(TurnRunner, "_stands", lambda runner, _desk: runner.book.forget() is None)


def the_cache_keeps_a_failed_turn(patch: pytest.MonkeyPatch) -> None:
    """Rows are adopted before the commit, and stay when it fails."""
    append = Turn.append
    running: list[TurnRunner] = []
    opened = TurnRunner.open

    def open(runner: TurnRunner, turn: Turn) -> Desk:
        running[:] = [runner]
        desk = opened(runner, turn)
        turn.desk = desk  # type: ignore[attr-defined] # only here does a turn know its desk
        return desk

    def appended(turn: Any, *rest: Any) -> None:
        append(turn, *rest)
        book = running[0].book
        book.rows.update(turn.desk.rows)

    patch.setattr(TurnRunner, "open", open)
    patch.setattr(Turn, "append", appended)
    patch.setattr(StoredBook, "forget", lambda _book: None)


def no_key_row_is_written(patch: pytest.MonkeyPatch) -> None:
    """A retry that comes after the turn is done once more."""
    append = Turn.append
    patch.setattr(Turn, "append", lambda turn, facts, _keys, *rest: append(turn, facts, [], *rest))


def others_are_not_heard(patch: pytest.MonkeyPatch) -> None:
    """The cache never forgets what another process has changed."""

    def deaf(book: StoredBook, turn: Turn) -> None:
        book.position = turn.head.position

    patch.setattr(StoredBook, "catch_up", deaf)


def any_clock_is_believed(patch: pytest.MonkeyPatch) -> None:
    """Neither a clock behind the head nor one that jumped stops a turn."""
    patch.setattr(ClockGuard, "reading", lambda guard, _head: Instant(instant(guard.clock.wall())))


def a_lost_answer_is_tried_again_without_looking(patch: pytest.MonkeyPatch) -> None:
    """A turn whose commit was not answered is decided anew, its keys as it knew them before."""
    real = TurnRunner._attempt

    def attempt(runner: TurnRunner, submissions: Any, joining: Joining) -> Any:
        try:
            with pytest.MonkeyPatch.context() as inner:
                inner.setattr(TurnRunner, "_stands", _not_looking)
                return real(runner, submissions, joining)
        except _UnseenError:
            with pytest.MonkeyPatch.context() as inner:
                inner.setattr(Turn, "keys", lambda _turn, _pairs: {})
                inner.setattr(Desk, "_remember", lambda _desk, _submission, outcome: outcome)
                return real(runner, submissions, nobody)

    patch.setattr(TurnRunner, "_attempt", attempt)


class _UnseenError(Exception):
    """The commit's answer was lost."""


def _not_looking(_runner: TurnRunner, _desk: Desk) -> bool:
    raise _UnseenError


def another_body_gets_the_old_answer(patch: pytest.MonkeyPatch) -> None:
    """Nobody compares fingerprints."""
    real = Desk._answered

    def answered(desk: Desk, submission: Any) -> Any:
        key = submission.key
        seen = desk.answered.get((key.client, key.mac)) if key else None
        return seen[1]._replace(replayed=True) if seen else real(desk, submission)

    patch.setattr(Desk, "_answered", answered)


def a_refusal_leaves_its_key_free(patch: pytest.MonkeyPatch) -> None:
    """What was refused for good is decided afresh on a retry."""
    real = Desk._remember

    def remember(desk: Desk, submission: Any, outcome: Any) -> Any:
        return outcome if outcome.refusal else real(desk, submission, outcome)

    patch.setattr(Desk, "_remember", remember)


def a_proposal_is_decided_again(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks at what has become of it."""
    patch.setattr(approvals, "_open", lambda named, book, _now: book.the(Proposal, named))


def the_maker_approves(patch: pytest.MonkeyPatch) -> None:
    """One person at two clients is taken for two."""
    patch.setattr(approvals, "by_maker", lambda _book, now, maker: now.by.principal == maker.principal)


PLANTED: Final[dict[str, Plant]] = {
    plant.__name__.replace("_", " "): plant
    for plant in (
        answers_before_the_commit,
        a_lost_answer_is_taken_for_a_commit,
        the_cache_keeps_a_failed_turn,
        no_key_row_is_written,
        others_are_not_heard,
        any_clock_is_believed,
        a_lost_answer_is_tried_again_without_looking,
        another_body_gets_the_old_answer,
        a_refusal_leaves_its_key_free,
        a_proposal_is_decided_again,
        the_maker_approves,
    )
}

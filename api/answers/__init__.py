"""Answers: pure, versioned renderings of a transaction's facts, so that a replayed answer is the same to the byte."""

from collections.abc import Callable
from typing import Final

from api.answers import v1
from api.answers.shape import Answer
from ledger.journal.turn import Outcome
from ledger.refusals import Refusal

VERSIONS: Final[dict[int, Callable[[Outcome], Answer]]] = {1: v1.answer}
"""A version once given out is never changed: a change is a new version (and `ledger.journal.ledger.ANSWER`)."""


def answer(outcome: Outcome, lang: str) -> Answer:
    """What became of a wish, in the version and the language of its first answer; `lang` counts where none is kept."""
    key = outcome.envelopes[0].key if outcome.envelopes else None
    if key is None and outcome.refusal is not None:
        return v1.problem(outcome.refusal, lang)
    return VERSIONS[key.answer if key else v1.VERSION](outcome)


def problem(refusal: Refusal, lang: str) -> Answer:
    """A refusal that stands in no journal, in today's words."""
    return v1.problem(refusal, lang)


__all__ = ["VERSIONS", "Answer", "answer", "problem"]

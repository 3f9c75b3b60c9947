"""How the model says no."""

from typing import Any

FINAL = {
    "insufficient-funds",
    "out-of-stock",
    "limit-exceeded",
    "already-exists",
    "already-reversed",
    "exceeds-original",
    "not-reversible",
    "cause-already-used",
    "already-decided",
    "approval-expired",
    "self-approval",
    "period-closed",
    "period-not-open",
    "closing-unfinished",
    "account-frozen",
    "account-closed",
    "not-eligible",
    "hold-expired",
    "hold-already-captured",
    "hold-already-voided",
    "exceeds-hold",
}
"""Refusals that are recorded and stand for ever under their key; after all others the key is free."""


class No(Exception):  # noqa: N818 - an answer, not an error
    """A refusal with its numbers."""

    def __init__(self, code: str, **numbers: Any) -> None:
        super().__init__(code)
        self.code, self.numbers = code, numbers

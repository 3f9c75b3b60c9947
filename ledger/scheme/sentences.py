"""A complaint about a scheme in words: what, why, and what to do, in two languages."""

from typing import NamedTuple


class Sentences(NamedTuple):
    """One complaint in one language."""

    what: str
    why: str
    remedy: str


def both(english: tuple[str, str, str], chinese: tuple[str, str, str]) -> tuple[Sentences, Sentences]:
    """The English sentences and the Chinese ones."""
    return Sentences(*english), Sentences(*chinese)

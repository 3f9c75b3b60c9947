"""Which of the two languages a caller wants."""

from functools import lru_cache

from api.answers.sentences import EN, ZH


@lru_cache(maxsize=256)
def language_of(accepted: str) -> str:
    """`zh-CN` or `en` from an Accept-Language header (RFC 9110, 12.5.4); Chinese when it names neither."""
    best, quality = ZH, 0.0
    for part in accepted[:200].split(","):
        name, _, parameters = part.partition(";")
        lang = _kept(name.strip().lower())
        weight = _weight(parameters)
        if lang is not None and weight > quality:
            best, quality = lang, weight
    return best


def _kept(name: str) -> str | None:
    if name.startswith("zh"):
        return ZH
    return EN if name.startswith("en") else None


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, float(value))
    except ValueError:
        return 0.0

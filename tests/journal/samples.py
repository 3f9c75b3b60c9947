"""Facts of no room, for tests of the journal alone."""

from typing import Any

import msgspec

from ledger.room import By, Envelope, Fact, KeyMark
from ledger.values import Instant, PeriodName, TxId

AT = Instant("2022-06-01T22:02:00.000000Z")


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """A value inside a fact."""

    pool: str
    start: int
    end: int | None = None


class PointsFound(Fact, frozen=True, kw_only=True):
    """A fact with every shape of field."""

    TOPIC = "points-found.v2"

    amount: int
    note: str | None = None
    ranges: tuple[Range, ...] = ()
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    done: bool = False

    def stream(self, tx: TxId) -> str:
        return f"find:{tx}"


class PointsLost(Fact, frozen=True, kw_only=True):
    """Another one."""

    TOPIC = "points-lost.v1"

    amount: int

    def stream(self, tx: TxId) -> str:
        return f"loss:{tx}"


def envelope(fact: Fact, **changes: Any) -> Envelope:
    """`fact` as the first of its stream."""
    given: dict[str, Any] = {
        "appr": None,
        "belongs_to": None,
        "by": By(principal="client:counter-1", subject="person:1"),
        "cause": None,
        "data": fact,
        "key": KeyMark(answer=1, client="client:counter-1", fp="c004", lang="zh-CN", mac="01fe"),
        "occurred_at": AT,
        "pd": {},
        "period": PeriodName("2022-06"),
        "pos": 1,
        "recorded_at": AT,
        "rule": "sample/v1",
        "stream": fact.stream(TxId("t1")),
        "tx": TxId("t1"),
        "type": fact.TOPIC,
        "v": 1,
        "ver": 1,
    }
    return Envelope(**(given | changes))

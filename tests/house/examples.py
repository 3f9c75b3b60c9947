"""`make history` writes a stored example of each topic that has none (ARGS=--again: all anew, before a release only).

An example is kept for ever and never edited: it stands for every fact of its version that lies in some ledger.
"""

import sys
import types
import typing
from typing import Any

import msgspec

from ledger.room import By, Envelope, Fact, KeyMark
from ledger.rooms import ROOMS
from ledger.values import Instant, PeriodName, TxId
from tests.house.sources import ROOT

HISTORY = ROOT / "tests" / "history"
TX = TxId("0198e4c2-5b7d-7c3a-9f10-2a6b8d4e1c37")
AT = Instant("2022-06-01T22:02:00.000000Z")

BY_KIND: dict[str, Any] = {
    "AccountId": "holder:0198c7a0-1d2e-7f3a-8b4c-5d6e7f809a1b",
    "HolderId": "0198c7a0-1d2e-7f3a-8b4c-5d6e7f809a1b",
    "HoldId": "0198f9c4-6e7f-7081-9b8c-0d1e2f3a4b5c",
    "UnitCode": "safety_point",
    "ItemId": "G001",
    "BadgeNumber": "2022060017",
    "ProposalId": "0198f001-2c3d-7e4f-8a5b-6c7d8e9f0a1b",
    "RedemptionId": "0198f8b3-4d5e-7f60-9a7b-8c9d0e1f2a3b",
    "RouteId": "songtai-2",
    "TaskId": "songtai-2.2022-06-14.evening",
    "EntitlementId": "0198f8b3-4d5e-7f60-9a7b-8c9d0e1f2a3b",
    "SessionId": "nanxijiang-2022-07-09",
    "ClaimId": "0198fa10-7a8b-7c9d-8e0f-1a2b3c4d5e6f",
    "TxId": TX,
    "Instant": AT,
    "Day": "2022-06-02",
    "PeriodName": "2022-06",
}
"""What a value of each named kind looks like."""


def sample(kind: Any, name: str) -> Any:
    """A value of the annotated kind for the field `name`: optional fields are filled, sequences have one element."""
    if isinstance(kind, typing.NewType):
        return BY_KIND.get(kind.__name__) or sample(kind.__supertype__, name)
    arms = typing.get_args(kind)
    match typing.get_origin(kind):
        case typing.Union | types.UnionType:
            return sample(next(arm for arm in arms if arm is not type(None)), name)
        case typing.Literal:
            value = arms[0]
        case origin if origin is tuple and Ellipsis not in arms:
            value = tuple(sample(arm, name) for arm in arms)
        case origin if origin in (tuple, list, frozenset, set):
            value = origin([sample(arms[0], name)])
        case origin if origin is dict:
            value = {sample(arms[0], "key"): sample(arms[1], name)}
        case _:
            value = plain(kind, name)
    return value


def plain(kind: Any, name: str) -> Any:
    """A value of a kind without parameters."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = typing.get_type_hints(kind)
        return kind(**{field.name: sample(hints[field.name], field.name) for field in msgspec.structs.fields(kind)})
    values: dict[Any, Any] = {int: 20, str: name.replace("_", "-"), bool: True, bytes: b"\x01", Any: 20}
    return values[kind]


def example(fact: type[Fact]) -> bytes:
    """One line of a journal, canonical JSON, with a fact of this kind."""
    data = plain(fact, fact.TOPIC)
    envelope = Envelope(
        appr=None,
        belongs_to=PeriodName("2022-05"),
        by=By(principal="client:gate-import", subject="person:0198b1d4-0a1b-7c2d-8e3f-4a5b6c7d8e9f"),
        cause="9f3c5a1e7b2d48c6",
        data=data,
        key=KeyMark(answer=1, client="client:gate-import", fp="5be1c07d", lang="zh-CN", mac="77a0e3b9"),
        occurred_at=AT,
        pd={},
        period=PeriodName("2022-06"),
        pos=1203,
        recorded_at=Instant("2022-06-30T09:00:04.412031Z"),
        rule="safety-supermarket/v1",
        stream=data.stream(TX),
        tx=TX,
        type=fact.TOPIC,
        v=1,
        ver=1,
    )
    return msgspec.json.Encoder(order="sorted").encode(envelope)


def write(*, again: bool = False) -> list[str]:
    """Write the examples that are missing (or all of them) and return their topics."""
    written = []
    for fact in (fact for room in ROOMS for fact in room.facts):
        path = HISTORY / f"{fact.TOPIC}.json"
        if again or not path.exists():
            path.write_bytes(example(fact) + b"\n")
            written.append(fact.TOPIC)
    return written


if __name__ == "__main__":
    print("\n".join(write(again="--again" in sys.argv)))

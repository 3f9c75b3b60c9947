"""What stories of welfare coupons have in common: members of units, and a batch from its draft to its issue."""

from collections.abc import Mapping
from typing import Any

from tests.stories.programme import Programme

Body = dict[str, Any]


def members(union: Programme, unit: str, *holders: str, joined_on: str = "2022-01-01") -> None:
    """People of a unit who were imported before the story begins."""
    union.people(*holders, crew=unit, joined_on=joined_on)


def by_two(union: Programme, command: Body) -> Body:
    """Proposed by an officer, approved by another person."""
    made = union.do("/proposals", {"command": command})
    assert made["status"] == "open"
    return union.do(f"/proposals/{made['id']}/approve", {"digest": made["digest"]}, "approver")


def drafted(union: Programme, id: str, faces: Mapping[str, int], **terms: Any) -> str:
    """A batch with a line for each holder; nothing is submitted yet."""
    last = {"id": id, "kind": "welfare", "occasion": "mid-autumn", "source": "union", "expires_on": "2023-12-31"}
    union.do("/coupon-batches", last | terms)
    lines = [{"holder": holder, "face": face} for holder, face in faces.items()]
    union.do(f"/coupon-batches/{id}/lines", {"lines": lines})
    return id


def approved(union: Programme, id: str) -> str:
    """Handed in by who made it, approved by another person."""
    digest = union.do(f"/coupon-batches/{id}/submit")["digest"]
    union.do(f"/coupon-batches/{id}/approve", {"digest": digest}, "approver")
    return id


def given(union: Programme, id: str, faces: Mapping[str, int], **terms: Any) -> Body:
    """The whole way; what issuing came to."""
    return issued(union, approved(union, drafted(union, id, faces, **terms)))


def issued(union: Programme, id: str) -> Body:
    """All of an approved batch."""
    return done(union, f"/coupon-batches/{id}/issue-all")


def tried(union: Programme, id: str) -> Body:
    """What issuing it would come to."""
    return done(union, f"/coupon-batches/{id}/dry-run")


def done(union: Programme, path: str) -> Body:
    """What an action answered."""
    answer = union.post(path, {}, role="officer")
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found

"""Reads of claims: how far each has come, what its review found, and why it ended."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from api.answers.findings import ending, said
from api.answers.sentences import words_of
from api.routes.histories import place
from api.routes.owning import NOBODY, Thing, records_of, sees
from api.routes.reading import PAGE, TEXT, Asked, Parameter, Read, page_size, present
from ledger.patrols.entities import Claim
from ledger.refusals import Malformed, NotFound
from ledger.reviews.entities import Review
from ledger.reviews.facts import Finding, Withheld
from ledger.room import By
from ledger.scheme.model import Scheme
from ledger.values import Instant
from projections import patrol_lists, reviews

UNDER_REVIEW: Final = "under-review"
_HIDDEN: Final = frozenset({"finished", "referred"})
"""What the machine passes on to a person is nobody's business outside: both are under review."""


def shown_status(status: str) -> str:
    """The status that the outside sees."""
    return UNDER_REVIEW if status in _HIDDEN else status


STATUSES: Final = (
    "open",
    "started",
    UNDER_REVIEW,
    "approved",
    "rejected",
    "given-back",
    "lapsed",
    "released",
)


def claim(asked: Asked) -> dict[str, Any]:
    """One claim as it stands; a holder sees its own alone."""
    id, ledger = asked.params["claim"], asked.served.ledger
    found = ledger.get(Claim, id)
    if found is None:
        raise NotFound(kind=Claim.KIND, id=id)
    sees(asked.caller, ledger, "read", Thing(Claim.KIND, id, found.holder))
    review = None if found.finished_at is None else ledger.get(Review, id)
    return claim_object(_showing(asked), id, found, review)


class Showing(NamedTuple):
    """What every claim of an answer is shown with."""

    asked: Asked
    scheme: Scheme
    at: Instant


def _showing(asked: Asked) -> Showing:
    view = asked.served.ledger.view()
    return Showing(asked, view.scheme(view.today), view.recorded_at)


def claim_object(showing: Showing, id: str, found: Claim, review: Review | None) -> dict[str, Any]:
    """A claim as the caller may see it, lapsed where time has ended it."""
    shown = found.seen_at(showing.at)
    return {
        "id": id,
        "task": shown.task,
        "holder": shown.holder,
        "status": shown_status(shown.status),
        "claimed_at": shown.claimed_at,
        "start_by_at": shown.start_by_at,
        "started_at": shown.started_at,
        "finish_by_at": shown.finish_by_at,
        "finished_at": shown.finished_at,
        "has_track": shown.track is not None and shown.track_deleted_at is None,
        "points": [{"point": it.number, "passed_at": it.first_at, "times": it.times} for it in shown.passed],
        "ended": _ended(shown, showing.scheme, showing.asked.lang),
        "review": None if review is None else review_shown(showing.asked, review, showing.scheme),
    }


def _ended(found: Claim, scheme: Scheme, lang: str) -> dict[str, Any] | None:
    """Why it ended unfinished."""
    if found.ended_at is None:
        return None
    how = found.cause if found.status == "lapsed" and found.cause else found.status
    reason = "" if found.reason is None else named(scheme, found.reason, lang)
    return {
        "at": found.ended_at,
        "cause": how,
        "reason": found.reason,
        "sentence": ending(how, lang, reason=reason),
    }


def named(scheme: Scheme, reason: str, lang: str) -> str:
    """A reason in words; a code of a scheme that was replaced stands for itself."""
    names = scheme.reasons.get(reason)
    return reason if names is None else names.in_language(lang)


# What a review says ------------------------------------------------------------------------------------------------


def review_shown(asked: Asked, review: Review, scheme: Scheme) -> dict[str, Any] | None:
    """What was decided and why. Until then only who reviews sees what was found."""
    reviewing = asked.caller.principal.holder is None and asked.caller.may("review")
    if review.status == "referred" and not reviewing:
        return None
    lang, zone = asked.lang, asked.served.ledger.zone
    shown = {
        "status": review.status,
        "findings": [finding_object(finding, lang, zone) for finding in review.findings],
        "measured": review.measured,
        "decided_at": review.decided_at,
        "reviewed_by": None if review.decided_by is None else _reviewer(review.decided_by),
        "reason": review.reason,
        "reason_name": None if review.reason is None else named(scheme, review.reason, lang),
        "appeal_until": review.appeal_until_at,
        "appealed_at": review.appealed_at,
        "appeal_decided_at": review.appeal_decided_at,
        "appeal_reason": review.appeal_reason,
        "credited": review.credited,
        "withheld": [_withheld(item, lang) for item in review.withheld],
        "corrects": review.corrects,
    }
    return shown | ({"note": asked.served.vault.read_note(review.note) if review.note else None} if reviewing else {})


def _withheld(item: Withheld, lang: str) -> dict[str, Any]:
    return {**msgspec.structs.asdict(item), "sentence": words_of(item.code, lang).title}


def _reviewer(by: By) -> str:
    """Who it was is nobody's business; that it was a person is."""
    return "machine" if by.principal == "system" else "person"


def finding_object(finding: Finding, lang: str, zone: str) -> dict[str, Any]:
    """A finding with its sentence."""
    return {
        "code": finding.code,
        "point": finding.point,
        "measured": finding.measured,
        "limit": finding.limit,
        "at": finding.at,
        "sentence": said(finding, lang, zone),
    }


# Lists -----------------------------------------------------------------------------------------------------------


def holders_asked(asked: Asked) -> list[str] | None:
    """Whose things a list shows: None for everybody's. A holder's own key gets its own. Raises NotFound."""
    holder, scope = asked.query.get("holder"), asked.caller.principal.holder
    if holder is None and scope is None and asked.caller.may("read"):
        return None
    whose = holder or scope or NOBODY
    sees(asked.caller, asked.served.ledger, "read", Thing("holder", whose, whose))
    return records_of(asked.served.ledger, whose)


def claims(asked: Asked) -> dict[str, Any]:
    """A page of claims in the order of claiming; a holder sees its own alone."""
    query, limit, after = asked.query, page_size(asked.query), place(asked.query.get("after", "0"))
    holders = holders_asked(asked)
    if (status := query.get("status")) not in {None, *STATUSES}:
        raise Malformed(errors=["/?status: unknown-value"])
    with asked.served.projected() as reading:
        found = patrol_lists.claims_of(
            reading,
            holders=holders,
            statuses=None if status is None else _kept(status),
            task=query.get("task"),
            after=after,
            limit=limit,
        )
    following = str(found[-1].position) if len(found) == limit else None
    return {"claims": [it for it in _shown(asked, found) if status in {None, it["status"]}], "next": following}


def _shown(asked: Asked, found: Sequence[patrol_lists.Claim]) -> Iterator[dict[str, Any]]:
    ids = [item.claim for item in found]
    claims, reviewed = present(asked, Claim, ids), present(asked, Review, ids)
    showing = _showing(asked)
    return (claim_object(showing, id, claims[id], reviewed.get(id)) for id in ids)


def _kept(status: str) -> tuple[str, ...]:
    """As facts leave a claim: one that has lapsed may not be recorded yet."""
    if status == UNDER_REVIEW:
        return tuple(_HIDDEN)
    return (status, "open", "started") if status == "lapsed" else (status,)


def queue(asked: Asked) -> dict[str, Any]:
    """What waits for a person, the longest first: patrols that the machine must not decide, and appeals."""
    query, ledger = asked.query, asked.served.ledger
    limit, after, status = page_size(query), place(query.get("after", "0")), query.get("status")
    if status not in {None, *WAITING}:
        raise Malformed(errors=["/?status: unknown-value"])
    with asked.served.projected() as reading:
        found = reviews.queue(reading, status=status, after=after, limit=limit)
    shown = [_waiting(asked, it, ledger.zone) for it in found]
    return {"reviews": shown, "next": str(found[-1].position) if len(found) == limit else None}


def _waiting(asked: Asked, item: reviews.Waiting, zone: str) -> dict[str, Any]:
    findings = [msgspec.convert(finding, Finding) for finding in item.findings]
    note = None if item.note is None else asked.served.vault.read_note(item.note)
    return {
        **item._asdict(),
        "findings": [finding_object(finding, asked.lang, zone) for finding in findings],
        "note": note,
    }


WAITING: Final = ("referred", "appealed")
READS: Final = (
    Read(
        path="/reviews",
        show=queue,
        permission="review",
        summary="Patrols that wait for a person 待人工审核",
        query=(Parameter("status", "Of one kind.", {"type": "string", "enum": list(WAITING)}), *PAGE),
    ),
    Read(
        path="/claims",
        show=claims,
        own=True,
        summary="Claims 领取记录",
        query=(
            Parameter("holder", "Whose.", dict(TEXT)),
            Parameter("status", "How they stand.", {"type": "string", "enum": list(STATUSES)}),
            Parameter("task", "Of one task.", dict(TEXT)),
            *PAGE,
        ),
    ),
    Read(path="/claims/{claim}", show=claim, own=True, summary="One claim, with its review 领取详情"),
)

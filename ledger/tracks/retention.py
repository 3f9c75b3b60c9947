"""Until when a track is kept: pure, so that the sweep and the rule that records it cannot differ."""

from typing import Final

from ledger.calendar import day_after, end_of_day, local_day
from ledger.patrols.entities import Claim
from ledger.reviews.entities import Review
from ledger.scheme.patrolling import Patrols
from ledger.values import Instant

_OPEN: Final = frozenset({"referred", "appealed"})


def kept_until_at(claim: Claim, review: Review | None, rules: Patrols, zone: str) -> Instant | None:
    """The end, exclusive, of the last local day on which a track is kept; None: somebody may need it yet.

    Counted from the last decision, or from when the claim ended unfinished; never before the end of an appeal's days.
    """
    since = _over_at(claim, review)
    if since is None:
        return None
    until = end_of_day(day_after(local_day(since, zone), rules.track_days), zone)
    appeal = None if review is None else review.appeal_until_at
    return until if appeal is None else max(until, appeal)


def _over_at(claim: Claim, review: Review | None) -> Instant | None:
    if review is None:
        return claim.ended_at
    return None if review.status in _OPEN else review.appeal_decided_at or review.decided_at

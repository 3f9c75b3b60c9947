"""Standing on site: whether a balance lets its holder work."""

from typing import Literal

from ledger.points.entities import Account
from ledger.scheme.model import Scheme


def standing(account: Account, scheme: Scheme) -> Literal["good", "stand-down"]:
    """Below the scheme's mark the holder is stood down until retrained (停岗复训); at the mark not yet (S01)."""
    rule = scheme.standing
    if rule is None or rule.stand_down_below is None or rule.unit != account.unit:
        return "good"
    return "stand-down" if account.balance < rule.stand_down_below else "good"

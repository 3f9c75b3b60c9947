"""Every projection that a ledger keeps: a new one is one module and one line here."""

from typing import Final

from projections import (
    approvals,
    balances,
    conversions,
    entitlements,
    holds,
    issued,
    lots,
    patrols,
    people,
    periods,
    rankings,
    reviews,
    statements,
    stock,
    trial_balance,
)

PROJECTIONS: Final = (
    balances.PROJECTION,
    statements.PROJECTION,
    trial_balance.PROJECTION,
    periods.PROJECTION,
    people.PROJECTION,
    rankings.PROJECTION,
    stock.PROJECTION,
    holds.PROJECTION,
    approvals.PROJECTION,
    lots.PROJECTION,
    issued.PROJECTION,
    conversions.PROJECTION,
    patrols.PROJECTION,
    reviews.PROJECTION,
    entitlements.PROJECTION,
)

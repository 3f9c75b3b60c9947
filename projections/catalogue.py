"""Every projection that a ledger keeps: a new one is one module and one line here."""

from typing import Final

from projections import balances

PROJECTIONS: Final = (balances.PROJECTION,)

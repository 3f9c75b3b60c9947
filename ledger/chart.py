"""The chart of accounts: the one place where the name of a book account is spelled."""

from typing import Final

from ledger.values import AccountId

ISSUED: Final = AccountId("issued")
"""Value given out by the programme (its balance is negative: what was issued)."""
REDEEMED: Final = AccountId("redeemed")
"""Value that was exchanged for goods."""
DEDUCTED: Final = AccountId("deducted")
"""Value taken away by violations."""
LAPSED: Final = AccountId("lapsed")
"""Value that expired: breakage."""
CONVERTED: Final = AccountId("converted")
"""Value on its way from one unit to another: what came of the one, and (negative) what was given of the other."""

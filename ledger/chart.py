"""The chart of accounts: the one place where the name of a book account is spelled."""

from typing import Final, Literal

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


def cost(fund: str | None) -> AccountId:
    """What the owner of a fund has borne for entitlements (negative: his expense); without a fund, the programme."""
    return AccountId("cost" if fund is None else "cost:" + fund)


def payable(payee: str) -> AccountId:
    """What somebody outside has to come for entitlements: an insurer, a resort."""
    return AccountId("payable:" + payee)


def fund(id: str, stage: Literal["source", "free", "committed", "disbursed", "recovered"]) -> AccountId:
    """Where a fund's money stands: given by its source (negative), free, promised, paid, or back at the source."""
    return AccountId(f"fund/{id}/{stage}")


FEES: Final = AccountId("fees")
"""What the programme keeps of what merchants sell for coupons."""
OFFERED: Final = AccountId("offered")
"""What funds add to the prices of offers (negative: their expense)."""
COLLECTED: Final = AccountId("collected")
"""What members paid to the platform for offers, on its way to merchants (negative: passed on)."""
BOUGHT: Final = AccountId("bought")
"""What kits cost when they were bought (negative)."""
KITS: Final = AccountId("kits")
"""What the kits in all depots cost."""
GIVEN: Final = AccountId("given")
"""What kits cost that were handed out."""
MISSING: Final = AccountId("missing")
"""What kits cost that a count did not find, less what one found."""
CLAIMANTS: Final = AccountId("claimants")
"""What persons brought of their own, to be paid together with an aid (negative)."""
OWN_SHARES: Final = AccountId("own-shares")
"""The same until it is paid, or given back."""
PAID: Final = AccountId("paid")
"""What merchants were paid in settlements."""


def merchant(id: str) -> AccountId:
    """What a merchant has to come for what it sold."""
    return AccountId(f"merchant/{id}")

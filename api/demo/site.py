"""The site of the demo: its files, and who buys what at the counter."""

from pathlib import Path
from typing import Final, NamedTuple

from api.demo.expected import ExpectedMonth, Policy, expected_month

DATA: Final = Path(__file__).parent / "data"
BUYER: Final = "YK-0042"
"""王钦力's badge."""
CART: Final = ("G001", "G002")


class Site(NamedTuple):
    """Whose month it is."""

    folder: Path = DATA
    buyer: str = BUYER
    cart: tuple[str, ...] = CART

    def expected(self, policy: Policy) -> ExpectedMonth:
        """What the separate reader of the same files says."""
        return expected_month(self.folder, policy=policy, sale=[(self.buyer, item) for item in self.cart])

"""One account in plain numbers."""

from dataclasses import dataclass


class No(Exception):  # noqa: N818 - an answer, not an error
    """A refusal by its code."""


@dataclass
class Account:
    """What one account has in one unit."""

    name: str
    balance: int = 0
    held: int = 0
    debt: int = 0
    incoming: int = 0
    floor: int | None = 0
    ceiling: int | None = None

    @property
    def standing(self) -> bool:
        return self.name.startswith("account:")

    @property
    def open(self) -> int:
        """Value in lots that nobody has set aside."""
        return self.balance + self.debt - self.held

    @property
    def available(self) -> int:
        return max(0, self.balance - self.held)

    def leave(self, amount: int) -> None:
        """Refuse what is beyond what there is and the credit line."""
        if self.floor is not None and amount > max(0, self.balance - self.held - self.floor):
            raise No("insufficient-funds")

    def fits(self, amount: int) -> None:
        """Refuse what would come above the ceiling, with all that is on its way here."""
        if self.ceiling is not None and self.balance + self.incoming + amount > self.ceiling:
            raise No("limit-exceeded")

    def put(self, amount: int) -> None:
        """Value comes in: it repays debts first."""
        self.balance += amount
        self.repay(amount)

    def repay(self, amount: int) -> None:
        self.debt -= min(self.debt, amount)

    @property
    def figures(self) -> tuple[int, int, int, int]:
        return self.balance, self.held, self.debt, self.incoming

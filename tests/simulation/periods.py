"""Periods in plain words: which one is open, and how far the closing of the others has come."""

from typing import Any

from tests.simulation.account import No


class Periods:
    """No value moves by what is done here."""

    def __init__(self) -> None:
        self.period = ""
        self.closings: dict[str, str] = {}
        """How far each period's closing has come."""

    def do_books(self, period: str) -> list[Any]:
        self.period = period
        return []

    def do_close(self, period: str) -> list[Any]:
        """The books go on in the next period at once; the one before must have come to its end."""
        if period in self.closings:
            raise No("period-closed")
        if period != self.period:
            raise No("period-not-open")
        if any(step != "finished" for step in self.closings.values()):
            raise No("closing-unfinished")
        self.closings[period] = "closed"
        year, month = map(int, period.split("-"))
        self.period = f"{year + month // 12}-{month % 12 + 1:02}"
        return []

    def do_seal(self, period: str) -> list[Any]:
        if self._closing(period) != "closed":
            raise No("already-decided")
        self.closings[period] = "sealed"
        return []

    def do_finish(self, period: str) -> list[Any]:
        step = self._closing(period)
        if step != "sealed":
            raise No("closing-unfinished" if step == "closed" else "already-decided")
        self.closings[period] = "finished"
        return []

    def _closing(self, period: str) -> str:
        if period not in self.closings:
            raise No("not-found")
        return self.closings[period]

"""What a scheme's limits should count, told once more: so much of certain movements in a window, for each of whom."""

from dataclasses import dataclass
from datetime import date

from tests.machines.no import No
from tests.machines.things import Drawn, State

Told = dict[str, str | None]
"""What a movement was wished with: `fund`, `reason`, `behaviour`."""


@dataclass(frozen=True)
class Limit:
    """A limit of a scheme, as the machine's schemes have them."""

    code: str
    counts: str
    """`amount`, `times` or `pieces`."""
    kinds: tuple[str, ...]
    window: str
    amount: int | None
    unit: str | None = None
    per: tuple[str, ...] = ()
    funds: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    behaviours: tuple[str, ...] = ()
    changes: tuple[tuple[str, int], ...] = ()
    """From which day on it is what."""

    def figure(self, day: str) -> int | None:
        """What may be used in the window, as it stands on that day; None: it is no limit yet."""
        return ([self.amount] + [figure for from_day, figure in self.changes if from_day <= day])[-1]

    def about(self, kind: str, unit: str, told: Told) -> bool:
        """Whether it counts such a movement."""
        words = ((self.funds, "fund"), (self.reasons, "reason"), (self.behaviours, "behaviour"))
        named = all(not allowed or told.get(word) in allowed for allowed, word in words)
        return named and kind in self.kinds and self.unit in {None, unit}

    def counter(self, whose: str, told: Told, day: str) -> str:
        """What of all that it counts has a number of its own."""
        parts = {part: f"{part}:{told.get(part) or ''}" for part in ("behaviour", "reason", "fund")}
        parts["person"] = named(whose)
        mine = "+".join(said for part, said in parts.items() if part in self.per) or "ledger"
        week = "{}-W{:02}".format(*date.fromisoformat(day).isocalendar()[:2])
        window = {"day": day, "week": week, "month": day[:7], "year": day[:4], "ever": "ever"}[self.window]
        return f"{self.code}/{mine}/{window}"


def named(whose: str) -> str:
    """The account in full."""
    return whose if whose.startswith("account:") else "holder:" + whose


class Limits:
    """The part of the model that counts."""

    limits: tuple[Limit, ...] = ()
    today: str
    now: State

    def _drawing(
        self, kind: str, whose: str, unit: str, amount: int, *, pieces: int = 0, told: Told | None = None
    ) -> Drawn:
        """What it would draw on each limit that is about it, or No. Nothing is counted before all else is checked."""
        drawn: Drawn = []
        for limit in self.limits:
            most = limit.figure(self.today)
            size = {"amount": amount, "times": min(1, amount), "pieces": pieces}[limit.counts]
            if limit.about(kind, unit, told or {}) and most is not None and size:
                drawn.append(self._drawn(limit.counter(whose, told or {}, self.today), size, most))
        return drawn

    def _drawn(self, counter: str, size: int, most: int) -> tuple[str, int]:
        used, (rule, _, window) = self.now.counted.get(counter, 0), counter.split("/")
        if used + size > most:
            raise No("limit-exceeded", rule=rule, limit=most, used=used, offered=max(0, most - used), period=window)
        return counter, size

    @property
    def _by_pieces(self) -> set[str]:
        return {limit.code for limit in self.limits if limit.counts == "pieces"}

    def _count(self, drawn: Drawn) -> None:
        for counter, size in drawn:
            self.now.counted[counter] = self.now.counted.get(counter, 0) + size

    def _uncount(self, drawn: Drawn, amount: int, *, of: int, before: int = 0) -> None:
        """As `amount` of so many comes back, so does what they counted: all of it with the last, until then no more
        than its part."""
        for counter, size in drawn:
            part = size * (before + amount) // of - size * before // of
            self.now.counted[counter] -= part

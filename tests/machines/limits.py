"""What a scheme's limits should count, told once more: so much of certain movements in a window, for each of whom."""

from dataclasses import dataclass
from datetime import date

from tests.machines.no import No
from tests.machines.things import Drawn, State


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
    changes: tuple[tuple[str, int], ...] = ()
    """From which day on it is what."""

    def figure(self, day: str) -> int | None:
        """What may be used in the window, as it stands on that day; None: it is no limit yet."""
        return ([self.amount] + [figure for from_day, figure in self.changes if from_day <= day])[-1]

    def counter(self, whose: str, fund: str | None, day: str) -> str:
        """What of all that it counts has a number of its own."""
        parts = {"fund": f"fund:{fund or ''}", "person": whose if whose.startswith("account:") else "holder:" + whose}
        mine = "+".join(parts[part] for part in ("fund", "person") if part in self.per) or "ledger"
        week = "{}-W{:02}".format(*date.fromisoformat(day).isocalendar()[:2])
        window = {"day": day, "week": week, "month": day[:7], "ever": "ever"}[self.window]
        return f"{self.code}/{mine}/{window}"


class Limits:
    """The part of the model that counts."""

    limits: tuple[Limit, ...] = ()
    today: str
    now: State

    def _drawing(
        self, kind: str, whose: str, unit: str, amount: int, *, fund: str | None = None, pieces: int = 0
    ) -> Drawn:
        """What it would draw on each limit that is about it, or No. Nothing is counted before all else is checked."""
        drawn: Drawn = []
        for limit in self.limits:
            about = kind in limit.kinds and limit.unit in {None, unit} and (not limit.funds or fund in limit.funds)
            most = limit.figure(self.today)
            size = {"amount": amount, "times": min(1, amount), "pieces": pieces}[limit.counts]
            if not about or most is None or not size:
                continue
            counter = limit.counter(whose, fund, self.today)
            used = self.now.counted.get(counter, 0)
            if used + size > most:
                numbers = {"limit": most, "used": used, "offered": max(0, most - used)}
                raise No("limit-exceeded", rule=limit.code, **numbers, period=counter.rpartition("/")[2])
            drawn.append((counter, size))
        return drawn

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

"""What the facts alone must show, read as anybody could who has the log: no rule of the ledger is asked for it."""

import json
from collections import Counter as Tally
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

Json = dict[str, Any]
Place = tuple[str, str]
"""An account, by its name in the facts, and a unit."""
Figures = dict[str, Callable[[str], int | None]]
"""What each limit of the scheme allows on a day, by its code."""
BOUNDS = {"account-opened.v1", "bounds-scheduled.v1", "bounds-changed.v1"}
NOTHING: Json = dict.fromkeys(
    ("balance", "debt", "held", "incoming", "lapsed", "received", "spendable", "spent", "floor"), 0
)


class Auditor:
    """Follows the facts of one ledger, and says what cannot be."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.shown: dict[Place, Json] = {}
        """The account object that was shown last."""
        self.watches: dict[str, tuple[Place, str, str, int]] = {}
        self.crossings: Tally[str] = Tally()
        self.used: Tally[str] = Tally()
        self.floors: dict[Place, list[tuple[str, int, int | None]]] = {}
        """(from which day on, position, floor) of free-standing accounts."""

    def read(self, facts: Iterable[bytes]) -> None:
        """Go on with these facts: whole transactions."""
        for _, group in groupby(map(json.loads, facts), key=lambda fact: fact["tx"]):
            self._transaction(list(group))

    def _transaction(self, facts: list[Json]) -> None:
        before = dict(self.shown)
        for fact in facts:
            self._counts(fact)
            self._bounds(fact)
            for place, after in _shown(fact["data"]):
                self._floor_holds(fact, place, after)
                self.shown[place] = after
            self._monitors(fact)
        if _by_time(facts[0]):
            self._each_crossing_once(facts, before)

    # Limits -----------------------------------------------------------------------------------------------------

    def _counts(self, fact: Json) -> None:
        """Nobody draws above what the day allows, whatever was given back before."""
        for count in fact["data"].get("counts") or ():
            counter, amount = count["counter"], count["amount"]
            self.used[counter] += amount
            code = counter.split("/")[0].removeprefix("pieces:")
            assert self.used[counter] >= 0, f"facts give back more on {counter} than was drawn"
            if amount < 0 or code not in self.figures:
                continue
            most = self.figures[code](_day(fact))
            assert most is not None, f"facts draw on {counter}, which is no limit on {_day(fact)}"
            assert self.used[counter] <= most, f"facts draw {self.used[counter]} on {counter}, which allows {most}"

    # Floors -----------------------------------------------------------------------------------------------------

    def _bounds(self, fact: Json) -> None:
        data = fact["data"]
        wished = fact["type"] in BOUNDS and not _by_time(fact)
        if wished and "floor" in data and data["account"].startswith("account:"):
            change = data.get("effective_on") or _day(fact), fact["pos"], data["floor"]
            self.floors.setdefault((data["account"], data["unit"]), []).append(change)

    def floor_on(self, place: Place, day: str) -> int | None:
        """The latest that had come by that day."""
        return max((change for change in self.floors[place] if change[0] <= day), key=lambda change: change[:2])[2]

    def _floor_holds(self, fact: Json, place: Place, after: Json) -> None:
        """The floor in force that day is shown, and nobody goes below it who is not on his way back."""
        if not place[0].startswith("account:") or _by_time(fact):
            return
        # Of what ended before it came the facts say an earlier day; that nobody was below it then is not asked.
        floor = self.floor_on(place, str(fact["recorded_at"][:10]))
        assert after["floor"] == floor, f"facts show a floor of {after['floor']} on {place}, not {floor} as of that day"
        before = self.shown.get(place, NOTHING)
        past = floor is not None and _free(after) < floor and _free(after) < _free(before)
        # What its own day takes is nobody's wish.
        assert not past or fact["type"] == "lots-lapsed.v1", f"facts leave {place} below its floor of {floor}"

    # Monitors ---------------------------------------------------------------------------------------------------

    def _monitors(self, fact: Json) -> None:
        data, id = fact["data"], fact["data"].get("monitor")
        if fact["type"] == "monitor-set.v1":
            self.watches[id] = (data["account"], data["unit"]), data["measure"], data["side"], data["threshold"]
            self.crossings[id] = 0
            assert data["beyond"] is self._beyond(id, self.shown), f"facts set {id} on the wrong side"
        elif fact["type"] == "monitor-removed.v1":
            del self.watches[id]
        elif fact["type"] == "threshold-crossed.v1":
            self.crossings[id] += 1
            assert not _past(data["was"], data), f"facts say that {id} was crossed, but it was past it before"
            assert _past(data["became"], data), f"facts say that {id} was crossed, but it is not past it"

    def _beyond(self, id: str, shown: dict[Place, Json]) -> bool:
        place, measure, side, threshold = self.watches[id]
        return _past(_figure(shown.get(place, NOTHING), measure), {"side": side, "threshold": threshold})

    def _each_crossing_once(self, facts: list[Json], before: dict[Place, Json]) -> None:
        """What time does is one step: each threshold that lies between is crossed, once; what wishes do the model
        knows better, where several stand in one transaction."""
        told = [fact["data"] for fact in facts if fact["type"] == "threshold-crossed.v1"]
        said = [(data["monitor"], data["was"], data["became"]) for data in told]
        expected = []
        for id, (place, measure, _, _) in self.watches.items():
            if self._beyond(id, self.shown) and not self._beyond(id, before):
                ends = (_figure(shown.get(place, NOTHING), measure) for shown in (before, self.shown))
                expected.append((id, *ends))
        assert sorted(said) == sorted(expected), f"facts of time cross {said}, not {expected}"


def _shown(data: Json) -> Iterable[tuple[Place, Json]]:
    if data.get("after"):
        yield (data["account"], data["unit"]), data["after"]
    if data.get("to_after"):
        yield (data.get("to") or data["account"], data.get("to_unit") or data["unit"]), data["to_after"]


def _by_time(fact: Json) -> bool:
    return bool(fact["by"]["principal"] == "system")


def _day(fact: Json) -> str:
    """The local day: wishes come at noon there, which is early in the morning of the same day elsewhere."""
    return str(fact["occurred_at"][:10])


def _free(account: Json) -> int:
    return int(account["balance"] - account["held"])


def _figure(account: Json, measure: str) -> int | None:
    if measure != "available":
        figure: int = account[measure]
        return figure
    if "floor" not in account:
        return max(0, int(account["spendable"] - account["held"]))
    return None if account["floor"] is None else max(0, _free(account) - int(account["floor"]))


def _past(figure: int | None, watch: Json) -> bool:
    if figure is None:
        return bool(watch["side"] == "above")
    return bool(figure < watch["threshold"] if watch["side"] == "below" else figure > watch["threshold"])

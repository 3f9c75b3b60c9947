"""Walks to what binds and what watches: limits of the scheme, bounds that come with their day, monitors."""

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machines.newcomers import NewcomerMachine
from tests.machines.wishes import A_DAY, CLIENTS, LIMITS, LINE, SAME, SHOP, TWO_DAYS, measures, thresholds

BOUND_WALKS = (
    "all_that_a_day_allows",
    "so_many_gifts",
    "what_a_hold_does_not_need",
    "so_many_goods",
    "fined_no_further",
    "done_so_often",
    "borrowed_so_often",
    "a_floor_from_its_day_on",
    "each_bound_by_itself",
    "watched_all_along",
    "watched_in_a_group",
    "watched_through_the_night",
    "watched_no_longer",
)
MOVES = LIMITS[0]


class BoundWalks(NewcomerMachine):
    """The machine with these walks, and with stories of the same by chance."""

    # Limits of the scheme ----------------------------------------------------------------------------------------

    def the_day_of_another_figure(self) -> None:
        """What a day allows is what stands for that very day."""
        coming = [date.fromisoformat(day) for day, _ in MOVES.changes if day > str(self.today)]
        one, two = self._people(400, 0)
        if coming:
            self._pass((coming[0] - self.today).days)
        most = self._most()
        self._ask(*(("transfer", one, two, "P", amount, False) for amount in (most + 1, most, 1)))

    def all_that_a_day_allows(self) -> None:
        """Sales, holds and transfers count together; what is given back may be used again, on that day and no other."""
        (one, two), item, most = self._people(400, 0), self._shelf(9), self._most()
        first = self._ask(("transfer", one, two, "P", most - 10, False))[0]
        sale = self._ask(("sell", one, ((item, 2),)), ("transfer", one, two, "P", 1, False))[0]
        self._ask(("reverse", first, 7, "refuse", None, 0), ("refund", sale, 3, ()))
        self._ask(("transfer", one, two, "P", 11, False), ("convert", one, "P", "S", 9), ("sell", one, ((item, 1),)))
        self._pass(1)
        self._ask(("reverse", first, None, "debt", None, 0), ("transfer", one, two, "P", self._most() + 1, False))
        self._ask(("transfer", one, two, "P", self._most(), False))

    def so_many_gifts(self) -> None:
        """Three times a month from one fund; a time comes back with the last of its gift."""
        (who,) = self._people(0)
        gift = ("grant", who, "P", 10, None, "fund")
        first = self._ask(gift, gift, gift, gift)[0]
        self._ask(
            ("reverse", first, 9, "refuse", None, 0), gift, ("reverse", first, None, "refuse", None, 0), gift, gift
        )
        self._together(gift, ("grant", who, "P", 10, None, None))

    def what_a_hold_does_not_need(self) -> None:
        """It counts when it is placed; what is set free, by a final capture, a void or its end, counts no more."""
        (one, two), most = self._people(600, 0), self._most()
        captured, voided = (self._held(one, two, size, TWO_DAYS) for size in (most - 40, 30))
        self._held(one, two, 10, A_DAY)
        self._ask(("transfer", one, two, "P", 1, False), ("capture", captured, 20, False))
        tx = self._ask(("capture", captured, 10, True))[0]
        self._ask(("void", voided), ("reverse", tx, 4, "refuse", None, 0))
        self._ask(*(("transfer", one, two, "P", amount, False) for amount in (most - 36, most - 37, 1)))
        self._pass(1, swept=True)
        self.the_model_agrees()

    def so_many_goods(self) -> None:
        """Six pieces a week of whatever it is; they come back as they are brought back."""
        (who,), one, two = self._people(100), self._shelf(9), self._shelf(9)
        sale = self._ask(("sell", who, ((one, 3), (two, 2))), ("sell", who, ((two, 2),)))[0]
        self._ask(("refund", sale, 5, ()), ("refund", sale, None, ((two, 1, True), (one, 1, False))))
        self._ask(("sell", who, ((one, 2), (two, 2))), ("sell", who, ((one, 3),)), ("sell", who, ((one, 1),)))
        for process in (0, 1):  # of two limits that say no, each names the same
            self._together(("sell", who, ((one, 90),)), process=process)

    def fined_no_further(self) -> None:
        """One number for everybody."""
        one, two = self._people(0, 0)
        self._ask(("grant", one, "S", 300, None, None), ("grant", two, "S", 300, None, None))
        fines = self._ask(*(("deduct", who, "S", amount) for who, amount in ((one, 290), (two, 111), (two, 110))))
        self._ask(("deduct", one, "S", 1), ("reverse", fines[0], 30, "refuse", None, 0), ("deduct", two, "S", 30))

    def done_so_often(self) -> None:
        """Twice a day and five times a month; taken back, it counts for the day and no more for the month."""
        (who,) = self._people(0)
        helped, littered = ("record", who, "helped", "gift"), ("record", who, "littered", None)
        first, *_ = self._ask(helped, helped, helped, ("grant", who, "S", 10, None, None))
        self._ask(littered, ("reverse", first, 5, "debt", None, 0), ("record", who, "littered", "gift"))
        self._pass(1)
        self._ask(("reverse", first, None, "debt", None, 0), helped, helped, helped)
        self._pass(1)
        self._ask(*([littered] * 4), helped, ("record", who, "helped", None), helped)

    def borrowed_so_often(self) -> None:
        """Six times a week; what was set free, or given back to its end, is borrowed no more."""
        one, two = self._people(100, 0)
        holds = [self._held(one, to, 10, TWO_DAYS) for to in (None, two, None, two, None, None, two)]
        parts = self._ask(
            *(
                ("capture", hold, amount, final)
                for hold, amount, final in zip(
                    holds, (None, 4, 5, 6, 3), (False, False, True, False, False), strict=False
                )
            )
        )
        self._ask(("void", holds[5]), ("void", holds[4]), ("capture", holds[1], None, False))
        self._ask(*(("reverse", tx, None, "debt", None, 0) for tx in parts))
        self._held(one, two, 10, A_DAY)
        self._held(one, two, 10, A_DAY)
        self._pass(1, swept=True)
        self._held(one, two, 10, A_DAY)

    def _most(self) -> int:
        return MOVES.figure(str(self.today)) or 0

    # Floors and ceilings -----------------------------------------------------------------------------------------

    def a_floor_from_its_day_on(self) -> None:
        """Until the day before the old one holds; who is below it on its day comes back, and goes no further."""
        line, till, (who,) = self._till(-40), self._till(), self._people(60)
        self._ask(("transfer", line, till, "P", 10, False))
        self._ask(
            ("bound", line, "P", -15, SAME, 1), ("bound", line, "P", None, SAME, 2), ("bound", line, "P", 1, SAME, 1)
        )
        hold = self._held(line, till, 10, TWO_DAYS)
        self._ask(("transfer", line, till, "P", 20, False), ("transfer", line, till, "P", 1, False))
        self._pass(1)
        self._ask(
            ("capture", hold, 5, True), ("transfer", line, till, "P", 1, False), ("transfer", line, till, "P", 9, True)
        )
        self._ask(("transfer", who, line, "P", 25, False), ("transfer", line, till, "P", 6, False))
        self._ask(("transfer", line, till, "P", 5, False))
        self._pass(1, swept=True)
        self._ask(("transfer", line, till, "P", 100, False), ("bound", line, "P", -100, SAME, None))
        self._ask(("transfer", line, till, "P", 1, False), ("transfer", who, line, "P", 30, False))

    def each_bound_by_itself(self) -> None:
        """What a change does not name stays; several of one day follow one another; there are not too many to come."""
        line, (who,) = self._till(-40), self._people(60)
        self._ask(
            ("bound", line, "P", SAME, 20, 1), ("bound", line, "P", -5, SAME, 1), ("bound", line, "P", SAME, 10, 1)
        )
        self._ask(
            ("bound", who, "P", SAME, 70, 1), ("bound", who, "P", -5, 70, None), ("bound", who, "P", SAME, SAME, None)
        )
        self._pass(1)
        self._ask(*(("transfer", who, line, "P", amount, False) for amount in (11, 10, 1)))
        self._ask(*(("grant", who, "P", amount, None, None) for amount in (21, 20)))
        self._ask(("bound", line, "P", SAME, None, None), ("transfer", line, who, "P", 16, False))
        self._ask(*(("bound", line, "P", -day, SAME, 40 + day) for day in range(21)))

    # Monitors ----------------------------------------------------------------------------------------------------

    def watched_all_along(self) -> None:
        """One fact for each time that a threshold is passed, whatever figure and from whichever side."""
        (one, two), line = self._people(50, 10), self._till(-40)
        low = self._watch(one, "balance", "below", 30)
        for who in (one, two, line):
            for measure in ("available", "spendable", "held", "incoming", "spent", "received", "balance"):
                self._watch(who, measure, "above", 20)
        hold = self._held(one, two, 25, A_DAY)
        self._ask(
            ("deduct", one, "P", 20),
            ("deduct", one, "P", 1),
            ("deduct", one, "P", 1),
            ("grant", one, "P", 8, None, None),
        )
        self._ask(
            ("capture", hold, 20, False),
            ("transfer", two, line, "P", 21, False),
            ("watch", low, one, "P", "debt", "below", 1),
        )
        self._ask(("transfer", line, one, "P", 61, False), ("void", hold), ("deduct", two, "P", 60))

    def watched_in_a_group(self) -> None:
        """Each member of a group may cross; what was crossed before it was watched is not told."""
        one, two = self._people(50, 20)
        self._watch(one, "balance", "below", 30)
        down, up = ("deduct", one, "P", 25), ("grant", one, "P", 25, None, None)
        self._turn([((down, up, down, ("deduct", one, "P", 1)), CLIENTS[1], None, None)], 0)
        self.keys += 1
        late = ("watch", f"late-{self.keys}", two, "P", "balance", "above", 30)
        up, down = ("grant", two, "P", 25, None, None), ("deduct", two, "P", 25)
        self._turn([((up, late, down, up), CLIENTS[1], None, None)], 0)

    def watched_through_the_night(self) -> None:
        """What time takes, and what it sets free, crosses as well."""
        one, two = self._people(0, 0)
        self._grant(one, 30, 1)
        self._grant(one, 40, 0)
        self._held(one, two, 20, A_DAY)
        for measure, side, threshold in (("balance", "below", 40), ("available", "below", 20), ("held", "below", 20)):
            self._watch(one, measure, side, threshold)
        self._watch(one, "lapsed", "above", 0)
        self._watch(two, "incoming", "below", 1)
        self._pass(1, swept=True)
        self._pass(1)
        self._ask(("grant", one, "P", 5, None, None), ("grant", one, "P", 50, -1, None))

    def watched_no_longer(self) -> None:
        """A monitor that was removed is silent, its name is free; an account bears only so many."""
        (who,) = self._people(50)
        gone = self._watch(who, "balance", "below", 30)
        self._ask(("unwatch", gone), ("unwatch", gone), ("unwatch", "never"), ("deduct", who, "P", 30))
        self._ask(("watch", gone, who, "P", "balance", "below", 10), ("deduct", who, "P", 15))
        for _ in range(20):
            self._watch(who, "received", "above", 60)
        self._grant(who, 20)

    def _watch(self, who: str, measure: str, side: str, threshold: int) -> str:
        self.keys += 1
        self._ask(("watch", f"watch-{self.keys}", who, "P", measure, side, threshold))
        return f"watch-{self.keys}"

    # By chance ---------------------------------------------------------------------------------------------------

    @rule(
        who=st.sampled_from(("h0", "h1", LINE, SHOP)),
        unit=st.sampled_from(("S", "P")),
        marks=st.lists(st.tuples(measures, st.sampled_from(("below", "above")), thresholds), min_size=1, max_size=4),
        ends=st.sampled_from((None, 0, 1)),
        taken=st.sampled_from((10, 40, 70)),
        passed=st.sampled_from((0, 1, 2)),
        swept=st.booleans(),
        grouped=st.booleans(),
    )
    def watched(
        self, who: str, unit: str, marks: Any, ends: int | None, taken: int, passed: int, swept: bool, grouped: bool
    ) -> None:
        """Whatever is watched of somebody while value comes, is set aside, goes and ends."""
        self.keys += 1
        watches = [(f"watch-{self.keys}-{n}", *mark) for n, mark in enumerate(marks)]
        self._ask(*(("watch", id, who, unit, *mark) for id, *mark in watches))
        self.holds += 1
        hold = f"hold-{self.holds}"
        ops: Any = (
            ("grant", who, unit, 60, ends, None),
            ("place", hold, who, None, unit, 30, True, A_DAY),
            ("deduct", who, unit, taken),
        )
        if grouped:
            self._turn([(tuple(map(self._dated, ops)), CLIENTS[1], None, None)], 0)
        else:
            self._ask(*ops)
        self._pass(passed, swept=swept)
        self._ask(("capture", hold, 10, True), ("grant", who, unit, 20, None, None), ("void", hold))
        self._ask(*(("unwatch", id) for id, *_ in watches))

    @rule(
        who=st.sampled_from((LINE, LINE, SHOP)),
        bounds=st.lists(
            st.tuples(st.sampled_from((None, 0, -20, -60)), st.sampled_from((None, 0, 1, 2))), min_size=1, max_size=3
        ),
        drawn=st.sampled_from((20, 60, 100)),
        held=st.booleans(),
        passed=st.sampled_from((0, 1, 2)),
    )
    def bound_from_a_day_on(self, who: str, bounds: Any, drawn: int, held: bool, passed: int) -> None:
        """Floors that come and go while something is drawn, or set aside to be drawn."""
        self._ask(*(("bound", who, "S", floor, SAME, day) for floor, day in bounds))
        hold = self._place(who, "h1", "S", drawn, True, A_DAY) if held else None
        self._ask(("transfer", who, "h1", "S", drawn, False))
        self._pass(passed)
        self._ask(("transfer", who, "h1", "S", 5, False), ("transfer", who, "h0", "S", 10, True))
        if hold:
            self._ask(("capture", hold, 10, True))
        self._ask(("grant", who, "S", 30, None, None), ("bound", who, "S", -100 if who == LINE else 0, SAME, None))

"""What rarely meets by chance: short stories of value that moves, is set aside and is taken back."""

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machines.machine import LedgerMachine
from tests.machines.wishes import (
    A_DAY,
    CLIENTS,
    HALF_A_DAY,
    LINE,
    MINT,
    SHOP,
    TWO_DAYS,
    amounts,
    days,
    if_spent,
    seldom,
)

sides = st.sampled_from(("h0", "h0", "h1", SHOP, LINE))
kept = st.sampled_from((None, "h0", "h1", SHOP, SHOP, LINE))
part = st.sampled_from((None, 1, 5, 12, 30, 70))


class StoryMachine(LedgerMachine):
    """The machine with these stories among its steps."""

    def _place(self, *members: Any) -> str:
        self.holds += 1
        self._ask(("place", f"hold-{self.holds}", *members))
        return f"hold-{self.holds}"

    def _pass(self, passed: int, *, swept: bool = False) -> None:
        if passed:
            self.time_passes(passed, 1, swept=swept)

    @rule(
        who=sides,
        to=kept,
        ends=st.sampled_from((None, 0, 0, 1, 2)),
        seconds=st.sampled_from((HALF_A_DAY, A_DAY, A_DAY, TWO_DAYS, TWO_DAYS)),
        taken=part,
        passed=st.sampled_from((0, 1, 1, 2)),
        longer=st.sampled_from((None, None, None, A_DAY, TWO_DAYS)),
        owing=st.sampled_from((0, 0, 20, 70)),
        swept=seldom,
    )
    def held_until_noon(
        self,
        who: str,
        to: str | None,
        ends: int | None,
        seconds: int,
        taken: int | None,
        passed: int,
        longer: int | None,
        owing: int,
        swept: bool,
    ) -> None:
        """A hold ends at the very instant at which it is captured; its lots end meanwhile, or debts wait for it."""
        to = None if to == who else to
        self._ask(("grant", who, "S", 60, ends, None), ("grant", who, "S", 20, None, "fund"))
        hold, other = self._place(who, to, "S", 30, False, seconds), self._place(who, to, "S", 70, True, A_DAY)
        if owing:
            self._ask(("deduct", who, "S", owing))
        if longer:
            self._ask(("extend", hold, longer))
        self._pass(passed, swept=swept)
        first, second = (((("capture", hold, amount, False),), CLIENTS[3], None, None) for amount in (taken, 20))
        self._turn([first, second, ((("void", other),), CLIENTS[4], None, None)], 1)
        self._ask(("capture", other, None, False), ("extend", hold, A_DAY))

    @rule(
        who=st.sampled_from(("h0", "h1", LINE)),
        tos=st.tuples(st.sampled_from((None, SHOP, MINT)), st.sampled_from((None, SHOP, "h2"))),
        swapped=st.booleans(),
        owing=st.sampled_from((30, 40, 130)),
        passed=st.sampled_from((1, 3, 6)),
        named=st.sampled_from((0, 1, 2)),
    )
    def debts_wait_for_holds(
        self, who: str, tos: tuple[str | None, str | None], swapped: bool, owing: int, passed: int, named: int
    ) -> None:
        """What holds set free repays debts, in the order in which they end, whoever is named first afterwards."""
        self._ask(("grant", who, "S", 30, 4, None), ("grant", who, "S", 30, None, "fund"))
        for to, seconds in zip(tos, (TWO_DAYS, A_DAY) if swapped else (A_DAY, TWO_DAYS), strict=True):
            self._place(who, to, "S", 30, False, seconds)
        self._ask(("deduct", who, "S", owing))
        self._pass(passed)
        self._ask(("deduct", (who, *tos)[named] or who, "S", 1), ("grant", who, "S", 1, None, None))

    @rule(
        who=st.sampled_from(("h0", LINE)),
        to=st.sampled_from((None, "h1", SHOP)),
        ends=st.sampled_from((0, 0, 0, 1)),
        taken=part,
        owing=st.sampled_from((0, 0, 20)),
        if_spent=if_spent,
    )
    def captured_past_their_day(
        self, who: str, to: str | None, ends: int, taken: int | None, owing: int, if_spent: str
    ) -> None:
        """The lots of a hold have ended when it is captured, and perhaps given back."""
        self._ask(("grant", who, "S", 60, ends, "fund"))
        hold = self._place(who, to, "S", 50, False, TWO_DAYS)
        if to is not None and owing:
            self._ask(("deduct", to, "S", owing))
        self._pass(1)
        tx = self._ask(("capture", hold, taken, False))[0]
        self._ask(("reverse", tx, None, if_spent, None, 0), ("void", hold))

    @rule(
        who=sides,
        to=kept,
        amount=st.sampled_from((30, 60)),
        captured=st.lists(st.tuples(part, seldom), min_size=1, max_size=3),
        ends=days,
        passed=st.sampled_from((0, 0, 1)),
        spent=st.sampled_from((0, 20, 60)),
        back=st.none() | st.sampled_from((1, 5, 12)),
        if_spent=if_spent,
    )
    def captured_in_parts(
        self,
        who: str,
        to: str | None,
        amount: int,
        captured: list[tuple[int | None, bool]],
        ends: int | None,
        passed: int,
        spent: int,
        back: int | None,
        if_spent: str,
    ) -> None:
        """Captures in one turn, partial, final, too much; then one of them is taken back where it was spent."""
        to = None if to == who else to
        self._ask(("grant", who, "S", 20, ends, None), ("grant", who, "S", 100, None, None))
        hold = self._place(who, to, "S", amount, False, TWO_DAYS)
        self._pass(passed)
        captures = [((("capture", hold, size, final),), CLIENTS[2], None, None) for size, final in captured]
        txs = self._turn(captures, 0)
        if to is not None and spent:
            self._ask(("transfer", to, MINT, "S", spent, True))
        self._ask(("reverse", txs[0], back, if_spent, None, 0))
        self._ask(("reverse", txs[0], None, if_spent, None, 0), ("void", hold))

    @rule(
        way=st.lists(st.sampled_from(("h0", "h1", SHOP, LINE)), min_size=3, max_size=4, unique=True),
        amount=st.sampled_from((20, 60)),
        drawn=st.sampled_from((0, 0, 100)),
        ends=days,
        spent=st.sampled_from((0, 5, 30, 130)),
        order=st.permutations((0, 1, 2)),
        back=part,
        if_spent=if_spent,
        passed=st.sampled_from((0, 0, 1, 15)),
    )
    def passed_on_and_taken_back(
        self,
        way: list[str],
        amount: int,
        drawn: int,
        ends: int | None,
        spent: int,
        order: list[int],
        back: int | None,
        if_spent: str,
        passed: int,
    ) -> None:
        """A chain of transfers, undone in any order, where the last has spent what it got."""
        self._ask(("grant", way[0], "S", amount, ends, None), ("grant", way[0], "S", 30, None, "fund"))
        if drawn:
            self._ask(("deduct", way[1], "S", drawn))
        txs = self._ask(*(("transfer", one, other, "S", amount, False) for one, other in pairwise(way)))
        if spent:
            self._ask(("deduct", way[-1], "S", spent))
        self._pass(passed)
        for number in order:
            if number < len(txs):
                self._ask(("reverse", txs[number], back if number else None, if_spent, None, 0))

    @rule(
        ops=st.lists(
            st.one_of(
                st.tuples(st.just("grant"), sides, st.just("S"), amounts, days, st.none()),
                st.tuples(st.just("deduct"), sides, st.just("S"), amounts),
                st.tuples(st.just("transfer"), sides, kept.filter(bool), st.just("S"), amounts, seldom),
                st.tuples(st.just("convert"), sides, st.just("S"), st.just("P"), amounts),
            ),
            min_size=2,
            max_size=4,
        ),
        before=st.lists(st.tuples(st.integers(0, 3), st.sampled_from((None, 1, 5, 10))), max_size=2),
        if_spent=if_spent,
        after=st.sampled_from((None, ("deduct", "h0", "S", 130), ("grant", "h0", "S", 60, None, None))),
    )
    def a_group_taken_back(self, ops: list[Any], before: list[Any], if_spent: str, after: Any) -> None:
        """A group of movements: some of it reversed in part by position, then all that is left of it."""
        self._ask(("grant", "h0", "S", 60, 5, None), ("grant", "h1", "S", 60, None, None))
        group = self._turn([(tuple(self._dated(op) for op in ops), CLIENTS[1], None, None)], 0)[0]
        if after:
            self._ask(after)
        for nth, amount in before:
            self._ask(self._one_of(group, amount, if_spent, nth))
        self._ask(("reverse", group, None, if_spent, None, 0), ("reverse", group, None, "refuse", None, 0))

    @rule(
        to=st.sampled_from(("h0", "h1", SHOP)),
        amount=st.sampled_from((99, 100, 101, 120, 130)),
        there=st.sampled_from((0, 0, 20, 30)),
        held=seldom,
        back=part,
        filled=st.sampled_from((0, 30, 130)),
        if_spent=if_spent,
    )
    def drawn_to_the_limit(
        self, to: str, amount: int, there: int, held: bool, back: int | None, filled: int, if_spent: str
    ) -> None:
        """A credit line is used to its end, filled by what comes in, and what was drawn is given back."""
        if there:
            self._ask(("grant", LINE, "S", there, 1, None))
        if held:
            hold = self._place(LINE, to, "S", amount, False, A_DAY)
            if filled:
                self._ask(("grant", LINE, "S", filled, 3, "fund"))
            tx = self._ask(("capture", hold, 70, False))[0]
            self._ask(("capture", hold, None, True))
        else:
            tx = self._ask(("transfer", LINE, to, "S", amount, False))[0]
            if filled:
                fill = self._ask(("grant", LINE, "S", filled, 3, "fund"))[0]
                self._ask(("reverse", fill, back, "refuse", None, 0))
        self._ask(("transfer", LINE, to, "S", 10, True), ("reverse", tx, back, if_spent, None, 0))
        self._ask(("reverse", tx, None, if_spent, None, 0))

    @rule(who=sides, amount=amounts, ends=days, undone=st.none() | part, if_spent=if_spent)
    def there_and_back(self, who: str, amount: int, ends: int | None, undone: int | None, if_spent: str) -> None:
        """Converted into the other unit and back again: never more than there was."""
        self._ask(("grant", who, "S", amount, ends, None))
        before = self._worth(who)
        out = self._ask(("convert", who, "S", "P", amount))[0]
        self._ask(("reverse", out, undone, if_spent, None, 0))
        given = self.model.account(who, "P").received
        self._ask(("convert", who, "P", "S", max(1, given)), ("convert", who, "P", "S", 10))
        assert self._worth(who) <= before, "somebody gained by converting there and back, by the model"

    def _worth(self, who: str) -> int:
        """What somebody has of both units, as if all of it were sold at the best of both rates; debts are less."""
        given, taken = self.model.rates["S", "P"]
        back, cost = self.model.rates["P", "S"]
        # One of P is worth at most what it cost, and never less than what it brings.
        assert given * back <= taken * cost
        one, other = (self.worlds[0].balance(who, unit) for unit in ("S", "P"))
        return one * given + other * taken

    @rule(
        to=st.sampled_from(("h1", SHOP)),
        ceiling=st.sampled_from((0, 40, 60, 100)),
        day=st.sampled_from((None, 0, 1, 2)),
        passed=st.sampled_from((0, 1, 2)),
        promised=st.sampled_from((10, 30)),
        if_spent=if_spent,
    )
    def filled_to_the_brim(
        self, to: str, ceiling: int, day: int | None, passed: int, promised: int, if_spent: str
    ) -> None:
        """A ceiling binds what arrives and what was promised, and what is given back; a capture was settled before."""
        self._ask(("grant", MINT, "S", 100, None, None))
        hold = self._place(MINT, to, "S", promised, False, TWO_DAYS)
        spent = self._ask(("grant", to, "S", 30, 1, None), ("deduct", to, "S", 20))[1]
        self._ask(("bound", to, "S", "same", ceiling, day))
        self._pass(passed)
        self._ask(("transfer", MINT, to, "S", 30, True), ("place", f"hold-{self.holds}", MINT, to, "S", 5, False, 900))
        self._ask(("capture", hold, None, False), ("reverse", spent, 5, if_spent, None, 0), ("month", "h1"))
        self._ask(("bound", to, "S", "same", None, None), ("reverse", spent, None, if_spent, None, 0))

    @rule(
        who=st.sampled_from((("h0", SHOP), (SHOP, "h0"), (LINE, "h0"))),
        stopped=st.sampled_from((0, 1)),
        op=st.sampled_from(("transfer", "capture", "void", "reverse", "grant", "deduct", "month", "sell")),
    )
    def stopped_for_a_while(self, who: tuple[str, str], stopped: int, op: str) -> None:
        """Nothing moves on a frozen account but what is set free."""
        self._ask(("grant", who[0], "S", 60, None, None))
        earlier = self._ask(("transfer", *who, "S", 10, False))[0]
        hold = self._place(*who, "S", 10, False, A_DAY)
        self._ask(("freeze", who[stopped], "S"))
        wish: Any = {
            "transfer": ("transfer", *who, "S", 10, True),
            "capture": ("capture", hold, 5, True),
            "void": ("void", hold),
            "reverse": ("reverse", earlier, None, "debt", None, 0),
            "grant": ("grant", who[stopped], "S", 10, None, None),
            "deduct": ("deduct", who[stopped], "S", 10),
            "month": ("month", "h0"),
            "sell": ("sell", "h0", (("soap", 1),)),
        }[op]
        self._ask(wish)
        self._ask(("unfreeze", who[stopped], "S"), wish)

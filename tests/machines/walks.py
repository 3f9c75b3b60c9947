"""Straight to the rare meeting: short walks of people who are new, so that each arrives in whatever life it is."""

from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.machines.bound_walks import BOUND_WALKS, BoundWalks
from tests.machines.machine import LedgerMachine, begins
from tests.machines.things import Unit
from tests.machines.wishes import A_DAY, CLIENTS, LIMITS, TWO_DAYS

WALKS: Final = (
    # While the scheme's other figures are still to come.
    "the_day_of_another_figure",
    "the_last_piece",
    "up_to_the_limit",
    "asked_once_more",
    "one_cause_for_two",
    "captured_a_day_late",
    "captured_too_late",
    "the_initial_lot_stays",
    "lots_end_with_their_day",
    "what_paid_last_comes_back_first",
    "each_gives_back_his_own",
    "a_credit_line_is_filled",
    "there_and_back_again",
    "a_hold_from_end_to_end",
    "two_processes",
    "a_group_and_its_end",
    "nothing_moves",
    *BOUND_WALKS,
)


TWO_FOR_THREE = {("P", "S"): (2, 3), ("S", "P"): (3, 2)}


class WalkMachine(BoundWalks):
    """The machine whose every life begins with one of these walks, and meets others on its way."""

    @initialize(**begins, walk=st.sampled_from(WALKS))
    def begin(self, walk: str, **start: Any) -> None:
        super().begin(**start)
        self.walk(walk)

    @rule(walk=st.sampled_from(WALKS))
    def walk(self, walk: str) -> None:
        getattr(self, walk)()

    @classmethod
    def tour(cls) -> None:
        """A life of all of them, one behind the other: what it meets, it meets in every run."""
        life = cls()
        units = {"s": Unit("initial-first", "debt"), "p": Unit("plain", "debt")}
        try:
            LedgerMachine.begin(life, **units, limit=None, rates=TWO_FOR_THREE, counted=LIMITS, capacity=3)
            for walk in WALKS:
                life.walk(walk)
                life.the_model_agrees()
        finally:
            life.teardown()

    # Where they go -----------------------------------------------------------------------------------------------

    def the_last_piece(self) -> None:
        """Two want it in one turn; it comes back and is sold again."""
        (one, two), item = self._people(60, 60), self._shelf(2)
        sale = self._ask(("sell", one, ((item, 1),)))[0]
        self._together(*(("sell", who, ((item, 1),)) for who in (one, two, one)))
        self._ask(("refund", sale, None, ((item, 1, True),)), ("sell", two, ((item, 1),)), ("sell", two, ((item, 1),)))

    def up_to_the_limit(self) -> None:
        """To the last piece that somebody may have, and one more; what came back may be bought again."""
        (who,), item = self._people(100), self._shelf(9, limit=(2, "day"))
        sale = self._ask(("sell", who, ((item, 2),)), ("sell", who, ((item, 1),)))[0]
        self._ask(("refund", sale, None, ((item, 1, False),)), *(("sell", who, ((item, 1),)) for _ in range(2)))
        self._pass(1)
        self._ask(("sell", who, ((item, 3),)), ("sell", who, ((item, 2),)))

    def asked_once_more(self) -> None:
        """The same key twice in a turn, again at the other process, and for something else."""
        (who,) = self._people(0)
        self.keys += 1
        asked = (("grant", who, "P", 10, None, None),), CLIENTS[2], f"key {self.keys}", None
        other = (("grant", who, "P", 20, None, None),), *asked[1:]
        unknown = (("deduct", "nobody", "P", 10),), *asked[1:]
        # First with what leaves no trace: where two of a turn collide in the database, each is asked again alone.
        for process, wishes in enumerate(((asked, unknown), (asked, other, unknown), (asked, asked, unknown))):
            self._turn([*wishes], process % 2)

    def one_cause_for_two(self) -> None:
        """One cause pays once, whoever names it, in one turn or later."""
        (who,) = self._people(0)
        cause = f"gate row {self.keys + 10}"
        self._turn([((("grant", who, "P", 10, None, None),), client, None, cause) for client in CLIENTS[:2]], 0)
        self._turn([((("grant", who, "P", 10, None, None),), CLIENTS[3], None, cause)], 1)

    def captured_a_day_late(self) -> None:
        """A merchant is paid with what has ended meanwhile; a person who is paid so has nothing of it."""
        till, (payer, payee) = self._till(), self._people(0, 0)
        self._grant(payer, 60, 0)
        holds = [self._held(payer, to, 20, TWO_DAYS) for to in (till, payee, None)]
        self._pass(1)
        txs = self._ask(*(("capture", hold, 15, False) for hold in holds))
        self._ask(*(("reverse", tx, None, "debt", None, 0) for tx in txs), ("void", holds[0]))

    def captured_too_late(self) -> None:
        """A hold ends at the very instant at which it is captured."""
        payer, payee = self._people(60, 0)
        ends, stays = self._held(payer, payee, 20, A_DAY), self._held(payer, payee, 20, TWO_DAYS)
        self._pass(1)
        self._ask(("capture", ends, None, False), ("capture", stays, None, False), ("capture", stays, None, False))

    def the_initial_lot_stays(self) -> None:
        """What a month begins with buys nothing, and pays for no transfer."""
        one, two = self._people(0, 0)
        item = self._shelf(9, unit="S")
        self._ask(("initial", one), ("sell", one, ((item, 1),)), ("transfer", one, two, "S", 5, False))
        self._ask(("grant", one, "S", 20, None, None), ("sell", one, ((item, 4),)), ("sell", one, ((item, 1),)))
        self._ask(("deduct", one, "S", 10), ("deduct", one, "S", 130), ("grant", one, "S", 30, None, None))

    def lots_end_with_their_day(self) -> None:
        """On its last day a lot still pays; on the next, swept or not, it does not."""
        one, two = self._people(0, 0)
        for who in (one, two):
            self._grant(who, 30, 1)
        self._pass(1, swept=True)
        self._ask(("transfer", one, two, "P", 10, False))
        self._pass(1)
        self._ask(*(("transfer", one, two, "P", 10, up_to) for up_to in (False, True)))

    def what_paid_last_comes_back_first(self) -> None:
        """Two lots pay for a sale and for a deduction; parts of both come back."""
        (who,), item = self._people(0), self._shelf(9)
        for days in (9, None, 3):
            self._grant(who, 20, days)
        sale = self._ask(("sell", who, ((item, 5),)))[0]
        deduction = self._ask(("deduct", who, "P", 25))[0]
        self._ask(("refund", sale, 7, ()), ("reverse", deduction, 7, "refuse", None, 0))
        # Seen before all of it is back: then both would be as if nothing had been.
        self.the_model_agrees()
        self._ask(("refund", sale, 12, ()), ("reverse", deduction, 19, "refuse", None, 0))
        self._ask(("reverse", deduction, None, "refuse", None, 0))

    def each_gives_back_his_own(self) -> None:
        """A transfer is undone with the lots it brought, though others expire sooner."""
        one, two = self._people(30, 0)
        self._grant(one, 30, 5)
        self._grant(two, 30, 2)
        tx = self._ask(("transfer", one, two, "P", 45, False))[0]
        self._ask(("reverse", tx, 10, "refuse", None, 0))
        self.the_model_agrees()
        self._ask(
            ("deduct", two, "P", 50), ("reverse", tx, None, "refuse", None, 0), ("reverse", tx, None, "debt", None, 0)
        )

    def a_credit_line_is_filled(self) -> None:
        """To its end and no further; what comes in fills it first."""
        line, till = self._till(-40), self._till()
        tx = self._ask(("transfer", line, till, "P", 40, False), ("transfer", line, till, "P", 1, False))[0]
        fill = self._grant(line, 30, 3)
        self._ask(("reverse", fill, 10, "refuse", None, 0), ("reverse", tx, 25, "refuse", None, 0))
        self._ask(("grant", line, "P", 30, None, None), ("reverse", tx, None, "refuse", None, 0))

    def there_and_back_again(self) -> None:
        """Converted, and back: what does not come out even is lost, never won."""
        for amount in (5, 10):
            (who,) = self._people(amount)
            self._ask(("convert", who, "P", "S", amount))
            given = max(1, self.model.account(who, "S").value("earned"))
            self._ask(("convert", who, "S", "P", given), ("convert", who, "S", "P", given + 1))

    def a_hold_from_end_to_end(self) -> None:
        """Set aside, spent by nobody else, captured in parts, and not once more."""
        till, (payer,) = self._till(), self._people(50)
        hold, other = self._held(payer, till, 40, A_DAY), self._held(payer, None, 10, A_DAY)
        self._ask(("sell", payer, ((self._shelf(9), 1),)), ("transfer", payer, till, "P", 20, False))
        self._ask(("capture", hold, 41, False), ("extend", hold, TWO_DAYS), ("capture", hold, 10, False))
        self._ask(
            ("capture", hold, 20, True), ("capture", hold, 5, False), ("void", other), ("capture", other, 1, True)
        )
        self._ask(("extend", other, A_DAY), ("transfer", payer, till, "P", 21, False))

    def two_processes(self) -> None:
        """What one writes, the other knows."""
        (who,) = self._people(0)
        for process in (0, 1, 0, 1):
            grant, deduct = ("grant", who, "P", 10 + process, None, None), ("deduct", who, "P", 7)
            self._together(grant, deduct, deduct, process=process)

    def a_group_and_its_end(self) -> None:
        """Several movements at once, undone one by one and then all that is left."""
        one, two = self._people(60, 60)
        ops = ("transfer", one, two, "P", 20, False), ("deduct", two, "P", 70), ("grant", one, "P", 5, None, None)
        self._turn(
            [((*ops, ("deduct", two, "P", 1_000), ("transfer", two, "nobody", "P", 1, False)), CLIENTS[1], None, None)],
            0,
        )
        group = self._turn([(ops, CLIENTS[1], None, None)], 0)[0]
        self._ask(self._one_of(group, 30, "refuse", 1), self._one_of(group, 50, "refuse", 1))
        self._ask(("reverse", group, None, "debt", None, 0), ("reverse", group, None, "debt", None, 0))

    def nothing_moves(self) -> None:
        """On a frozen account, but for what is set free."""
        one, two = self._people(60, 60)
        hold = self._held(one, two, 20, A_DAY)
        self._ask(("freeze", two, "P"), ("transfer", one, two, "P", 5, False), ("capture", hold, 5, False))
        self._ask(("grant", two, "P", 5, None, None), ("void", hold), ("unfreeze", two, "P"))
        self._ask(("transfer", one, two, "P", 5, False), ("unfreeze", two, "P"))

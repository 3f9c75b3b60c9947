"""The machine: any commands in any order from up to eight clients, with duplicates, beside the model."""

from collections import Counter as Tally
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome
from tests.machines.commands import Op
from tests.machines.limits import Limit
from tests.machines.things import Account, Item, Unit, flat
from tests.machines.value_model import Rates
from tests.machines.watch_model import WatchModel
from tests.machines.wishes import (
    CLIENTS,
    FLOORS,
    START,
    amounts,
    batches,
    days,
    limits,
    operations,
    plain,
    policies,
    rates,
    scheme_limits,
)
from tests.machines.world import Asked, World, noon, scheme_text, tx_at

begins: dict[str, Any] = {
    "s": policies,
    "p": plain,
    "limit": limits,
    "rates": rates,
    "counted": scheme_limits,
    "capacity": st.sampled_from((3, 10_000)),
}
"""What a life begins with: how units behave, what may be bought, what is given for what, what the scheme limits, how
much is remembered."""


class LedgerMachine(RuleBasedStateMachine):
    """`opened` says on which databases a fresh ledger opens: a list of storages of one ledger for each database."""

    opened: ClassVar[Callable[[], list[list[Storage]]]]
    covered: ClassVar[Tally[tuple[str, str]]]
    """How often each wish ended how, alone or in a group."""

    def __init__(self) -> None:
        super().__init__()
        self.worlds: list[World] = []
        self.asked: list[Asked] = []
        self.first_answers: dict[tuple[str, str], Outcome] = {}
        self.today = START
        self.keys = self.holds = 0

    @initialize(**begins)
    def begin(self, s: Unit, p: Unit, limit: Any, rates: Rates, counted: tuple[Limit, ...], capacity: int) -> None:
        known = {"S": s, "P": p}
        text = scheme_text(known, rates, counted)
        self.worlds = [
            World(storages, noon(str(START)), text, capacity=capacity, limits=counted)
            for storages in type(self).opened()
        ]
        self.model = WatchModel(known, ("S", 100), str(START))
        # Of two that say no the first by name is told.
        self.model.rates, self.model.limits = rates, tuple(sorted(counted, key=lambda it: it.code))
        shelf = {"soap": ("S", 10, None), "towel": ("S", 35, limit), "tea": ("P", 5, limit)}
        for name, (unit, price, most) in shelf.items():
            self.model.now.items[name] = Item(unit, price, limit=most)
            for world in self.worlds:
                world.list_item(name, unit, price, most)
        stock: list[Op] = [("receive", "soap", 4), ("receive", "towel", 2), ("receive", "tea", 3)]
        people: list[Op] = [("join", "h0"), ("join", "h1"), ("grant", "h0", "S", 60, None, None)]
        tills: list[Op] = [("open", name, unit, floor) for name, floor in FLOORS.items() for unit in ("S", "P")]
        for world in self.worlds:
            world.check()
        self.model.known |= self.worlds[0].txs
        self._turn([((op,), CLIENTS[0], None, None) for op in (*stock, *people, *tills)], 0)

    # What happens ------------------------------------------------------------------------------------------------

    @rule(batch=batches, process=st.integers(0, 1))
    def turn(self, batch: list[Any], process: int) -> None:
        """Several clients' wishes decided together."""
        self._turn([self._meant(item, place) for place, item in enumerate(batch)], process)

    @rule(
        op=operations,
        other=operations,
        late=st.sampled_from((0, 0, 1, 31)),
        client=st.sampled_from(CLIENTS),
        cause=st.sampled_from((None, "gate row 3")),
    )
    def sent_again(self, op: Any, other: Any, late: int, client: str, cause: str | None) -> None:
        """A client that heard no answer asks twice at once and again later; a key and a cause are used anew."""
        self.keys += 2
        first, second = (f"key {self.keys - number}" for number in (1, 0))
        wish, changed = (self._looked_up(op, 0),), (self._looked_up(other, 0),)
        self._turn([(wish, client, first, cause), (wish, client, first, cause), (wish, client, second, cause)], 0)
        if late:
            self.time_passes(late, 1, swept=False)
        self._turn([(wish, client, first, cause), (changed, client, second, cause)], 1)

    @rule(passed=st.sampled_from((1, 1, 2, 5, 14, 31)), process=st.integers(0, 1), swept=st.booleans())
    def time_passes(self, passed: int, process: int, swept: bool) -> None:
        self.today += timedelta(days=passed)
        self.model.day(str(self.today))
        for world in self.worlds:
            world.move_to(noon(str(self.today)))
            if swept:
                world.sweep(process=process)

    @rule(
        who=st.sampled_from((("h0", "S"), ("h1", "P"))),
        given=st.lists(st.tuples(amounts, days, st.sampled_from((None, "fund"))), min_size=1, max_size=3),
        taken=st.sampled_from((15, 30, 70, 150)),
        passed=st.sampled_from((0, 0, 0, 3, 31)),
        back=st.none() | st.sampled_from((1, 5, 12, 40)),
        turned=st.sampled_from(("month", "initial")),
    )
    def taken_and_given_back(
        self, who: tuple[str, str], given: Any, taken: int, passed: int, back: int | None, turned: str
    ) -> None:
        """What rarely meets by chance: value in several lots, taken, and given back later in part."""
        grants = [("grant", *who, amount, ends, fund) for amount, ends, fund in given]
        self._ask(*grants)
        deduction = self._ask(("deduct", *who, taken))[0]
        if passed:
            self.time_passes(passed, 1, swept=False)
            if passed > 30:
                self.the_books_are_closed("seal", sold=False, turned=turned)
            self._ask((turned, who[0]))
        self._ask(("reverse", deduction, back, "refuse", None, 0))

    @rule(
        item=st.sampled_from((("soap", "S"), ("towel", "S"), ("tea", "P"))),
        pieces=st.sampled_from((1, 3, 3)),
        ends=st.sampled_from((None, -1, 0, 3, 3, 14)),
        passed=st.sampled_from((0, 0, 1, 15)),
        refunded=st.sampled_from(((None, 1), (None, 2), (3, 0), (3, 0), (7, 0), (35, 0))),
        restock=st.booleans(),
    )
    def sold_and_given_back(
        self, item: tuple[str, str], pieces: int, ends: int | None, passed: int, refunded: Any, restock: bool
    ) -> None:
        """A sale paid from several lots, refunded in part, perhaps when its lots have ended."""
        name, unit = item
        self._ask(("grant", "h0", unit, 20, ends, None), ("grant", "h0", unit, 60, None, None), ("month", "h0"))
        self._ask(("receive", name, pieces), ("sell", "h0", ((name, pieces),)))
        sale = self._pick(self.model.now.sales, 0)
        if passed:
            self.time_passes(passed, 0, swept=True)
        amount, back = refunded
        self._ask(("refund", sale, amount, () if amount else ((name, back, restock),)), ("sell", "h0", ((name, 1),)))

    @rule(checker=st.sampled_from(CLIENTS[:3]), amount=amounts, passed=st.sampled_from((0, 0, 29, 30)))
    def a_second_person(self, checker: str, amount: int, passed: int) -> None:
        """A proposal of the second client, approved by somebody, perhaps himself, perhaps too late, perhaps twice."""
        self._ask(("propose", "h1", "S", amount))
        if passed:
            self.time_passes(passed, 1, swept=False)
        proposal = self._pick(self.model.now.proposals, 0)
        self._ask(("approve", proposal), client=checker)
        self._ask(("approve", proposal), client=CLIENTS[7])

    @rule(
        between=st.sampled_from(("seal", "close", "finish")),
        sold=st.booleans(),
        turned=st.sampled_from(("month", "initial")),
    )
    def the_books_are_closed(self, between: str, sold: bool, turned: str = "month") -> None:
        """A closing as a run, with something else between its steps; sales go on."""
        period = self.model.now.period
        self._ask(("close", period), (turned, "h0"), (between, period))
        if sold:
            self._ask(("sell", "h0", (("soap", 1),)), ("sell", "h1", (("soap", 1),)))
        self._ask(("seal", period), ("finish", period), (turned, "h1"), ("month", "h0"))

    def _ask(self, *ops: Op, client: str = CLIENTS[1]) -> list[str]:
        """One turn of these wishes, each by itself; their transactions."""
        return self._turn([((self._dated(op),), client, None, None) for op in ops], 0)

    def _meant(self, item: Any, place: int) -> Asked:
        """A generated wish with its references looked up."""
        if item[0] != "new" and not self.asked:
            item = ("new", (("join", "h0"),), CLIENTS[0], True, None)
        if item[0] == "again":
            asked: Asked = self.asked[-1 - item[1] % len(self.asked)]
        elif item[0] == "other body":
            _, client, key, cause = self.asked[-1 - item[1] % len(self.asked)]
            asked = ((self._looked_up(item[2], place),), client, key, cause)
        else:
            _, ops, client, keyed, cause = item
            self.keys += 1
            key = f"key {self.keys}" if keyed else None
            asked = (tuple(self._looked_up(op, place) for op in ops), client, key, cause)
        self.asked.append(asked)
        return asked

    def _looked_up(self, op: Any, place: int) -> Op:  # noqa: PLR0911 - one for each kind of reference
        if op[0] == "reverse":
            known = list(self.model.now.moved)
            # What was moved lately, or an id that may be that of an earlier wish of this very turn.
            guessed = tx_at(max(1, self.worlds[0].head + 1 + place - op[1] % 4))
            return self._one_of(known[-1 - op[1] % len(known)] if op[1] > 4 and known else guessed, *op[2:])
        if op[0] == "place":
            self.holds += 1
            return ("place", self._hold(op[1] + 1) if op[1] else f"hold-{self.holds}", *op[2:])
        if op[0] in {"capture", "void", "extend"}:
            return (op[0], self._hold(op[1]), *op[2:])
        if op[0] == "refund":
            return ("refund", self._pick(self.model.now.sales, op[1]), op[2], op[3] if op[2] is None else ())
        if op[0] == "approve":
            return ("approve", self._pick(self.model.now.proposals, op[1]))
        if op[0] in {"close", "seal", "finish"}:
            month = date.fromisoformat(self.model.now.period + "-15") + timedelta(days=30 * op[1])
            return (op[0], str(month)[:7])
        return self._dated(op)

    @staticmethod
    def _pick(known: Any, back: int) -> str:
        """One of those that the model knows, counted from the latest; or one that nobody knows."""
        names = list(known) or [tx_at(999_999)]
        return names[-1 - back] if back < len(names) else tx_at(999_999)

    def _hold(self, back: int) -> str:
        """A hold that was wished for, perhaps in this very turn; or one that was not."""
        return f"hold-{self.holds - back}"

    def _one_of(self, of: str, amount: int | None, if_spent: str, nth: int | None) -> Op:
        """A reversal, of one movement alone where there are so many."""
        positions = self.worlds[0].positions.get(of, [])
        nth = nth if nth is not None and nth < len(positions) else None
        return ("reverse", of, amount, if_spent, nth, 0 if nth is None else positions[nth])

    def _dated(self, op: Any) -> Op:
        if op[0] == "grant":
            ends_on = None if op[4] is None else str(self.today + timedelta(days=op[4]))
            return (*op[:4], ends_on, op[5])
        if op[0] == "bound" and isinstance(op[5], int):
            return (*op[:5], str(self.today + timedelta(days=op[5])))
        return tuple(op)

    def _turn(self, batch: list[Any], process: int) -> list[str]:
        runs = [world.turn(batch, process=process) for world in self.worlds]
        for run in runs[1:]:
            assert run == runs[0], "the databases answer differently"
        self.model.known |= self.worlds[0].lapses
        for item, outcome in zip(batch, runs[0], strict=True):
            self._compare(item, outcome)
        return [outcome.tx for outcome in runs[0]]

    # What must be true -----------------------------------------------------------------------------------------

    def _compare(self, item: Any, outcome: Outcome) -> None:
        ops, client, key, cause = item
        code, numbers, replayed = self.model.submit(ops, client, key, cause, outcome.tx)
        refusal = outcome.refusal
        told = refusal.members() if refusal else {}
        # Positions and kinds of facts are the ledger's own, and so are its words.
        told = {name: value for name, value in told.items() if name not in {"fact", "position", "type", "errors"}}
        said = (refusal.code if refusal else None, told, outcome.replayed)
        assert said == (code, numbers, replayed), f"{item}: the model says {(code, numbers, replayed)}, not {said}"
        type(self).covered[ops[0][0] if len(ops) == 1 else "group", code or ("replayed" if replayed else "done")] += 1
        if outcome.replayed and key is not None:
            assert outcome.envelopes == self.first_answers[client, key].envelopes, "a replayed answer differs"
        elif outcome.envelopes and key is not None:
            self.first_answers[client, key] = outcome
        self._crossings(outcome)
        if refusal is not None:
            kinds = [envelope.type for envelope in outcome.envelopes]
            assert kinds == (["command-refused.v1"] if refusal.recorded and key else []), "a refusal changed something"
            assert refusal.status < 500, f"{item}: {refusal}"

    def _crossings(self, outcome: Outcome) -> None:
        """Each threshold that a wish has crossed is a fact beside it, and no other is."""
        facts = [envelope.data for envelope in outcome.envelopes if envelope.type == "threshold-crossed.v1"]
        said = [(fact.monitor, fact.was, fact.became) for fact in facts]
        if not outcome.replayed:
            expected = sorted(self.model.crossed, key=str)
            assert sorted(said, key=str) == expected, f"the model says that {expected} was crossed, not {said}"
            type(self).covered["crossing", "done"] += len(said)

    @invariant()
    def the_model_agrees(self) -> None:
        for world in self.worlds:
            for (name, unit), account in self.model.now.accounts.items():
                told = self._told(account)
                real = world.account(name, unit)
                assert real == told, f"{name}/{unit}: the model says {told}, not {real}"
                if not account.standing and self.model.units[unit].negative != "debt":
                    assert account.debt == 0
                    assert account.balance >= 0
            for name, item in self.model.now.items.items():
                assert world.stock(name) == item.stock >= 0
            counted = world.counted()
            assert counted in (None, self.model.now.counted), (
                f"the model counts {self.model.now.counted}, not {counted}"
            )
            assert world.crossings() == world.auditor.crossings, "a monitor tells another number than its facts"

    def _told(self, account: Account) -> Any:
        """The same as `World.account`, by the model."""
        open_holds = [hold for hold in self.model.now.holds.values() if hold.where == account.where]
        return (
            account.received,
            account.spent,
            account.lapsed,
            account.debt,
            account.hole,
            self.model.held(account),
            self.model.incoming(account),
            dict(Tally(coin.pool.terms for coin in account.coins)),
            dict(Tally(coin.pool.terms for hold in open_holds for coin in flat(hold.lots))),
            account.frozen,
            account.closed,
            account.floor,
            account.ceiling,
        )

    def teardown(self) -> None:
        try:
            logs = [world.log() for world in self.worlds]
            books = [world.stored_book() for world in self.worlds]
            for log, book in zip(logs[1:], books[1:], strict=True):
                assert log == logs[0], "the logs of the databases differ"
                assert book == books[0], "the books of the databases differ"
        finally:
            for world in self.worlds:
                world.close()

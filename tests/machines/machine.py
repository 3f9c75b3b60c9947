"""The machine: any commands in any order from up to eight clients, with duplicates, beside the model."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome
from tests.machines.model import Model
from tests.machines.things import Item, Unit
from tests.machines.world import Asked, Op, World, id_of, noon, scheme_text

START = date(2022, 6, 1)
CLIENTS = tuple(f"client:c{number}" for number in range(8))
NAMES = ("soap", "towel", "tea")

amounts = st.sampled_from((1, 2, 5, 10, 10, 20, 30, 60, 100, 130))
few = st.sampled_from((1, 1, 2, 4))
holders = st.sampled_from(("h0", "h0", "h0", "h1", "h1", "h2", "nobody"))
units = st.sampled_from(("S", "S", "P"))
days = st.none() | st.integers(-3, 20)
"""Days from now on which a lot ends; the past is allowed: a file may come late."""

operations = st.one_of(
    st.tuples(st.just("grant"), holders, units, amounts, days, st.sampled_from((None, None, "fund"))),
    st.tuples(st.just("deduct"), holders, units, amounts),
    st.tuples(st.just("reverse"), st.integers(0, 30), st.none() | amounts, st.sampled_from(("refuse", "debt", "debt"))),
    st.tuples(
        st.just("sell"),
        holders,
        st.tuples(st.tuples(st.sampled_from(NAMES), few))
        | st.lists(st.tuples(st.sampled_from((*NAMES, "nothing")), few), min_size=1, max_size=2).map(tuple),
    ),
    st.tuples(st.sampled_from(("month", "month", "initial")), holders),
    st.tuples(
        st.just("refund"),
        st.integers(0, 12),
        st.none() | st.sampled_from((1, 5, 10, 35)),
        st.lists(st.tuples(st.sampled_from(NAMES), few, st.booleans()), min_size=1, max_size=2).map(tuple),
    ),
    st.tuples(st.just("propose"), holders, units, amounts),
    st.tuples(st.just("approve"), st.integers(0, 6)),
    st.tuples(st.sampled_from(("close", "seal", "finish")), st.sampled_from((0, 0, 0, -1, -1, -1, 1))),
    st.tuples(st.just("receive"), st.sampled_from(NAMES), few),
    st.tuples(st.just("join"), st.sampled_from(("h2", "h0"))),
)
single = st.lists(operations, min_size=1, max_size=1).map(tuple)
wishes = st.tuples(
    st.just("new"),
    st.one_of(single, single, single, st.lists(operations, min_size=2, max_size=3).map(tuple)),
    st.sampled_from(CLIENTS),
    st.booleans(),
    st.sampled_from((None, None, None, None, None, "gate row 1", "gate row 2")),
)
repeats = st.tuples(st.just("again"), st.integers(0, 12))
abuses = st.tuples(st.just("other body"), st.integers(0, 12), operations)
batches = st.lists(st.one_of(wishes, wishes, wishes, repeats, abuses), min_size=1, max_size=8)
policies = st.builds(
    Unit,
    spendable=st.sampled_from(("plain", "threshold", "initial-first")),
    negative=st.sampled_from(("refuse", "floor", "debt", "debt")),
    base=st.just(100),
).map(lambda unit: Unit(unit.spendable, unit.negative, 100 if unit.spendable == "threshold" else 0))
plain = st.builds(Unit, spendable=st.just("plain"), negative=st.sampled_from(("refuse", "floor", "debt")))
limits = st.none() | st.tuples(st.integers(1, 4), st.sampled_from(("day", "month")))


class LedgerMachine(RuleBasedStateMachine):
    """`opened` says on which databases a fresh ledger opens: a list of storages of one ledger for each database."""

    opened: ClassVar[Callable[[], list[list[Storage]]]]

    def __init__(self) -> None:
        super().__init__()
        self.worlds: list[World] = []
        self.asked: list[Asked] = []
        self.first_answers: dict[tuple[str, str], Outcome] = {}
        self.today = START
        self.keys = 0

    @initialize(s=policies, p=plain, limit=limits, capacity=st.sampled_from((3, 10_000)))
    def begin(self, s: Unit, p: Unit, limit: Any, capacity: int) -> None:
        known = {"S": s, "P": p}
        text = scheme_text(known)
        self.worlds = [World(storages, noon(str(START)), text, capacity=capacity) for storages in type(self).opened()]
        self.model = Model(known, ("S", 100), str(START))
        shelf = {"soap": ("S", 10, None), "towel": ("S", 35, limit), "tea": ("P", 5, limit)}
        for name, (unit, price, most) in shelf.items():
            self.model.now.items[name] = Item(unit, price, limit=most)
            for world in self.worlds:
                world.list_item(name, unit, price, most)
        stock: list[Op] = [("receive", "soap", 4), ("receive", "towel", 2), ("receive", "tea", 3)]
        people: list[Op] = [("join", "h0"), ("join", "h1"), ("grant", "h0", "S", 60, None, None)]
        self._turn([((op,), CLIENTS[0], None, None) for op in (*stock, *people)], 0)

    # What happens ------------------------------------------------------------------------------------------------

    @rule(batch=batches, process=st.integers(0, 1))
    def turn(self, batch: list[Any], process: int) -> None:
        """Several clients' wishes decided together."""
        self._turn([self._meant(item, place) for place, item in enumerate(batch)], process)

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
        deduction = id_of(self.worlds[0].next_id)
        self._ask(("deduct", *who, taken))
        if passed:
            self.time_passes(passed, 1, swept=False)
            if passed > 30:
                self.the_books_are_closed("seal", sold=False, turned=turned)
            self._ask((turned, who[0]))
        self._ask(("reverse", deduction, back, "refuse"))

    @rule(
        item=st.sampled_from((("soap", "S"), ("towel", "S"), ("tea", "P"))),
        pieces=st.sampled_from((1, 2, 3)),
        ends=days,
        passed=st.sampled_from((0, 0, 1, 15)),
        refunded=st.sampled_from(((None, 1), (None, 2), (3, 0), (7, 0), (35, 0))),
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

    def _ask(self, *ops: Op, client: str = CLIENTS[1]) -> None:
        self._turn([((self._dated(op),), client, None, None) for op in ops], 0)

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

    def _looked_up(self, op: Any, place: int) -> Op:
        if op[0] == "reverse":
            known = list(self.model.now.moved)
            # What was moved lately, or an id that may be that of an earlier wish of this very turn.
            guessed = id_of(max(1, self.worlds[0].next_id + place - op[1] % 4))
            return ("reverse", known[-1 - op[1] % len(known)] if op[1] > 4 and known else guessed, *op[2:])
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
        names = list(known) or [id_of(999_999)]
        return names[-1 - back] if back < len(names) else id_of(999_999)

    def _dated(self, op: Any) -> Op:
        if op[0] == "grant":
            ends_on = None if op[4] is None else str(self.today + timedelta(days=op[4]))
            return (*op[:4], ends_on, op[5])
        return tuple(op)

    def _turn(self, batch: list[Any], process: int) -> None:
        runs = [world.turn(batch, process=process) for world in self.worlds]
        for run in runs[1:]:
            assert run == runs[0], "the databases answer differently"
        for tx in self.worlds[0].lapses:
            self.model.now.types.setdefault(tx, ["lots-lapsed.v1"])
        for item, outcome in zip(batch, runs[0], strict=True):
            self._compare(item, outcome)

    # What must be true -----------------------------------------------------------------------------------------

    def _compare(self, item: Any, outcome: Outcome) -> None:
        ops, client, key, cause = item
        code, numbers, replayed = self.model.submit(ops, client, key, cause, outcome.tx)
        refusal = outcome.refusal
        told = refusal.members() if refusal else {}
        # Positions are the ledger's own: the model counts no facts.
        told = {name: value for name, value in told.items() if name not in {"fact", "position"}}
        said = (refusal.code if refusal else None, told, outcome.replayed)
        assert said == (code, numbers, replayed), f"{item}: the model says {(code, numbers, replayed)}, not {said}"
        if outcome.replayed and key is not None:
            assert outcome.envelopes == self.first_answers[client, key].envelopes, "a replayed answer differs"
        elif outcome.envelopes and key is not None:
            self.first_answers[client, key] = outcome
        if refusal is not None:
            kinds = [envelope.type for envelope in outcome.envelopes]
            assert kinds == (["command-refused.v1"] if refusal.recorded and key else []), "a refusal changed something"
            assert refusal.status < 500, f"{item}: {refusal}"

    @invariant()
    def the_model_agrees(self) -> None:
        for world in self.worlds:
            for (holder, unit), account in self.model.now.accounts.items():
                pools: dict[Any, int] = {}
                for lot in account.open():
                    where = (lot.expires_on, lot.kind, lot.origin)
                    pools[where] = pools.get(where, 0) + lot.left
                told = (account.received, account.spent, account.lapsed, account.debt, pools)
                real: Any = world.account(holder, unit) or (0, 0, 0, 0, {})
                assert real == told, f"{holder}/{unit}: the model says {told}, not {real}"
                if self.model.units[unit].negative != "debt":
                    assert account.debt == 0
                    assert account.balance >= 0
            for name, item in self.model.now.items.items():
                assert world.stock(name) == item.stock >= 0

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

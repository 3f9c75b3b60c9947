"""The machine of welfare coupons: batches, tills, tickets and settlements, by several clients who ask twice."""

from collections import Counter as Tally
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.journal.storage import Storage
from ledger.values import Instant
from tests.machines.welfare_model import WelfareModel
from tests.machines.welfare_things import CNY, COUPON, FUNDS, MERCHANTS, local, written
from tests.machines.welfare_wishes import (
    APPS,
    CLIENTS,
    OFFICERS,
    PEOPLE,
    asked,
    bills,
    faces,
    funds,
    hours,
    kinds,
    lives,
    operations,
    pieces,
    units,
)
from tests.machines.welfare_world import WelfareWorld

Op = tuple[Any, ...]
BEGIN = datetime(2022, 6, 24, 10, 30)  # noqa: DTZ001 - the model counts in UTC throughout
"""18:30 in Shanghai, a week before the month ends."""
LOOKING = {"spend", "refund", "void", "use", "cancel"}
"""Wishes that let time act on what they look at; all others find what a sweep has recorded."""


class WelfareMachine(RuleBasedStateMachine):
    """`opened` says on which databases a fresh ledger opens: a list of storages of one ledger for each database."""

    opened: ClassVar[Callable[[], list[list[Storage]]]]
    covered: ClassVar[Tally[tuple[str, str]]]
    """How often each wish ended how."""

    def __init__(self) -> None:
        super().__init__()
        self.worlds: list[WelfareWorld] = []
        self.first_answers: dict[tuple[str, str], Any] = {}
        self.names = 0
        self.late = False
        """Time has passed that no sweep has recorded yet."""

    @initialize(kind=kinds)
    def begin(self, kind: str) -> None:
        self.worlds = [WelfareWorld(storages, BEGIN, PEOPLE) for storages in type(self).opened()]
        self.model = WelfareModel(BEGIN, PEOPLE)
        self.issued(kind, "f0", 20, (300, 1), (299, 2), True)

    # What happens ------------------------------------------------------------------------------------------------

    @rule(wishes=st.lists(asked, min_size=1, max_size=4), process=st.integers(0, 1))
    def turn(self, wishes: list[Any], process: int) -> None:
        """Several clients' wishes decided together."""
        self._turn([(self._meant(op), client, self._key() if keyed else None) for op, client, keyed in wishes], process)

    @rule(op=operations, other=operations, client=st.sampled_from(CLIENTS))
    def sent_again(self, op: Any, other: Any, client: str) -> None:
        """A client that heard no answer asks twice at once and again later; the key is used for something else too."""
        wish, changed, first, second = self._meant(op), self._meant(other), self._key(), self._key()
        self._turn([(wish, client, first), (wish, client, first), (wish, client, second)], 0)
        self._turn([(wish, client, first), (changed, client, second)], 1)

    @rule(passed=hours, process=st.integers(0, 1), swept=st.booleans())
    def time_passes(self, passed: int, process: int, swept: bool) -> None:
        self.model.wait(60 * passed)
        for world in self.worlds:
            world.clock.move_to(Instant(written(self.model.now)))
        self.late = True
        if swept:
            self._sweep(process)

    def _sweep(self, process: int) -> None:
        for world in self.worlds:
            world.sweep(process=process)
        self.late = False

    @rule(
        kind=kinds,
        fund=funds,
        life=lives,
        one=st.tuples(faces, pieces),
        two=st.tuples(faces, pieces),
        whole=st.booleans(),
    )
    def issued(
        self, kind: str, fund: str | None, life: int, one: tuple[int, int], two: tuple[int, int], whole: bool
    ) -> None:
        """A batch from its draft to its end, or left with a line that nobody issued."""
        batch = self._meant(("draft", 0, kind, fund, life))
        id, who = batch[1], PEOPLE[self.names % 3 : self.names % 3 + 2]
        drafted = ("lines", id, ((who[0], *one), (who[1], *two)))
        self._turn([(batch, OFFICERS[0], None), (drafted, OFFICERS[0], None), (("hand-in", id), APPS[0], None)], 0)
        approve = ("approve", id)
        self._turn([(approve, OFFICERS[0], None), (approve, OFFICERS[1], self._key())], 1)
        holders = who if whole else who[:1]
        self._turn([(("issue", id, holders), client, None) for client in APPS], 0)
        self._ask(("finish", id))

    @rule(
        bill=bills,
        merchant=st.sampled_from(("lixian", "lixian", "corner")),
        many=st.sampled_from((1, 2, 3)),
        back=st.lists(st.sampled_from((None, None, 1, 33, 150)), min_size=1, max_size=2),
        voided=st.booleans(),
        late=st.sampled_from((0, 0, 24 * 41)),
    )
    def bought(self, bill: Any, merchant: str, many: int, back: list[int | None], voided: bool, late: int) -> None:
        """Somebody pays with some of what he has, at two tills at once; some of it comes back, perhaps too late."""
        bill = tuple(("food", amount) for _, amount in bill)
        if merchant == "lixian":
            bill = (*bill, ("aided-goods", 800))
        spendable = [name for name in self.model.coupons if self._pays_at(name, merchant)]
        if not spendable:
            return
        who = self.model.survivor(self.model.coupons[spendable[-1]].holder)
        mine = [name for name in spendable if self.model.survivor(self.model.coupons[name].holder) == who][-many:]
        sales = [("spend", self._new("purchase"), merchant, bill, tuple(mine), who) for _ in range(2)]
        self._turn([(sale, client, None) for sale, client in zip(sales, APPS, strict=True)], 0)
        if voided:
            self._ask(("void", mine[-1]))
        if late:
            self.time_passes(late, 1, swept=False)
        refunds = [("refund", sales[0][1], amount) for amount in back]
        self._turn([(refund, APPS[0], self._key()) for refund in refunds], 1)

    def _pays_at(self, name: str, merchant: str) -> bool:
        coupon = self.model.coupons[name]
        return coupon.left > 0 and (merchant == "lixian" or self.model.batches[coupon.batch].kind != "lixian")

    @rule(
        merchant=st.sampled_from(("lixian", "corner")),
        fund=st.sampled_from(("f0", "f1")),
        most=st.sampled_from((1, 2)),
        until=st.sampled_from((None, 0, 2)),
        late=st.sampled_from((0, 0, 24, 72)),
        ends=st.permutations(("use", "cancel", "cancel")),
    )
    def rushed(self, merchant: str, fund: str, most: int, until: int | None, late: int, ends: list[str]) -> None:
        """Everybody wants one of two pieces; some are used, given back, or forgotten."""
        opens, closes = self.model.now, self.model.now + timedelta(days=2)
        day = None if until is None else local(self.model.now) + timedelta(days=until)
        offer = ("offer", self._new("offer"), merchant, fund, 2, most, opens, closes, day)
        self._ask(offer)
        claims = [("claim", self._new("ticket"), offer[1], who, 1) for who in ("h0", "h0", "h1", "h2")]
        self._turn([(claim, APPS[number % 2], None) for number, claim in enumerate(claims)], 0)
        if late:
            self.time_passes(late, 0, swept=False)
        self._ask(*((end, claims[0][1]) for end in ends[:2]), ("use", claims[2][1]))

    @rule(who=st.permutations(CLIENTS), unit=units, merchant=st.sampled_from(("lixian", "corner")), ends=st.booleans())
    def month_ends(self, who: list[str], unit: str, merchant: str, ends: bool) -> None:
        """The books are closed, and the month is settled by whoever comes, perhaps once too often."""
        closed = self.model.closed_periods
        if ends or not closed:
            self.books_close()
        last = self.model.settled.get((merchant, unit), ("", 0))[0]
        period = next((it for it in closed if it > last), closed[-1])
        id = f"{merchant}.{unit}.{period}"
        of = tuple(sorted(self.model.counted(merchant, unit, period)))
        steps: list[Op] = [("settle", merchant, unit, period), *([("add-lines", id, of)] if of else [])]
        steps += [("check", id), ("pay", id), ("settle", merchant, unit, period)]
        self._turn([(step, who[number], None) for number, step in enumerate(steps)], 0)
        officers = [*OFFICERS]
        self._turn([(("check", id), officers[1], None), (("pay", id), officers[2], None)], 1)

    def books_close(self) -> None:
        for world in self.worlds:
            world.close_books(self.model.period)
        self.model.closed_periods.append(self.model.period)
        year, month = map(int, self.model.period.split("-"))
        self.model.period = f"{year + month // 12}-{month % 12 + 1:02}"

    # Looking up --------------------------------------------------------------------------------------------------

    def _meant(self, op: Any) -> Op:  # noqa: PLR0911 - one line for each kind of wish
        """A generated wish with its references looked up."""
        name, *rest = op
        match name:
            case "draft":
                batch = self._new("batch") if rest[0] < 5 else self._known("batch", rest[0])
                return (name, batch, *rest[1:-1], local(self.model.now) + timedelta(days=rest[-1]))
            case "void":
                return (name, self._known("coupon", rest[0]))
            case "spend":
                return self._sale(*rest)
            case "refund":
                return (name, self._known("purchase", rest[0]), rest[1])
            case "claim":
                return (name, self._new("ticket"), self._known("offer", rest[0]), *rest[1:])
            case "use" | "cancel":
                return (name, self._known("ticket", rest[0]))
            case "merge" | "close-fund" | "suspend" | "resume":
                return tuple(op)
            case "settle":
                periods = [*self.model.closed_periods, self.model.period]
                return (name, rest[0], rest[1], periods[-1 - rest[2] % len(periods)])
        return self._settling(name, rest) or (name, self._known("batch", rest[0]), *rest[1:])

    def _settling(self, name: str, rest: list[Any]) -> Op | None:
        id = self._known("settlement", rest[0])
        if name == "add-lines":
            found = self.model.settlements.get(id)
            of = self.model.counted(found.merchant, found.unit, found.period) if found else ()
            return (name, id, tuple(sorted(of)) or ("coupon-batch:none",))
        if name in {"check", "pay", "withdraw"}:
            return (name, id)
        return (name, id, self._known("purchase", rest[1])) if name in {"dispute", "resolve"} else None

    def _sale(self, merchant: str, bill: Any, back: list[int], who: str | None) -> Op:
        shown = tuple(dict.fromkeys(self._known("coupon", number) for number in back))
        owner = self.model.coupons[shown[0]].holder if shown[0] in self.model.coupons else "h0"
        holder = who if who is not None else self.model.survivor(owner)
        return ("spend", self._new("purchase"), merchant, bill, shown, holder)

    def _new(self, kind: str) -> str:
        self.names += 1
        return f"{kind}-{self.names}"

    def _known(self, kind: str, back: int) -> str:
        """One that is there, counted from the latest; seldom one that nobody knows."""
        there: dict[str, Any] = {
            "batch": self.model.batches,
            "coupon": self.model.coupons,
            "purchase": self.model.purchases,
            "offer": self.model.offers,
            "ticket": self.model.claims,
            "settlement": self.model.settlements,
        }
        names = list(there[kind])
        return names[-1 - back % len(names)] if names and back < 9 else f"no-{kind}"

    def _key(self) -> str:
        self.names += 1
        return f"key-{self.names}"

    # Asking and comparing ----------------------------------------------------------------------------------------

    def _ask(self, *ops: Op) -> None:
        self._turn([(op, OFFICERS[2], None) for op in ops], 0)

    def _turn(self, wishes: list[tuple[Op, str, str | None]], process: int) -> None:
        names = {op[0] for op, _, _ in wishes}
        if self.late and not names <= LOOKING:
            self._sweep(process)
        # What an approver saw is what stood there when he asked: he does not ask in one breath with others.
        parts = [[wish] for wish in wishes] if "approve" in names else [wishes]
        for part in parts:
            self._together(part, process)
        if self.late:
            self._sweep(1 - process)

    def _together(self, wishes: list[tuple[Op, str, str | None]], process: int) -> None:
        runs = [
            world.run([world.submission(*wish, repr(wish[0])) for wish in wishes], process=process)
            for world in self.worlds
        ]
        for run in runs[1:]:
            assert run == runs[0], "the databases answer differently"
        for wish, outcome in zip(wishes, runs[0], strict=True):
            self._compare(*wish, outcome)

    def _compare(self, op: Op, client: str, key: str | None, outcome: Any) -> None:
        code, numbers, replayed = self.model.submit(op, client, key, repr(op))
        refusal = outcome.refusal
        names = {id: name for name, id in self.worlds[0].ids.items()}
        told = {it: names.get(value, value) if isinstance(value, str) else value for it, value in _members(refusal)}
        said = (refusal.code if refusal else None, told, outcome.replayed)
        wish = f"{op} by {client}"
        assert said == (code, numbers, replayed), f"{wish}: the model says {(code, numbers, replayed)}, not {said}"
        type(self).covered[op[0], code or ("replayed" if replayed else "done")] += 1
        if outcome.replayed and key is not None:
            assert outcome.envelopes == self.first_answers[client, key], "a replayed answer differs"
            return
        if outcome.envelopes and key is not None:
            self.first_answers[client, key] = outcome.envelopes
        for world in self.worlds:
            world.named(self.model.new, outcome)
        if refusal is not None:
            kinds = [envelope.type for envelope in outcome.envelopes]
            assert kinds == (["command-refused.v1"] if refusal.recorded and key else []), "a refusal changed something"

    # What must be true -----------------------------------------------------------------------------------------

    @invariant()
    def the_model_agrees(self) -> None:
        if self.late:
            return
        for world in self.worlds:
            world.look()
            self._funds(world)
            self._coupons(world)
            self._merchants(world)

    def _funds(self, world: WelfareWorld) -> None:
        for fund in FUNDS:
            unused, over = self.model.unused(fund), fund in self.model.closed_funds
            free, returned = (0, unused) if over else (unused, 0)
            told = (self.model.committed(fund), self.model.disbursed(fund), free, returned)
            assert world.fund(fund) == told, f"{fund}: the model says {told}, not {world.fund(fund)}"
            assert min(told) >= 0, f"{fund}: over-issued, in the model too"

    def _coupons(self, world: WelfareWorld) -> None:
        for id, batch in self.model.batches.items():
            mine = [it for it in self.model.coupons.values() if it.batch == id]
            gone = sum(it.lapsed + it.voided for it in mine)
            asked = batch.total("drafted", "refused", "issued")
            told = (batch.status, asked, sum(it.face for it in mine), gone, batch.waiting)
            assert world.batch(id) == told, f"{id}: the model says {told}, not {world.batch(id)}"
        for name, coupon in self.model.coupons.items():
            parts = (coupon.left, coupon.left, coupon.lapsed + coupon.voided, coupon.voided_at is not None)
            assert world.coupon(name) == parts, f"{name}: the model says {parts}, not {world.coupon(name)}"

    def _merchants(self, world: WelfareWorld) -> None:
        for merchant in MERCHANTS:
            for unit in (COUPON, CNY):
                told = self.model.to_come(merchant, unit) - self.model.paid.get((merchant, unit), 0)
                real = world.to_come(merchant, unit)
                assert real == told, f"{merchant}: the model says {told} {unit} are to come, the facts {real}"
        for id, claim in self.model.claims.items():
            assert world.claim(id) == claim.status, f"{id}: the model says {claim.status}, not {world.claim(id)}"
        for id, offer in self.model.offers.items():
            assert world.stock(id) == offer.stock >= 0, f"{id}: the model has {offer.stock} left"
        for id, it in self.model.settlements.items():
            shown = (it.status, it.payable, tuple(it.disputed))
            assert world.settlement(id) == shown, f"{id}: the model says {shown}, not {world.settlement(id)}"
        passed_on = sum(world.posted["collected", unit] for unit in (COUPON, CNY))
        assert passed_on == -self.model.collected(), f"the model collected {self.model.collected()}, not {passed_on}"

    def teardown(self) -> None:
        for world in self.worlds:
            world.close()


def _members(refusal: Any) -> Any:
    return refusal.members().items() if refusal else ()

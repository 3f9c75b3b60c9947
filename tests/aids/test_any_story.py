"""Any story of claims beside a model of single sums: the fund adds up, no ceiling is passed, nothing is paid twice."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.aids.commands import WriteOffAid
from ledger.refusals import FundExhausted, LimitExceeded, NotEligible, Refusal, SelfApproval
from ledger.room import By, Command
from tests.aids.giving import HALF, SECOND, approving, claim, claiming, fund, paying, recovering, rejecting, story, used
from tests.given import LEADER, SUPERVISOR, Story

CEILING, LIMIT, MONEY = 300, 100, 500


@dataclass
class One:
    """A claim as the model has it."""

    holder: str
    aid: int
    status: str
    by: set[str | None] = field(default_factory=set)
    back: int = 0
    lost: int = 0


@dataclass
class Model:
    """Written apart from the code: half of a bill, 300 a year, above 100 two people decide, 500 in the fund."""

    claims: dict[str, One] = field(default_factory=dict)

    def had(self, holder: str) -> int:
        living = (one for one in self.claims.values() if one.holder == holder and one.status != "rejected")
        return sum(one.aid - one.back for one in living)

    def promised(self) -> int:
        return sum(one.aid for one in self.claims.values() if one.status == "approved")

    def paid(self) -> int:
        return sum(one.aid for one in self.claims.values() if one.status == "paid")

    def free(self) -> int:
        return MONEY - self.promised() - self.paid()

    def asked(self, id: str, holder: str, amount: int) -> Refusal | None:
        """What claiming comes to."""
        due, left = amount // 2, CEILING - self.had(holder)
        if not due:
            return NotEligible(reason="nothing-left-to-pay")
        if not left:
            return LimitExceeded(rule="aid", limit=CEILING, used=CEILING, offered=0, period="2022")
        aid = min(due, left)
        if aid <= LIMIT and aid > self.free():
            return FundExhausted(fund="town", required=aid, available=self.free())
        self.claims[id] = One(holder, aid, "waiting" if aid > LIMIT else "paid")
        return None

    def approved(self, one: One, by: By) -> Refusal | None:
        if one.status != "waiting":
            return NotEligible(reason=f"claim-{one.status}")
        if by == SUPERVISOR:
            return SelfApproval(maker="person:supervisor")
        if by.subject in one.by:
            return NotEligible(reason="approved-already")
        if one.by and one.aid > self.free():
            return FundExhausted(fund="town", required=one.aid, available=self.free())
        one.by.add(by.subject)
        one.status = "approved" if len(one.by) == 2 else "waiting"
        return None

    def moved(self, one: One, status: str, *before: str) -> Refusal | None:
        if one.status not in before:
            return NotEligible(reason=f"claim-{one.status}")
        one.status = status
        return None


PEOPLE = {"a": LEADER, "s": SECOND, "m": SUPERVISOR}
STEPS = st.lists(
    st.tuples(st.sampled_from("cccasmjprw"), st.integers(0, 400), st.integers(0, 7), st.sampled_from("ab")),
    min_size=1,
    max_size=30,
)


def wanted(step: tuple[str, int, int, str], model: Model, made: Story) -> tuple[Command, By, Refusal | None] | None:
    """The wish, whose it is, and what the model says to it; None where there is nothing to wish."""
    kind, amount, which, holder = step
    id = f"c{which}"
    if kind == "c":
        id = f"c{len(model.claims)}"
        return (claiming(amount, id=id, holder=holder), SUPERVISOR, model.asked(id, holder, amount)) if amount else None
    one = model.claims.get(id)
    if one is None:
        return None
    found: dict[str, Any] = {
        "j": (rejecting(id), ("rejected", "waiting", "approved")),
        "p": (paying(id), ("paid", "approved")),
    }
    if kind in found:
        wish, (status, *before) = found[kind]
        return wish, SUPERVISOR, model.moved(one, status, *before)
    if kind in PEOPLE:
        return approving(id), PEOPLE[kind], model.approved(one, PEOPLE[kind])
    return back_or_lost(kind, amount, id, one) if 1 <= amount <= claim(made, id).outstanding else None


def back_or_lost(kind: str, amount: int, id: str, one: One) -> tuple[Command, By, None]:
    """What comes back, or never will."""
    if kind == "r":
        one.back += amount
        return recovering(amount, id), SUPERVISOR, None
    one.lost += amount
    return WriteOffAid(claim=id, amount=amount, reason="correction"), SUPERVISOR, None


@given(STEPS)
def test_any_story_of_claims_agrees_with_plain_sums(steps: list[tuple[str, int, int, str]]) -> None:
    model = Model()
    made = story(HALF | {"ceiling": CEILING}, money=MONEY, approval_limit=LIMIT, approvers=2)
    for step in steps:
        asked = wanted(step, model, made)
        if asked is None:
            continue
        wish, by, refusal = asked
        if refusal is None:
            made.when(wish, by=by)
        else:
            made.refuses(wish, refusal, by=by)
        assert fund(made) == (model.free(), model.promised(), model.paid())
        assert all(used(made, holder) == model.had(holder) <= CEILING for holder in "ab")
    for id, one in model.claims.items():
        found = claim(made, id)
        assert (found.status, found.aid, found.recovered, found.written_off) == (
            one.status,
            one.aid,
            one.back,
            one.lost,
        )

"""Straight to the rare meeting in the life of a coupon: stories of the machine, told with what makes them meet."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from tests.machines.welfare_machine import WelfareMachine
from tests.machines.welfare_things import COUPON, local
from tests.machines.welfare_wishes import APPS, OFFICERS, PEOPLE, kinds

FOOD = (("food", 300),)
Walk = Callable[[WelfareMachine], None]


def a_batch(life: WelfareMachine, kind: str = "welfare", days: int = 20, fund: str | None = "f1") -> None:
    life.issued(kind, fund, days, (300, 1), (299, 2), whole=True)


def given(life: WelfareMachine, kind: str, fund: str | None, *lines: tuple[str, int, int], days: int = 20) -> None:
    """These people get these pieces, from the draft to the end."""
    batch = life._meant(("draft", 0, kind, fund, days))
    drafted = batch, ("lines", batch[1], lines), ("hand-in", batch[1])
    life._turn([(step, OFFICERS[0], None) for step in drafted], 0)
    life._turn([(("approve", batch[1]), OFFICERS[1], None)], 1)
    life._ask(("issue", batch[1], tuple(who for who, _, _ in lines)), ("finish", batch[1]))


def of(life: WelfareMachine, *people: str) -> list[str]:
    """Their coupons with something left."""
    return [name for name, it in life.model.coupons.items() if it.holder in people and it.left]


def pays(life: WelfareMachine, who: str, amount: int, *coupons: str, merchant: str = "corner") -> str:
    purchase = life._new("purchase")
    life._ask(("spend", purchase, merchant, (("food", amount),), coupons, who))
    return purchase


# Coupons ---------------------------------------------------------------------------------------------------------


def the_fee_comes_back_in_parts(life: WelfareMachine) -> None:
    a_batch(life)
    life.bought(FOOD, "corner", 1, [150, None], voided=False, late=0)


def taken_back_and_given_back(life: WelfareMachine) -> None:
    a_batch(life)
    life.bought((("food", 150),), "corner", 1, [100, None], voided=True, late=0)


def lapsed_before_it_comes_back(life: WelfareMachine) -> None:
    a_batch(life, days=1)
    life.bought(FOOD, "lixian", 2, [33, None], voided=False, late=24 * 41)


def of_another(life: WelfareMachine) -> None:
    a_batch(life)
    name = life._known("coupon", 0)
    for who in PEOPLE:
        pays(life, who, 300, name)


def more_than_the_cap(life: WelfareMachine) -> None:
    for _ in range(2):
        life.issued("welfare", "f0", 20, (500, 2), (500, 3), whole=True)


def unequal_faces(life: WelfareMachine) -> None:
    """Of one face they stack, of two they do not, nor beside coupons of another kind; change is given on none."""
    given(life, "face-value", "f1", ("h0", 100, 2), ("h3", 299, 1))
    given(life, "face-value", None, ("h0", 299, 1))
    given(life, "welfare", None, ("h0", 100, 1))
    one, two, other, plain = of(life, "h0")
    for shown in ((one, other), (one, plain), (two, other, plain)):
        pays(life, "h0", 1_000, *shown)
    pays(life, "h0", 150, one, two)
    pays(life, "h0", 200, one, two)


def two_pay_for_one_batch(life: WelfareMachine) -> None:
    """Each fen is one fund's for ever: spent one by one, given back in other parts, taken back, lapsed, not issued."""
    given(life, "welfare", "both", ("h0", 100, 2), ("h3", 299, 1))
    one, two = of(life, "h0")
    bought = [pays(life, "h0", amount, one) for amount in (1, 1, 32)]
    bought.append(pays(life, "h0", 67, one, two))
    life._ask(("void", two), *(("refund", bought[3], amount) for amount in (1, 2, 3)), ("refund", bought[2], 5))
    batch = life._meant(("draft", 0, "welfare", "odd", 1))
    lines = ("lines", batch[1], (("h0", 299, 1), ("h3", 500, 3)))
    life._ask(batch, lines, ("hand-in", batch[1]))
    life._turn([(("approve", batch[1]), OFFICERS[1], None)], 0)
    # What a cap refuses of it stays promised by both until the batch is finished.
    given(life, "welfare", "f0", ("h3", 500, 1))
    life._ask(("issue", batch[1], ("h0", "h3")))
    life.the_model_agrees()
    life._ask(("finish", batch[1]))
    pays(life, "h0", 101, of(life, "h0")[-1])
    life.time_passes(72, 1, swept=True)


def one_man_had_two_records(life: WelfareMachine) -> None:
    """His allowance is one, his coupons are his whichever record got them."""
    given(life, "welfare", "f0", ("h0", 400, 2), ("h3", 300, 2))
    bought = pays(life, "h3", 100, of(life, "h3")[0])
    life._ask(("merge", "h3", "h0"))
    life.the_model_agrees()
    for fund in ("f0", "both", "f1"):
        given(life, "welfare", fund, ("h0", 100, 1))
    for who in ("h3", "h0"):
        pays(life, who, 450, *of(life, "h3", "h0")[:2])
    life._ask(("refund", bought, 50), ("void", of(life, "h3")[0]), ("merge", "h3", "h1"), ("merge", "h0", "h1"))
    pays(life, "h1", 800, *of(life, "h0", "h3")[:3])


def asked_once_more(life: WelfareMachine) -> None:
    """The same key at both tills in one turn, again at the other process, and for something else."""
    given(life, "welfare", "both", ("h0", 300, 1))
    sale, key = ("spend", life._new("purchase"), "corner", FOOD, tuple(of(life, "h0")), "h0"), life._key()
    for process in (0, 1):
        life._turn([(sale, APPS[0], key), (sale, APPS[0], key), (sale, APPS[1], None)], process)
    life._turn([(("refund", sale[1], 1), APPS[0], key)], 0)


def all_of_it_lapses(life: WelfareMachine) -> None:
    a_batch(life, days=0)
    life.time_passes(48, 1, swept=True)


# Offers and merchants --------------------------------------------------------------------------------------------


def an_offer(life: WelfareMachine, *, opens: int = 0, hours: int = 48, use_in: int | None = 2, most: int = 1) -> str:
    """Two pieces, from some hour on for some hours."""
    begins = life.model.now + timedelta(hours=opens)
    day = None if use_in is None else local(life.model.now) + timedelta(days=use_in)
    offer = life._new("offer")
    life._ask(("offer", offer, "corner", "f1", 2, most, begins, begins + timedelta(hours=hours), day))
    return offer


def claimed(life: WelfareMachine, offer: str, *people: str) -> list[str]:
    """All in one turn, at two tills."""
    claims = [("claim", life._new("ticket"), offer, who, 1) for who in people]
    life._turn([(claim, APPS[number % 2], None) for number, claim in enumerate(claims)], 0)
    return [claim[1] for claim in claims]


def a_flash_sale(life: WelfareMachine) -> None:
    """Before it opens, while it runs, and after: two pieces, one for each, and one comes back."""
    offer = an_offer(life, opens=1, hours=5, use_in=None)
    claimed(life, offer, "h0")
    life.time_passes(1, 0, swept=False)
    tickets = claimed(life, offer, "h0", "h0", "h1", "h2")
    life._ask(("cancel", tickets[0]))
    claimed(life, offer, "h2", "h3")
    life.time_passes(8, 1, swept=False)
    life._ask(("cancel", tickets[2]))
    claimed(life, offer, "h3")


def tickets_come_back(life: WelfareMachine) -> None:
    for ends in (["cancel", "use", "cancel"], ["use", "cancel", "cancel"]):
        life.rushed("corner", "f1", 1, 2, 0, ends)
    life.rushed("lixian", "f0", 1, None, 24, ["cancel", "use", "cancel"])


def a_merchant_is_suspended(life: WelfareMachine) -> None:
    """It sells nothing more; what was claimed there stays so until it is used later, given back, or lapses."""
    given(life, "welfare", "f1", ("h3", 300, 2))
    bought = pays(life, "h3", 200, of(life, "h3")[0])
    offer = an_offer(life)
    first, second = claimed(life, offer, "h0", "h1")
    life._ask(("suspend", "corner"), ("suspend", "corner"), ("use", first), ("cancel", second))
    claimed(life, offer, "h2")
    pays(life, "h3", 100, of(life, "h3")[0])
    life._ask(("refund", bought, 50), ("resume", "corner"), ("use", first))
    claimed(life, offer, "h2")
    life._ask(("suspend", "corner"))
    life.time_passes(72, 1, swept=False)
    life._ask(("resume", "corner"), ("resume", "corner"))


# Settlements -----------------------------------------------------------------------------------------------------


def a_month_is_settled(life: WelfareMachine) -> None:
    a_batch(life, days=40)
    life.bought(FOOD, "corner", 1, [33], voided=False, late=0)
    for who in ([OFFICERS[0]] * 5, [*OFFICERS, *APPS]):
        life.month_ends(who, "coupon_cny", "corner", ends=True)


def a_line_is_missing(life: WelfareMachine) -> None:
    """Three batches were taken, one of them came back: nothing is checked before all lines are there, or paid twice."""
    for fund, face in (("f1", 300), ("both", 299), (None, 100)):
        given(life, "welfare", fund, ("h3", face, 1), days=40)
    bought = [pays(life, "h3", 100, name) for name in of(life, "h3")[-3:]]
    life._ask(("refund", bought[2], None))
    month = life.model.period
    life.books_close()
    life._ask(("refund", bought[0], 30))  # in the next month's till
    id = f"corner.{COUPON}.{month}"
    lines = sorted(life.model.counted("corner", COUPON, month))
    life._ask(("settle", "corner", COUPON, month), ("check", id), ("add-lines", id, tuple(lines[:1])))
    for line in lines[1:]:
        life._turn([(("check", id), OFFICERS[1], None)], 0)
        life._ask(("add-lines", id, (line,)), ("add-lines", id, (line,)))
    life._ask(("dispute", id, bought[1]))
    life._turn([(("check", id), who, None) for who in (OFFICERS[2], OFFICERS[1])], 0)
    for step in ("pay", "resolve", "pay", "pay"):
        wish = ("resolve", id, bought[1]) if step == "resolve" else ("pay", id)
        life._turn([(wish, OFFICERS[0], None)], 0)
    life._ask(("settle", "corner", COUPON, month), ("withdraw", id))
    life.month_ends([*OFFICERS, *APPS], COUPON, "corner", ends=True)


WALKS: Final[tuple[Walk, ...]] = (
    the_fee_comes_back_in_parts,
    taken_back_and_given_back,
    lapsed_before_it_comes_back,
    of_another,
    more_than_the_cap,
    unequal_faces,
    two_pay_for_one_batch,
    one_man_had_two_records,
    asked_once_more,
    all_of_it_lapses,
    a_flash_sale,
    tickets_come_back,
    a_merchant_is_suspended,
    a_month_is_settled,
    a_line_is_missing,
)


class WelfareWalkMachine(WelfareMachine):
    """The machine whose every life begins with one of these walks."""

    @initialize(kind=kinds, walk=st.sampled_from(WALKS))
    def begin(self, kind: str, walk: Walk) -> None:
        super().begin(kind)
        walk(self)

    @classmethod
    def tour(cls) -> None:
        """A life for each of them: what they meet, they meet in every run."""
        for walk in WALKS:
            life = cls()
            try:
                life.begin("welfare", walk)
                life.the_model_agrees()
            finally:
                life.teardown()

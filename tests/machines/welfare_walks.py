"""Straight to the rare meeting in the life of a coupon: stories of the machine, told with what makes them meet."""

from collections.abc import Callable
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from tests.machines.welfare_machine import WelfareMachine
from tests.machines.welfare_wishes import APPS, OFFICERS, PEOPLE, kinds

FOOD = (("food", 300),)


def a_batch(life: WelfareMachine, kind: str = "welfare", days: int = 20, fund: str | None = "f1") -> None:
    life.issued(kind, fund, days, (300, 1), (299, 2), whole=True)


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
        life._ask(("spend", life._new("purchase"), "corner", FOOD, (name,), who))


def more_than_the_cap(life: WelfareMachine) -> None:
    for _ in range(2):
        life.issued("welfare", "f0", 20, (500, 2), (500, 3), whole=True)


def unequal_faces(life: WelfareMachine) -> None:
    """Four coupons of 100 and four of 299 or 500: somebody has some of both."""
    for face, other in ((100, 299), (500, 299), (299, 100), (100, 500)):
        life.issued("face-value", None, 20, (face, 2), (other, 2), whole=True)
    for who in PEOPLE:
        mine = {it.face: name for name, it in life.model.coupons.items() if it.holder == who}
        life._ask(("spend", life._new("purchase"), "corner", (("food", 1_000),), tuple(mine.values()), who))


def tickets_come_back(life: WelfareMachine) -> None:
    for ends in (["cancel", "use", "cancel"], ["use", "cancel", "cancel"]):
        life.rushed("corner", "f1", 1, 2, 0, ends)
    life.rushed("lixian", "f0", 1, None, 24, ["cancel", "use", "cancel"])


def a_month_is_settled(life: WelfareMachine) -> None:
    a_batch(life, days=40)
    life.bought(FOOD, "corner", 1, [33], voided=False, late=0)
    for who in ([OFFICERS[0]] * 5, [*OFFICERS, *APPS]):
        life.month_ends(who, "coupon_cny", "corner", ends=True)


def all_of_it_lapses(life: WelfareMachine) -> None:
    a_batch(life, days=0)
    life.time_passes(48, 1, swept=True)


WALKS: Final[tuple[Callable[[WelfareMachine], None], ...]] = (
    the_fee_comes_back_in_parts,
    taken_back_and_given_back,
    lapsed_before_it_comes_back,
    of_another,
    more_than_the_cap,
    unequal_faces,
    tickets_come_back,
    a_month_is_settled,
    all_of_it_lapses,
)


class WelfareWalkMachine(WelfareMachine):
    """The machine whose every life begins with one of these walks."""

    @initialize(kind=kinds, walk=st.sampled_from(WALKS))
    def begin(self, kind: str, walk: Callable[[WelfareMachine], None]) -> None:
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

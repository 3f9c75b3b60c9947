"""Straight to the rare meeting in the life of a task: stories of the machine, told with what makes them meet."""

from collections.abc import Callable
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from tests.machines.patrol_machine import PatrolMachine
from tests.machines.patrol_wishes import REVIEWERS, places

IN_ORDER = ["start", "passing", "finish", "track"]
ONE, OTHER = "h1", "h2"
"""Those who have no claim open when a life begins."""


def one_man_under_two_records(life: PatrolMachine) -> None:
    life.one_man([ONE, OTHER, "h0"], both=True, later=0)


def another_phone(life: PatrolMachine) -> None:
    life.walked(ONE, IN_ORDER, 0, "nothing", "good", "other")


def the_place_is_taken_meanwhile(life: PatrolMachine) -> None:
    life.walked(ONE, IN_ORDER, 31, "taken", "good", "phone")


def busy_meanwhile(life: PatrolMachine) -> None:
    life.walked(ONE, ["finish", "track", "start", "passing"], 240, "busy", "short", "phone")


def a_week_of_walks(life: PatrolMachine) -> None:
    for who in (ONE, OTHER):
        life.walked(who, IN_ORDER, 0, "nothing", "good", "phone")
    life.long_after(30, 0)


def reviewed_by_whom_it_concerns(life: PatrolMachine) -> None:
    life.contested(["client:h1", *REVIEWERS], 0, "gap")


def decided_by_who_reviewed(life: PatrolMachine) -> None:
    life.contested([*REVIEWERS, "client:h1"], 0, "short gap")


def who_waits_moves_up(life: PatrolMachine) -> None:
    life.bought([ONE, OTHER, "h0"], 1, 4, (0, 0), 0, ["unbook", "change-session", "cancel-right", "cancel-session"])


def given_up_too_late(life: PatrolMachine) -> None:
    life.bought([ONE, OTHER, "h0"], 1, 2, (0, 1), 0, ["cancel-right", "unbook", "change-session", "cancel-session"])


def a_second_policy(life: PatrolMachine) -> None:
    life.insured(ONE, 0)


WALKS: Final[tuple[Callable[[PatrolMachine], None], ...]] = (
    one_man_under_two_records,
    another_phone,
    the_place_is_taken_meanwhile,
    busy_meanwhile,
    a_week_of_walks,
    reviewed_by_whom_it_concerns,
    decided_by_who_reviewed,
    who_waits_moves_up,
    given_up_too_late,
    a_second_policy,
)


class PatrolWalkMachine(PatrolMachine):
    """The machine whose every life begins with one of these walks."""

    @initialize(first=places, second=places, walk=st.sampled_from(WALKS))
    def begin(self, first: int, second: int, walk: Callable[[PatrolMachine], None]) -> None:
        super().begin(first, second)
        walk(self)

    @classmethod
    def tour(cls) -> None:
        """A life for each of them: what they meet, they meet in every run."""
        for walk in WALKS:
            life = cls()
            try:
                life.begin(1, 2, walk)
                life.the_model_agrees()
            finally:
                life.teardown()

"""Whatever people, officers and time do: never more than the places, the order of the list kept, every coin found."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ledger.entitlements.entities import ENDED, Entitlement, Held, Session
from ledger.entitlements.facts import (
    BookingCancelled,
    EntitlementBooked,
    EntitlementCancelled,
    EntitlementFact,
    EntitlementIssued,
    EntitlementLapsed,
    EntitlementWaitlisted,
    SessionCancelled,
    WaitingEnded,
)
from ledger.people.commands import BarHolder, MergeHolders, UnbarHolder
from ledger.people.entities import Holder
from ledger.people.standing import survivor
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed
from ledger.refusals import Refusal
from ledger.room import Command
from ledger.values import HolderId, ItemId, later
from tests.entitlements.mall import (
    COIN,
    POLICY,
    PRICES,
    RECUPERATION,
    absent,
    book,
    called_off,
    cancel,
    coach,
    given_to,
    mall,
    on_shelf,
    paid,
    places,
    redeem,
    unbook,
    used,
)
from tests.entitlements.mall import people as more

A, B, C, D = (HolderId(name) for name in "ABCD")
PEOPLE = st.sampled_from([A, B, C, D])
SESSIONS = st.sampled_from(["s1", "s1", "s2"])
WHICH = st.integers(0, 99)
LEAVING = (BookingCancelled, WaitingEnded, EntitlementCancelled, EntitlementLapsed)


@pytest.mark.machine
class Mall(RuleBasedStateMachine):
    """Four people with coins of two last days, two coaches, and days that pass."""

    def __init__(self) -> None:
        super().__init__()
        self.story = mall(A, B, C, coins=0, on="2022-07-01")
        more(self.story, D, coins=0)
        for holder in (A, B, C, D):
            self.story.given(paid(holder, 1500, "2022-07-08"), paid(holder, 2500))
            self.story.given(redeem(holder, id=holder), given_to(holder, id=holder + "2"))
        self.story.given(coach(1, id="s1"), coach(2, id="s2"))
        self.story.given(book("A", "s1"), book("B", "s1"), book("C", "s1", rank=1))

    def wish(self, command: Command) -> None:
        try:
            self.story.when(command)
        except Refusal:
            return

    def things(self, kind: type[Any]) -> list[tuple[str, Any]]:
        return [(key[1], row.entity) for key, row in self.story.book.rows.items() if row and key[0] == kind.KIND]

    def some(self, which: int, *statuses: str) -> str:
        """The id of an entitlement of one of these statuses, while there is one; else of any."""
        there = self.things(Entitlement)
        ids = [id for id, item in there if item.status in statuses] or [id for id, _ in there] or ["none"]
        return ids[which % len(ids)]

    @rule(holder=PEOPLE, item=st.sampled_from([RECUPERATION, RECUPERATION, POLICY]), pieces=st.sampled_from([1, 1, 2]))
    def redeems(self, holder: HolderId, item: ItemId, pieces: int) -> None:
        self.wish(redeem(holder, item, pieces))

    @rule(holder=PEOPLE, code=st.sampled_from(["recuperation", "accident-policy"]))
    def is_given(self, holder: HolderId, code: str) -> None:
        self.wish(given_to(holder, code))

    @rule(which=st.lists(WHICH, min_size=1, max_size=3), session=SESSIONS, rank=st.integers(0, 2))
    def books(self, which: list[int], session: str, rank: int) -> None:
        for one in which:
            self.wish(book(self.some(one, "issued"), session, rank))

    @rule(which=WHICH, what=st.sampled_from([unbook, cancel]), status=st.sampled_from(["booked", "waiting", "issued"]))
    def gives_up(self, which: int, what: Any, status: str) -> None:
        self.wish(what(self.some(which, status)))

    @rule(which=WHICH, what=st.sampled_from([used, absent]))
    def comes_or_not(self, which: int, what: Any) -> None:
        self.wish(what(self.some(which, "booked")))

    @rule(session=SESSIONS, number=st.integers(0, 4))
    def enlarges(self, session: str, number: int) -> None:
        self.wish(places(number, session))

    @rule(session=SESSIONS, sure=st.integers(0, 3))
    def calls_off(self, session: str, sure: int) -> None:
        if sure == 0:
            self.wish(called_off(session))

    @rule(old=PEOPLE, into=PEOPLE, sure=st.integers(0, 4))
    def merges(self, old: HolderId, into: HolderId, sure: int) -> None:
        if sure == 0:
            self.wish(MergeHolders(old=old, into=into, reason="duplicate"))

    @rule(holder=PEOPLE, command=st.sampled_from([BarHolder, UnbarHolder, UnbarHolder]), sure=st.integers(0, 2))
    def bars(self, holder: HolderId, command: Any, sure: int) -> None:
        if sure == 0:
            self.wish(command(holder=holder, reason="other"))

    @rule(days=st.sampled_from([0, 0, 1, 1, 2, 5, 400]), hours=st.integers(0, 9))
    def passes(self, days: int, hours: int) -> None:
        self.story.at = later(self.story.at, seconds=days * 86_400 + hours * 3_600)
        self.story.let_time_act()

    # What always holds -----------------------------------------------------------------------------------------

    @invariant()
    def nobody_has_a_place_that_is_not_there_and_nobody_waits_beside_a_free_one(self) -> None:
        for _, session in self.things(Session):
            assert session.free >= 0
            assert not (session.waiting and session.free)
            assert [item.rank for item in session.waiting] == sorted(item.rank for item in session.waiting)
            assert len(session.booked) + session.used + session.no_shows <= session.places

    @invariant()
    def a_session_and_its_entitlements_agree_and_nobody_stands_there_twice(self) -> None:
        there = self.things(Entitlement)
        for id, session in self.things(Session):
            waiting = [item.entitlement for item in session.waiting]
            assert len({*session.booked, *waiting}) == len(session.booked) + len(waiting)
            assert {*session.booked} == {key for key, it in there if (it.status, it.session) == ("booked", id)}
            assert {*waiting} == {key for key, it in there if (it.status, it.session) == ("waiting", id)}

    @invariant()
    def nobody_books_two_places_of_one_session(self) -> None:
        """Two records of one man may have one each until they are found to be one: nothing is taken from him then."""
        merged = {id for id, holder in self.things(Holder) if holder.merged_into or holder.merged_from}
        has: Counter[tuple[str, str]] = Counter()
        for _, item in self.things(Entitlement):
            if item.status in {"booked", "waiting"} and item.holder not in merged:
                has[item.holder, item.session] += 1
        assert set(has.values()) <= {1}

    @invariant()
    def what_people_have_is_what_has_not_ended(self) -> None:
        expected: dict[str, set[tuple[str, str | None]]] = {}
        for id, item in self.things(Entitlement):
            if item.status not in ENDED:
                expected.setdefault(f"{item.holder}/{item.code}", set()).add((id, item.session))
        found = {id: {(it.entitlement, it.session) for it in held.having} for id, held in self.things(Held)}
        assert {id: items for id, items in found.items() if items} == expected

    @invariant()
    def one_policy_is_in_force_for_each_person_who_was_always_one(self) -> None:
        for id, held in self.things(Held):
            holder, _, code = id.partition("/")
            if code == "accident-policy":
                assert survivor(self.story, holder)
                assert len(held.having) <= 1

    @invariant()
    def whoever_moves_up_was_first_in_line(self) -> None:
        lists: dict[str, list[tuple[int, int, str]]] = {}
        for envelope in self.story.journal:
            fact = envelope.data
            line = lists.setdefault(getattr(fact, "session", None) or "", [])
            if isinstance(fact, EntitlementWaitlisted):
                line.append((fact.rank, envelope.pos, fact.entitlement))
            elif isinstance(fact, EntitlementBooked) and fact.waited:
                assert min(line)[2] == fact.entitlement
                line.remove(min(line))
            elif isinstance(fact, EntitlementBooked):
                assert line == []
            elif isinstance(fact, SessionCancelled):
                line.clear()
            elif isinstance(fact, LEAVING):
                line[:] = [item for item in line if item[2] != fact.entitlement]

    @invariant()
    def coins_are_what_was_granted_less_what_was_paid_and_not_given_back(self) -> None:
        paid_for = [item for _, item in self.things(Entitlement) if item.redemption and item.status != "cancelled"]
        spent = sum(PRICES[item.item] for item in paid_for)
        left = sum(account.balance for _, account in self.things(Account) if account.unit == COIN)
        lapsed = sum(fact.amount for fact in self.story.facts(LotsLapsed))
        assert left == 4 * 4000 - spent - lapsed
        for item in PRICES:
            assert on_shelf(self.story, item) == 500 - sum(it.item == item for it in paid_for)

    @invariant()
    def payees_have_to_come_what_was_issued_and_not_taken_back(self) -> None:
        owed: Counter[str] = Counter()
        for envelope in self.story.journal:
            if isinstance(envelope.data, EntitlementIssued | EntitlementCancelled):
                entry = envelope.data.entry()
                for posting in entry.postings if entry else ():
                    owed[posting.account] += posting.amount
        alive: Counter[str] = Counter()
        for _, item in self.things(Entitlement):
            if item.status != "cancelled":
                alive["payable:" + item.cost.payee] += item.cost.amount
                alive["cost:" + item.fund] -= item.cost.amount
        assert owed == alive

    @invariant()
    def each_entitlement_has_a_life_of_its_own(self) -> None:
        lives: Counter[str] = Counter()
        for envelope in self.story.journal:
            if isinstance(envelope.data, EntitlementFact):
                lives[envelope.stream] += 1
                assert envelope.ver == lives[envelope.stream]


TestMall = Mall.TestCase

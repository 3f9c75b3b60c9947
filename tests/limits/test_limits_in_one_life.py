"""Limits through a life: holds, reversals, merged records, units that lie elsewhere, midnights and a new year."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ledger.calendar import WindowKind, local_day, window
from ledger.crews.commands import ChangeCrew, PlaceCrew
from ledger.holds.commands import CaptureHold, PlaceHold, VoidHold
from ledger.limits.entities import Counter
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.refusals import LimitExceeded, NotEligible
from ledger.reversals.commands import ReverseMovement
from ledger.room import Command
from ledger.scheme.loading import canonical, checked
from ledger.transfers.commands import TransferPoints
from ledger.values import AccountId, Day, HolderId, HoldId, Instant, TxId, UnitCode, later
from tests.conftest import DEPTH
from tests.given import ZONE, Story
from tests.limits.test_limits import scheme

A = UnitCode("A")
PEOPLE = ("wang", "li", "zhao")
CREWS = {"hefei": "anhui", "wenzhou": "zhejiang", "elsewhere": None}
EVENING = Instant("2022-12-31T15:30:00.000000Z")
"""Half past eleven at night on the last day of the year, in Shanghai."""
HEAD = {"": ((None, 20),), "anhui": ((None, 30), ("2023-01-01", 25)), "zhejiang": (("2023-01-02", 40),)}
"""By region, from which day on a head may have how much a year; a region without a figure yet has everybody's."""
LENT = ((None, 25), ("2023-01-01", 15), ("2023-01-03", 30))
OFTEN = 4
PER: dict[str, WindowKind] = {"head": "year", "lent": "month", "often": "day"}
KINDS = {"head": ("grant",), "lent": ("hold", "transfer"), "often": ("hold", "transfer")}


def life() -> Story:
    tables = canonical(scheme())
    tables["regions"] = {code: {"zh": code, "en": code} for code in ("anhui", "zhejiang")}
    regions = {code: _figures(HEAD[code]) for code in ("anhui", "zhejiang")}
    person: dict[str, Any] = {"names": {"zh": "限", "en": "Limit"}, "per": ["person"], "unit": "A"}
    grants = {"kinds": ["grant"], "counts": "amount", "reasons": ["spring", "birthday"]}
    tables["limits"] = {
        "head": person | grants | {"window": "year", "regions": regions} | _figures(HEAD[""]),
        "lent": person | {"kinds": ["hold", "transfer"], "counts": "amount", "window": "month"} | _figures(LENT),
        "often": person | {"kinds": ["hold", "transfer"], "counts": "times", "window": "day", "amount": OFTEN},
    }
    story = Story(checked(tables), at=EVENING)
    for name, crew in zip(PEOPLE, CREWS, strict=True):
        story.given(RegisterPerson(holder=HolderId(name), crew=crew))
        story.given(GrantPoints(to=AccountId("holder:" + name), unit=A, amount=1_000))
    for crew, region in CREWS.items():
        if region:
            story.given(PlaceCrew(crew=crew, region=region))
    return story


def _figures(figures: tuple[tuple[str | None, int], ...]) -> dict[str, Any]:
    told: dict[str, Any] = {"changes": [{"from": day, "amount": amount} for day, amount in figures if day]}
    return told | {"amount": figures[0][1]} if figures[0][0] is None else told


def figure(figures: tuple[tuple[str | None, int], ...], day: str) -> int | None:
    return ([None] + [amount for since, amount in figures if since is None or since <= day])[-1]


@dataclass
class Done:
    """A movement, or a hold, with what of it stands."""

    tx: TxId
    who: str
    to: str | None
    day: Day
    kind: str
    amount: int
    back: int = 0
    whole: bool = False
    """Whether all of it came back with one and the same movement: only then a time does."""
    hold: "Done | None" = None
    left: int = 0
    ends_at: Instant | None = None

    def used(self, code: str) -> int:
        if code == "often":
            return int(not self.whole)
        return self.amount - self.back


class LimitMachine(RuleBasedStateMachine):
    """Everybody has enough: what is refused is refused by a limit."""

    def __init__(self) -> None:
        super().__init__()
        self.story = life()
        self.done: list[Done] = []
        self.crews: dict[str, list[tuple[str, str]]] = {
            name: [("", crew)] for name, crew in zip(PEOPLE, CREWS, strict=True)
        }
        self.man = {name: name for name in PEOPLE}
        self.ids = 0

    @property
    def today(self) -> Day:
        return local_day(self.story.at, ZONE)

    # What is expected --------------------------------------------------------------------------------------------

    def used(self, code: str, who: str, when: str) -> int:
        """By one man under all his records, in one window."""
        return sum(
            it.used(code)
            for it in self.done
            if it.kind in KINDS[code] and self.man[it.who] == self.man[who] and window(PER[code], it.day) == when
        )

    def _refusing(self, sizes: dict[str, int], who: str, day: Day) -> list[str]:
        """Which limits it would pass."""
        return [
            code
            for code, size in sizes.items()
            if self.used(code, who, window(PER[code], day)) + size > self.most(code, who, day)
        ]

    def most(self, code: str, who: str, day: Day) -> int:
        if code == "often":
            return OFTEN
        crew = [crew for since, crew in self.crews[who] if since <= day][-1]
        own = figure(HEAD[CREWS[crew] or ""], day) if code == "head" else figure(LENT, day)
        return own if own is not None else figure(HEAD[""], day) or 0

    def ask(self, command: Command, kind: str, who: str, amount: int, to: str | None = None, at: Any = None) -> None:
        day = self.today if at is None else local_day(at, ZONE)
        sizes = {"head": amount} if kind == "grant" else {"lent": amount, "often": 1}
        over = self._refusing(sizes, who, day)
        if over:
            with pytest.raises(LimitExceeded) as caught:
                self.story.when(command, occurred_at=at)
            refusal, used = caught.value, self.used(over[0], who, window(PER[over[0]], day))
            most = self.most(over[0], who, day)
            said = refusal.rule, refusal.used, refusal.limit, refusal.offered
            assert said == (over[0], used, most, max(0, most - used))
            return
        self.story.when(command, occurred_at=at)
        self.done.append(Done(self.story.tx, who, to, day, kind, amount))

    # What happens ------------------------------------------------------------------------------------------------

    def pick(self, who: int) -> str:
        return self.man[PEOPLE[who]]

    @rule(
        who=st.integers(0, 2),
        amount=st.sampled_from((1, 5, 10, 20)),
        reason=st.sampled_from(("spring", "birthday")),
        ago=st.sampled_from((0, 0, 1_801, 86_400)),
    )
    def granted(self, who: int, amount: int, reason: str, ago: int) -> None:
        name = self.pick(who)
        at = later(self.story.at, seconds=-ago) if ago else None
        command = GrantPoints(to=AccountId("holder:" + name), unit=A, amount=amount, reason=reason)
        self.ask(command, "grant", name, amount, at=at)

    @rule(who=st.integers(0, 2), other=st.integers(0, 2), amount=st.sampled_from((1, 5, 10)))
    def transferred(self, who: int, other: int, amount: int) -> None:
        name, to = self.pick(who), self.pick(other)
        if name != to:
            account, payee = (AccountId("holder:" + it) for it in (name, to))
            self.ask(TransferPoints(account=account, to=payee, unit=A, amount=amount), "transfer", name, amount, to)

    @rule(who=st.integers(0, 2), amount=st.sampled_from((1, 6, 10)), seconds=st.sampled_from((900, 1_800, 90_000)))
    def held(self, who: int, amount: int, seconds: int) -> None:
        name, before = self.pick(who), len(self.done)
        self.ids += 1
        hold = PlaceHold(
            account=AccountId("holder:" + name), unit=A, amount=amount, id=HoldId(f"h{self.ids}"), expires_in=seconds
        )
        self.ask(hold, "hold", name, amount)
        if len(self.done) > before:
            it = self.done[-1]
            it.tx, it.left, it.ends_at = TxId(f"h{self.ids}"), amount, later(self.story.at, seconds=seconds)

    def _open(self) -> list[Done]:
        return [it for it in self.done if it.kind == "hold" and it.left]

    @precondition(lambda self: self._open())
    @rule(which=st.integers(0, 9), part=st.sampled_from((1, 3, None)), final=st.booleans())
    def captured(self, which: int, part: int | None, final: bool) -> None:
        hold = self._open()[which % len(self._open())]
        amount = hold.left if part is None else min(part, hold.left)
        self.story.when(CaptureHold(hold=HoldId(hold.tx), amount=amount, final=final))
        self.done.append(Done(self.story.tx, hold.who, None, hold.day, "capture", amount, hold=hold))
        hold.left -= amount
        if final:
            self._free(hold)

    @precondition(lambda self: self._open())
    @rule(which=st.integers(0, 9))
    def voided(self, which: int) -> None:
        hold = self._open()[which % len(self._open())]
        self.story.when(VoidHold(hold=HoldId(hold.tx)))
        self._free(hold)

    def _free(self, hold: Done) -> None:
        hold.back += hold.left
        hold.whole |= hold.left == hold.amount
        hold.left = 0

    @rule(which=st.integers(0, 30), part=st.sampled_from((None, 1, 4)))
    def reversed(self, which: int, part: int | None) -> None:
        those = [it for it in self.done if it.kind != "hold" and it.back < it.amount]
        if not those:
            return
        it = those[which % len(those)]
        amount = it.amount - it.back if part is None else min(part, it.amount - it.back)
        back = ReverseMovement(of=it.tx, amount=amount, reason="correction")
        if it.to is not None and self.man[it.to] == self.man[it.who]:
            self.story.refuses(back, NotEligible(reason="merged"))
            return
        self.story.when(back)
        it.back += amount
        it.whole = it.back == it.amount
        if it.hold is not None:
            it.hold.back += amount
            it.hold.whole |= it.whole and it.amount == it.hold.amount

    @rule(seconds=st.sampled_from((60, 900, 1_799, 1, 86_400, 40 * 86_400)))
    def time_passes(self, seconds: int) -> None:
        self.story.at = later(self.story.at, seconds=seconds)
        self.story.let_time_act()
        for hold in self._open():
            if hold.ends_at is not None and hold.ends_at <= self.story.at:
                self._free(hold)

    @rule(who=st.integers(0, 2), crew=st.sampled_from(tuple(CREWS)))
    def moves_on(self, who: int, crew: str) -> None:
        name = self.pick(who)
        if self.crews[name][-1][1] != crew:
            self.story.when(ChangeCrew(holder=HolderId(name), crew=crew, moved_on=self.today))
            self.crews[name].append((self.today, crew))

    @rule(one=st.integers(0, 2), other=st.integers(0, 2))
    def merged(self, one: int, other: int) -> None:
        old, into = self.pick(one), self.pick(other)
        if old != into and not any(it.who in {old, into} or it.to in {old, into} for it in self._open()):
            self.story.when(MergeHolders(old=HolderId(old), into=HolderId(into), reason="correction"))
            self.man = {name: into if man == old else man for name, man in self.man.items()}

    @invariant()
    def counters_are_what_stands(self) -> None:
        expected: dict[str, int] = {}
        for code, kinds in KINDS.items():
            for it in self.done:
                if it.kind in kinds:
                    counter = f"{code}/holder:{it.who}/{window(PER[code], it.day)}"
                    expected[counter] = expected.get(counter, 0) + it.used(code)
        rows = self.story.book.rows
        entities = {id: row.entity for (kind, id), row in rows.items() if kind == Counter.KIND and row}
        told = {id: entity.used for id, entity in entities.items() if isinstance(entity, Counter)}
        assert told == expected


def test_a_limit_refuses_and_counts_exactly_what_stands() -> None:
    how = settings(max_examples=2_000 if DEPTH == "deep" else 12, stateful_step_count=25)
    run_state_machine_as_test(LimitMachine, settings=how)


def test_a_hold_captured_in_parts_was_one_time_also_when_each_part_is_taken_back() -> None:
    """Nobody counts what of a hold stands: what it drew in points comes back with each part, its time does not."""
    story = life()
    wang = AccountId("holder:wang")
    story.given(PlaceHold(account=wang, unit=A, amount=10, id=HoldId("h"), expires_in=900))
    parts = []
    for amount in (6, 4):
        story.given(CaptureHold(hold=HoldId("h"), amount=amount))
        parts.append(story.tx)
    story.given(*(ReverseMovement(of=tx, reason="correction") for tx in parts))
    counters = (f"{code}/{wang}/{when}" for code, when in (("lent", "2022-12"), ("often", "2022-12-31")))
    assert [story.the(Counter, counter).used for counter in counters] == [0, 1]

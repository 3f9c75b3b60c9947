"""Any sequence of holds agrees with plain arithmetic that knows no lots, and no value is made or lost."""

from typing import Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger.holds.entities import Hold
from ledger.points.commands import FreezeAccount, UnfreezeAccount
from ledger.points.entities import OVERDRAFT, Account
from ledger.points.facts import AccountFact, LotsLapsed
from ledger.pools import amount_of
from ledger.refusals import Refusal
from ledger.room import Command
from ledger.values import AccountId, Instant, UnitCode, later
from tests.holds.bank import LI, LINE, SHOP, TILL, WANG, bank, capture, extend, granted, hold, void

SIDES = st.sampled_from([WANG, LI, SHOP, TILL, LINE])
FLOORS: Final = {LINE: -50}
REFUSED: Final = {
    "closed": "hold-already-captured",
    "captured": "hold-already-captured",
    "voided": "hold-already-voided",
    "expired": "hold-expired",
}
SECONDS = st.sampled_from([None, 0, 60, 30_000, 90_000, 200_000])
WHICH = st.integers(0, 30)
AMOUNTS = st.integers(1, 60)
PARTS = st.sampled_from([None, 1, 2, 5, 10, 10, 40])
SELDOM = st.sampled_from([False, False, False, True])


class Slip:
    """A hold as one would note it on paper."""

    def __init__(self, payer: AccountId, payee: AccountId | None, amount: int, ends_at: str | None) -> None:
        self.payer, self.payee, self.left, self.ends_at = payer, payee, amount, ends_at
        self.over = "closed" if not amount else ""


@pytest.mark.machine
class Bank(RuleBasedStateMachine):
    """Two people, a shop, a till and a credit line, in one unit whose lots may expire."""

    def __init__(self) -> None:
        super().__init__()
        self.story = bank(points=60)
        self.balances: dict[str, int] = {WANG: 60, TILL: 60}
        self.slips: list[Slip] = []
        self.seen = len(self.story.journal)

    # Paper arithmetic ------------------------------------------------------------------------------------------

    def held(self, account: str) -> int:
        return sum(slip.left for slip in self.slips if slip.payer == account)

    def incoming(self, account: str) -> int:
        return sum(slip.left for slip in self.slips if slip.payee == account)

    def close(self, slip: Slip, how: str) -> None:
        slip.left, slip.over = 0, how

    def time_passed(self) -> None:
        """Holds that are over by now; what lapsed is told, for paper knows no lots."""
        for slip in self.slips:
            if not slip.over and slip.ends_at is not None and slip.ends_at <= self.story.at:
                self.close(slip, "expired")
        for envelope in self.story.journal[self.seen :]:
            if isinstance(envelope.data, LotsLapsed):
                self.balances[envelope.data.account] -= envelope.data.amount
        self.seen = len(self.story.journal)

    def wish(self, command: Command) -> str | None:
        """The code of the refusal, or None."""
        self.story.let_time_act()
        self.time_passed()
        try:
            self.story.when(command)
        except Refusal as refusal:
            return refusal.code
        return None

    # What is wished --------------------------------------------------------------------------------------------

    @initialize(
        parties=st.lists(st.tuples(SIDES, st.none() | SIDES), min_size=3, max_size=8), amount=st.integers(20, 60)
    )
    def some_holds(self, parties: list[tuple[AccountId, AccountId | None]], amount: int) -> None:
        for number, (payer, payee) in enumerate(parties):
            self.grants(payer, amount, [None, "2022-06-10", "2022-06-11"][number % 3])
            self.holds(payer, payee, amount + number, False, 200_000)

    @rule(to=SIDES, amount=AMOUNTS, until=st.sampled_from([None, "2022-06-10", "2022-06-11", "2022-06-20"]))
    def grants(self, to: AccountId, amount: int, until: str | None) -> None:
        if self.wish(granted(amount, to, until=until)) is None:
            self.balances[to] = self.balances.get(to, 0) + amount
        self.time_passed()

    @rule(payer=SIDES, payee=st.none() | SIDES, amount=AMOUNTS, up_to=st.booleans(), seconds=SECONDS)
    def holds(self, payer: AccountId, payee: AccountId | None, amount: int, up_to: bool, seconds: int | None) -> None:
        id = str(len(self.slips))
        code = self.wish(hold(amount, payer, to=payee, id=id, up_to=up_to, expires_in=seconds))
        there = self.balances.get(payer, 0) - self.held(payer)
        moved = min(amount, max(0, there)) if up_to else amount
        fits = moved <= max(0, there - FLOORS.get(payer, 0))
        if payer == payee:
            assert code == "same-account"
        elif code != "malformed":
            assert code == (None if fits else "insufficient-funds")
        if code is None:
            ends_at = None if seconds == 0 else later(self.story.at, seconds=900 if seconds is None else seconds)
            self.slips.append(Slip(payer, payee, moved, ends_at))

    def one(self, which: int) -> int:
        """A hold, an open one while there is one and `which` does not end in nine."""
        still = [number for number, slip in enumerate(self.slips) if not slip.over] if which % 10 != 9 else []
        among = still or range(len(self.slips))
        return among[which % len(among)]

    @precondition(lambda self: self.slips)
    @rule(which=WHICH, amount=PARTS, final=SELDOM, frozen=st.none() | SIDES)
    def captures(self, which: int, amount: int | None, final: bool, frozen: AccountId | None) -> None:
        number = self.one(which)
        slip = self.slips[number]
        stopped = frozen is not None and frozen in {slip.payer, slip.payee}
        if frozen and stopped:
            self.story.given(FreezeAccount(account=frozen, unit=UnitCode("A"), reason="correction"))
        code = self.wish(capture(amount, of=str(number), final=final))
        if frozen and stopped:
            self.story.given(UnfreezeAccount(account=frozen, unit=UnitCode("A"), reason="correction"))
        moved = slip.left if amount is None else amount
        if not self.refused_when_over(slip, code):
            assert code == ("account-frozen" if stopped else None if moved <= slip.left else "exceeds-hold")
        if code is None:
            self.balances[slip.payer] = self.balances.get(slip.payer, 0) - moved
            if slip.payee is not None:
                self.balances[slip.payee] = self.balances.get(slip.payee, 0) + moved
            slip.left -= moved
            if final or not slip.left:
                self.close(slip, "captured")
        self.time_passed()

    @precondition(lambda self: self.slips)
    @rule(which=WHICH)
    def voids(self, which: int) -> None:
        number = self.one(which)
        code = self.wish(void(str(number)))
        if not self.refused_when_over(self.slips[number], code):
            assert code is None
            self.close(self.slips[number], "voided")
        self.time_passed()

    @precondition(lambda self: self.slips)
    @rule(which=WHICH, seconds=st.sampled_from([0, 60, 30_000, 200_000]))
    def extends(self, which: int, seconds: int) -> None:
        number = self.one(which)
        slip = self.slips[number]
        code = self.wish(extend(seconds, str(number)))
        if not self.refused_when_over(slip, code):
            assert code is None or (code, seconds) == ("malformed", 0)
        if code is None:
            slip.ends_at = later(self.story.at, seconds=seconds) if seconds else None

    def refused_when_over(self, slip: Slip, code: str | None) -> bool:
        if slip.over:
            assert code == REFUSED[slip.over]
        return bool(slip.over)

    @rule(seconds=st.sampled_from([1, 59, 20_000, 40_000, 90_000]))
    def passes(self, seconds: int) -> None:
        self.story.at = Instant(later(self.story.at, seconds=seconds))
        self.story.let_time_act()
        self.time_passed()

    # What always holds -----------------------------------------------------------------------------------------

    def accounts(self) -> dict[str, Account]:
        rows = self.story.book.rows.items()
        return {row.entity.account: row.entity for key, row in rows if row and isinstance(row.entity, Account)}

    @invariant()
    def the_book_says_what_paper_says(self) -> None:
        for name, account in self.accounts().items():
            paper = (self.balances.get(name, 0), self.held(name), self.incoming(name))
            assert (account.balance, account.held, account.incoming) == paper, name

    @invariant()
    def a_hole_and_open_lots_never_stand_together(self) -> None:
        for account in self.accounts().values():
            hole = sum(item.amount for item in account.debts if item.deduction == OVERDRAFT)
            lots = sum(pool.remaining for pool in account.pools)
            assert not (hole and lots)
            assert account.balance == lots + sum(pool.earmarked for pool in account.pools) - hole
            assert account.balance - account.held >= FLOORS.get(account.account, 0)

    @invariant()
    def what_is_earmarked_is_what_open_holds_hold(self) -> None:
        slips = [self.story.the(Hold, str(number)) for number in range(len(self.slips))]
        for slip, item in zip(self.slips, slips, strict=True):
            assert (item.status, item.remaining) == (slip.over or "open", slip.left)
        for account in self.accounts().values():
            own = [item for item in slips if item.status == "open" and item.account == account.account]
            assert sum(pool.earmarked for pool in account.pools) == sum(amount_of(item.lots) for item in own)
            assert len(account.holds) == len(own)
            assert len(account.towards) == sum(item.status == "open" and item.to == account.account for item in slips)
            assert list(account.holds) == sorted(account.holds, key=lambda item: item.place)

    @invariant()
    def every_entry_together_sums_to_zero_and_to_the_balances(self) -> None:
        sums: dict[str, int] = {}
        for envelope in self.story.journal:
            entry = envelope.data.entry() if isinstance(envelope.data, AccountFact) else None
            for posting in entry.postings if entry else ():
                sums[posting.account] = sums.get(posting.account, 0) + posting.amount
        assert sum(sums.values()) == 0
        assert {name: sums.get(name, 0) for name in self.accounts()} == {
            name: account.balance for name, account in self.accounts().items()
        }


TestBank = Bank.TestCase

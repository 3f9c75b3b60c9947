"""What many want at once and only so many can have: how it is set up, what each asks, what must have come of it."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from ledger.deciding import Wish
from ledger.journal.ledger import Cause, Ledger
from ledger.journal.turn import Outcome, Submission
from ledger.limits.entities import Counter
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.points.entities import Account
from ledger.points.facts import PointsDeducted
from ledger.reversals.commands import ReverseMovement
from ledger.room import By
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.stock.commands import ReceiveGoods
from ledger.values import AccountId, Day, ItemId, TxId
from tests.ledgers import COUNTER, POINT, balance, on_shelf, sale, stocked

THREADS = 64
H0 = AccountId("holder:h0")


class Answer(NamedTuple):
    """What one of the many was told, as far as two processes can compare it."""

    refusal: str | None
    numbers: dict[str, Any]
    tx: str
    replayed: bool
    bytes: str
    """Digest over the facts that the answer is rendered from."""


class Scenario(NamedTuple):
    """One thing that many want."""

    prepare: Callable[[Ledger], object]
    ask: Callable[[Ledger, int], Wish | tuple[Wish, ...]]
    """The wish of one of them, by number; several wishes are one atomic group."""
    winners: int
    losers: str | frozenset[str] | None
    """The code, or whichever of these codes, that everybody else is refused with; None: they get the same answer."""
    left: Callable[[Ledger], object]
    """What is there in the end …"""
    expected: object
    """… and what it must be."""


def everybody_asks(ledger: Ledger, scenario: Scenario, first: int, askers: int = THREADS) -> list[Answer]:
    """So many threads, let go at once."""
    gate = threading.Barrier(askers)

    def one(number: int) -> Answer:
        wish = scenario.ask(ledger, number)
        gate.wait(timeout=60)
        wishes = wish if isinstance(wish, tuple) else (wish,)
        return answer_of(ledger, ledger.writer.ask(Submission(wishes=wishes)))

    with ThreadPoolExecutor(askers) as threads:
        return list(threads.map(one, range(first, first + askers)))


def answer_of(ledger: Ledger, outcome: Outcome) -> Answer:
    refusal = outcome.refusal
    digest = hashlib.sha256(b"\n".join(ledger.mapper.encode(envelope) for envelope in outcome.envelopes)).hexdigest()
    return Answer(
        refusal.code if refusal else None, refusal.members() if refusal else {}, outcome.tx, outcome.replayed, digest
    )


def buy(ledger: Ledger, number: int, *, holder: str = "h0", key: str | None = None) -> Wish:
    return ledger.wish(sale(holder), by=COUNTER, key=key or f"sale {number}")


def caused(ledger: Ledger, number: int) -> Wish:
    grant = GrantPoints(to=H0, unit=POINT, amount=20)
    return ledger.wish(grant, by=By(principal=f"client:{number}"), key="mine", cause=Cause("patrol", "8812"))


def deducted(ledger: Ledger) -> None:
    stocked(ledger)
    ledger.submit(DeductPoints(account=H0, unit=POINT, amount=30, reason="correction"), by=COUNTER, key="deduct")


def given_back(ledger: Ledger, number: int) -> Wish:
    facts = (ledger.mapper.decode(row.state) for row in ledger.storage.facts(0, 1000))
    of = next(fact.tx for fact in facts if isinstance(fact.data, PointsDeducted))
    return ledger.wish(ReverseMovement(of=TxId(of), reason="correction"), by=COUNTER, key=f"reverse {number}")


def plenty(ledger: Ledger) -> None:
    stocked(ledger, points=50)
    ledger.submit(ReceiveGoods(item=ItemId("soap"), quantity=1000), by=COUNTER, key="more")


def limited(ledger: Ledger) -> None:
    """Seven times ten points may be granted, ever, to whomever."""
    stocked(ledger, holders=8, points=0)
    tables = canonical(load_scheme("conformance")) | {"version": 2}
    counted = {"counts": "amount", "kinds": ["grant"], "unit": "A", "amount": 70}
    tables["limits"] = {"pot": counted | {"names": {"zh": "总额", "en": "Pot"}}}
    ledger.submit(AdoptScheme(scheme=tables, effective_from=Day("2022-06-01")), by=COUNTER, key="limit")


def from_the_pot(ledger: Ledger, number: int) -> Wish:
    grant = GrantPoints(to=AccountId(f"holder:h{number % 8}"), unit=POINT, amount=10)
    return ledger.wish(grant, by=COUNTER, key=f"pot {number}")


def pot(ledger: Ledger) -> tuple[int, int]:
    """What was counted, and what all of them have of it."""
    accounts = [ledger.get(Account, f"holder:h{number}/A") for number in range(8)]
    return ledger.the(Counter, "pot/ledger/ever").used, sum(account.balance for account in accounts if account)


SCENARIOS = {
    "the last piece": Scenario(
        lambda ledger: stocked(ledger, holders=8, points=1000, stock=1),
        lambda ledger, number: buy(ledger, number, holder=f"h{number % 8}"),
        1,
        "out-of-stock",
        on_shelf,
        0,
    ),
    "the last seven pieces": Scenario(
        lambda ledger: stocked(ledger, holders=8, points=1000, stock=7),
        lambda ledger, number: buy(ledger, number, holder=f"h{number % 8}"),
        7,
        "out-of-stock",
        on_shelf,
        0,
    ),
    "one holder's last points": Scenario(plenty, buy, 5, "insufficient-funds", balance, 0),
    "one key": Scenario(stocked, lambda ledger, number: buy(ledger, number, key="one sale"), 1, None, balance, 90),
    "one cause": Scenario(stocked, caused, 1, "cause-already-used", balance, 120),
    "the last of a limit": Scenario(limited, from_the_pot, 7, "limit-exceeded", pot, (70, 70)),
    "one reversal": Scenario(deducted, given_back, 1, "already-reversed", balance, 100),
}


def judge(scenario: Scenario, answers: list[Answer], ledger: Ledger) -> None:
    """Exactly so many won, everybody else was told so cleanly, and what is left says the same."""
    won = [answer for answer in answers if answer.refusal is None and not answer.replayed]
    lost = [answer for answer in answers if answer.refusal is not None]
    again = [answer for answer in answers if answer.refusal is None and answer.replayed]
    assert len(won) == scenario.winners
    codes = {answer.refusal for answer in lost}
    if isinstance(scenario.losers, frozenset):
        assert len(codes) == 1
        assert codes <= scenario.losers
    else:
        assert codes == ({scenario.losers} if scenario.losers else set())
    assert len(again) == (len(answers) - len(won) if scenario.losers is None else 0)
    if scenario.losers is None:
        assert len({(answer.tx, answer.bytes) for answer in answers}) == 1
    else:
        assert len({answer.tx for answer in answers}) == len(answers)
    assert scenario.left(ledger) == scenario.expected
    rows = ledger.storage.facts(0, 100_000)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))

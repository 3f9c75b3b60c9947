"""Clients as they are: they wait, lose patience, ask again under the same key, and believe only what they hear."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from ledger.journal.ledger import Cause, Ledger
from ledger.journal.turn import Outcome, Submission
from ledger.room import By
from tests.simulation.books import Op
from tests.simulation.commands import command
from tests.simulation.judge import Judge, Told
from tests.simulation.proposals import Who
from tests.simulation.wishes import Known

AGAIN = {"storage-unavailable", "outcome-unknown", "clock-untrusted", "deadline-passed", "queue-full", "internal-error"}
"""Answers after which a good client sends the same request under the same key."""
_bytes = msgspec.json.Encoder(order="sorted").encode


class Request(NamedTuple):
    """What is sent, and sent again."""

    ops: tuple[Op, ...]
    key: str
    by: By
    cause: str | None

    def submission(self, ledger: Ledger, *, late: bool = False) -> Submission:
        """As a way in makes it; `late`: its deadline has passed before anybody looks at it."""
        wishes = []
        for place, op in enumerate(self.ops):
            cause = Cause("event", self.cause) if self.cause and not place else None
            key, fingerprint = (None, None) if place else (self.key, repr(self.ops))
            wishes.append(ledger.wish(command(op), by=self.by, key=key, fingerprint=fingerprint, cause=cause))
        return Submission(wishes=tuple(wishes), deadline=1 if late else None)


def told(outcome: Outcome, encode: Callable[[Any], bytes]) -> Told:
    """The answer as bytes."""
    refusal = outcome.refusal
    written = b"\n".join(map(encode, outcome.envelopes)) or _bytes(refusal.members() if refusal else None)
    return Told(refusal.code if refusal else None, outcome.tx, outcome.position, written)


class Client:
    """One wish after the other."""

    def __init__(self, number: int, judge: Judge, known: Known, seen: Counter[str], mac: Callable[..., str]) -> None:
        # Three people at most, each at several clients; one client is nobody's.
        self.by = By(principal=f"client:c{number}", subject=None if number == 4 else f"person:p{number % 3}")
        self.judge, self.known, self.seen, self._mac = judge, known, seen, mac
        self.request: Request | None = None
        """What is not yet answered for good."""
        self.asked = 0
        self.recorded: list[Request] = []
        """What was answered for good and stands in the journal, done or refused."""
        self.waiting = 0
        """Since so many looks at the clock for an answer to the last sending."""
        self.sendings = 0

    def wants(self, ops: tuple[Op, ...], cause: str | None) -> None:
        """A new wish."""
        self.request = Request(ops, f"key {self.asked}", self.by, cause)
        self.asked += 1
        self.waiting = self.sendings = 0
        scope = (cause, command(ops[0]).cause_scope()) if cause else None
        self.judge.send(self.mac(self.request), ops, scope, Who(self.by.principal, self.by.subject))
        self.seen[f"group of {len(ops)}"] += 1

    def mac(self, request: Request) -> str:
        return self._mac("key", self.by.principal, request.key)

    def hears(self, request: Request, ledger: Ledger, outcome: Outcome) -> None:
        """An answer has arrived, perhaps one of several to the same request."""
        code = outcome.refusal.code if outcome.refusal else None
        self.seen[f"answer: {code or 'done'}"] += 1
        if code in AGAIN:
            assert not outcome.position, f"{code} names a position"
            return
        self.judge.tell(self.mac(request), told(outcome, ledger.mapper.encode))
        self.seen["replayed"] += outcome.replayed
        if request is self.request:
            for op in request.ops:
                self.seen[f"{_name(op)}: {'done' if code is None else 'refused'}"] += 1
            self.seen["answered after several sendings"] += self.sendings > 1
            self.request = None
            if outcome.position:
                self.recorded.append(request)
            if code is None:
                self.known.learn(request.ops, outcome.tx)

    def other_body(self, randomness: random.Random) -> Request:
        """An old key with another body, as a client with a defect sends it."""
        old = randomness.choice(self.recorded)
        return old._replace(ops=(("grant", "holder:h0", "A", 1_000_000, None),))


def _name(op: Op) -> str:
    return "hold" if op[0] == "sell" and op[5] is not None else str(op[0])

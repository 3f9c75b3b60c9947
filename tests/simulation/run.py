"""One run: processes, clients, clocks and weather, stepped in one thread in the order that the seed draws."""

import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from ledger.approvals.entities import Proposal
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome, TurnRunner
from ledger.journal.writer import Writer
from ledger.points.entities import Account, account_key
from ledger.room import By
from ledger.stock.entities import Item
from ledger.vault.secrets import LedgerSecret
from tests.simulation.clients import AGAIN, Client, Request
from tests.simulation.judge import Judge
from tests.simulation.weather import ANSWERING, CrashError, Weather, stormy
from tests.simulation.wishes import SETUP, Wisher

START = datetime(2022, 6, 15, 4, tzinfo=UTC)
STEPS = 1200
DRAINING = 4_000
"""Steps after the last fault within which everybody must have an answer."""
SECRET = LedgerSecret(b"a secret of thirty-two bytes....")
OPERATOR = By(principal="client:operator")
CREATED = "2022-06-01T00:00:00.000000Z"

Open = Callable[[str], Storage]
"""Opens the storage of the ledger of that name."""


class World:
    """The true time, which no process knows for sure."""

    def __init__(self) -> None:
        self.passed = timedelta()

    @property
    def now(self) -> datetime:
        return START + self.passed


class SkewedClock:
    """One machine's clocks: the wall clock may be set wrong, the monotonic one only goes on."""

    def __init__(self, world: World) -> None:
        self.world, self.wrong = world, timedelta()

    def wall(self) -> datetime:
        return self.world.now + self.wrong

    def monotonic(self) -> timedelta:
        return self.world.passed


class SteppedWriter(Writer):
    """The writer without its thread: whoever drives it says when it takes its next turn."""

    def _work(self) -> None:
        """Not by itself."""

    def step(self, *, lately: bool) -> int:
        """Gather what came in and take one turn; gives how many commands it took.

        `lately`: single commands came a moment ago, and bulk work takes no more than its share.
        """
        if self._inbox.empty() and not self._single and not self._bulk:
            return 0
        self._gather(block=False)
        self._single_at = float("inf" if lately else "-inf")
        before = len(self.turns)
        self._turn()
        return sum(turn.single + turn.bulk for turn in list(self.turns)[before:])


class Process:
    """One process at the ledger, which may die and come back knowing nothing."""

    def __init__(self, run: "Simulation") -> None:
        self.run = run
        self.clock = SkewedClock(run.world)
        self.storage = stormy(run.open(run.name), run.weather)
        self.start()

    def start(self) -> None:
        """Anew, on a machine whose clock is right: it trusts the first that it reads."""
        run = self.run
        self.clock.wrong = timedelta()
        self.ledger = Ledger(
            self.storage,
            SECRET,
            zone="Asia/Shanghai",
            clock=self.clock,
            ids=run.ids,
            capacity=run.capacity,
            writing=False,
        )
        ledger = self.ledger
        runner = TurnRunner(self.storage, ledger.registry, ledger.book, ledger.guard, ledger.ids)
        self.writer = SteppedWriter(runner, turn_size=run.turn_size, backlog=run.backlog)

    def step(self) -> None:
        with self.mortal():
            taken = self.writer.step(lately=self.run.randomness.random() < 0.5)
            if taken:
                self.run.seen["turn of 1" if taken == 1 else "turn of several"] += 1

    def sweep(self) -> None:
        with self.mortal():
            self.run.seen["sweep that found something"] += bool(self.writer.runner.sweep())

    @contextmanager
    def mortal(self) -> Iterator[None]:
        """A crash ends the process, not the run."""
        try:
            yield
        except CrashError:
            self.start()


class Simulation:
    """Everything that one seed decides."""

    def __init__(self, seed: int, open: Open, *, liveness: bool | None = None) -> None:
        self.seed, self.open, self.name = seed, open, f"sim-{seed}"
        self.randomness = random.Random(seed)
        self.seen: Counter[str] = Counter()
        self.world, self.weather = World(), Weather(self.randomness, self.seen)
        draw = self.randomness.choice
        # Drawn even when it is given, so that both modes of a seed begin alike.
        drawn = draw((True, False))
        self.liveness = drawn if liveness is None else liveness
        self.capacity, self.turn_size, self.backlog = draw((3, 10_000)), draw((4, 8, 256)), draw((3, 10_000))
        self.judge = Judge(owing=frozenset({"D"}))
        self.ids = _ids()
        self.open(self.name).create(scheme="conformance", created_at=CREATED, migrate=False)
        self.processes = [Process(self) for _ in range(draw((1, 2)))]
        self.wisher = Wisher(self.randomness)
        self.clients = [
            Client(number, self.judge, self.wisher.known, self.seen, SECRET.mac)
            for number in range(self.randomness.randint(2, 8))
        ]
        self.flying: list[tuple[Request, Client]] = []
        """Requests on their way."""

    def close(self) -> None:
        for process in self.processes:
            process.ledger.close()

    # The run ------------------------------------------------------------------------------------------------------

    def run(self) -> Counter[str]:
        """Set up in fair weather, live through bad weather, and be judged."""
        logging.disable(logging.CRITICAL)  # a run makes thousands of warnings, all of them meant
        try:
            self._set_up()
            self.weather.rough = self.randomness.choice((0.02, 0.06, 0.15))
            for _ in range(STEPS):
                self._step()
                if self.randomness.random() < 0.03:
                    self._judged()
            if self.liveness:
                self._drain()
            self._judged()
            self._asked_again()
        finally:
            logging.disable(logging.NOTSET)
        self.seen["threshold crossed"] += self.judge.crossings
        self.seen.update(f"proposal {item['status']}" for item in self.judge.books.proposals.values())
        return self.seen

    def _set_up(self) -> None:
        client = Client(99, self.judge, self.wisher.known, self.seen, SECRET.mac)
        for op in SETUP:
            client.wants((op,), None)
            self._send(client, lost=False)
            while self.flying:
                self._arrive()
            for process in self.processes:
                process.step()
                process.step()
            assert client.request is None, f"{op} was not answered: {self.seen}"
        self.seen.clear()

    def _step(self) -> None:
        draw = self.randomness.random()
        if draw < 0.45:
            self._client()
        elif draw < 0.67:
            self._arrive()
        elif draw < 0.92:
            self._process().step()
        elif draw < 0.945:
            self._process().sweep()
        elif draw < 0.985:
            self._time_passes()
        else:
            self._clock_is_set()

    def _drain(self) -> None:
        """No more faults: the operator sets the clocks right, everybody finishes what was begun."""
        self.weather.clear()
        for process in self.processes:
            process.clock.wrong = timedelta()
        self.world.passed += timedelta(minutes=5)  # what was recorded ahead of the true time is over
        for _ in range(DRAINING):
            for process in self.processes:
                process.ledger.guard.accept()
            if not any(client.request for client in self.clients) and not self.flying:
                self.seen["drained"] += 1
                return
            self.randomness.choice((self._client, self._arrive, self._arrive, self._process().step))()
        left = [client.request for client in self.clients if client.request]
        raise AssertionError(f"nobody answers, though nothing is wrong any more: {left}")

    def _process(self) -> Process:
        return self.randomness.choice(self.processes)

    # Clients and the network ----------------------------------------------------------------------------------------

    def _client(self) -> None:
        client = self.randomness.choice(self.clients)
        if client.request is None:
            if self.weather.rough and client.recorded and self.randomness.random() < 0.12:
                self._an_old_key(client)
            elif self.weather.rough:
                cause = self.randomness.choice((None, None, None, f"gate row {self.randomness.randint(1, 12)}"))
                client.wants(self.wisher.wish(self.world.now.date()), cause)
                self._send(client)
            return
        client.waiting += 1
        if client.waiting > self.randomness.randint(1, 6):
            self.seen["asked again under the same key"] += 1
            self._send(client)

    def _send(self, client: Client, *, lost: bool = True) -> None:
        assert client.request is not None
        client.waiting, client.sendings = 0, client.sendings + 1
        copies = 1
        if lost and self.weather.rough:
            copies = self.randomness.choice((0, 1, 1, 1, 1, 1, 1, 2))
            self.seen["network: " + ("request lost", "arrives", "request doubled")[copies]] += 1
        self.flying.extend([(client.request, client)] * copies)

    def _an_old_key(self, client: Client) -> None:
        if self.randomness.random() < 0.5:
            self.flying.append((self.randomness.choice(client.recorded), client))
            self.seen["an old request once more"] += 1
            return
        self.seen["an old key with another body"] += 1
        self._submit(client.other_body(self.randomness), self._other_body_heard)

    def _other_body_heard(self, _request: Request, _ledger: Ledger, outcome: Outcome) -> None:
        code = outcome.refusal.code if outcome.refusal else None
        self.seen[f"answer to another body: {code}"] += 1
        assert code in {*AGAIN, "idempotency-key-reused"}, f"another body under a used key was answered with {code}"

    def _arrive(self) -> None:
        """One request, not the first that was sent, reaches one of the processes."""
        if self.flying:
            request, client = self.flying.pop(self.randomness.randrange(len(self.flying)))
            self._submit(request, client.hears)

    def _submit(self, request: Request, hears: Callable[[Request, Ledger, Outcome], None]) -> None:
        process, rough = self._process(), self.weather.rough
        late = bool(rough) and self.randomness.random() < 0.03
        bulk = self.randomness.random() < 0.1
        ledger = process.ledger

        def answer(outcome: Outcome) -> None:
            if self.weather.strikes(ANSWERING, 0.3):
                raise CrashError
            if self.weather.rough and self.randomness.random() < 0.08:
                self.seen["network: answer lost"] += 1
                return
            hears(request, ledger, outcome)

        with process.mortal():
            process.writer.submit(request.submission(ledger, late=late), _honest(answer), bulk=bulk)

    # Time -----------------------------------------------------------------------------------------------------------

    def _time_passes(self) -> None:
        seconds = self.randomness.choices((1, 5, 20, 70, 900, 40_000, 86_400), (40, 30, 20, 8, 3, 1, 1))
        self.world.passed += timedelta(seconds=seconds[0])

    def _clock_is_set(self) -> None:
        """Somebody or something sets a clock; later an operator sets it right and accepts it."""
        process = self._process()
        step = self.randomness.choice((0, 0, 0, 0, -3, 3, -30, 40, -4_000, 7_000))
        self.seen[f"clock wrong by {step} s" if step else "clock set right"] += 1
        process.clock.wrong = timedelta(seconds=step)
        if not step:
            process.ledger.guard.accept()

    # Judging ----------------------------------------------------------------------------------------------------------

    def _judged(self) -> None:
        """The judge reads what is there, in fair weather of his own."""
        with _fair(self.weather):
            ledger = self.processes[0].ledger
            latest = (self.world.now + timedelta(seconds=60)).isoformat(timespec="microseconds")
            self.judge.walk(
                [row.state for row in ledger.storage.facts(self.judge.head, 100_000)], latest.replace("+00:00", "Z")
            )
            accounts = list(self.judge.books.accounts)
            found = self._stored([(Account.KIND, account_key(*place)) for place in accounts])
            figures = {
                place: (account.balance, account.held, account.debt, account.incoming)
                for place in accounts
                if (account := found.get((Account.KIND, account_key(*place)))) is not None
            }
            items = self._stored([(Item.KIND, item) for item in self.judge.books.items])
            proposals = self._stored([(Proposal.KIND, id) for id in self.judge.books.proposals])
            self.judge.verdict(
                figures,
                {id: item.stock for (_, id), item in items.items()},
                {id: "lapsed" if found.status == "expired" else found.status for (_, id), found in proposals.items()},
            )

    def _stored(self, keys: list[tuple[str, str]]) -> dict[tuple[str, str], Any]:
        ledger = self.processes[0].ledger
        return {key: ledger.book.codec.decode(row).entity for key, row in ledger.storage.book(keys).items()}

    def _asked_again(self) -> None:
        """In the end every request that was answered is sent once more: the same answer to the byte, from anybody."""
        self.weather.clear()
        self.world.passed += timedelta(minutes=5)
        for process in self.processes:
            process.start()
        for client in self.clients:
            for request in client.recorded:
                process = self._process()
                outcome = process.writer.runner.run([request.submission(process.ledger)])[0]
                assert outcome.replayed, f"{request} was done a second time"
                client.hears(request, process.ledger, outcome)
        self._judged()


@contextmanager
def _fair(weather: Weather) -> Iterator[None]:
    """Fair weather for a while."""
    before = weather.rough, weather.outage
    weather.clear()
    yield
    weather.rough, weather.outage = before


def _honest(answer: Callable[[Outcome], None]) -> Callable[[Outcome], None]:
    """The writer logs an answer that fails and goes on; here what a client finds wrong ends the run."""

    def given(outcome: Outcome) -> None:
        try:
            answer(outcome)
        except AssertionError as error:
            raise FoundError(str(error)) from error

    return given


class FoundError(BaseException):
    """A client was told something that cannot be."""


def _ids() -> Callable[[], str]:
    """UUIDv7 that count up."""
    numbers: Iterator[int] = count(1)
    return lambda: f"{next(numbers):08x}-0000-7000-8000-000000000000"

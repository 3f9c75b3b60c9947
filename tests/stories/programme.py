"""A programme for stories: a ledger under one scheme, served over HTTP on each database, with a clock that is moved."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.auth import ROLES
from api.ledgers import create_ledger
from api.settings import Settings
from ledger.journal.clock import ManualClock
from ledger.journal.turn import Submission
from ledger.people.commands import RegisterPerson
from ledger.scheme.model import Scheme
from ledger.values import Day, HolderId, Instant, PeriodName
from projections.replay import Replay
from tests.api.served import TESTER, Server, role_key, served

Body = dict[str, Any]
Begin = Callable[..., AbstractContextManager["Programme"]]
ZONE = "Asia/Shanghai"


class Programme(Server):
    """Keys of every role, commands that must succeed or must be refused, batches, and people who were there before."""

    clock: ManualClock
    numbers: Iterator[int]

    def on(self, at: str) -> "Programme":
        """Move the clock to an instant, or to local noon of a day; what is due happens."""
        self.clock.move_to(Instant(at if "T" in at else at + "T04:00:00.000000Z"))
        self.opened.ledger.writer.sweep()
        return self

    def people(self, *holders: str, crew: str | None = None, joined_on: str | None = None) -> tuple[str, ...]:
        """Members who were imported before the story begins."""
        since = None if joined_on is None else Day(joined_on)
        wishes = (RegisterPerson(holder=HolderId(holder), crew=crew, joined_on=since) for holder in holders)
        ledger = self.opened.ledger
        asked = (Submission(wishes=(ledger.wish(wish, by=TESTER),)) for wish in wishes)
        assert {outcome.refusal for outcome in ledger.writer.ask_all(asked)} == {None}
        return holders

    def do(self, path: str, body: Body | None = None, role: str = "officer") -> Body:
        """What a command answered that nothing stands against."""
        answer = self.post(path, body, key=f"k{next(self.numbers)}", role=role)
        assert answer.status_code == 201, answer.text
        found: Body = answer.json()
        return found

    def refused(self, path: str, body: Body | None = None, role: str = "officer") -> Body:
        """The problem that a command is answered with."""
        answer = self.post(path, body, key=f"k{next(self.numbers)}", role=role)
        assert answer.status_code >= 400, answer.text
        found: Body = answer.json()
        return found

    def outcomes(self, commands: Iterable[Body], role: str = "officer") -> list[Body]:
        """Of many commands in one request, each with its own status and body."""
        numbered = [{"id": f"k{next(self.numbers)}"} | command for command in commands]
        answer = self.post("/batches", {"commands": numbered}, role=role)
        assert answer.status_code == 200, answer.text
        found: list[Body] = answer.json()["outcomes"]
        return found

    def many(self, commands: Iterable[Body], role: str = "officer") -> list[Body]:
        """The same, none of them refused; their bodies."""
        found = self.outcomes(commands, role)
        assert {outcome["status"] for outcome in found} <= {201}, [it for it in found if it["status"] != 201][:3]
        return [outcome["body"] for outcome in found]

    def ask(self, path: str, role: str = "auditor", **query: Any) -> Body:
        """What a read says."""
        asked = "&".join(f"{name.rstrip('_')}={value}" for name, value in query.items())
        answer = self.get(f"{path}?{asked}" if asked else path, role=role)
        assert answer.status_code == 200, answer.text
        found: Body = answer.json()
        return found

    def holds_together(self) -> None:
        """The facts alone give the same book, and every unit sums to zero."""
        replayed = Replay(self.opened.ledger.storage, zone=ZONE)
        replayed.advance()
        assert replayed.differences() == ()
        assert not self.ask("/trial-balance")["differences"]


@contextmanager
def begun(settings: Settings, scheme: str | Scheme, at: str) -> Iterator[Programme]:
    """Such a programme from local noon of a day on, until the block ends."""
    clock = ManualClock(Instant(at + "T04:00:00.000000Z"))
    with create_ledger(settings, "programme", scheme, ZONE, period=PeriodName(at[:7]), clock=clock) as opened:
        keys = {role: role_key(opened, role) for role in set(ROLES) - {"holder"}}
        with served(settings, opened) as url:
            running = Programme(url, opened, keys)
            running.clock, running.numbers = clock, itertools.count(1)
            try:
                yield running
            finally:
                running.close()


def settings_on(request: pytest.FixtureRequest, folder: Path, patch: pytest.MonkeyPatch) -> Settings:
    """A directory, or a fresh database with its master key in the environment."""
    if request.param == "sqlite":
        return Settings(data=folder / "var")
    patch.setenv("JIFEN_MASTER_KEY", "5a" * 32)
    return Settings(database_url=request.getfixturevalue("fresh_database"))

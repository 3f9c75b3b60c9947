"""What goes wrong, as the seed has it: a database that fails at any call, and a process that dies at any call."""

import random
from collections import Counter
from typing import Any, Final

from ledger.journal.rows import (
    CommitUnknownError,
    ConstraintError,
    StorageError,
    StorageFullError,
    StorageUnavailableError,
)
from ledger.journal.storage import Storage


class CrashError(BaseException):
    """The process is gone: nobody can catch that, and whoever waits hears nothing."""


BEGINNING: Final = ("no connection", "crash before the turn")
READING: Final = ("read fails", "connection lost while reading")
APPENDING: Final = (
    "connection lost while appending",
    "constraint",
    "disk full",
    "crash before the append",
    "crash after the append",
)
COMMITTING: Final = (
    "commit not done, answer lost",
    "commit done, answer lost",
    "commit done, answer lost, then nobody answers",
    "commit refused",
    "crash before the commit",
    "crash after the commit",
)
ANSWERING: Final = ("crash between answers",)
STORAGE_FAULTS: Final = (*BEGINNING, *READING, *APPENDING, *COMMITTING, *ANSWERING)


class Weather:
    """Decides at each call whether it fails, and how. Fair weather until `rough` is set."""

    def __init__(self, randomness: random.Random, seen: Counter[str]) -> None:
        self.randomness, self.seen = randomness, seen
        self.rough = 0.0
        """The chance of a fault at a call that may fail."""
        self.outage = 0
        """So many connections more fail before the database is back."""

    def strikes(self, kinds: tuple[str, ...], chance: float = 1.0) -> str | None:
        """The fault of this call, or None."""
        if not self.rough or self.randomness.random() >= self.rough * chance:
            return None
        kind = self.randomness.choice(kinds)
        self.seen["fault: " + kind] += 1
        if kind.startswith("crash"):
            self.seen["crash"] += 1
        return kind

    def clear(self) -> None:
        """No faults from now on."""
        self.rough, self.outage = 0.0, 0


class StormySession:
    """A real session of a real database, whose calls fail as a broken disk, line or server makes them fail."""

    def __init__(self, real: Any, weather: Weather) -> None:
        self._real, self._weather = real, weather
        self._lost = False

    def begin(self, *rest: Any) -> Any:
        if self._weather.outage:
            self._weather.outage -= 1
            raise StorageUnavailableError("the database is still away")
        match self._weather.strikes(BEGINNING, 0.5):
            case "no connection":
                raise StorageUnavailableError("no connection")
            case "crash before the turn":
                raise CrashError
        return self._real.begin(*rest)

    def append(self, *rest: Any) -> Any:
        self._alive()
        fault = self._weather.strikes(APPENDING, 2)
        if fault == "connection lost while appending":
            self._lose(StorageUnavailableError("the connection died"))
        if fault == "crash before the append":
            raise CrashError
        if fault == "disk full":
            raise StorageFullError("no room")
        done = self._real.append(*rest)
        if fault == "constraint":
            raise ConstraintError("a row that is there already")  # after some rows were written, as it happens
        if fault == "crash after the append":
            raise CrashError
        return done

    def commit(self) -> None:
        self._alive()
        fault = self._weather.strikes(COMMITTING, 2)
        match fault:
            case "commit not done, answer lost":
                self._lose(CommitUnknownError("the connection died before the server had it"))
            case "commit refused":
                raise ConstraintError("the transaction had failed before COMMIT")
            case "crash before the commit":
                raise CrashError
        self._real.commit()
        match fault:
            case "commit done, answer lost":
                self._lose(CommitUnknownError("the connection died after the server had it"))
            case "commit done, answer lost, then nobody answers":
                self._weather.outage = self._weather.randomness.randint(1, 6)
                self._lose(CommitUnknownError("the server died after it had it"))
            case "crash after the commit":
                raise CrashError

    def rollback(self) -> None:
        self._real.rollback()

    def close(self) -> None:
        self._real.close()

    def __getattr__(self, name: str) -> Any:
        """Whatever else a session can be asked is a read."""
        asked = getattr(self._real, name)
        if not callable(asked):
            return asked

        def reading(*rest: Any, **more: Any) -> Any:
            self._alive()
            match self._weather.strikes(READING, 0.3):
                case "read fails":
                    raise StorageUnavailableError("a page could not be read")
                case "connection lost while reading":
                    self._lose(StorageUnavailableError("the connection died"))
            return asked(*rest, **more)

        return reading

    def _alive(self) -> None:
        if self._lost:
            raise StorageUnavailableError("the connection is dead")

    def _lose(self, error: StorageError) -> None:
        self._lost = True
        raise error


def stormy(storage: Storage, weather: Weather) -> Storage:
    """The same storage under this weather."""
    real = storage._session
    storage._session = lambda proxied: StormySession(real(proxied), weather)
    return storage

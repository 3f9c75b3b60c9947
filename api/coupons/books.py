"""The ledger as those who make batches see it, and its rehearsal: the same rules on a book that is thrown away."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Protocol, TypeVar

from ledger.deciding import Decision, Moment, Row, Wish
from ledger.journal.ledger import Ledger
from ledger.journal.turn import Outcome, Submission
from ledger.refusals import Refusal
from ledger.room import By, Command, Entity, Fact, Key
from ledger.values import Instant, TxId, instant

E = TypeVar("E", bound=Entity)
PAGE: Final = 1_000
AHEAD: Final = 8
"""Wishes of up to 40 coupons that wait at once: a sale stands behind 320 coupons at most, about a tenth of a second."""

Progress = Callable[[int, int], None]
"""(lines done, of)."""


def silent(_done: int, _of: int) -> None:
    """Nobody is told."""


class Books(Protocol):
    """Where wishes of many lines go, and what has come of them so far."""

    ledger: Ledger

    def ask_all(self, submissions: Iterable[Submission]) -> Iterable[Outcome]:
        """What becomes of each, in order."""
        ...

    def get_all(self, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
        """Those of the entities that there are."""
        ...

    def all_below(self, kind: type[E], prefix: str) -> Iterator[tuple[str, E]]:
        """All of a kind whose ids begin so, by id."""
        ...


class Real:
    """The ledger itself: in its bulk lane, so that a till goes on meanwhile."""

    def __init__(self, ledger: Ledger) -> None:
        """Open for writing, if anything is to be asked."""
        self.ledger = ledger

    def ask_all(self, submissions: Iterable[Submission]) -> Iterable[Outcome]:
        """See Books."""
        return self.ledger.writer.ask_all(submissions, ahead=AHEAD)

    def get_all(self, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
        """See Books."""
        return {id: row.entity for (_, id), row in stored(self.ledger, ((kind.KIND, id) for id in ids)).items()}  # type: ignore[misc] # a kind has one class of entity

    def all_below(self, kind: type[E], prefix: str) -> Iterator[tuple[str, E]]:
        """See Books."""
        return scanned(self.ledger, kind, prefix)


class Rehearsal:
    """What would happen: every wish is decided on top of those before it, and nothing of it is ever written."""

    def __init__(self, ledger: Ledger) -> None:
        """As of now; works on a ledger that another process writes as well."""
        self.ledger = ledger
        at = max(instant(ledger.clock.wall()), ledger.storage.head().recorded_at)
        self.moment = Moment(Instant(at), ledger.zone)
        self.known: dict[Key, Row | None] = {}
        self._ids: dict[str, set[str]] = {}
        """What `known` holds, by kind."""
        self._wishes = 0

    def ask_all(self, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        """See Books."""
        for submission in submissions:
            decision = self._decision()
            try:
                for wish in submission.wishes:
                    self._load(wish.command)
                    decision.carry(wish)
            except Refusal as refusal:
                yield Outcome(decision.tx, 0, (), refusal)
                continue
            yield self._taken(decision)

    def ask(self, command: Command, *, by: By) -> Outcome:
        """One wish; a refusal is raised."""
        (outcome,) = self.ask_all([Submission(wishes=(Wish(command=command, by=by),))])
        if outcome.refusal is not None:
            raise outcome.refusal
        return outcome

    def believe(self, *facts: Fact) -> None:
        """Go on as if these had happened."""
        decision = self._decision()
        for fact in facts:
            decision.record(fact)
        self._taken(decision)

    def get_all(self, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
        """See Books."""
        wanted = list(dict.fromkeys(ids))
        self._read((kind.KIND, id) for id in wanted)
        rows = ((id, self.known[kind.KIND, id]) for id in wanted)
        return {id: row.entity for id, row in rows if row is not None}  # type: ignore[misc] # a kind has one class of entity

    def all_below(self, kind: type[E], prefix: str) -> Iterator[tuple[str, E]]:
        """See Books."""
        ids = {id for id, _ in scanned(self.ledger, kind, prefix)}
        ids |= {id for id in self._ids.get(kind.KIND, ()) if id.startswith(prefix)}
        yield from sorted(self.get_all(kind, ids).items())

    def _decision(self) -> Decision:
        self._wishes += 1
        # Ids of coupons begin with that of their transaction: two wishes must not share one.
        tx = TxId(f"rehearsal-{self._wishes}")
        return Decision(self.ledger.registry, self._below, self.ledger.transaction, self.moment, tx, 1, self.known)

    def _taken(self, decision: Decision) -> Outcome:
        self._keep(decision.rows)
        return Outcome(decision.tx, 0, tuple(decision.envelopes))

    def _below(self, key: Key) -> Row | None:
        self._read((key,))
        return self.known[key]

    def _load(self, command: Command) -> None:
        """Read what the command names, one question a round, and let time act on it as it would in a turn."""
        for reads in self.ledger.registry.handlers[type(command)].reads:
            keys = [key for key in reads(command, self._decision()) if isinstance(key, tuple)]
            self._read(keys)
            for key in keys:
                self._lapse(key)

    def _read(self, keys: Iterable[Key]) -> None:
        missing = [key for key in dict.fromkeys(keys) if key not in self.known]
        if missing:
            found = stored(self.ledger, missing)
            self._keep({key: found.get(key) for key in missing})

    def _keep(self, rows: Mapping[Key, Row | None]) -> None:
        self.known.update(rows)
        for kind, id in rows:
            self._ids.setdefault(kind, set()).add(id)

    def _lapse(self, key: Key) -> None:
        due, row = self.ledger.registry.dues.get(key[0]), self.known[key]
        while due is not None and row is not None:
            due_at = row.entity.due_at(self.moment.zone)
            if due_at is None or due_at > self.moment.recorded_at:
                return
            decision = self._decision()
            decision.lapse(due, row.entity)
            self._taken(decision)
            row = self.known[key]


def stored(ledger: Ledger, keys: Iterable[Key]) -> dict[Key, Row]:
    """The committed rows of those that there are."""
    decode, wanted = ledger.book.codec.decode, list(keys)
    found: dict[Key, Row] = {}
    for start in range(0, len(wanted), PAGE):
        rows = ledger.storage.book(wanted[start : start + PAGE])
        found |= {key: decode(row) for key, row in rows.items()}
    return found


def scanned(ledger: Ledger, kind: type[E], prefix: str = "") -> Iterator[tuple[str, E]]:
    """All committed entities of a kind whose ids begin so, by id."""
    decode, after = ledger.book.codec.decode, prefix
    while rows := ledger.storage.book_scan(kind.KIND, after, PAGE):
        for row in rows:
            if not row.id.startswith(prefix):
                return
            entity: Any = decode(row).entity
            yield row.id, entity
        after = rows[-1].id

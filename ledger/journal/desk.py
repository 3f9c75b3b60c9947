"""A turn at work: what its commands named, what they decided so far, and what time has done meanwhile."""

import logging
import uuid
from collections.abc import Callable, Iterable
from itertools import islice, takewhile
from typing import Any, Final, NamedTuple

import msgspec

from ledger.deciding import UNKNOWN, Decision, Moment, Row, Wish
from ledger.journal.book import StoredBook
from ledger.journal.mapper import MAX_FACT_BYTES, FactTooLargeError
from ledger.journal.rebuilding import keys_of
from ledger.journal.rows import (
    FactRow,
    KeyRow,
    StorageError,
    made,
)
from ledger.journal.storage import Turn
from ledger.journal.transactions import TxIds, position_of, streams_of
from ledger.limits.entities import Counter, counter_id
from ledger.limits.facts import Count
from ledger.periods.entities import Books
from ledger.refusals import (
    CauseAlreadyUsed,
    InternalError,
    KeyReused,
    Refusal,
    TooLarge,
    TooManyRefusals,
)
from ledger.requests.entities import Cause
from ledger.requests.facts import CommandRefused
from ledger.room import Command, Envelope, Inner, Key, KeyMark, Reads
from ledger.rooms import Registry
from ledger.scheme.entities import Adopted
from ledger.values import Instant, TxId

log = logging.getLogger("jifen.turn")

REFUSALS_A_DAY: Final = 100_000
"""Recorded refusals that one client may cause in a local day: beyond it they are answered, not recorded."""
SETTINGS: Final = ((Adopted.KIND, Adopted.ID), (Books.KIND, Books.ID))
"""What every decision looks at: the rules and the open period."""


Pending = tuple[Command, Instant, tuple[Reads, ...]]
"""A command whose keys are to be read, when it happened, and the rounds that are left of them."""


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """One command, or the members of one atomic group: all or nothing, one transaction."""

    wishes: tuple[Wish, ...]
    deadline: int | None = None
    """Monotonic nanoseconds after which it is dropped undecided."""

    @property
    def key(self) -> KeyMark | None:
        """The key that makes it final: of the command, or of the whole group."""
        return self.wishes[0].key

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every key that it uses, by client and MAC: its own first, then those of the members of a group."""
        if len(self.wishes) == 1 and (key := self.wishes[0].key) is not None and key.member is None:
            return [(key.client, key.mac)]
        marks = [wish.key for wish in self.wishes if wish.key is not None]
        macs = [(mark.client, mark.mac) for mark in marks]
        return macs + [(mark.client, mark.member) for mark in marks if mark.member is not None]

    def mac_of(self, member: int) -> str | None:
        """The MAC of a member's own id; None outside a group."""
        key = self.wishes[member].key
        return None if key is None else key.mac if member else key.member


class Outcome(NamedTuple):
    """What became of a submission: its facts, or a refusal (recorded ones have their fact too)."""

    tx: TxId
    position: int
    """Of its first fact; 0 when nothing was recorded."""
    envelopes: tuple[Envelope, ...]
    refusal: Refusal | None = None
    replayed: bool = False
    member: int = 0
    """Which member of a group was refused."""


class _DueFirstError(Exception):
    """A row that was read on demand is due: time acts first, then the command is decided afresh."""

    def __init__(self, key: Key) -> None:
        self.key = key


class Desk:
    """One turn at work: what it has decided so far, on top of the stored book. Thrown away at its end."""

    def __init__(
        self, registry: Registry, book: StoredBook, turn: Turn, moment: Moment, ids: Callable[[], str]
    ) -> None:
        """Nothing is decided yet."""
        self.registry, self.book, self.turn, self.moment = registry, book, turn, moment
        self.ids = TxIds(ids)
        self.rows: dict[Key, Row | None] = {}
        """What this turn has changed."""
        self.known: dict[Key, Row | None] = {}
        """What its commands have named, as this turn has left it so far."""
        self.envelopes: list[Envelope] = []
        self.facts: list[FactRow] = []
        self.keys: list[KeyRow] = []
        self.answered: dict[tuple[str, str], tuple[str, Outcome]] = {}
        self.broken: set[Key] = set()
        """What time should have acted on and could not, by a defect: nobody decides about it in this turn."""

    # What decisions look down upon ---------------------------------------------------------------------------

    def below(self, key: Key) -> Row | None:
        """The row as this turn has left it so far; read on demand when nobody named it."""
        row = self.known.get(key, UNKNOWN)
        if row is not UNKNOWN:
            return row
        if key in self.broken:
            raise RuntimeError(f"{key[0]} {key[1]} is due and could not be settled")
        row = self.known[key] = self.book.demand(self.turn, key)
        if row is not None and self.is_due(key, row):
            raise _DueFirstError(key)
        return row

    def past(self, tx: TxId) -> tuple[Envelope, ...]:
        """The facts of a transaction, of this turn or of the journal."""
        here = self._past_here(tx)
        if here:
            return here
        decode = self.book.mapper.decode
        return tuple(decode(row.state) for row in self.turn.transaction(tx))

    def _past_here(self, tx: TxId) -> tuple[Envelope, ...]:
        # Found as in the journal: what a rule finds must not hang on where a turn ended.
        position = position_of(tx)
        if position is not None:
            first = max(0, position - self.turn.head.position - 1)
            return tuple(takewhile(lambda item: item.tx == tx, islice(self.envelopes, first, None)))
        here = tuple(item for item in self.envelopes if item.tx == tx)
        streams = streams_of(tx)
        return here if any(item.stream in streams for item in here) else ()

    def decision(self, tx: TxId | None = None) -> Decision:
        """A fresh overlay; a new transaction's id says where its first fact will stand."""
        position = self.turn.head.position + len(self.facts) + 1
        if tx is None:
            tx = self.ids.at(position)
        return Decision(self.registry, self.below, self.past, self.moment, tx, position, self.known)

    # Loading -----------------------------------------------------------------------------------------------------

    def load(self, wishes: Iterable[Wish]) -> None:
        """Read everything that the wishes name, in rounds, one query a kind and round; then let time act on it."""
        self.read(SETTINGS)
        view = self.decision(TxId(""))
        pending: list[Pending] = []
        keys: list[Key] = []
        for wish in wishes:
            self._plan(wish.command, wish.occurred_at or view.recorded_at, pending)
            if wish.cause:
                keys.append((Cause.KIND, wish.cause))
        while pending or keys:
            following: list[Pending] = []
            for planned in pending:
                self._round(planned, view, keys, following)
            self.read(keys)
            self.settle(keys)
            keys, pending = [], following

    def _plan(self, command: Command, occurred_at: Instant, pending: list[Pending]) -> None:
        reads = self.registry.handlers[type(command)].reads
        if reads:
            pending.append((command, occurred_at, reads))

    def read(self, keys: Iterable[Key]) -> None:
        """Make these rows known to the turn's decisions."""
        self.book.load(self.turn, keys)
        known, stored = self.known, self.book.rows
        for key in keys:
            if key not in known:
                known[key] = stored[key]

    def _round(self, planned: Pending, view: Decision, keys: list[Key], following: list[Pending]) -> None:
        command, view.occurred_at, reads = planned
        within: list[Pending] = []
        try:
            for item in reads[0](command, view):
                if isinstance(item, tuple):
                    keys.append(item)
                elif isinstance(item, Inner):
                    self._plan(item.command, item.occurred_at, within)
                else:
                    self._plan(item, planned[1], within)
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, it must not fail the neighbours in this turn
            return  # the rule itself will say the same in its place in the order of checks, for itself alone
        following += within
        if len(reads) > 1:
            following.append((command, planned[1], reads[1:]))

    # Time --------------------------------------------------------------------------------------------------------

    def is_due(self, key: Key, row: Row) -> bool:
        """Whether time has something to do here before anybody decides."""
        if key[0] not in self.registry.dues:
            return False
        due_at = row.entity.due_at(self.moment.zone)
        return due_at is not None and due_at <= self.moment.recorded_at

    def look_beside(self, keys: Iterable[Key]) -> None:
        """Read what these entities, due and known already, will be looked at with: a query a kind and round.

        In a sweep alone: a command names few things that are due, and reads what they need on demand.
        """
        view = self.decision(TxId(""))
        waiting = [(key, beside.reads) for key in keys for beside in self.registry.beside.get(key[0], ())]
        while waiting:
            wanted: list[Key] = []
            for key, reads in waiting:
                row = self.known.get(key)
                wanted += self._beside(reads[0], row, view) if row is not None else ()
            self.read(wanted)
            waiting = [(key, reads[1:]) for key, reads in waiting if len(reads) > 1]

    def _beside(self, reads: Callable[[Any, Any], Iterable[Key]], row: Row, view: Decision) -> list[Key]:
        try:
            return list(reads(row.entity, view))
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - what is missing is read on demand, and says itself what is wrong with it
            return []

    def settle(self, keys: Iterable[Key]) -> int:
        """Record what time has done to these entities: a transaction each, which stays whatever comes after."""
        dues, known = self.registry.dues, self.known
        lapsed = 0
        for key in keys:
            # Looked at here already: hardly anything is due, and this is asked for every row of every turn.
            if key[0] in dues and (row := known.get(key)) is not None and self.is_due(key, row):
                lapsed += self._settled(key)
        return lapsed

    def _settled(self, key: Key) -> int:
        lapsed = 0
        waiting = [key]
        while waiting:
            row = self.known.get(waiting[-1])
            if row is None or not self.is_due(waiting[-1], row):
                waiting.pop()
                continue
            try:
                self._lapse(waiting[-1], row)
            except _DueFirstError as first:
                # What time does here touches an entity on which it has something to do as well, and earlier: the
                # payers of all holds towards a merchant, one after the other.
                waiting.append(first.key)
                continue
            except StorageError:
                raise
            except Exception:
                # One entity with a defect must stop neither the turn nor the sweep. Unknown from now on, it stops its
                # own.
                log.critical("time cannot act on %s %s", *waiting[-1], exc_info=True)
                self.broken.add(waiting[-1])
                self.known.pop(waiting.pop(), None)
                continue
            waiting.pop()
            lapsed += 1
        return lapsed

    def _lapse(self, key: Key, row: Row) -> None:
        decision = self.decision()
        decision.lapse(self.registry.dues[key[0]], row.entity)
        self.take(decision)

    # Deciding ------------------------------------------------------------------------------------------------------

    def decide(self, submission: Submission) -> Outcome:
        """One submission, on its own overlay; one that breaks fails alone."""
        while True:
            try:
                return self._answered(submission) or self._fresh(submission)
            except _DueFirstError as due:
                self.settle((due.key,))
            except FactTooLargeError:
                # Hundreds of lots in one movement: nothing is wrong with the ledger, and less at a time will do.
                return Outcome(TxId(""), 0, (), TooLarge(limit=MAX_FACT_BYTES))
            except Exception:
                incident = uuid.uuid4().hex[:12]
                log.exception("incident %s: a command failed by a defect and was not recorded", incident)
                return Outcome(TxId(""), 0, (), InternalError(incident=incident))

    def _answered(self, submission: Submission) -> Outcome | None:
        key = submission.key
        if key is None:
            return None
        seen = self.answered.get((key.client, key.mac))
        if seen is None:
            # A member that was sent alone before must not happen a second time inside a group, were it its only one.
            grouped = len(submission.wishes) > 1 or key.member is not None
            known = grouped and any(pair in self.answered for pair in submission.pairs)
            return Outcome(TxId(""), 0, (), KeyReused()) if known else None
        fingerprint, outcome = seen
        if fingerprint != key.fp:
            return Outcome(TxId(""), 0, (), KeyReused())
        return outcome._replace(replayed=True)

    def _fresh(self, submission: Submission) -> Outcome:
        decision = self.decision()
        for member, wish in enumerate(submission.wishes):
            try:
                if wish.cause is not None:
                    self._cause_is_free(wish.cause, decision)
                decision.carry(wish)
            except Refusal as refusal:
                return self._refused(submission, decision.tx, refusal, member)
        outcome = self._remember(submission, self.take(decision))
        # A grant that was over before it was recorded lapses in this turn, not when somebody next looks.
        self.settle(decision.rows)
        return outcome

    def _cause_is_free(self, cause: str, decision: Decision) -> None:
        used = decision.row((Cause.KIND, cause))
        if used is not None:
            raise CauseAlreadyUsed(fact=used.position)

    def _refused(self, submission: Submission, tx: TxId, refusal: Refusal, member: int) -> Outcome:
        key = submission.key
        if not refusal.recorded or key is None:
            return Outcome(TxId(""), 0, (), refusal, member=member)
        decision = self.decision(tx)
        wish = submission.wishes[member]
        used = decision.get(Counter, counter := counter_id("refusals", key.client, decision.today))
        if used is not None and used.used >= REFUSALS_A_DAY:
            return Outcome(TxId(""), 0, (), TooManyRefusals(retry_after=3600), member=member)
        decision.refuse(
            msgspec.structs.replace(wish, key=msgspec.structs.replace(key, member=submission.mac_of(member))),
            CommandRefused(
                command=wish.command.ROUTE,
                code=refusal.code,
                status=refusal.status,
                members=refusal.members(),
                counts=(Count(amount=1, counter=counter),),
                member=member,
            ),
        )
        return self._remember(submission, self.take(decision)._replace(refusal=refusal, member=member))

    def take(self, decision: Decision) -> Outcome:
        """Take a decision's facts and rows over. Bytes are made here, so that a fact too large fails alone."""
        encode = self.book.mapper.encode
        states = [
            made(FactRow, (item.pos, item.stream, item.ver, item.type, encode(item), item.recorded_at))
            for item in decision.envelopes
        ]
        self.facts.extend(states)
        self.envelopes.extend(decision.envelopes)
        self.rows.update(decision.rows)
        self.known.update(decision.rows)
        return Outcome(decision.tx, decision.first_position, tuple(decision.envelopes))

    def _remember(self, submission: Submission, outcome: Outcome) -> Outcome:
        key = submission.key
        # What changed nothing leaves its key free: a key row without a fact could not be rebuilt from facts.
        if key is not None and outcome.envelopes:
            for row in keys_of(outcome.envelopes):
                self.keys.append(row)
                self.answered[row.client, row.key_mac] = (row.fingerprint, outcome)
        return outcome

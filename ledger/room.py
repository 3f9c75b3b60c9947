"""What every room is made of: commands, facts, entities, and the tables that connect them."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any, ClassVar, Final, Generic, Protocol, Self, TypeVar

import msgspec

from ledger.accounting import JournalEntry
from ledger.scheme.model import Scheme
from ledger.values import Day, Instant, PeriodName, TxId

Key = tuple[str, str]
"""Where an entity stands in the book: (kind, id)."""


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wish, in the imperative. Fields are what the wisher says; who and when stand in `Now`."""

    ROUTE: ClassVar[str] = ""
    """The singular name of the wish, used in batches and as the rule of a cause without a behaviour."""
    routes: ClassVar[dict[str, type["Command"]]] = {}
    """Every command by its route, so that one command can carry another as data."""

    def __init_subclass__(cls) -> None:
        """Enter the route; the registry of rooms refuses two commands of one route."""
        super().__init_subclass__()
        Command.routes.setdefault(cls.ROUTE, cls)

    def cause_scope(self) -> str:
        """Within what a cause pays once: the rule and the account that it pays."""
        return self.ROUTE


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What happened, in the past tense: results only, never a rate. Its fields are the `data` of an envelope."""

    TOPIC: ClassVar[str] = ""
    """Stable name and version, `points-earned.v1`; never an import path."""

    def stream(self, tx: TxId) -> str:
        """The life of the one thing this fact belongs to, `<kind>:<id>`."""
        raise NotImplementedError(f"{type(self).__name__} names no stream for {tx}")

    def entry(self) -> JournalEntry | None:
        """The balanced postings of this fact, or None when no value moves."""
        return None

    def completed(self, book: "Book", now: "Now") -> Self:  # noqa: ARG002 - most facts are complete as decided
        """This fact with what it shows of the entities after itself; called once it has changed the book."""
        return self


class By(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who did it: the principal (a client or a person) and the subject (the person behind it, if any)."""

    principal: str
    subject: str | None = None


class KeyMark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The idempotency key on the first fact of a tx, so that key rows can be rebuilt from facts alone.

    In an atomic group the first fact of each later member bears that member's own key, with the group's fingerprint:
    sent alone afterwards, it is another request.
    """

    answer: int
    client: str
    fp: str
    lang: str
    mac: str
    member: str | None = None
    """On a group's key: the MAC of the id of the member whose fact this is."""


class Approval(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which proposal allowed this fact, who approved it, and where that stands in the journal."""

    proposal: str
    by: str
    position: int


FORMAT: Final = 1
"""The member `v` of every fact: the shape of the envelope itself. Whoever writes and whoever reads look here."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fact with everything that is hashed beside it: one leaf of the audit log, position n is line n."""

    appr: Approval | None
    belongs_to: PeriodName | None
    by: By
    cause: str | None
    data: Any
    key: KeyMark | None
    occurred_at: Instant
    pd: dict[str, str]
    period: PeriodName
    pos: int
    recorded_at: Instant
    rule: str | None
    stream: str
    tx: TxId
    type: str
    v: int
    ver: int


class Entity(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """One small thing of the ledger's present. Frozen: evolving makes a new one."""

    KIND: ClassVar[str] = ""

    def due_at(self, zone: str) -> Instant | None:  # noqa: ARG002 - most entities know no calendar, those that do need its zone
        """When time alone will change this entity next, or None."""
        return None

    @property
    def watched(self) -> bool:
        """Whether anything waits for this entity to change: only then are reactions asked."""
        return False


E = TypeVar("E", bound=Entity)
C = TypeVar("C", bound=Command)


class Inner(msgspec.Struct, frozen=True, kw_only=True):
    """A command that another one will carry out, and when that happened: the reader looks at the keys of that day."""

    command: Command
    occurred_at: Instant


class Stamped(msgspec.Struct, frozen=True, kw_only=True):
    """A fact with words of its own on its envelope: what time did, or what was carried out under an approval."""

    fact: Fact
    occurred_at: Instant | None = None
    by: By | None = None
    approval: Approval | None = None
    pd: dict[str, str] = {}


Facts = Iterator[Fact | Stamped]
"""What `decide` yields."""


class Book(Protocol):
    """The ledger's present as a rule sees it: whatever earlier commands of this turn did is already in it."""

    def get(self, kind: type[E], id: str) -> E | None:
        """The entity, or None when there is none."""
        ...

    def the(self, kind: type[E], id: str) -> E:
        """The entity, or the refusal `not-found`."""
        ...

    @property
    def today(self) -> Day:
        """The local day on which the turn decides."""
        ...

    @property
    def day(self) -> Day:
        """The local day of `occurred_at` of the command that is read or decided: caps of a day are kept under it."""
        ...

    @property
    def period(self) -> PeriodName:
        """The open period; while keys are read, as far as they are loaded."""
        ...

    @property
    def recorded_at(self) -> Instant:
        """The instant at which the turn decides: by it the rounds of `reads` know what has ended."""
        ...

    def past(self, tx: TxId) -> tuple[Envelope, ...]:
        """The facts of an earlier transaction, as they were recorded; empty when there is none."""
        ...

    def scheme(self, day: Day) -> Scheme:
        """The scheme version in force on that local day."""
        ...


class Now(Protocol):
    """What the turn tells a rule about the moment, so that no rule needs a clock, an id source or a zone."""

    @property
    def recorded_at(self) -> Instant:
        """When the ledger learns this: one instant for a whole turn."""
        ...

    @property
    def occurred_at(self) -> Instant:
        """When it happened in the world."""
        ...

    @property
    def today(self) -> Day:
        """The local day of `recorded_at` in the ledger's zone: expiry and stock go by it."""
        ...

    @property
    def day(self) -> Day:
        """The local day of `occurred_at`: day caps and rule versions go by it."""
        ...

    @property
    def zone(self) -> str:
        """The ledger's IANA zone."""
        ...

    @property
    def period(self) -> PeriodName:
        """The open period, in whose books this stands."""
        ...

    @property
    def tx(self) -> TxId:
        """The id of this command's transaction; also the id of the thing it makes."""
        ...

    @property
    def position(self) -> int:
        """The position that the next fact of this command will get."""
        ...

    @property
    def first_position(self) -> int:
        """The position of the first fact of this transaction."""
        ...

    @property
    def by(self) -> By:
        """Who wishes."""
        ...

    @property
    def cause(self) -> str | None:
        """The MAC of what in the world led to this, if the wisher named it."""
        ...

    @property
    def approval(self) -> Approval | None:
        """The approval under which this is carried out; None: nobody has approved it yet."""
        ...

    def carry_out(
        self, command: Command, *, by: By, occurred_at: Instant, approval: Approval | None
    ) -> Generator[Fact | Stamped, None, None]:
        """Decide another command inside this one: what a proposal asked for, under its approval; None: under none.

        A trial that is closed before its end has done nothing.
        """
        ...

    def rehearsed(self, facts: Facts) -> tuple[Fact, ...]:
        """What these facts would be now, each in the book before the next is decided; nothing of them stays."""
        ...


class Meta(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What evolving may know about a fact besides the fact itself."""

    tx: TxId
    position: int
    occurred_at: Instant
    recorded_at: Instant
    day: Day
    """The local day of `occurred_at`."""
    period: PeriodName
    by: By
    rule: str | None


Reads = Callable[[Any, Book], Iterable[Key | Command | Inner]]
"""One round of keys that a command will look at; a Command in it stands for everything that command reads."""


class Handler(msgspec.Struct, Generic[C], frozen=True):
    """How one kind of wish is decided: `decide` yields facts, each of which is in the book before the next line runs.

    A refusal is raised before the first fact; whatever was yielded before an exception is forgotten.
    """

    command: type[C]
    decide: Callable[[C, Book, Now], Facts]
    reads: tuple[Reads, ...] = ()


class Evolution(msgspec.Struct, frozen=True):
    """How one kind of fact changes one kind of entity. Believes the fact: no checks, no clock, no rate."""

    fact: type[Fact]
    entity: type[Entity]
    ids: Callable[[Any, Meta], Sequence[str]]
    apply: Callable[[Any, Any, Meta, str], Entity]
    """(entity or None, fact, meta, id) -> entity"""


class Due(msgspec.Struct, frozen=True):
    """What time does to one kind of entity: yields the facts that are due at `now.recorded_at`."""

    entity: type[Entity]
    decide: Callable[[Any, Book, Now], Facts]


class Beside(msgspec.Struct, frozen=True):
    """What is looked at beside one kind of entity when time acts on it, in rounds: for many of them in one query.

    What a round leaves out is read on demand, one by one: at a midnight on which thousands of things end, too slowly.
    """

    entity: type[Entity]
    reads: tuple[Callable[[Any, Book], Iterable[Key]], ...]


class Reaction(msgspec.Struct, frozen=True):
    """What follows when anything at all has changed one kind of watched entity, whichever command or time it was.

    `decide` is asked after the last fact of a wish, with the entity as the last asking left it (at first: as it was
    before the wish; None: it was not there) and as it is now. What it yields stands in the same transaction, by whom
    the wish is. It must come to an end: what it changes itself is asked about once more.
    """

    entity: type[Entity]
    decide: Callable[[Any, Any, Book, Now], Facts]


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """One capability: everything the turn needs to know about it."""

    name: str
    facts: tuple[type[Fact], ...] = ()
    handlers: tuple[Handler[Any], ...] = ()
    evolutions: tuple[Evolution, ...] = ()
    dues: tuple[Due, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    beside: tuple[Beside, ...] = ()

"""What a projection is: its sheets, and one rule for each kind of fact that it shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple, cast

from ledger.accounting import JournalEntry
from ledger.points.entities import AccountState
from ledger.points.facts import AccountFact
from ledger.room import Envelope, Fact
from ledger.values import AccountId, UnitCode
from projections.sheets import Rows, Sheet, Values

Place = tuple[AccountId, UnitCode]


class Recorded(NamedTuple):
    """A fact as projections see it: its envelope, and what several of them ask of it, built once for all."""

    envelope: Envelope
    entry: JournalEntry | None
    states: Mapping[Place, AccountState]
    """Every account that it changed, as it is after it."""
    posted: Mapping[Place, int]
    """What each account gained (or lost, below zero) by the journal entry, chart accounts left out."""


_NOWHERE: Final[Mapping[Place, Any]] = {}


def recorded(envelope: Envelope) -> Recorded:
    """A stored fact as projections see it."""
    fact: Fact = envelope.data
    kind: type[Fact] = type(fact)
    entry = fact.entry()
    posted = _NOWHERE if entry is None else _posted(entry)
    states: dict[Place, AccountState] = {}
    if _of_account(kind):
        for account, unit, after in cast("AccountFact", fact).states():
            states[account, unit] = after
    return _made(Recorded, (envelope, entry, states, posted))


@cache  # a kind is what it is: asked of each fact it would cost as much as all else here
def _of_account(kind: type[Fact]) -> bool:
    return issubclass(kind, AccountFact)


_made: Final = tuple.__new__
"""What `Recorded(…)` comes to, without a call more."""


def kinds_of(batch: Sequence[Recorded]) -> frozenset[type[Fact]]:
    """Which kinds of fact stand in a batch: most projections show none of them."""
    return frozenset([type(recorded.envelope.data) for recorded in batch])


def _posted(entry: JournalEntry) -> dict[Place, int]:
    found: dict[Place, int] = {}
    for account, unit, amount in entry.postings:
        if ":" in account:
            place = account, unit
            found[place] = found[place] + amount if place in found else amount
    return found


Change = tuple[Sheet, tuple[Any, ...], Values]
"""What one fact says about one row: (sheet, key, values). A plain tuple, for there are several of each fact."""
Rule = Callable[[Any, Recorded], Iterable[Change]]
"""(fact, recorded) -> changes: pure, so that a rebuild and the follower cannot differ."""
Changes = dict[Sheet, Rows]
"""What a batch of facts says about rows, each key once."""
Sum = Callable[[Sequence[Recorded], Changes], None]
"""(facts in their order, changes): adds their rows to sheets that are empty and its own, so that it can add up as suits
it and say each row once. As pure as a rule, and rows of two runs of facts fold into those of both together."""


class Projection:
    """A view of the facts. `rules` are found by a fact's class or the nearest class above it; others are ignored.

    Where nearly all facts are shown, or many change few rows, `sums` goes through a batch by itself.
    Ignoring is safe because a fact outside the closed registry never gets here: decoding it stops the follower.
    A new shape takes new sheet names and a higher `version`, which makes the follower build it from the first fact.
    """

    def __init__(
        self,
        name: str,
        sheets: Sequence[Sheet],
        rules: Mapping[type[Fact], Rule] = MappingProxyType({}),
        version: int = 1,
        sums: Sequence[Sum] = (),
        retired: Sequence[str] = (),
    ) -> None:
        """Adding a fact to a projection is one line of `rules`; `retired` are sheets that older versions had."""
        self.name = name
        self.sheets = tuple(sheets)
        self.rules = dict(rules)
        self.version = version
        self.sums = tuple(sums)
        self.retired = tuple(retired)
        self._found: dict[type[Any], Rule | None] = {}

    def apply(self, batch: Sequence[Recorded], kinds: frozenset[type[Fact]] | None = None) -> Changes:
        """The rows that these facts change, folded: each key once, whatever happened to it.

        `kinds` of the batch may be found once for all projections.
        """
        changes: Changes = {sheet: {} for sheet in self.sheets}
        for sums in self.sums:
            sums(batch, changes)
        rules = {kind: rule for kind in kinds or kinds_of(batch) if (rule := self._rule(kind)) is not None}
        for recorded in batch if rules else ():
            fact = recorded.envelope.data
            rule = rules.get(type(fact))
            if rule is not None:
                for sheet, key, values in rule(fact, recorded):
                    rows = changes[sheet]
                    before = rows.get(key)
                    rows[key] = values if before is None else sheet.folded(before, values)
        return changes

    def _rule(self, kind: type[Any]) -> Rule | None:
        if kind not in self._found:
            rule = next((self.rules[base] for base in kind.__mro__ if base in self.rules), None)
            self._found[kind] = None if rule is NOTHING else rule
        return self._found[kind]


NOTHING: Final[Rule] = lambda _fact, _recorded: ()
"""The rule of a fact that a wider rule would catch and that this projection does not show."""

"""What a projection is: its sheets, and one rule for each kind of fact that it shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ledger.accounting import JournalEntry
from ledger.room import Envelope, Fact
from projections.sheets import Rows, Sheet


class Recorded(NamedTuple):
    """A fact as projections see it: its envelope, and its journal entry, built once for all of them."""

    envelope: Envelope
    entry: JournalEntry | None


class Change(NamedTuple):
    """What one fact says about one row; `values` is made for it and handed over."""

    sheet: Sheet
    key: tuple[Any, ...]
    values: dict[str, Any]


Rule = Callable[[Any, Recorded], Iterable[Change]]
"""(fact, recorded) -> changes: pure, so that a rebuild and the follower cannot differ."""
Changes = dict[Sheet, Rows]


class Projection:
    """A view of the facts. `rules` are found by a fact's class or the nearest class above it; others are ignored.

    Ignoring is safe because a fact outside the closed registry never gets here: decoding it stops the follower.
    A new shape takes new sheet names and a higher `version`, which makes the follower build it from the first fact.
    """

    def __init__(self, name: str, sheets: Sequence[Sheet], rules: Mapping[type[Fact], Rule], version: int = 1) -> None:
        """Adding a fact to a projection is one line of `rules`."""
        self.name = name
        self.sheets = tuple(sheets)
        self.rules = dict(rules)
        self.version = version
        self._found: dict[type[Any], Rule | None] = {}

    def apply(self, batch: Sequence[Recorded]) -> Changes:
        """The rows that these facts change, folded: each key once, whatever happened to it."""
        changes: Changes = {sheet: {} for sheet in self.sheets}
        found = self._found
        for recorded in batch:
            fact = recorded.envelope.data
            kind = type(fact)
            rule = found[kind] if kind in found else self._find(kind)
            if rule is not None:
                for sheet, key, values in rule(fact, recorded):
                    # What is said of a key for the first time is taken as it is; `fold` is for what comes after it.
                    rows = changes[sheet]
                    if rows.setdefault(key, values) is not values:
                        sheet.fold(rows, key, values)
        return changes

    def _find(self, kind: type[Any]) -> Rule | None:
        rule = next((self.rules[base] for base in kind.__mro__ if base in self.rules), None)
        self._found[kind] = rule
        return rule


NOTHING: Final[Rule] = lambda _fact, _recorded: ()
"""The rule of a fact that a wider rule would catch and that this projection does not show."""

"""The judge: reads the journal as JSON, knows what was sent and what was told, and believes nobody."""

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from tests.simulation.account import No
from tests.simulation.books import Books, Op
from tests.simulation.proposals import Who

Json = dict[str, Any]


class Told(NamedTuple):
    """What a client was told, as far as it can be compared."""

    code: str | None
    tx: str
    position: int
    bytes: bytes


class Judge:
    """Walks the journal once, fact by fact, and keeps books of its own."""

    def __init__(self, owing: frozenset[str]) -> None:
        self.books = Books(owing)
        self.sent: dict[str, tuple[Op, ...]] = {}
        """By MAC of the key: what was asked for."""
        self.senders: dict[str, Who] = {}
        """By MAC of the key: who asked for it."""
        self.causes: dict[str, tuple[str, str]] = {}
        """By MAC of the key: the cause that was named, and what it pays within."""
        self.told: dict[str, Told] = {}
        """By MAC of the key: the final answer that a client heard."""
        self.unrecorded: dict[str, Told] = {}
        """By MAC of the key: an answer of which the journal has nothing."""
        self.stands: dict[str, Told] = {}
        """By MAC of the key: what stands in the journal."""
        self.versions: dict[str, int] = {}
        self.head, self.recorded_at = 0, ""
        self.crossings = 0
        """Of thresholds, as monitors saw them."""

    # What was sent and told -----------------------------------------------------------------------------------

    def send(self, mac: str, ops: tuple[Op, ...], cause: tuple[str, str] | None, who: Who) -> None:
        self.sent[mac], self.senders[mac] = ops, who
        if cause is not None:
            self.causes[mac] = cause

    def tell(self, mac: str, told: Told) -> None:
        """A final answer was heard; a second one must be the same to the byte.

        Not where nothing was recorded: a group is refused for the member that fails first, and that may be another one
        when the same request comes a second time.
        """
        if not told.position:
            assert mac not in self.told, f"{self.sent[mac]} was answered {self.told[mac]} and then {told}"
            self.unrecorded[mac] = told
            return
        before = self.told.setdefault(mac, told)
        assert before == told, f"{self.sent[mac]} was answered {before} and then {told}"

    # What stands ----------------------------------------------------------------------------------------------------

    def walk(self, states: Sequence[bytes], by: str) -> None:
        """Go on with the facts after those that are known. `by` is the latest instant that can be true."""
        facts = [json.loads(state) for state in states]
        bytes_of = {fact["pos"]: state for fact, state in zip(facts, states, strict=True)}
        for fact in facts:
            self.head += 1
            assert fact["pos"] == self.head, f"position {fact['pos']} stands at {self.head}"
            assert self.recorded_at <= fact["recorded_at"] <= by, f"fact {self.head} was recorded at a wrong time"
            self.recorded_at = fact["recorded_at"]
            version = self.versions.get(fact["stream"], 0) + 1
            assert fact["ver"] == version, f"{fact['stream']} skips a version"
            self.versions[fact["stream"]] = version
        for _, group in groupby(facts, key=lambda fact: str(fact["tx"])):
            self._transaction(list(group), bytes_of)

    def _transaction(self, facts: list[Json], bytes_of: dict[int, bytes]) -> None:
        first = facts[0]
        if first["by"]["principal"] == "system":
            self._time(facts)
            return
        assert first["key"] is not None, f"fact {first['pos']} has no key: nobody here asks without one"
        mac = first["key"]["mac"]
        assert mac in self.sent, f"fact {first['pos']} was invented: nobody sent its key"
        assert mac not in self.stands, f"{self.sent[mac]} stands twice: at {self.stands[mac].position}, {first['pos']}"
        refused = first["type"] == "command-refused.v1"
        code = first["data"]["code"] if refused else None
        written = b"\n".join(bytes_of[fact["pos"]] for fact in facts)
        self.stands[mac] = Told(code, first["tx"], first["pos"], written)
        before = self.books.copied()
        try:
            moves = self._acted(mac, facts)
        except No as no:
            said = str(no)
            self.books = before
            assert code == said, f"{self.sent[mac]} at {first['pos']} should be refused with {said}, not {code}"
            assert len(facts) == 1, "a refusal has changed something"
            return
        assert code is None, f"{self.sent[mac]} at {first['pos']} should have been done, but was refused: {code}"
        assert _moves(facts) == moves, f"{self.sent[mac]} at {first['pos']} moved {_moves(facts)}, not {moves}"
        self._as_said(facts)

    def _acted(self, mac: str, facts: list[Json]) -> list[Any]:
        cause = self.causes.get(mac)
        if cause is not None:
            if cause in self.books.causes:
                raise No("cause-already-used")
            self.books.causes.add(cause)
        self.books.who = self.senders[mac]
        moves: list[Any] = []
        crossed: list[Any] = []
        lapsed = [fact for fact in facts if fact["type"] == "lots-lapsed.v1"]
        for op in self.sent[mac]:
            before = self.books.watched()
            moves.extend(self.books.act(op, facts[0]["tx"], facts[0]["recorded_at"]))
            if op is self.sent[mac][-1]:
                for fact in lapsed:
                    self._lapsed(fact)
            crossed += self.books.crossed(before)
        # In a group nobody says here behind which member something lapsed.
        if facts[0]["type"] != "command-refused.v1" and (len(self.sent[mac]) == 1 or not lapsed):
            self._watched(facts, crossed)
        return moves

    def _watched(self, facts: list[Json], expected: list[Any]) -> None:
        data = [fact["data"] for fact in facts if fact["type"] == "threshold-crossed.v1"]
        said = [(item["monitor"], item["was"], item["became"]) for item in data]
        assert sorted(said) == sorted(expected), f"at {facts[0]['pos']} crossings are {said}, not {expected}"
        self.crossings += len(said)

    def _time(self, facts: list[Json]) -> None:
        before = self.books.watched()
        for fact in facts:
            if fact["type"] == "lots-lapsed.v1":
                self._lapsed(fact)
            elif fact["type"] == "redemption-expired.v1":
                self.books.expire(fact["data"]["redemption"], fact["recorded_at"])
            elif fact["type"] == "hold-expired.v1":
                self.books.end(fact["data"]["hold"], fact["recorded_at"])
            elif fact["type"] == "proposal-expired.v1":
                self.books.lapsed(fact["data"]["proposal"], fact["recorded_at"])
            elif fact["type"] != "threshold-crossed.v1":
                raise AssertionError(f"time does not make {fact['type']}")
        self._watched(facts, self.books.crossed(before))
        self._as_said(facts)

    def _lapsed(self, fact: Json) -> None:
        data = fact["data"]
        self.books.lapse(data["account"], data["unit"], data["amount"])

    def _as_said(self, facts: list[Json]) -> None:
        """The last account object that a transaction shows of each account is what these books say."""
        shown: dict[tuple[str, str], tuple[int, Json]] = {}
        for fact in facts:
            data = fact["data"]
            if "after" in data:
                shown[data["account"], data["unit"]] = fact["pos"], data["after"]
            if data.get("to_after"):
                other = data.get("to") or data["account"], data.get("to_unit") or data["unit"]
                shown[other] = fact["pos"], data["to_after"]
        for (name, unit), (position, after) in shown.items():
            said = (after["balance"], after["held"], after["debt"], after["incoming"])
            expected = self.books.account(name, unit).figures
            assert said == expected, f"after {position} {name}/{unit} has {expected}, not {said}"

    # In the end -----------------------------------------------------------------------------------------------------

    def verdict(self, figures: dict[tuple[str, str], Any], stock: dict[str, int], proposals: dict[str, str]) -> None:
        """Nothing lost, nothing twice, nothing invented, and the ledger's present is what its facts say."""
        for mac, told in self.told.items():
            assert self.stands.get(mac) == told, f"{self.sent[mac]} was told {told}; {self.stands.get(mac)} stands"
        for mac in self.unrecorded.keys() & self.stands.keys():
            assert self.stands[mac].code, f"{self.sent[mac]} was refused without a record, and it was done"
            assert len(self.sent[mac]) > 1, f"{self.sent[mac]} was refused without a record, and it stands"
        for place, account in self.books.accounts.items():
            said = figures.get(place, (0, 0, 0, 0))
            assert said == account.figures, f"{place} is {said}, not {account.figures}"
        for item, kept in self.books.items.items():
            assert stock[item] == kept["stock"] >= 0, f"{stock[item]} of {item} on the shelf, not {kept['stock']}"
        became = {id: proposal["status"] for id, proposal in self.books.proposals.items()}
        assert proposals == became, f"proposals became {proposals}, not {became}"


def _moves(facts: list[Json]) -> list[tuple[str, str, str, int]]:
    return [
        (fact["type"], fact["data"]["account"], fact["data"]["unit"], fact["data"]["amount"])
        for fact in facts
        if "amount" in fact["data"] and fact["type"] != "lots-lapsed.v1"
    ]

"""Proposals in plain words: what waits for a second person, and what became of it."""

from typing import Any, Final, NamedTuple

from tests.simulation.account import No

PROPOSED_FOR: Final = 3_600
"""Seconds in which a proposal must be decided, by the scheme of the runs: some lapse in each."""


class Who(NamedTuple):
    """Who wishes: a client, and the person at it, if it is one's."""

    client: str
    person: str | None

    def is_one_with(self, other: "Who") -> bool:
        """One client, or two of one person's."""
        return self.client == other.client or (self.person is not None and self.person == other.person)


class Proposals:
    """No value moves by what is done here: what an approval carries out moves it."""

    def __init__(self) -> None:
        self.proposals: dict[str, dict[str, Any]] = {}
        """What is proposed, by whom, until when, and what has become of it."""
        self.who = Who("", None)
        """Whose wish it is."""

    def proposed(self, id: str, op: Any, until: str) -> None:
        self.proposals[id] = {"op": op, "maker": self.who, "until": until, "status": "open"}

    def decided(self, id: str, at: str, *, rejected: bool = False) -> Any:
        """What was proposed, if it can still be decided by whom it is to be decided by; the decision stands then."""
        if id not in self.proposals:
            raise No("not-found")
        proposal = self.proposals[id]
        if proposal["status"] == "lapsed" or (proposal["status"] == "open" and proposal["until"] <= at):
            raise No("approval-expired")
        if proposal["status"] != "open":
            raise No("already-decided")
        withdrawn = rejected and proposal["maker"].client == self.who.client
        if self.who.person is None and not withdrawn:
            raise No("not-eligible")
        if not rejected and self.who.is_one_with(proposal["maker"]):
            raise No("self-approval")
        proposal["status"] = "rejected" if rejected else "approved"
        return proposal["op"]

    def lapsed(self, id: str, at: str) -> None:
        """Told by the ledger: nobody has decided it in time."""
        proposal = self.proposals[id]
        assert proposal["status"] == "open", f"proposal {id} has lapsed after it was {proposal['status']}"
        assert proposal["until"] <= at, f"proposal {id} has lapsed before its time"
        proposal["status"] = "lapsed"

"""What monitors should tell: the thresholds that lie between an account before a wish and after it."""

from typing import Any

from tests.machines.no import No
from tests.machines.things import Account, Watch
from tests.machines.value_model import ValueModel

MOST_WATCHES = 20
Crossing = tuple[str, int | None, int | None]
"""Which monitor saw it, from where to where; None is without end."""


class WatchModel(ValueModel):
    """The whole model: what is watched changes nothing of what is done."""

    crossed: list[Crossing]
    """What the last submission crossed."""

    def submit(self, ops: tuple[Any, ...], client: str, key: str | None, cause: str | None, tx: str) -> Any:
        """As before; what was refused, or done long ago, crosses nothing."""
        self.crossed = []
        answer = super().submit(ops, client, key, cause, tx)
        if answer[0] is not None or answer[2]:
            self.crossed = []
        return answer

    def _act(self, op: Any, cause: str | None, tx: str) -> None:
        before = {id: self.figure(watch) for id, watch in self._watching()}
        super()._act(op, cause, tx)
        for id, watch in self._watching():
            # What is watched from now on has crossed nothing yet.
            if id in before and watch.beyond(self.figure(watch)) and not watch.beyond(before[id]):
                self.crossed.append((id, before[id], self.figure(watch)))

    def _watching(self) -> list[tuple[str, Watch]]:
        return [(id, watch) for id, watch in self.now.watches.items() if not watch.removed]

    def figure(self, watch: Watch) -> int | None:
        """What it watches of its account, as it stands."""
        account = self.account(*watch.where)
        if watch.measure == "held":
            return self.held(account)
        if watch.measure == "incoming":
            return self.incoming(account)
        if watch.measure == "available":
            return self.free(account)
        if watch.measure == "spendable":
            return self._spendable(account)
        figure: int = getattr(account, watch.measure)
        return figure

    def _spendable(self, account: Account) -> int:
        """What could be spent if nothing were held."""
        if account.standing:
            return account.balance
        policy = self.units[account.where[1]]
        kept = {"threshold": policy.base, "initial-first": account.value("initial")}.get(policy.spendable, 0)
        return max(0, min(account.balance - kept, account.value("earned") + self.held(account)))

    # What can be asked -----------------------------------------------------------------------------------------

    def watch(self, _tx: str, id: str, name: str, unit: str, measure: str, side: str, threshold: int) -> None:
        self._known(name, unit)
        if id in dict(self._watching()):
            raise No("already-exists", kind="monitor", id=id)
        there = sum(watch.where == (name, unit) for _, watch in self._watching())
        if there >= MOST_WATCHES:
            raise No("limit-exceeded", rule="monitors", limit=MOST_WATCHES, used=there, offered=0, period="ever")
        self.account(name, unit)
        self.now.watches[id] = Watch((name, unit), measure, side, threshold)

    def unwatch(self, _tx: str, id: str) -> None:
        if id not in self.now.watches:
            raise No("not-found", kind="monitor", id=id)
        if self.now.watches[id].removed:
            raise No("not-eligible", reason="monitor-removed")
        self.now.watches[id].removed = True

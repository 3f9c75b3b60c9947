"""People, tills and shelves that nobody has met before, so that a walk ends alike in whatever life it is."""

from tests.machines.commands import Op
from tests.machines.stories import StoryMachine
from tests.machines.things import Item
from tests.machines.wishes import CLIENTS

ItemLimit = tuple[int, str] | None


class NewcomerMachine(StoryMachine):
    """The machine with these stories, and with those who are new."""

    def _people(self, *purses: int) -> list[str]:
        """New people with so much of P each, which no policy keeps from being spent."""
        people = []
        for purse in purses:
            self.keys += 1
            people.append(f"n{self.keys}")
            self._ask(("join", people[-1]), *([("grant", people[-1], "P", purse, None, None)] if purse else []))
        return people

    def _till(self, floor: int | None = 0) -> str:
        self.keys += 1
        till = f"account:till-{self.keys}"
        self._ask(("open", till, "P", floor))
        return till

    def _shelf(self, stock: int, *, unit: str = "P", limit: ItemLimit = None) -> str:
        """A new item of which there are so many, at five a piece."""
        self.keys += 1
        name = f"item-{self.keys}"
        self.model.now.items[name] = Item(unit, 5, limit=limit)
        for world in self.worlds:
            world.list_item(name, unit, 5, limit)
            world.check()
        self.model.known |= self.worlds[0].txs
        self._ask(("receive", name, stock))
        return name

    def _grant(self, who: str, amount: int, days: int | None = None) -> str:
        return self._ask(("grant", who, "P", amount, days, None))[0]

    def _together(self, *ops: Op, process: int = 0) -> None:
        """One turn of as many clients."""
        self._turn([((op,), CLIENTS[place], None, None) for place, op in enumerate(ops)], process)

    def _held(self, payer: str, to: str | None, amount: int, seconds: int) -> str:
        self.holds += 1
        self._ask(("place", f"hold-{self.holds}", payer, to, "P", amount, False, seconds))
        return f"hold-{self.holds}"

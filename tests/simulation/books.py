"""The ledger in plain dictionaries: what each wish does, told apart from the code, one wish after the other."""

import pickle
from datetime import datetime, timedelta
from typing import Any

from tests.simulation.account import Account, No
from tests.simulation.periods import Periods
from tests.simulation.proposals import PROPOSED_FOR, Proposals

Op = tuple[Any, ...]
"""A wish in plain words: its name and its members."""
Moves = list[tuple[str, str, str, int]]
"""Facts that a wish must yield: (topic, account, unit, amount)."""


class Books(Periods, Proposals):
    """Balances, holds, stock, sales and reversals. Knows no lots: what lapses is told to it."""

    def __init__(self, owing: frozenset[str]) -> None:
        """`owing` are the units in which a deduction may leave a debt."""
        Periods.__init__(self)
        Proposals.__init__(self)
        self.owing = owing
        self.accounts: dict[tuple[str, str], Account] = {}
        self.items: dict[str, dict[str, Any]] = {}
        self.sales: dict[str, dict[str, Any]] = {}
        self.moved: dict[str, list[dict[str, Any]]] = {}
        """What can be reversed, and what cannot, by transaction."""
        self.pledges: dict[str, dict[str, Any]] = {}
        self.watches: list[tuple[str, str, str, str, int]] = []
        """(id, account, unit, side, threshold) of what watches a balance."""
        self.causes: set[tuple[str, str]] = set()
        self.at, self.tx = "", ""

    def copied(self) -> "Books":
        copied: Books = pickle.loads(pickle.dumps(self))  # noqa: S301 - of this very process; five times as quick as deepcopy
        return copied

    def act(self, op: Op, tx: str, at: str) -> Moves:
        """Do it, or say No."""
        self.tx, self.at = tx, at
        self.moved.setdefault(tx, [])
        moves: Moves = getattr(self, "do_" + op[0])(*op[1:])
        return moves

    # A second person -----------------------------------------------------------------------------------------------

    def do_propose(self, op: Op) -> Moves:
        self.proposed(self.tx, op, later(self.at, PROPOSED_FOR))
        return []

    def do_approve(self, id: str) -> Moves:
        """What was proposed is done now; what refuses it leaves the proposal open."""
        return self.act(self.decided(id, self.at), self.tx, self.at)

    def do_reject(self, id: str) -> Moves:
        self.decided(id, self.at, rejected=True)
        return []

    # What value does ------------------------------------------------------------------------------------------

    def account(self, name: str, unit: str) -> Account:
        return self.accounts.setdefault((name, unit), Account(name))

    def take_back(self, name: str, unit: str, amount: int, if_spent: str) -> None:
        """What had been paid is taken again; what was spent meanwhile may be owed where the unit knows debt."""
        account = self.account(name, unit)
        missing = max(0, amount - account.open)
        if missing and not (if_spent == "debt" and unit in self.owing and not account.standing):
            raise No("insufficient-funds")
        account.balance -= amount
        account.debt += missing

    def lapse(self, name: str, unit: str, amount: int) -> None:
        account = self.account(name, unit)
        account.balance -= amount
        assert account.open >= 0, f"more has lapsed on {name} than was open"

    # Setting up ----------------------------------------------------------------------------------------------------

    def do_adopt(self) -> Moves:
        return []

    def do_join(self, holder: str) -> Moves:
        self.account("holder:" + holder, "A")
        return []

    def do_list(self, item: str, unit: str, price: int) -> Moves:
        self.items[item] = {"unit": unit, "price": price, "stock": 0}
        return []

    def do_receive(self, item: str, quantity: int) -> Moves:
        self.items[item]["stock"] += quantity
        return []

    # Points --------------------------------------------------------------------------------------------------------

    def do_open(self, id: str, unit: str, floor: int | None) -> Moves:
        if ("account:" + id, unit) in self.accounts:
            raise No("already-exists")
        self.account("account:" + id, unit).floor = floor
        return self._moved("account-opened.v1", "account:" + id, unit, 0)

    def do_bound(self, name: str, unit: str, ceiling: int | None) -> Moves:
        self.account(name, unit).ceiling = ceiling
        return self._moved("bounds-changed.v1", name, unit, 0)

    def do_watch(self, id: str, name: str, unit: str, side: str, threshold: int) -> Moves:
        self.watches.append((id, name, unit, side, threshold))
        return self._moved("monitor-set.v1", name, unit, 0)

    def watched(self) -> list[int]:
        """The balance that each monitor watches."""
        return [self.account(name, unit).balance for _, name, unit, _, _ in self.watches]

    def crossed(self, before: list[int]) -> list[tuple[str, int, int]]:
        """Which monitors have seen their threshold crossed since, and from where to where."""
        found = []
        for (id, _, _, side, threshold), was, became in zip(self.watches, before, self.watched(), strict=False):
            sign = 1 if side == "above" else -1
            if sign * (became - threshold) > 0 >= sign * (was - threshold):
                found.append((id, was, became))
        return found

    def do_grant(self, name: str, unit: str, amount: int, _expires_on: str | None) -> Moves:
        self.account(name, unit).put(amount)
        return self._moved("points-earned.v1", name, unit, amount, kind="grant")

    def do_deduct(self, name: str, unit: str, amount: int) -> Moves:
        account = self.account(name, unit)
        there = account.open
        if there < amount and unit not in self.owing:
            raise No("insufficient-funds")
        account.balance -= amount
        account.debt += max(0, amount - there)
        return self._moved("points-deducted.v1", name, unit, amount, kind="deduction")

    def do_transfer(self, name: str, to: str, unit: str, amount: int, up_to: bool) -> Moves:
        account = self.account(name, unit)
        self._transferable(account, unit)
        amount = min(amount, account.available) if up_to else amount
        self.account(to, unit).fits(amount)
        account.leave(amount)
        account.balance -= amount
        self.account(to, unit).put(amount)
        return self._moved("points-transferred.v1", name, unit, amount, kind="transfer", there=(to, unit, amount))

    def _transferable(self, account: Account, unit: str) -> None:
        if unit in self.owing and not account.standing:
            raise No("not-eligible")

    def do_convert(self, name: str, unit: str, to_unit: str, amount: int) -> Moves:
        """Two A are one B."""
        given = amount // 2 if unit == "A" else amount * 2
        taken = given * 2 if unit == "A" else given // 2
        if not given:
            raise No("not-eligible")
        account = self.account(name, unit)
        account.leave(taken)
        account.balance -= taken
        self.account(name, to_unit).put(given)
        return self._moved("points-converted.v1", name, unit, taken, kind="conversion", there=(name, to_unit, given))

    def do_reverse(self, of: str, amount: int | None, if_spent: str) -> Moves:
        """Every movement of a transaction, the last first; all of them or none."""
        movements = self.moved.get(of, [])
        if of not in self.moved:
            raise No("not-found")
        if not movements or any(movement["kind"] == "other" for movement in movements):
            raise No("not-reversible")
        if len(movements) > 1 and amount is not None:
            raise No("malformed")
        left = [movement for movement in movements if movement["reversed"] < movement["amount"]]
        if not left:
            raise No("already-reversed")
        moves: Moves = []
        for movement in reversed(left):
            moves += self._mirrored(movement, amount, if_spent)
        return moves

    def _mirrored(self, movement: dict[str, Any], amount: int | None, if_spent: str) -> Moves:
        gone, whole = movement["reversed"], movement["amount"]
        amount = whole - gone if amount is None else amount
        if amount > whole - gone:
            raise No("exceeds-original")
        name, unit, kind = movement["account"], movement["unit"], movement["kind"]
        if kind == "grant":
            self.take_back(name, unit, amount, if_spent)
        else:
            self.account(name, unit).fits(amount)
            if movement["there"]:
                payee, other, total = movement["there"]
                back = -(-(gone + amount) * total // whole) - -(-gone * total // whole)
                self.take_back(payee, other, back, if_spent)
            self.account(name, unit).put(amount)
        movement["reversed"] += amount
        return self._moved(kind + "-reversed.v1", name, unit, amount)

    def _moved(
        self, topic: str, account: str, unit: str, amount: int, *, kind: str = "other", there: Any = None
    ) -> Moves:
        """Remember it for a reversal; what moved nothing and is no movement stops no reversal."""
        if amount or kind != "other":
            movement = {"kind": kind, "account": account, "unit": unit, "amount": amount, "reversed": 0, "there": there}
            self.moved[self.tx].append(movement)
        return [(topic, account, unit, amount)]

    # The counter ---------------------------------------------------------------------------------------------------

    def do_sell(self, holder: str, item: str, quantity: int, id: str | None, expires_in: int | None) -> Moves:
        """A sale, or with `expires_in` a hold."""
        if id is not None and id in self.sales:
            raise No("already-exists")
        name, unit = "holder:" + holder, self.items[item]["unit"]
        account, amount = self.account(name, unit), self.items[item]["price"] * quantity
        if amount > account.available:
            raise No("insufficient-funds")
        if quantity > self._free(item):
            raise No("out-of-stock")
        sale = {"account": name, "unit": unit, "amount": amount, "item": item, "quantity": quantity, "refunded": 0}
        sale |= {"status": "sold", "sold_on": self._today(), "expires_at": None}
        self.sales[id or self.tx] = sale
        if expires_in is None:
            account.balance -= amount
            self.items[item]["stock"] -= quantity
            return self._moved("redemption-placed.v1", name, unit, amount)
        sale |= {"status": "held", "expires_at": later(self.at, expires_in)}
        account.held += amount
        return self._moved("redemption-held.v1", name, unit, amount)

    def _free(self, item: str) -> int:
        """Pieces on the shelf that no open hold keeps."""
        sales = self.sales.values()
        kept = [sale for sale in sales if sale["item"] == item and sale["status"] == "held"]
        return int(self.items[item]["stock"] - sum(sale["quantity"] for sale in kept if sale["expires_at"] > self.at))

    def do_fulfil(self, id: str) -> Moves:
        sale = self._hold(id)
        account = self.account(sale["account"], sale["unit"])
        account.held -= sale["amount"]
        account.balance -= sale["amount"]
        self.items[sale["item"]]["stock"] -= sale["quantity"]
        sale |= {"status": "sold", "sold_on": self._today()}
        return self._moved("redemption-fulfilled.v1", sale["account"], sale["unit"], sale["amount"])

    def do_cancel(self, id: str) -> Moves:
        if id not in self.sales:
            raise No("not-found")
        sale = self.sales[id]
        if sale["status"] in {"sold", "refunded"}:
            if sale["status"] == "refunded":
                raise No("already-reversed")
            if sale["sold_on"] != self._today():
                raise No("refund-closed")
            self.items[sale["item"]]["stock"] += sale["quantity"]
            return self._refunded(sale, sale["amount"] - sale["refunded"])
        self._hold(id)
        sale["status"] = "cancelled"
        self._release(sale)
        return self._moved("redemption-cancelled.v1", sale["account"], sale["unit"], sale["amount"])

    def expire(self, id: str, at: str) -> None:
        """Told by the ledger: a hold has ended by itself."""
        sale = self.sales[id]
        assert sale["status"] == "held", f"hold {id} has expired after it was {sale['status']}"
        assert sale["expires_at"] <= at, f"hold {id} has expired before its time"
        sale["status"] = "expired"
        self._release(sale)

    def _release(self, sale: dict[str, Any]) -> None:
        account = self.account(sale["account"], sale["unit"])
        account.held -= sale["amount"]
        account.repay(sale["amount"])

    def _hold(self, id: str) -> dict[str, Any]:
        if id not in self.sales:
            raise No("not-found")
        sale = self.sales[id]
        if sale["status"] in {"sold", "refunded"}:
            raise No("hold-already-captured")
        if sale["status"] == "cancelled":
            raise No("hold-already-voided")
        if sale["expires_at"] <= self.at:
            raise No("hold-expired")
        return sale

    def do_refund(self, id: str, amount: int) -> Moves:
        if id not in self.sales:
            raise No("not-found")
        sale = self.sales[id]
        if sale["status"] == "refunded":
            raise No("already-reversed")
        if sale["status"] != "sold":
            raise No("not-eligible")
        if sale["refunded"] + amount > sale["amount"]:
            raise No("exceeds-original")
        return self._refunded(sale, amount)

    def _refunded(self, sale: dict[str, Any], amount: int) -> Moves:
        sale["refunded"] += amount
        if sale["refunded"] == sale["amount"]:
            sale["status"] = "refunded"
        self.account(sale["account"], sale["unit"]).put(amount)
        return self._moved("redemption-refunded.v1", sale["account"], sale["unit"], amount)

    # Holds -----------------------------------------------------------------------------------------------------------

    def do_pledge(
        self, name: str, to: str | None, unit: str, amount: int, up_to: bool, expires_in: int, id: str | None
    ) -> Moves:
        """Value is set aside, for another account or for the programme."""
        account = self.account(name, unit)
        if to is not None:
            self._transferable(account, unit)
        if id is not None and id in self.pledges:
            raise No("already-exists")
        amount = min(amount, account.available) if up_to else amount
        if amount:
            if to is not None:
                self.account(to, unit).fits(amount)
            account.leave(amount)
        pledge = {"account": name, "to": to, "unit": unit, "left": amount, "status": "open" if amount else "captured"}
        self.pledges[id or self.tx] = pledge | {"expires_at": later(self.at, expires_in)}
        self._aside(pledge, amount)
        return self._moved("hold-placed.v1", name, unit, amount)

    def _aside(self, pledge: dict[str, Any], amount: int) -> None:
        self.account(pledge["account"], pledge["unit"]).held += amount
        if pledge["to"] is not None:
            self.account(pledge["to"], pledge["unit"]).incoming += amount

    def _pledge(self, id: str) -> dict[str, Any]:
        if id not in self.pledges:
            raise No("not-found")
        pledge = self.pledges[id]
        if pledge["status"] in {"captured", "voided"}:
            raise No("hold-already-" + pledge["status"])
        if pledge["expires_at"] <= self.at:
            raise No("hold-expired")
        return pledge

    def do_capture(self, id: str, amount: int | None, final: bool) -> Moves:
        pledge = self._pledge(id)
        amount = pledge["left"] if amount is None else amount
        if amount > pledge["left"]:
            raise No("exceeds-hold")
        name, unit, to = pledge["account"], pledge["unit"], pledge["to"]
        pledge["left"] -= amount
        self._aside(pledge, -amount)
        self.account(name, unit).balance -= amount
        if to is not None:
            self.account(to, unit).put(amount)
        if final:
            self._set_free(pledge)
        if not pledge["left"]:
            pledge["status"] = "captured"
        there = None if to is None else (to, unit, amount)
        return self._moved("hold-captured.v1", name, unit, amount, kind="capture", there=there)

    def _set_free(self, pledge: dict[str, Any]) -> int:
        left = int(pledge["left"])
        self._aside(pledge, -left)
        self.account(pledge["account"], pledge["unit"]).repay(left)
        pledge["left"] = 0
        return left

    def do_void(self, id: str) -> Moves:
        pledge = self._pledge(id)
        pledge["status"] = "voided"
        return self._moved("hold-voided.v1", pledge["account"], pledge["unit"], self._set_free(pledge))

    def do_extend(self, id: str, expires_in: int) -> Moves:
        pledge = self._pledge(id)
        pledge["expires_at"] = later(self.at, expires_in)
        return self._moved("hold-extended.v1", pledge["account"], pledge["unit"], pledge["left"])

    def end(self, id: str, at: str) -> None:
        """Told by the ledger: what was set aside is free by itself."""
        pledge = self.pledges[id]
        assert pledge["status"] == "open", f"hold {id} has ended after it was {pledge['status']}"
        assert pledge["expires_at"] <= at, f"hold {id} has ended before its time"
        pledge["status"] = "expired"
        self._set_free(pledge)

    def _today(self) -> str:
        """The local day, eight hours ahead of UTC."""
        return later(self.at, 8 * 3600)[:10]


def later(at: str, seconds: int) -> str:
    """An instant so many seconds later."""
    moved = datetime.fromisoformat(at) + timedelta(seconds=seconds)
    return moved.isoformat(timespec="microseconds").replace("+00:00", "Z")

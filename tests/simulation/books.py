"""The ledger in plain dictionaries: what each wish does, told apart from the code, one wish after the other."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

Op = tuple[Any, ...]
"""A wish in plain words: its name and its members."""
Moves = list[tuple[str, str, str, int]]
"""Facts that a wish must yield: (topic, account, unit, amount)."""


class No(Exception):  # noqa: N818 - an answer, not an error
    """A refusal by its code."""


class Books:
    """Balances, holds, stock, sales and reversals. Knows no lots: what lapses is told to it."""

    def __init__(self, owing: frozenset[str]) -> None:
        """`owing` are the units in which a deduction may leave a debt."""
        self.owing = owing
        self.accounts: dict[tuple[str, str], dict[str, Any]] = {}
        self.items: dict[str, dict[str, Any]] = {}
        self.sales: dict[str, dict[str, Any]] = {}
        self.moved: dict[str, list[dict[str, Any]]] = {}
        """Grants and deductions by transaction, and None for each other movement."""
        self.causes: set[tuple[str, str]] = set()
        self.at, self.tx = "", ""

    def copied(self) -> "Books":
        return deepcopy(self)

    def act(self, op: Op, tx: str, at: str) -> Moves:
        """Do it, or say No."""
        self.tx, self.at = tx, at
        moves: Moves = getattr(self, "do_" + op[0])(*op[1:])
        return moves

    # What value does ------------------------------------------------------------------------------------------

    def account(self, name: str, unit: str) -> dict[str, Any]:
        return self.accounts.setdefault((name, unit), {"balance": 0, "held": 0, "debts": []})

    @staticmethod
    def open(account: dict[str, Any]) -> int:
        """Value in lots that nobody has set aside."""
        return int(account["balance"] + sum(part for _, part in account["debts"]) - account["held"])

    @staticmethod
    def available(account: dict[str, Any]) -> int:
        return max(0, int(account["balance"] - account["held"]))

    def put(self, account: dict[str, Any], amount: int) -> None:
        """Value comes in: it repays debts first, the oldest first."""
        account["balance"] += amount
        self.repay(account, amount)

    @staticmethod
    def repay(account: dict[str, Any], amount: int) -> None:
        for debt in account["debts"]:
            part = min(debt[1], amount)
            debt[1] -= part
            amount -= part
        account["debts"] = [debt for debt in account["debts"] if debt[1]]

    def lapse(self, name: str, unit: str, amount: int) -> None:
        account = self.account(name, unit)
        account["balance"] -= amount
        assert self.open(account) >= 0, f"more has lapsed on {name} than was open"

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

    def do_grant(self, name: str, unit: str, amount: int, _expires_on: str | None) -> Moves:
        self.put(self.account(name, unit), amount)
        self._movement("grant", name, unit, amount)
        return [("points-earned.v1", name, unit, amount)]

    def do_deduct(self, name: str, unit: str, amount: int) -> Moves:
        account = self.account(name, unit)
        there = self.open(account)
        if there < amount and unit not in self.owing:
            raise No("insufficient-funds")
        account["balance"] -= amount
        if amount > there:
            account["debts"].append([self.tx, amount - there])
        self._movement("deduction", name, unit, amount)
        return [("points-deducted.v1", name, unit, amount)]

    def do_reverse(self, of: str, amount: int | None, if_spent: str) -> Moves:
        movements = [movement for movement in self.moved.get(of, []) if movement["kind"] in {"grant", "deduction"}]
        if len(movements) != 1:
            raise No("not-reversible" if of in self.moved else "not-found")
        movement = movements[0]
        left = movement["amount"] - movement["reversed"]
        if not left:
            raise No("already-reversed")
        amount = left if amount is None else amount
        if amount > left:
            raise No("exceeds-original")
        account = self.account(movement["account"], movement["unit"])
        topic = "deduction-reversed.v1"
        if movement["kind"] == "grant":
            topic = "grant-reversed.v1"
            missing = max(0, amount - self.open(account))
            if missing and not (if_spent == "debt" and movement["unit"] in self.owing):
                raise No("insufficient-funds")
            account["balance"] -= amount
            if missing:
                account["debts"].append([self.tx, missing])
        else:
            self._forgive(account, of, amount)
        movement["reversed"] += amount
        self._movement("other", movement["account"], movement["unit"], amount)
        return [(topic, movement["account"], movement["unit"], amount)]

    def _forgive(self, account: dict[str, Any], of: str, amount: int) -> None:
        account["balance"] += amount
        for debt in account["debts"]:
            part = min(debt[1], amount) if debt[0] == of else 0
            debt[1] -= part
            amount -= part
        account["debts"] = [debt for debt in account["debts"] if debt[1]]
        self.repay(account, amount)

    def _movement(self, kind: str, account: str, unit: str, amount: int) -> None:
        movement = {"kind": kind, "account": account, "unit": unit, "amount": amount, "reversed": 0}
        self.moved.setdefault(self.tx, []).append(movement)

    # The counter ---------------------------------------------------------------------------------------------------

    def do_sell(self, holder: str, item: str, quantity: int, id: str | None, expires_in: int | None) -> Moves:
        """A sale, or with `expires_in` a hold."""
        if id is not None and id in self.sales:
            raise No("already-exists")
        name, unit = "holder:" + holder, self.items[item]["unit"]
        account, amount = self.account(name, unit), self.items[item]["price"] * quantity
        if amount > self.available(account):
            raise No("insufficient-funds")
        if quantity > self._free(item):
            raise No("out-of-stock")
        sale = {"account": name, "unit": unit, "amount": amount, "item": item, "quantity": quantity, "refunded": 0}
        sale |= {"status": "sold", "sold_on": self._today(), "expires_at": None}
        self.sales[id or self._own_id()] = sale
        self._movement("other", name, unit, amount)
        if expires_in is None:
            account["balance"] -= amount
            self.items[item]["stock"] -= quantity
            return [("redemption-placed.v1", name, unit, amount)]
        sale |= {"status": "held", "expires_at": later(self.at, expires_in)}
        account["held"] += amount
        return [("redemption-held.v1", name, unit, amount)]

    def _own_id(self) -> str:
        """A second sale of one transaction is told apart by something that only the ledger knows."""
        return self.tx if self.tx not in self.sales else f"{self.tx} {len(self.sales)}"

    def _free(self, item: str) -> int:
        """Pieces on the shelf that no open hold keeps."""
        sales = self.sales.values()
        kept = [sale for sale in sales if sale["item"] == item and sale["status"] == "held"]
        return int(self.items[item]["stock"] - sum(sale["quantity"] for sale in kept if sale["expires_at"] > self.at))

    def do_fulfil(self, id: str) -> Moves:
        sale = self._hold(id)
        account = self.account(sale["account"], sale["unit"])
        account["held"] -= sale["amount"]
        account["balance"] -= sale["amount"]
        self.items[sale["item"]]["stock"] -= sale["quantity"]
        sale |= {"status": "sold", "sold_on": self._today()}
        self._movement("other", sale["account"], sale["unit"], sale["amount"])
        return [("redemption-fulfilled.v1", sale["account"], sale["unit"], sale["amount"])]

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
        self._movement("other", sale["account"], sale["unit"], sale["amount"])
        return [("redemption-cancelled.v1", sale["account"], sale["unit"], sale["amount"])]

    def expire(self, id: str, at: str) -> None:
        """Told by the ledger: a hold has ended by itself."""
        sale = self.sales[id]
        assert sale["status"] == "held", f"hold {id} has expired after it was {sale['status']}"
        assert sale["expires_at"] <= at, f"hold {id} has expired before its time"
        sale["status"] = "expired"
        self._release(sale)

    def _release(self, sale: dict[str, Any]) -> None:
        account = self.account(sale["account"], sale["unit"])
        account["held"] -= sale["amount"]
        self.repay(account, sale["amount"])

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
        self.put(self.account(sale["account"], sale["unit"]), amount)
        self._movement("other", sale["account"], sale["unit"], amount)
        return [("redemption-refunded.v1", sale["account"], sale["unit"], amount)]

    def _today(self) -> str:
        """The local day, eight hours ahead of UTC."""
        return later(self.at, 8 * 3600)[:10]


def later(at: str, seconds: int) -> str:
    """An instant so many seconds later."""
    moved = datetime.fromisoformat(at) + timedelta(seconds=seconds)
    return moved.isoformat(timespec="microseconds").replace("+00:00", "Z")

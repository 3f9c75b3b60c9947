"""What should happen, told once more and apart from the code: lots are single entries in plain lists."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from tests.machines.things import Account, Lot, Movement, Pieces, Sale, State, Unit, take, total

FINAL = {
    "insufficient-funds",
    "out-of-stock",
    "limit-exceeded",
    "already-exists",
    "already-reversed",
    "exceeds-original",
    "not-reversible",
    "cause-already-used",
    "already-decided",
    "approval-expired",
    "self-approval",
    "period-closed",
    "period-not-open",
    "closing-unfinished",
}
"""Refusals that are recorded and stand for ever under their key; after all others the key is free."""
MOST = 2**53 - 1


class No(Exception):  # noqa: N818 - an answer, not an error
    """A refusal with its numbers."""

    def __init__(self, code: str, **numbers: Any) -> None:
        super().__init__(code)
        self.code, self.numbers = code, numbers


class Model:
    """The ledger, as simple as it can be said."""

    def __init__(self, units: dict[str, Unit], initial: tuple[str, int], today: str) -> None:
        self.units, self.initial_lot, self.today = units, initial, today
        self.now = State(period=today[:7])
        self.keys: dict[tuple[str, str], tuple[str, Any]] = {}

    def day(self, today: str) -> None:
        """Time passes: whatever ended before today is gone."""
        self.today = today
        for account in self.now.accounts.values():
            account.lapse(lot for lot in account.lots if lot.expires_on and lot.expires_on < today)

    def submit(self, ops: tuple[Any, ...], client: str, key: str | None, cause: str | None, tx: str) -> Any:
        """One submission, all or nothing: (code or None, numbers, whether it is an old answer)."""
        known = self.keys.get((client, key)) if key is not None else None
        if known is not None:
            return (*known[1], True) if known[0] == repr(ops) else ("idempotency-key-reused", {}, False)
        self.client = client
        before = deepcopy(self.now) if len(ops) > 1 else self.now  # a single wish checks everything before it moves
        answer: tuple[str | None, dict[str, Any]] = (None, {})
        try:
            for op in ops:
                self._act(op, cause, tx)
        except No as refusal:
            self.now = before
            answer = (refusal.code, refusal.numbers)
        if key is not None and (answer[0] is None or answer[0] in FINAL):
            self.keys[client, key] = (repr(ops), answer)
        return (*answer, False)

    def _act(self, op: Any, cause: str | None, tx: str) -> None:
        rule = "grant" if op[0] == "propose" else op[0]  # sent at once or proposed, a cause is used once
        scope = (rule, op[1] if rule in {"grant", "deduct"} else None, cause)
        if cause is not None and scope in self.now.causes:
            raise No("cause-already-used")
        getattr(self, op[0])(tx, *op[1:])
        self.now.causes.add(scope)

    def account(self, holder: str, unit: str) -> Account:
        return self.now.accounts.setdefault((holder, unit), Account())

    def _known(self, holder: str) -> None:
        if holder not in self.now.holders:
            raise No("not-found", kind="holder", id=holder)

    def _moved(self, tx: str, fact: str, movement: Movement | None = None) -> None:
        self.now.types.setdefault(tx, []).append(fact)
        if movement is not None:
            self.now.moved.setdefault(tx, []).append(movement)

    # What can be asked -----------------------------------------------------------------------------------------

    def join(self, _tx: str, holder: str) -> None:
        if holder in self.now.holders:
            raise No("already-exists", kind="holder", id=holder)
        self.now.holders.add(holder)

    def receive(self, _tx: str, item: str, quantity: int) -> None:
        self.now.items[item].stock += quantity

    def grant(self, tx: str, holder: str, unit: str, amount: int, expires_on: str | None, fund: str | None) -> None:
        self._known(holder)
        self._earn(tx, (holder, unit), amount, Lot(amount, expires_on, "earned", fund))

    def _earn(self, tx: str, where: tuple[str, str], amount: int, lot: Lot) -> None:
        account = self.account(*where)
        if account.received + amount > MOST:
            raise No("amount-out-of-range")
        account.received += amount
        account.lots.append(lot)
        self._repay(account, [lot])
        if account.has_ended(lot, self.today):
            account.lapse([lot])
        self._moved(tx, "points-earned.v1", Movement("grant", where, amount, lot=lot))

    def _repay(self, account: Account, lots: list[Lot]) -> None:
        for debt in account.debts:
            pieces = take(lots, debt[1])
            debt[1] -= total(pieces)
            for movement in self.now.moved.get(debt[0], ()):
                if movement.kind == "deduct" and movement.where == self._where(account):
                    movement.pieces.extend(pieces)
        account.debts = [debt for debt in account.debts if debt[1]]

    def _where(self, account: Account) -> tuple[str, str]:
        return next(where for where, other in self.now.accounts.items() if other is account)

    def deduct(self, tx: str, holder: str, unit: str, amount: int) -> None:
        self._known(holder)
        account, policy = self.account(holder, unit), self.units[unit]
        order = ("initial", "earned") if policy.spendable == "initial-first" else ("earned", "initial")
        there = account.value()
        if there < amount and policy.negative == "refuse":
            raise No("insufficient-funds", required=amount, available=there, missing=amount - there)
        pieces = take(account.open(*order), amount)
        debt = amount - total(pieces) if policy.negative == "debt" else 0
        if debt:
            account.debts.append([tx, debt])
        account.spent += total(pieces) + debt
        self._moved(tx, "points-deducted.v1", Movement("deduct", (holder, unit), total(pieces) + debt, pieces=pieces))

    def reverse(self, tx: str, of: str, amount: int | None, if_spent: str) -> None:
        movements = self.now.moved.get(of, [])
        if len(movements) != 1:
            types = self.now.types.get(of)
            raise No("not-reversible", type=types[0]) if types else No("not-found", kind="transaction", id=of)
        original = movements[0]
        numbers = {"original": original.amount, "reversed": original.reversed}
        left = original.amount - original.reversed
        if not left:
            raise No("already-reversed", **numbers)
        if amount is not None and amount > left:
            raise No("exceeds-original", **numbers, requested=amount)
        act = self._take_back if original.kind == "grant" else self._give_back
        act(tx, of, original, left if amount is None else amount, if_spent)

    def _take_back(self, tx: str, _of: str, original: Movement, amount: int, if_spent: str) -> None:
        account, lot = self.account(*original.where), original.lot
        assert lot is not None
        own = [other for other in account.open() if _alike(other, lot)]
        there = account.value()
        owing = if_spent == "debt" and self.units[original.where[1]].negative == "debt"
        if there < amount and not owing:
            raise No("insufficient-funds", required=amount, available=there, missing=amount - there)
        pieces = take(own + [other for other in account.open() if not _alike(other, lot)], amount)
        if total(pieces) < amount:
            account.debts.append([tx, amount - total(pieces)])
        account.spent += amount
        original.reversed += amount
        self._moved(tx, "grant-reversed.v1")

    def _give_back(self, tx: str, of: str, original: Movement, amount: int, _if_spent: str) -> None:
        account = self.account(*original.where)
        account.received += amount
        original.reversed += amount
        for debt in account.debts:
            if debt[0] == of:
                forgiven = min(debt[1], amount)
                debt[1] -= forgiven
                amount -= forgiven
        back = self._restore(original.pieces, amount)
        self._repay(account, back)
        account.lapse(lot for lot in back if account.has_ended(lot, self.today))
        self._moved(tx, "deduction-reversed.v1")

    def _restore(self, pieces: Pieces, amount: int) -> list[Lot]:
        """Give back the last `amount` of what was taken, last first."""
        back: list[Lot] = []
        while amount:
            lot, taken = pieces[-1]
            part = min(taken, amount)
            lot.left += part
            pieces[-1][1] -= part
            amount -= part
            if not pieces[-1][1]:
                pieces.pop()
            back.append(lot)
        return list(dict.fromkeys(back))

    def sell(self, tx: str, holder: str, lines: tuple[tuple[str, int], ...]) -> None:
        wanted: dict[str, int] = {}
        for item, quantity in lines:
            wanted[item] = wanted.get(item, 0) + quantity
        self._known(holder)
        for item in wanted:
            if item not in self.now.items:
                raise No("not-found", kind="item", id=item)
        units = sorted({self.now.items[item].unit for item in wanted})
        if len(units) > 1:
            raise No("unit-mismatch", expected=units[0], given=units[1])
        counters = [self._limit(holder, item, quantity) for item, quantity in wanted.items()]
        amount = sum(self.now.items[item].price * quantity for item, quantity in wanted.items())
        account = self.account(holder, units[0])
        available = account.spendable(self.units[units[0]])
        if amount > available:
            raise No("insufficient-funds", required=amount, available=available, missing=amount - available)
        for item, quantity in wanted.items():
            if quantity > self.now.items[item].stock:
                raise No("out-of-stock", item=item, requested=quantity, available=self.now.items[item].stock)
        for item, quantity in wanted.items():
            self.now.items[item].stock -= quantity
        self.now.used.update(counter for counter in counters if counter)
        pieces = take(account.open("earned"), amount)
        account.spent += amount
        lines_sold = {item: (self.now.items[item].price, quantity) for item, quantity in wanted.items()}
        drawn = {counter[0][0]: counter[0] for counter in counters if counter}
        if tx not in self.now.sales:  # the second sale of one group has a name that only the ledger knows
            self.now.sales[tx] = Sale((holder, units[0]), lines_sold, pieces, drawn)
            self._moved(tx, "redemption-placed.v1")

    def refund(self, _tx: str, of: str, amount: int | None, lines: tuple[tuple[str, int, bool], ...]) -> None:
        sale = self.now.sales.get(of)
        if sale is None:
            raise No("not-found", kind="redemption", id=of)
        numbers = {"original": sale.amount, "reversed": sale.refunded}
        if sale.refunded == sale.amount:
            raise No("already-reversed", **numbers)
        asked: dict[str, int] = {}
        for item, quantity, _ in lines:
            asked[item] = asked.get(item, 0) + quantity
        for item, quantity in asked.items():
            sold, back = sale.lines.get(item, (0, 0))[1], sale.returned.get(item, 0)
            if back + quantity > sold:
                raise No("exceeds-original", original=sold, reversed=back, requested=quantity)
        value = sum(sale.lines[item][0] * quantity for item, quantity in asked.items()) if amount is None else amount
        if sale.refunded + value > sale.amount:
            raise No("exceeds-original", **numbers, requested=value)
        sale.refunded += value
        for item, quantity, restock in lines:
            sale.returned[item] = sale.returned.get(item, 0) + quantity
            self.now.items[item].stock += quantity if restock else 0
            if item in sale.counters:
                self.now.used[sale.counters[item]] -= quantity
        account = self.account(*sale.where)
        account.received += value
        restored = self._restore(sale.pieces, value)
        self._repay(account, restored)
        account.lapse(lot for lot in restored if account.has_ended(lot, self.today))

    def _limit(self, holder: str, item: str, quantity: int) -> Any:
        limit = self.now.items[item].limit
        if limit is None:
            return None
        window = self.today if limit[1] == "day" else self.today[:7]
        used = self.now.used.get((item, holder, window), 0)
        if used + quantity > limit[0]:
            left = max(0, limit[0] - used)
            raise No("limit-exceeded", rule="item:" + item, limit=limit[0], used=used, offered=left, period=window)
        return (item, holder, window), used + quantity

    def initial(self, tx: str, holder: str) -> None:
        self._known(holder)
        unit, points = self.initial_lot
        account, month = self.account(holder, unit), self.now.period
        if account.month == month or account.value("initial"):
            self.month(tx, holder)
        else:
            account.month = month
            self._earn(tx, (holder, unit), points, Lot(points, None, "initial", month))

    def month(self, tx: str, holder: str) -> None:
        self._known(holder)
        unit, points = self.initial_lot
        account, policy, month = self.account(holder, unit), self.units[unit], self.now.period
        if account.month == month:
            raise No("already-exists", kind="initial-grant", id=month)
        filling = max(0, min(account.balance, policy.base) - account.value("initial"))
        before = account.lapsed
        account.lapse(account.open("initial"))
        if policy.spendable == "threshold":
            account.lapsed += total(take(account.open("earned"), filling))
        if account.lapsed > before:
            self._moved(tx, "lots-lapsed.v1")
        account.month = month
        self._earn(tx, (holder, unit), points, Lot(points, None, "initial", month))

    # A second person, and the books -----------------------------------------------------------------------------

    def propose(self, tx: str, holder: str, unit: str, amount: int) -> None:
        self._known(holder)
        if tx not in self.now.proposals:
            self.now.proposals[tx] = [self.client, (holder, unit, amount, None, None), self.today, None]
            self._moved(tx, "proposal-made.v1")

    def approve(self, tx: str, of: str) -> None:
        if of not in self.now.proposals:
            raise No("not-found", kind="proposal", id=of)
        maker, wish, made_on, decision = self.now.proposals[of]
        ends_on = str(date.fromisoformat(made_on) + timedelta(days=30))
        if decision is None and ends_on <= self.today:
            raise No("approval-expired", expired_at=ends_on + "T04:00:00.000000Z")
        if decision is not None:
            raise No("already-decided", decision=decision)
        if maker == self.client:
            raise No("self-approval", maker="person:" + maker)
        self.grant(tx, *wish)
        self.now.proposals[of][3] = "approved"

    def close(self, _tx: str, period: str) -> None:
        if period in self.now.closed:
            raise No("period-closed", period=period, since=self.now.closed[period][0])
        if period != self.now.period:
            raise No("period-not-open", period=period, open=self.now.period)
        for name, (_, step) in list(self.now.closed.items())[-1:]:
            if step != "finished":
                raise No("closing-unfinished", period=name)
        self.now.closed[period] = [self.today + "T04:00:00.000000Z", "closed"]
        self.now.period = str(date.fromisoformat(period + "-01") + timedelta(days=31))[:7]

    def seal(self, _tx: str, period: str) -> None:
        closing = self._closing(period)
        if closing[1] != "closed":
            raise No("already-decided", decision="sealed")
        closing[1] = "sealed"

    def finish(self, _tx: str, period: str) -> None:
        closing = self._closing(period)
        if closing[1] == "closed":
            raise No("closing-unfinished", period=period)
        if closing[1] == "finished":
            raise No("already-decided", decision="turned")
        closing[1] = "finished"

    def _closing(self, period: str) -> list[Any]:
        if period not in self.now.closed:
            raise No("not-found", kind="closing", id=period)
        return self.now.closed[period]


def _alike(one: Lot, other: Lot) -> bool:
    return (one.expires_on, one.kind, one.origin) == (other.expires_on, other.kind, other.origin)

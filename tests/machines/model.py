"""What should happen, told once more and apart from the code: every point is a coin in plain lists."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from tests.machines.limits import Limits, Told
from tests.machines.no import FINAL, No
from tests.machines.things import (
    OVERDRAFT,
    Account,
    Coin,
    Drawn,
    Hold,
    Movement,
    Runs,
    Sale,
    State,
    Terms,
    Unit,
    Where,
    first,
    flat,
    kept,
    last,
    runs,
    without,
)

MOST = 2**53 - 1


class Model(Limits):
    """The ledger, as simple as it can be said."""

    def __init__(self, units: dict[str, Unit], initial: tuple[str, int], today: str) -> None:
        self.units, self.initial_lot, self.today = units, initial, today
        self.now = State(period=today[:7])
        self.keys: dict[tuple[str, str], tuple[str, Any]] = {}
        self.known: set[str] = set()
        """Transactions that there were."""

    @property
    def noon(self) -> str:
        """The instant: the ledger's clock always stands at noon."""
        return self.today + "T04:00:00.000000Z"

    def later(self, seconds: int) -> str:
        moment = datetime.fromisoformat(self.noon.removesuffix("Z")) + timedelta(seconds=seconds)
        return moment.isoformat(timespec="microseconds") + "Z"

    def day(self, today: str) -> None:
        """Time passes: holds that are over by now are gone in their order, then whatever ended before today."""
        self.today = today
        over = [(hold.ends_at, id) for id, hold in self._open_holds() if hold.ends_at and hold.ends_at <= self.noon]
        for ends_at, id in sorted(over):
            self._let_go(self.now.holds[id], "expired", ends_at)
        for account in self.now.accounts.values():
            account.lapse(coin for coin in account.coins if coin.pool.terms[0] and coin.pool.terms[0] < today)
            while account.bounds and account.bounds[0][0] <= today:
                account.rebound(account.bounds.pop(0)[1])

    def submit(self, ops: tuple[Any, ...], client: str, key: str | None, cause: str | None, tx: str) -> Any:
        """One submission, all or nothing: (code or None, numbers, whether it is an old answer)."""
        known = self.keys.get((client, key)) if key is not None else None
        if known is not None:
            return (*known[1], True) if known[0] == repr(ops) else ("idempotency-key-reused", {}, False)
        self.client = client
        before = kept(self.now) if self._may_fail_halfway(ops) else self.now
        answer: tuple[str | None, dict[str, Any]] = (None, {})
        try:
            for op in ops:
                self._act(op, cause, tx)
        except No as refusal:
            self.now = before
            answer = (refusal.code, refusal.numbers)
        if answer[0] is None or (key is not None and answer[0] in FINAL):
            self.known.add(tx)
        if key is not None and (answer[0] is None or answer[0] in FINAL):
            self.keys[client, key] = (repr(ops), answer)
        return (*answer, False)

    def _may_fail_halfway(self, ops: tuple[Any, ...]) -> bool:
        """Any other single wish checks everything before it moves."""
        several = ops[0][0] == "reverse" and len(self.now.moved.get(ops[0][1], ())) > 1
        return len(ops) > 1 or several or ops[0][0] in {"month", "initial"}

    SCOPES: ClassVar = {
        "grant": 1,
        "deduct": 1,
        "record": 1,
        "propose": 1,
        "transfer": 2,
        "convert": 1,
        "place": 2,
        "capture": 1,
    }
    """Which member of a wish says whom a cause pays."""

    def _act(self, op: Any, cause: str | None, tx: str) -> None:
        rule = "grant" if op[0] == "propose" else op[0]  # sent at once or proposed, a cause is used once
        rule = op[2] if op[0] == "record" else rule
        scope = (rule, op[self.SCOPES[op[0]]] if op[0] in self.SCOPES else None, cause)
        if cause is not None and scope in self.now.causes:
            raise No("cause-already-used")
        getattr(self, op[0])(tx, *op[1:])
        self.now.causes.add(scope)

    # What is there ---------------------------------------------------------------------------------------------

    def account(self, name: str, unit: str) -> Account:
        return self.now.accounts.setdefault((name, unit), Account((name, unit)))

    def _known(self, name: str, unit: str = "") -> None:
        if name.startswith("account:"):
            if (name, unit) not in self.now.accounts:
                raise No("not-found", kind="account", id=name)
        elif name not in self.now.holders:
            raise No("not-found", kind="holder", id=name)

    def _moving(self, account: Account) -> Account:
        if account.closed:
            raise No("account-closed", since=account.closed)
        if account.frozen:
            raise No("account-frozen", since=account.frozen)
        return account

    def _open_holds(self) -> list[tuple[str, Hold]]:
        return [(id, hold) for id, hold in self.now.holds.items() if hold.ended is None]

    def held(self, account: Account) -> int:
        return sum(hold.left for _, hold in self._open_holds() if hold.where == account.where)

    def incoming(self, account: Account) -> int:
        return sum(hold.left for _, hold in self._open_holds() if hold.there == account.where)

    def available(self, account: Account) -> int:
        """What can be spent now, no credit line counted."""
        if account.standing:
            return max(0, account.balance - self.held(account))
        policy = self.units[account.where[1]]
        kept = {"threshold": policy.base, "initial-first": account.value("initial")}.get(policy.spendable, 0)
        held = self.held(account)
        return max(0, min(account.balance - kept, account.value("earned") + held) - held)

    def free(self, account: Account) -> int | None:
        """What can leave now; None is without end."""
        if not account.standing:
            return self.available(account)
        return None if account.floor is None else max(0, account.balance - self.held(account) - account.floor)

    def _moved(self, tx: str, movement: Movement) -> None:
        """It is done, and counts. What a capture takes was counted with its hold."""
        if not movement.counted_with:
            movement.counted_with = movement.amount
            self._count(movement.counted)
        self.now.moved.setdefault(tx, []).append(movement)

    # How value leaves and arrives --------------------------------------------------------------------------------

    def _leaving(self, account: Account, amount: int) -> tuple[Runs, int]:
        """The coins that pay, soonest expiry first, and what is drawn below zero beyond them."""
        free = self.free(account)
        if free is not None and amount > free:
            raise No("insufficient-funds", required=amount, available=free, missing=amount - free)
        lots = runs(account.open("earned")[:amount])
        return lots, amount - len(flat(lots))

    def _fits(self, account: Account, amount: int) -> None:
        used = account.balance + self.incoming(account)
        if account.ceiling is not None and used + amount > account.ceiling:
            numbers = {"limit": account.ceiling, "used": account.balance, "offered": max(0, account.ceiling - used)}
            raise No("limit-exceeded", rule="ceiling", **numbers, period="ever")

    def _arrive(self, account: Account, lots: Runs) -> set[Coin]:
        """Debts are repaid first, oldest first; the rest is open unless its day is over. What filled a hole."""
        filled: set[Coin] = set()
        for debt in account.debts:
            part = first(lots, debt[1])
            lots = without(lots, flat(part))
            debt[1] -= len(flat(part))
            if debt[0] == OVERDRAFT:
                filled.update(flat(part))
            else:
                self.now.owed.setdefault(debt[0], []).extend(part)
        account.debts = [debt for debt in account.debts if debt[1]]
        account.coins += flat(lots)
        account.lapse(coin for coin in flat(lots) if account.has_ended(coin, self.today))
        return filled

    def _let_go(self, hold: Hold, how: str, at: str) -> None:
        if hold.left:
            self._uncount(hold.counted, hold.left, of=hold.placed)
        lots, hold.lots, hold.drawn, hold.ended = hold.lots, [], 0, (how, at)
        self._arrive(self.account(*hold.where), lots)

    # What can be asked -----------------------------------------------------------------------------------------

    def join(self, _tx: str, holder: str) -> None:
        if holder in self.now.holders:
            raise No("already-exists", kind="holder", id=holder)
        self.now.holders.add(holder)

    def receive(self, _tx: str, item: str, quantity: int) -> None:
        self.now.items[item].stock += quantity

    def grant(self, tx: str, name: str, unit: str, amount: int, expires_on: str | None, fund: str | None) -> None:
        self._known(name, unit)
        self._moving(self.account(name, unit))
        counted = self._drawing("grant", name, unit, amount, told={"fund": fund})
        self._earn(tx, (name, unit), amount, (expires_on, "earned", fund), counted)

    def _earn(self, tx: str, where: Where, amount: int, terms: Terms, counted: Drawn | None = None) -> None:
        account = self.account(*where)
        if account.received + amount > MOST:
            raise No("amount-out-of-range")
        if terms[1] == "earned":  # a ceiling never keeps a month from turning
            self._fits(account, amount)
        account.received += amount
        landed = [account.mint(amount, terms)]
        filled = self._arrive(account, landed)
        self._moved(tx, Movement("grant", where, amount, landed=landed, filled=filled, counted=counted or []))

    def deduct(self, tx: str, name: str, unit: str, amount: int, told: Told | None = None) -> None:
        self._known(name, unit)
        account, policy = self._moving(self.account(name, unit)), self.units[unit]
        there = account.value()
        # What is counted is what moves.
        floored = not account.standing and policy.negative == "floor"
        counted = self._drawing("deduction", name, unit, min(amount, there) if floored else amount, told=told)
        if account.standing:
            lots, drawn = self._leaving(account, amount)
        else:
            order = ("initial", "earned") if policy.spendable == "initial-first" else ("earned", "initial")
            if there < amount and policy.negative == "refuse":
                raise No("insufficient-funds", required=amount, available=there, missing=amount - there)
            lots = runs(account.open(*order)[:amount])
            drawn = amount - len(flat(lots)) if policy.negative == "debt" else 0
        account.take(lots)
        account.owe(tx, drawn)
        moved = len(flat(lots)) + drawn
        account.spent += moved
        self._moved(tx, Movement("deduct", (name, unit), moved, taken=lots, drawn=drawn, counted=counted))

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
        account = self._moving(self.account(holder, units[0]))
        counters = [self._limit(holder, item, quantity) for item, quantity in wanted.items()]
        amount = sum(self.now.items[item].price * quantity for item, quantity in wanted.items())
        counted = self._drawing("redemption", holder, units[0], amount, pieces=sum(wanted.values()))
        available = self.available(account)
        if amount > available:
            raise No("insufficient-funds", required=amount, available=available, missing=amount - available)
        for item, quantity in wanted.items():
            if quantity > self.now.items[item].stock:
                raise No("out-of-stock", item=item, requested=quantity, available=self.now.items[item].stock)
        for item, quantity in wanted.items():
            self.now.items[item].stock -= quantity
        self.now.used.update(counter for counter in counters if counter)
        self._count(counted)
        lots = runs(account.open("earned")[:amount])
        account.take(lots)
        account.spent += amount
        self.now.others.add(tx)
        lines_sold = {item: (self.now.items[item].price, quantity) for item, quantity in wanted.items()}
        drawn = {counter[0][0]: counter[0] for counter in counters if counter}
        if tx not in self.now.sales:  # the second sale of one group has a name that only the ledger knows
            sale = self.now.sales[tx] = Sale((holder, units[0]), lines_sold, lots, drawn)
            sale.pieces_counted = [item for item in counted if item[0].split("/")[0] in self._by_pieces]
            sale.counted = [item for item in counted if item not in sale.pieces_counted]

    def refund(self, tx: str, of: str, amount: int | None, lines: tuple[tuple[str, int, bool], ...]) -> None:
        sale = self.now.sales.get(of)
        if sale is None:
            raise No("not-found", kind="redemption", id=of)
        numbers = {"original": sale.amount, "reversed": sale.refunded}
        if sale.refunded == sale.amount:
            raise No("already-reversed", **numbers)
        self._moving(self.account(*sale.where))
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
        self._uncount(sale.counted, value, of=sale.amount, before=sale.refunded)
        if asked:
            self._uncount(sale.pieces_counted, sum(asked.values()), of=sale.pieces, before=sum(sale.returned.values()))
        sale.refunded += value
        for item, quantity, restock in lines:
            sale.returned[item] = sale.returned.get(item, 0) + quantity
            self.now.items[item].stock += quantity if restock else 0
            if item in sale.counters:
                self.now.used[sale.counters[item]] -= quantity
        account = self.account(*sale.where)
        account.received += value
        restored = last(sale.taken, value)
        sale.taken = without(sale.taken, flat(restored))
        self._arrive(account, restored)
        self.now.others.add(tx)

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
        account, month = self._moving(self.account(holder, unit)), self.now.period
        if account.month == month or account.value("initial"):
            self.month(tx, holder)
        else:
            account.month = month
            self._earn(tx, (holder, unit), points, (None, "initial", month))

    def month(self, tx: str, holder: str) -> None:
        self._known(holder)
        unit, points = self.initial_lot
        account, policy, month = self._moving(self.account(holder, unit)), self.units[unit], self.now.period
        if account.month == month:
            raise No("already-exists", kind="initial-grant", id=month)
        filling = max(0, min(account.balance, policy.base) - account.value("initial"))
        account.lapse(account.open("initial"))
        if policy.spendable == "threshold":
            account.lapse(account.open("earned")[:filling])
        account.month = month
        self._earn(tx, (holder, unit), points, (None, "initial", month))

    # A second person, and the books -----------------------------------------------------------------------------

    def propose(self, tx: str, holder: str, unit: str, amount: int) -> None:
        self._known(holder)
        if tx not in self.now.proposals:
            self.now.proposals[tx] = [self.client, (holder, unit, amount, None, None), self.today, None]

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

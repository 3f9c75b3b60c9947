"""What should happen to value that moves, is set aside, or is taken back: the rest of the model."""

from typing import Any, ClassVar

from tests.machines.limits import Told
from tests.machines.model import Model
from tests.machines.no import No
from tests.machines.things import (
    OVERDRAFT,
    PLAIN,
    Account,
    Bounds,
    Coin,
    Hold,
    Movement,
    Runs,
    Terms,
    Where,
    first,
    flat,
    last,
    without,
)

Rates = dict[tuple[str, str], tuple[int, int]]
"""(from, to): so many of the one are given for so many of the other, as (given, taken)."""
MOST_BOUNDS = 20
SAME = "same"
"""In the place of a bound: nothing is said about it."""


class ValueModel(Model):
    """Behaviours, accounts, transfers, conversions, holds and reversals."""

    rates: Rates
    behaviours: ClassVar[dict[str, tuple[str, int, int | None]]] = {
        "helped": ("S", 15, 2),
        "littered": ("S", -25, None),
    }
    """In which unit they earn or cost how much, and how often a day."""

    # What people did ---------------------------------------------------------------------------------------------

    def record(self, tx: str, holder: str, behaviour: str, reason: str | None) -> None:
        """What somebody did: so many a day where it is capped, whatever is taken back of it."""
        self._known(holder)
        unit, points, most = self.behaviours[behaviour]
        self._moving(self.account(holder, unit))
        cap = [] if most is None else [self._drawn(f"{behaviour}/holder:{holder}/{self.today}", 1, most)]
        told: Told = {"behaviour": behaviour, "reason": reason}
        if points < 0:
            self.deduct(tx, holder, unit, -points, told)
        else:
            counted = self._drawing("grant", holder, unit, points, told=told)
            self._earn(tx, (holder, unit), points, (None, "earned", None), counted)
        self._count(cap)

    # Accounts --------------------------------------------------------------------------------------------------

    def open(self, _tx: str, name: str, unit: str, floor: int | None) -> None:
        if (name, unit) in self.now.accounts:
            raise No("already-exists", kind="account", id=name)
        self.now.accounts[name, unit] = Account((name, unit), floor)

    def shut(self, _tx: str, name: str, unit: str) -> None:
        self._known(name, unit)
        account = self.account(name, unit)
        if not account.standing:
            raise No("not-eligible", reason="of-a-holder")
        self._moving(account)
        left = {"held": self.held(account), "incoming": self.incoming(account), "balance": account.balance}
        for reason, amount in left.items():
            if amount:
                raise No("not-eligible", reason=reason)
        account.closed = self.noon

    def freeze(self, _tx: str, name: str, unit: str) -> None:
        self._moving(self.account(name, unit)).frozen = self.noon

    def unfreeze(self, _tx: str, name: str, unit: str) -> None:
        account = self.account(name, unit)
        if not account.frozen:
            raise No("not-eligible", reason="not-frozen")
        account.frozen = None

    def bound(self, _tx: str, name: str, unit: str, floor: Any, ceiling: Any, day: str | None) -> None:
        """How low and how high the balance may go, now or from a day on; what is `SAME` stays as it is."""
        bounds: Bounds = {bound: figure for bound, figure in (("floor", floor), ("ceiling", ceiling)) if figure != SAME}
        if not bounds or (bounds.get("floor") or 0) > 0 or (day is not None and day < self.today):
            raise No("malformed")
        self._known(name, unit)
        account = self.account(name, unit)
        if "floor" in bounds and not account.standing:
            raise No("not-eligible", reason="holders-account")
        if account.closed:
            raise No("account-closed", since=account.closed)
        if day is None or day == self.today:
            account.rebound(bounds)
            return
        if len(account.bounds) >= MOST_BOUNDS:
            numbers = {"limit": MOST_BOUNDS, "used": MOST_BOUNDS, "offered": 0}
            raise No("limit-exceeded", rule="dated-bounds", **numbers, period="ever")
        account.bounds = sorted([*account.bounds, (day, bounds)], key=lambda change: change[0])

    # Transfers and conversions -----------------------------------------------------------------------------------

    def _both(self, name: str, to: str | None, unit: str) -> tuple[Account, Account | None]:
        self._known(name, unit)
        if to is not None:
            self._known(to, unit)
        if name == to:
            raise No("same-account")
        account = self.account(name, unit)
        if to is not None and not (account.standing or self.units[unit].transferable):
            raise No("not-eligible", reason="not-transferable")
        return self._moving(account), None if to is None else self._moving(self.account(to, unit))

    def transfer(self, tx: str, name: str, to: str, unit: str, amount: int, up_to: bool) -> None:
        payer, payee = self._both(name, to, unit)
        assert payee is not None
        if up_to:
            amount = min(amount, self.available(payer))
        counted = self._drawing("transfer", name, unit, amount)
        if amount:  # what moves nothing passes no ceiling
            self._fits(payee, amount)
        lots, drawn = self._leaving(payer, amount)
        movement = Movement("transfer", payer.where, amount, payee.where, lots, drawn, counted=counted)
        self._pay(tx, movement, payer)
        self._reach(movement, payee, [(len(run), run[0].pool.terms) for run in lots])
        self._moved(tx, movement)

    def _pay(self, tx: str, movement: Movement, payer: Account) -> None:
        payer.take(movement.taken)
        payer.owe(tx, movement.drawn)
        payer.spent += movement.amount

    def _reach(self, movement: Movement, payee: Account, parts: list[tuple[int, Terms]]) -> None:
        """What was taken arrives under its terms; what was drawn below zero never expires."""
        if movement.drawn and movement.kind != "convert":
            parts = [*parts, (movement.drawn, PLAIN)]
        movement.landed = [payee.mint(amount, terms) for amount, terms in parts if amount]
        payee.received += sum(amount for amount, _ in parts)
        movement.filled = self._arrive(payee, movement.landed)

    def convert(self, tx: str, name: str, unit: str, to_unit: str, amount: int) -> None:
        rate = self.rates.get((unit, to_unit))
        if rate is None:
            raise No("unknown-scheme-term", term="conversion", value=f"{unit}>{to_unit}")
        for code in (unit, to_unit):
            self._known(name, code)
        source, target = (self._moving(self.account(name, code)) for code in (unit, to_unit))
        given = amount * rate[0] // rate[1]
        if not given:
            raise No("not-eligible", reason="below-smallest")
        amount = -(-given * rate[1] // rate[0])
        counted = self._drawing("conversion", name, unit, amount)
        self._fits(target, given)
        lots, drawn = self._leaving(source, amount)
        movement = Movement("convert", source.where, amount, target.where, lots, drawn, counted=counted)
        self._pay(tx, movement, source)
        parts, before, so_far = [], 0, 0
        for size, terms in [*((len(run), run[0].pool.terms) for run in lots), (drawn, PLAIN)]:
            before += size
            part = before * rate[0] // rate[1] - so_far
            so_far += part
            parts.append((part, terms))
        self._reach(movement, target, parts)
        self._moved(tx, movement)

    # Holds -----------------------------------------------------------------------------------------------------

    def place(
        self, tx: str, id: str, name: str, to: str | None, unit: str, amount: int, up_to: bool, seconds: int
    ) -> None:
        payer, payee = self._both_there(name, to, unit)
        if id in self.now.holds:
            raise No("already-exists", kind="hold", id=id)
        for side in (payer, payee):
            if side is not None:
                self._moving(side)
        if up_to:
            amount = min(amount, self.available(payer))
        if payee is not None and amount:
            self._fits(payee, amount)
        counted = self._drawing("hold", name, unit, amount)
        lots, drawn = self._leaving(payer, amount)
        self._endless(lots, seconds)
        payer.take(lots)
        self._count(counted)
        there = None if payee is None else payee.where
        hold = Hold(payer.where, there, lots, drawn, self.later(seconds) if seconds else None)
        hold.placed, hold.counted = amount, counted
        if not amount:
            hold.ended = ("captured", self.noon)
        else:
            self.now.others.add(tx)
        self.now.holds[id] = hold

    def _both_there(self, name: str, to: str | None, unit: str) -> tuple[Account, Account | None]:
        """As for a transfer, but whether they may move is asked after the id."""
        self._known(name, unit)
        if to is not None:
            self._known(to, unit)
        if name == to:
            raise No("same-account")
        payer = self.account(name, unit)
        if to is not None and not (payer.standing or self.units[unit].transferable):
            raise No("not-eligible", reason="not-transferable")
        return payer, None if to is None else self.account(to, unit)

    def _endless(self, lots: Runs, seconds: int) -> None:
        if not seconds and any(coin.pool.terms[0] for coin in flat(lots)):
            raise No("malformed")

    def _still_open(self, id: str) -> Hold:
        hold = self.now.holds.get(id)
        if hold is None:
            raise No("not-found", kind="hold", id=id)
        if hold.ended is not None:
            how, at = hold.ended
            code, member = {
                "captured": ("hold-already-captured", "captured_at"),
                "voided": ("hold-already-voided", "voided_at"),
                "expired": ("hold-expired", "expired_at"),
            }[how]
            raise No(code, **{member: at})
        return hold

    def capture(self, tx: str, id: str, amount: int | None, final: bool) -> None:
        hold = self._still_open(id)
        payer = self._moving(self.account(*hold.where))
        payee = None if hold.there is None else self._moving(self.account(*hold.there))
        amount = hold.left if amount is None else amount
        if amount > hold.left:
            raise No("exceeds-hold", held=hold.left)
        earmarked = first(hold.lots, amount)
        reserved = amount - len(flat(earmarked))
        # The part without coins: what came in since pays before more is drawn below zero.
        opened = first([payer.open("earned")], reserved)
        opened = without(opened, ())
        movement = Movement("capture", payer.where, amount, hold.there, [*earmarked, *opened])
        movement.drawn = reserved - len(flat(opened))
        movement.counted, movement.counted_with = hold.counted, hold.placed
        hold.lots, hold.drawn = without(hold.lots, flat(earmarked)), hold.drawn - reserved
        payer.take(opened)
        payer.owe(tx, movement.drawn)
        payer.spent += amount
        if final or not hold.left:
            self._let_go(hold, "captured", self.noon)
        if payee is not None:
            self._reach(movement, payee, [(len(run), self._as_captured(run[0], payee)) for run in movement.taken])
        self._moved(tx, movement)

    def _as_captured(self, coin: Coin, payee: Account) -> Terms:
        """A merchant is not paid with what lapses at once (ADR 15)."""
        expires_on, kind, origin = coin.pool.terms
        over = payee.standing and expires_on is not None and expires_on < self.today
        return (None if over else expires_on, kind, origin)

    def void(self, tx: str, id: str) -> None:
        self._let_go(self._still_open(id), "voided", self.noon)
        self.now.others.add(tx)

    def extend(self, tx: str, id: str, seconds: int) -> None:
        hold = self._still_open(id)
        self._endless(hold.lots, seconds)
        hold.ends_at = self.later(seconds) if seconds else None
        self.now.others.add(tx)

    # Reversals -------------------------------------------------------------------------------------------------

    def reverse(self, tx: str, of: str, amount: int | None, if_spent: str, nth: int | None, _position: int) -> None:
        """All of a transaction, the last movement first; or its `nth`, which the ledger knows by its position."""
        if of not in self.known:
            raise No("not-found", kind="transaction", id=of)
        movements = self.now.moved.get(of, [])
        if nth is None and (of in self.now.others or not movements):
            raise No("not-reversible")
        asked = movements[::-1] if nth is None else [movements[nth]]
        if len(asked) > 1:
            if amount is not None:
                raise No("malformed")
            total = sum(movement.amount for movement in asked)
            asked = [movement for movement in asked if movement.reversed < movement.amount]
            if not asked:
                raise No("already-reversed", original=total, reversed=total)
        for movement in asked:
            self._reversed(tx, of, movement, amount, if_spent)
        self.now.others.add(tx)

    def _reversed(self, tx: str, of: str, movement: Movement, amount: int | None, if_spent: str) -> None:
        account = self._moving(self.account(*movement.where))
        there = None if movement.there is None else self._moving(self.account(*movement.there))
        numbers = {"original": movement.amount, "reversed": movement.reversed}
        left = movement.amount - movement.reversed
        if not left:
            raise No("already-reversed", **numbers)
        if amount is not None and amount > left:
            raise No("exceeds-original", **numbers, requested=amount)
        amount = left if amount is None else amount
        if movement.kind != "grant":
            self._fits(account, amount)
        giver = account if movement.kind == "grant" else there
        if giver is not None:
            self._take_back(tx, movement, giver, amount, if_spent)
        if movement.kind != "grant":
            self._give_back(of, movement, account, amount)
        self._uncount(movement.counted, amount, of=movement.counted_with, before=movement.reversed)
        movement.reversed += amount

    def _take_back(self, tx: str, movement: Movement, giver: Account, amount: int, if_spent: str) -> None:
        """Its own coins first, then of the same pools, then what expires soonest; what was spent may be owed."""
        total = len(flat(movement.landed))
        before = -(-movement.reversed * total // movement.amount)
        amount = -(-(movement.reversed + amount) * total // movement.amount) - before
        own = flat(last(first(movement.landed, total - before), amount))
        coins = giver.open()
        mine = [coin for coin in own if coin in set(coins)]
        pools, rest = {coin.pool for coin in own}, [coin for coin in coins if coin not in set(mine)]
        same = [coin for coin in rest if coin.pool in pools]
        order = [*mine, *same, *(coin for coin in rest if coin.pool not in pools)]
        taken = order[:amount]
        most, missing = len(taken), amount - len(taken)
        if giver.standing:
            free = self.free(giver)
            most += amount if if_spent == "debt" else min(missing, len(movement.filled & set(own)))
            most = most if free is None else min(most, free)
        elif if_spent == "debt" and self.units[giver.where[1]].negative == "debt":
            most = amount
        if most < amount:
            raise No("insufficient-funds", required=amount, available=most, missing=amount - most)
        giver.take([taken])
        giver.owe(tx, missing)
        giver.spent += amount

    def _give_back(self, of: str, movement: Movement, account: Account, amount: int) -> None:
        """What is still owed or drawn goes first, then coins come back, the last taken first."""
        account.received += amount
        opened: Runs = []
        if account.standing:
            drawn = min(amount, max(0, movement.drawn - movement.reversed))
            forgiven, name = min(drawn, account.hole), OVERDRAFT
            lots = last(without(movement.taken, movement.restored), amount - drawn)
            if drawn > forgiven:
                opened = [account.mint(drawn - forgiven, PLAIN, apart=movement.kind == "deduct")]
        else:
            owed = sum(debt for name, debt in account.debts if name == of)
            forgiven, name = min(amount, owed) if movement.kind == "deduct" else 0, of
            lots = last(self._cost(of, movement, account.where), amount - forgiven)
        movement.restored |= set(flat(lots))
        account.forgive(name, forgiven)
        self._arrive(account, [*lots, *opened])

    def _cost(self, of: str, movement: Movement, where: Where) -> Runs:
        """What a movement has taken, at once and as repayment since; deductions of one group are taken together."""
        if movement.kind != "deduct":
            return without(movement.taken, movement.restored)
        mine = [other for other in self.now.moved[of] if other.kind == "deduct" and other.where == where]
        mine.sort(key=lambda other: other is movement)
        paid = [run for other in mine for run in other.taken]
        paid += [run for run in self.now.owed.get(of, []) if run[0].where == where]
        return without(paid, {coin for other in mine for coin in other.restored})

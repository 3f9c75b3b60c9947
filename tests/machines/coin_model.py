"""Points, coins, policies, vouchers and seats, told once more and apart from the code."""

from datetime import date, datetime, timedelta

from tests.machines.patrol_things import OVER, PRICES, No, Right, Session, end_of_month, local


class CoinModel:
    """What approved patrols lead to."""

    def __init__(self, now: datetime, people: dict[str, int], stock: dict[str, int]) -> None:
        self.now, self.people, self.stock = now, set(people), dict(stock)
        self.points = dict(people)
        self.coins = dict.fromkeys(people, 0)
        self.converted = 0
        self.rights: dict[str, Right] = {}
        self.sessions: dict[str, Session] = {}
        self.into: dict[str, str] = {}
        self.merged: dict[str, list[str]] = {id: [] for id in people}

    def _run_out(self, id: str, _at: datetime) -> None:
        self._leave(id)
        self.rights[id].status = "lapsed"

    def _stop_waiting(self, id: str, _at: datetime) -> None:
        for _, right in self.sessions[id].waiting:
            self.rights[right].status, self.rights[right].session = "issued", None
        self.sessions[id].waiting = []

    # Coins and what they buy ---------------------------------------------------------------------------------

    def merge(self, old: str, into: str) -> None:
        """One man turns out to have had two records."""
        if old == into:
            raise No("same-account")
        for id in (old, into):
            self._person(id)
            self._living(id)
        self.into[old] = into
        self.merged[into] += [old, *self.merged[old]]
        for purse in (self.points, self.coins):
            purse[into] += purse[old]
            purse[old] = 0

    def man(self, id: str) -> str:
        """The record that answers for it."""
        while id in self.into:
            id = self.into[id]
        return id

    def records(self, id: str) -> list[str]:
        """All of one man, the one that answers first."""
        return [self.man(id), *self.merged.get(self.man(id), [])]

    def _living(self, id: str) -> None:
        if id in self.into:
            raise No("holder-merged", holder=id, into=self.man(id))

    def convert(self, holder: str, amount: int) -> None:
        self._person(holder)
        self._living(holder)
        self._can_pay(self.points[holder], amount)
        self.points[holder] -= amount
        self.coins[holder] += amount
        self.converted += amount

    def _can_pay(self, available: int, amount: int) -> None:
        if amount > available:
            raise No("insufficient-funds", required=amount, available=available, missing=amount - available)

    def buy(self, id: str, holder: str, item: str) -> None:
        self._person(holder)
        if id in self.rights:
            raise No("already-exists", kind="redemption", id=id)
        self._living(holder)
        today = local(self.now)
        if item == "accident-policy":
            for right in self.rights.values():
                if right.holder in self.records(holder) and right.code == item and right.status not in OVER:
                    raise No("entitlement-in-force", until=str(right.ends))
        self._can_pay(self.coins[holder], PRICES[item])
        if self.stock[item] < 1:
            raise No("out-of-stock", item=item, requested=1, available=0)
        self.coins[holder] -= PRICES[item]
        self.stock[item] -= 1
        if item == "accident-policy":
            starts = today + timedelta(days=1)
            self.rights[id] = Right(item, holder, starts, starts.replace(year=starts.year + 1) - timedelta(days=1))
        else:
            self.rights[id] = Right(item, holder, today, end_of_month(today.year + 1, today.month))

    def open_session(self, id: str, starts: date, places: int) -> None:
        if id in self.sessions:
            raise No("already-exists", kind="session", id=id)
        self.sessions[id] = Session(starts, starts + timedelta(days=1), places)

    def change_session(self, id: str, places: int) -> None:
        session = self._session(id)
        if local(self.now) > session.ends:
            raise No("not-eligible", reason="session-over")
        if places < session.places - session.free:
            raise No("not-eligible", reason="places-taken")
        session.places = places
        self._move_up(session)

    def cancel_session(self, id: str) -> None:
        session = self._session(id)
        session.cancelled = True
        for right in [*session.booked, *(right for _, right in session.waiting)]:
            self.rights[right].status, self.rights[right].session = "issued", None
        session.booked, session.waiting = [], []

    def _session(self, id: str) -> Session:
        if id not in self.sessions:
            raise No("not-found", kind="session", id=id)
        if self.sessions[id].cancelled:
            raise No("not-eligible", reason="session-cancelled")
        return self.sessions[id]

    def book(self, id: str, name: str, rank: int) -> None:
        right = self._right(id)
        if name not in self.sessions:
            raise No("not-found", kind="session", id=name)
        if right.code != "recuperation":
            raise No("not-eligible", reason="other-entitlement")
        session = self._session(name)
        if right.status != "issued":
            raise No("not-eligible", reason=right.status)
        if session.starts > right.ends or session.ends < right.starts:
            raise No("not-eligible", reason="not-valid-then")
        if local(self.now) > session.starts:
            raise No("booking-closed", until=str(session.starts))
        for other in self.rights.values():
            his = other.holder in self.records(right.holder)
            if his and other.session == name and other.status in {"booked", "waiting"}:
                raise No("not-eligible", reason="already-booked")
        right.session = name
        if session.free > 0:
            right.status = "booked"
            session.booked.append(id)
        else:
            right.status = "waiting"
            session.waiting.append((rank, id))
            # Sorting keeps those of one rank as they came.
            session.waiting.sort(key=lambda item: item[0])

    def unbook(self, id: str) -> None:
        right = self._right(id)
        if right.status not in {"booked", "waiting"} or right.session is None:
            raise No("not-eligible", reason="not-booked" if right.status == "issued" else right.status)
        self._give_up(right, "booking-closed")
        self._leave(id)
        right.status = "issued"

    def cancel_right(self, id: str) -> None:
        right = self._right(id)
        if right.status in OVER:
            raise No("not-eligible", reason=right.status)
        if right.code == "accident-policy":
            raise No("not-eligible", reason="not-refundable")
        self._give_up(right, "refund-closed")
        self.coins[self.man(right.holder)] += PRICES[right.code]
        self.stock[right.code] += 1
        self._leave(id)
        right.status = "cancelled"

    def _give_up(self, right: Right, code: str) -> None:
        if right.status == "booked":
            until = self.sessions[right.session or ""].starts - timedelta(days=3)
            if local(self.now) > until:
                raise No(code, until=str(until))

    def _leave(self, id: str) -> None:
        session = self.sessions.get(self.rights[id].session or "")
        self.rights[id].session = None
        if session is not None:
            session.booked = [right for right in session.booked if right != id]
            session.waiting = [item for item in session.waiting if item[1] != id]
            self._move_up(session)

    def _move_up(self, session: Session) -> None:
        while session.free > 0 and session.waiting:
            _, id = session.waiting.pop(0)
            self.rights[id].status = "booked"
            session.booked.append(id)

    def use(self, id: str) -> None:
        right = self._right(id)
        if right.code == "accident-policy":
            raise No("not-eligible", reason="term")
        self._had(id, right, "used")

    def no_show(self, id: str) -> None:
        self._had(id, self._right(id), "no-show")

    def _had(self, id: str, right: Right, how: str) -> None:
        if right.status != "booked":
            raise No("not-eligible", reason="not-booked" if right.status == "issued" else right.status)
        session = self.sessions[right.session or ""]
        if local(self.now) < session.starts:
            raise No("not-eligible", reason="not-begun")
        session.booked.remove(id)
        session.gone += 1
        right.status = how

    def _right(self, id: str) -> Right:
        if id not in self.rights:
            raise No("not-found", kind="entitlement", id=id)
        return self.rights[id]

    def _person(self, id: str) -> None:
        if id not in self.people:
            raise No("not-found", kind="holder", id=id)

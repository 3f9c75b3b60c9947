"""What clients want: plain words drawn by the seed."""

import random
from datetime import date, timedelta
from typing import Any

from tests.simulation.books import Op

HOLDERS = ("h0", "h1", "h2")
UNITS = ("A", "A", "D")
MOVING = ("A", "A", "A", "B", "D")
ITEMS = {"soap": ("A", 10), "tea": ("D", 5)}
COUNTER = "grant grant grant grant grant deduct sell sell hold hold fulfil fulfil cancel cancel refund receive"
BANK = "reverse reverse reverse transfer transfer convert pledge pledge pledge capture capture void extend open bound"
BOOKS = "close close seal seal finish finish"
PAIRS = "propose propose propose approve approve approve approve reject"
KINDS = (*COUNTER.split(), *BANK.split(), *BOOKS.split(), *PAIRS.split())
PROPOSED = ("grant", "grant", "transfer", "sell", "open", "reverse")
FIRST_PERIOD = "2022-06"
STANDING = (("till", 0), ("line", -50), ("mint", None))
WATCHED = (("below", 40), ("above", 100))
NOBODY = "00000000-0000-7000-8000-000000000000"
SETUP: tuple[Op, ...] = (
    ("adopt",),
    ("books", FIRST_PERIOD),
    *(("open", id, unit, floor) for id, floor in STANDING for unit in ("A", "B", "D")),
    *(("join", holder) for holder in HOLDERS),
    *(("watch", f"{holder}-{side}", "holder:" + holder, "A", side, at) for holder in HOLDERS for side, at in WATCHED),
    *(("list", item, unit, price) for item, (unit, price) in ITEMS.items()),
    *(("receive", item, 12) for item in ITEMS),
    *(("grant", "holder:" + holder, unit, 60, None) for holder in HOLDERS[:2] for unit in ("A", "D")),
)


def _account(name: str) -> str:
    return ("holder:" if name in HOLDERS else "account:") + name


def month_after(period: str) -> str:
    """The period behind that one."""
    year, month = map(int, period.split("-"))
    return f"{year + month // 12}-{month % 12 + 1:02}"


class Known:
    """What clients have heard of so far, and may name in their next wish."""

    def __init__(self) -> None:
        self.movements: list[str] = []
        self.sales: list[str] = []
        self.holds: list[str] = []
        self.pledges: list[str] = []
        self.proposals: list[str] = []
        self.ids = 0
        self.closed = [FIRST_PERIOD]
        """Periods that somebody has closed, or wanted to, and the one behind them."""

    def learn(self, ops: tuple[Op, ...], tx: str) -> None:
        """A wish was done."""
        for op in ops:
            if op[0] in {"grant", "deduct", "transfer", "convert", "capture", "reverse", "approve"}:
                self.movements.append(tx)
            elif op[0] == "propose":
                self.proposals.append(tx)
            elif op[0] == "pledge":
                self.pledges.append(op[7] or tx)
            elif op[0] == "sell":
                (self.sales if op[5] is None else self.holds).append(op[4] or tx)
            elif op[0] == "fulfil":
                self.sales.append(op[1])
            elif op[0] == "close":
                self.closed.append(month_after(op[1]))


class Wisher:
    """Draws wishes."""

    def __init__(self, randomness: random.Random) -> None:
        self.randomness, self.known = randomness, Known()

    def wish(self, today: date) -> tuple[Op, ...]:
        """One wish, or now and then an atomic group of several."""
        members = self.randomness.choice((1, 1, 1, 1, 1, 1, 2, 3))
        first, *others = (self._one(today) for _ in range(members))
        # A second sale without an id gets one that only the ledger knows, and nobody could ask about it.
        return (first, *map(self._named, others))

    def _named(self, op: Op) -> Op:
        if op[0] == "propose":  # nor about a second proposal
            return self._named(op[1])
        place = {"sell": 4, "pledge": 7}.get(op[0])
        return op if place is None else (*op[:place], op[place] or self._new_id(), *op[place + 1 :])

    def _one(self, today: date) -> Op:
        about = {"fulfil": self.known.holds, "refund": self.known.sales, "cancel": self.known.holds}
        about |= dict.fromkeys(("capture", "void", "extend"), self.known.pledges)
        about |= dict.fromkeys(("approve", "reject"), self.known.proposals)
        kind = self.randomness.choice(KINDS)
        return self._of(kind if about.get(kind, True) else "grant", today)

    def _of(self, kind: str, today: date) -> Op:
        if kind in BOOKS.split():
            return self._of_the_books(kind)
        if kind in PAIRS.split():
            return self._by_two(kind, today)
        return self._at_the_bank(kind) or self._at_the_counter(kind, today)

    def _by_two(self, kind: str, today: date) -> Op:
        """Something to be done with a second person's consent; or that consent, or a no."""
        if kind == "propose":
            return ("propose", self._of(self.randomness.choice(PROPOSED), today))
        return (kind, self._some(self.known.proposals))

    def _of_the_books(self, kind: str) -> Op:
        """Mostly the period that is next for it, seldom one that is over or to come.

        Nobody seals what he has not heard to be closed: `not-found` is not recorded, and true only until it is.
        """
        *closed, coming = self.known.closed
        if kind == "close" or not closed:
            return ("close", self.randomness.choice((coming, coming, coming, *closed[-1:], month_after(coming))))
        return (kind, self.randomness.choice((*closed[-2:], closed[-1], closed[-1])))

    def _at_the_bank(self, kind: str) -> Op | None:  # noqa: PLR0911 - one line for each wish
        draw = self.randomness.choice
        match kind:
            case "reverse":
                of = self._some(self.known.movements)
                return ("reverse", of, draw((None, None, 5, 15)), draw(("refuse", "debt")))
            case "open":
                return ("open", f"box-{self.randomness.randint(1, 9)}", draw(UNITS), draw((0, -20)))
            case "bound":
                # A till's alone: what lapses on people within a group is told to the judge only at its end.
                return ("bound", "account:till", draw(MOVING), draw((None, 20, 60, 150)))
            case "transfer":
                payer, payee = self._two_accounts()
                return ("transfer", payer, payee, draw(MOVING), draw((5, 10, 30, 90)), draw((False, False, True)))
            case "convert":
                return (
                    "convert",
                    "holder:" + draw(HOLDERS),
                    *draw((("A", "B"), ("A", "B"), ("B", "A"))),
                    draw((1, 5, 20, 60)),
                )
            case "pledge":
                payer, payee = self._two_accounts()
                to, amount, up_to = draw((None, payee)), draw((5, 10, 30, 90)), draw((False, False, False, True))
                return ("pledge", payer, to, draw(MOVING), amount, up_to, draw((60, 86_400, 86_400)), self._own_id())
            case "capture":
                return ("capture", self._some(self.known.pledges), draw((None, 3, 10, 60)), draw((False, False, True)))
            case "void":
                return ("void", self._some(self.known.pledges))
            case "extend":
                return ("extend", self._some(self.known.pledges), draw((30, 3_600, 86_400)))
        return None

    def _at_the_counter(self, kind: str, today: date) -> Op:  # noqa: PLR0911 - one line for each wish
        draw = self.randomness.choice
        match kind:
            case "grant":
                return ("grant", "holder:" + draw(HOLDERS), draw(UNITS), draw((20, 40, 80, 150)), self._end(today))
            case "deduct":
                return (
                    "deduct",
                    "holder:" + draw((*HOLDERS, *HOLDERS, "nobody")),
                    draw(UNITS),
                    draw((5, 5, 10, 30, 90)),
                )
            case "sell" | "hold":
                expires_in = draw((60, 86_400, 86_400)) if kind == "hold" else None
                return ("sell", draw(HOLDERS), draw(tuple(ITEMS)), draw((1, 1, 1, 2, 9)), self._own_id(), expires_in)
            case "fulfil":
                return ("fulfil", self._some(self.known.holds))
            case "cancel":
                return ("cancel", self._some(draw((self.known.holds, self.known.sales))))
            case "refund":
                return (
                    "refund",
                    self._some(draw((self.known.sales, self.known.sales, self.known.holds))),
                    draw((5, 10)),
                )
        return ("receive", draw(tuple(ITEMS)), draw((1, 3, 5)))

    def _two_accounts(self) -> tuple[str, str]:
        """Who pays and who is paid. Nobody pays into a credit line: what fills it would have to be known by lots."""
        payer = self.randomness.choice((*HOLDERS, *HOLDERS, "till", "line", "mint"))
        payee = self.randomness.choice([name for name in (*HOLDERS, "till") if name != payer])
        return _account(payer), _account(payee)

    def _end(self, today: date) -> str | None:
        days = self.randomness.choice((None, None, None, 0, 1, 3))
        return None if days is None else str(today + timedelta(days=days))

    def _own_id(self) -> str | None:
        """The caller's own id of a sale: mostly none, seldom one that is taken."""
        match self.randomness.choice(("none", "none", "new", "taken")):
            case "none":
                return None
            case "taken" if self.known.ids:
                return f"own-{self.randomness.randint(1, self.known.ids)}"
        return self._new_id()

    def _new_id(self) -> str:
        self.known.ids += 1
        return f"own-{self.known.ids}"

    def _some(self, known: list[Any]) -> str:
        """One of the latest, seldom an old one or one that nobody knows."""
        if not known or self.randomness.random() < 0.05:
            return NOBODY
        return str(self.randomness.choice(known[-2:] if self.randomness.random() < 0.8 else known))

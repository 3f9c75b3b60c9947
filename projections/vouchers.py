"""Accounting vouchers 记账凭证: the books by day and account, with whose money it was and the month it belongs to."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from ledger import chart
from ledger.accounting import JournalEntry
from ledger.calendar import local_day
from ledger.coupons.entities import Sourced, Used, is_coupon
from ledger.coupons.facts import BatchDrafted, CouponFact, CouponLapsed, CouponsSpent, PurchaseFact
from ledger.funds.facts import FundFact, FundOpened
from ledger.offers.facts import OfferOpened, SoldFact
from ledger.points.facts import LotsLapsed
from ledger.room import Fact
from ledger.settlements.facts import SettlementPaid
from ledger.sharing import shared
from ledger.values import AccountId, Day, PeriodName, UnitCode
from projections.issued import quarter_of
from projections.owed import UNKNOWN, Owed, Parts
from projections.projection import Change, Changes, Projection, Recorded, Rule
from projections.sheets import Rows, Sheet
from projections.store import Reading
from projections.trial_balance import NAMESPACES

VOUCHERS: Final = Sheet(
    "vouchers",
    keys={"period": str, "quarter": str, "unit": str, "belongs_to": str, "money": str, "account": str},
    sums=("debits", "credits"),
)
"""By the quarter of an hour, as `issued`: a projection knows no zone.

`money` says where it stands whose it was: `fund:<id>`, `batch:<id>`, `offer:<id>`, or `source:<code>`; of what was
paid to a merchant `settlement:<id>`, which is told apart by source when it is read.
"""
MONEY: Final = Sheet("voucher_money", keys={"money": str}, said={"source": str, "of": str})
"""Whose it is: the scheme's code, or that of the fund behind it (`of`)."""
OWED: Final = Sheet("voucher_owed", keys={"period": str, "merchant": str, "unit": str, "money": str}, sums=("gain",))
"""What merchants came to have to come by month and money; what a settlement paid stands (< 0) in the month it is of."""
NONE: Final = UNKNOWN
_SOMEBODY: Final = AccountId("holder:")
BATCH: Final = "batch:"
SETTLED: Final = "settlement:"
MERCHANT: Final = chart.merchant("")
Part = tuple[str, Iterable[tuple[AccountId, UnitCode, int]]]
"""(money, postings that sum to zero)"""


# Whose money -------------------------------------------------------------------------------------------------


def parts(fact: Fact, entry: JournalEntry | None) -> Iterable[Part]:
    """The postings of a fact by whose money they are; each part balances by itself.

    What lapsed of a coupon is told with whose it was by the coupon's own fact, beside the lapse of its lot.
    """
    told, of, name = _telling(type(fact))
    if told is not None:
        return told(fact)
    if entry is None:
        return ()
    if of == BATCH and (sources := cast("CouponFact", fact).sources):
        return _of_sources(sources, entry)
    whose = getattr(fact, name) if name else None
    return ((of + whose if whose else NONE, entry.postings),)


@lru_cache(maxsize=256)
def _telling(kind: type[Fact]) -> tuple[Callable[[Any], Iterable[Part]] | None, str, str]:
    """How facts of a kind tell their parts, where not by their postings alone; else what `_whose` says of the kind.

    Asked once a kind, not once a fact.
    """
    known = (PurchaseFact, _bought), (LotsLapsed, _lapsed), (CouponLapsed, _ended)
    return next((told for base, told in known if issubclass(kind, base)), None), *_whose(kind)


def _whose(kind: type[Fact]) -> tuple[str, str]:
    """(what stands before it, the member that says whose money it is): none says it where the member is empty."""
    known = (
        (FundFact, "fund:", "fund"),
        (CouponFact, BATCH, "batch"),
        (SoldFact, "offer:", "offer"),
        (SettlementPaid, SETTLED, "settlement"),
    )
    found = next(((of, name) for base, of, name in known if issubclass(kind, base)), None)
    return found or ("source:", "fund" if hasattr(kind, "fund") else "")


def money_of(used: Iterable[Used | CouponLapsed]) -> dict[str, int]:
    """So much of whose money: of each source where several stand behind a batch, else of the batch's."""
    amounts: dict[str, int] = {}
    for part in used:
        of = [("source:" + one.source, one.amount) for one in part.sources] or [("batch:" + part.batch, part.amount)]
        for money, amount in of:
            amounts[money] = amounts.get(money, 0) + amount
    return amounts


def split(fact: PurchaseFact) -> dict[str, tuple[int, int]]:
    """Of a bill, or of what came back of one, so much of whose money, and so much of the fee.

    The fee is shared in proportion, rounded down to the fen; the last that the bill names bears what is left over.
    """
    amounts = money_of(fact.used)
    fees = shared(fact.fee, list(amounts.values()))
    return {money: (amount, fee) for (money, amount), fee in zip(amounts.items(), fees, strict=True)}


def _bought(fact: PurchaseFact) -> Iterator[Part]:
    """Coupons of several batches and sources on one bill: each bears its part of what the programme keeps."""
    sign, owed = (1 if isinstance(fact, CouponsSpent) else -1), chart.merchant(fact.merchant)
    for money, (amount, fee) in split(fact).items():
        sides = ((fact.account, -amount), (owed, amount - fee), (chart.FEES, fee))
        yield money, [(account, fact.unit, sign * gain) for account, gain in sides if gain]


def _of_sources(sources: Iterable[Sourced], entry: JournalEntry) -> Iterator[Part]:
    """A coupon's value comes or goes between two accounts: of each source so much."""
    for part in sources:
        yield (
            "source:" + part.source,
            [(it.account, it.unit, part.amount if it.amount > 0 else -part.amount) for it in entry.postings],
        )


def _lapsed(fact: LotsLapsed) -> Iterator[Part]:
    """Of other lots than coupons a lapse does not say whose money they were."""
    amount = sum(lot.amount for lot in fact.lots if not is_coupon(lot.pool))
    if amount:
        yield NONE, [(fact.account, fact.unit, -amount), (chart.LAPSED, fact.unit, amount)]


def _ended(fact: CouponLapsed) -> Iterator[Part]:
    for money, amount in money_of((fact,)).items():
        # Of people's accounts there is one line together: whose it was does not matter here.
        yield money, [(_SOMEBODY, fact.unit, -amount), (chart.LAPSED, fact.unit, amount)]


def named(of: str) -> Rule:
    """A fund or a batch says whose money it is."""

    def rule(fact: FundOpened | BatchDrafted, _recorded: Recorded) -> Iterable[Change]:
        yield MONEY, (f"{of}:{getattr(fact, of)}",), (fact.source, None)

    return rule


def opened(fact: OfferOpened, _recorded: Recorded) -> Iterable[Change]:
    """An offer has its fund's money."""
    if fact.fund is not None:
        yield MONEY, ("offer:" + fact.offer,), (None, "fund:" + fact.fund)


def settled(fact: SettlementPaid, _recorded: Recorded) -> Iterable[Change]:
    """A merchant has what it had to come of a month and those before."""
    if fact.amount:
        yield OWED, (fact.period, fact.merchant, fact.unit, SETTLED + fact.settlement), (-fact.amount,)


Books = dict[tuple[str, str, str], dict[tuple[UnitCode, str, str], list[int]]]
"""(period, quarter, belongs_to) → (unit, money, account) → [debits, credits]"""


def added_up(facts: Sequence[Recorded], changes: Changes) -> None:
    """Every leg of every journal entry; of people's accounts one line together."""
    books: Books = {}
    for envelope, entry, _, _ in facts:
        fact = envelope.data
        if entry is None and type(fact) is not CouponLapsed:
            continue
        place = envelope.period, quarter_of(envelope.occurred_at[:16]), envelope.belongs_to or NONE
        sums = books.get(place)
        if sums is None:
            sums = books[place] = {}
        for money, postings in parts(fact, entry):
            for account, unit, amount in postings:
                key = unit, money, NAMESPACES.get(account.partition(":")[0], account)
                sides = sums.get(key)
                if sides is None:
                    sides = sums[key] = [0, 0]
                if amount > 0:
                    sides[1] += amount
                else:
                    sides[0] -= amount
    _enter(books, changes[VOUCHERS], changes[OWED])


def _enter(books: Books, vouchers: Rows, owed: Rows) -> None:
    for (period, quarter, belongs_to), sums in books.items():
        for (unit, money, shown), sides in sums.items():
            vouchers[period, quarter, unit, belongs_to, money, shown] = tuple(sides)
            if shown.startswith(MERCHANT) and not money.startswith(SETTLED):
                OWED.fold(owed, (period, shown.removeprefix(MERCHANT), unit, money), (sides[1] - sides[0],))


RULES: Final[dict[Any, Rule]] = {
    FundOpened: named("fund"),
    BatchDrafted: named("batch"),
    OfferOpened: opened,
    SettlementPaid: settled,
}
PROJECTION: Final = Projection("vouchers", (VOUCHERS, MONEY, OWED), RULES, version=3, sums=(added_up,))


# Vouchers ----------------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """One account of one voucher. Debits and credits of a voucher are equal."""

    voucher: int
    """Its number in the month; once the month is closed it never changes."""
    on: Day
    unit: UnitCode
    source: str
    """Whose money, as the scheme calls it; empty where the journal does not say."""
    belongs_to: str
    """The closed month that it is about; empty: its own."""
    account: str
    debit: int
    credit: int


def vouchers(reading: Reading, zone: str, period: PeriodName) -> Sequence[Line]:
    """Every voucher of the books of a month: one for each local day, unit, source and month that it belongs to.

    What was paid to a merchant is told by source too: of each what its sales had left, after refunds and fees.
    """
    c = VOUCHERS.c
    query = reading.select(PROJECTION, VOUCHERS, *(c[name] for name in VOUCHERS.columns[1:])).where(c.period == period)
    moneys = _moneys(reading, period)
    sources, paid = sources_of(reading, moneys), _paid(reading, {it for it in moneys if it.startswith(SETTLED)})
    sums: dict[tuple[str, ...], list[int]] = {}
    for quarter, unit, belongs_to, money, account, debits, credits in reading.stream(query):
        day = local_day(quarter, zone)
        told = _sides(paid[money], debits) if money in paid else ((sources.get(money, NONE), debits, credits),)
        for source, debit, credit in told:
            sides = sums.setdefault((day, unit, source, belongs_to, account), [0, 0])
            sides[0] += debit
            sides[1] += credit
    numbers: dict[tuple[str, ...], int] = {}
    return [Line._make((numbers.setdefault(key[:-1], len(numbers) + 1), *key, *sums[key])) for key in sorted(sums)]


def _sides(parts: Parts, debits: int) -> Iterator[tuple[str, int, int]]:
    """(source, debit, credit) of one account of a payment; a source below zero stands on the other side."""
    for source, part in parts.items():
        yield (source, abs(part), 0) if (part > 0) == bool(debits) else (source, 0, abs(part))


def _moneys(reading: Reading, period: PeriodName) -> set[str]:
    """Whatever the books of a month name as somebody's money."""
    c = VOUCHERS.c
    asked = reading.select(PROJECTION, VOUCHERS, c.money).where(c.period == period).distinct()
    return {row[0] for row in reading.all(asked)}


def _paid(reading: Reading, wanted: set[str]) -> dict[str, Parts]:
    """Of whose money each of these settlements paid."""
    if not wanted:
        return {}
    c = OWED.c
    rows = reading.all(reading.select(PROJECTION, OWED, c.merchant, c.unit, c.period, c.money, c.gain))
    owners = {tuple(row[:2]) for row in rows if row[3] in wanted}
    return paid_of(reading, [tuple(row) for row in rows if tuple(row[:2]) in owners])


def paid_of(reading: Reading, rows: Iterable[tuple[str, str, str, str, int]]) -> dict[str, Parts]:
    """Of whose money each settlement paid, from (merchant, unit, period, money, gain)."""
    ordered = sorted(rows, key=lambda row: (row[2], row[3].startswith(SETTLED)))
    sources = sources_of(reading, {row[3] for row in ordered})
    owed, found = Owed(), dict[str, Parts]()
    for merchant, unit, period, money, gain in ordered:
        if money.startswith(SETTLED):
            found[money] = owed.paid((merchant, unit), period, -gain)
        else:
            owed.came((merchant, unit), period, sources[money], gain)
    return found


def sources_of(reading: Reading, wanted: Iterable[str]) -> dict[str, str]:
    """The source's code of each money; empty where none is known."""
    of = MONEY.c
    rows = reading.all(reading.select(PROJECTION, MONEY, of.money, of.source, of.of))
    known = {money: (source, behind) for money, source, behind in rows}
    found = {}
    for money in wanted:
        kind, _, id = money.partition(":")
        source, behind = known.get(money, (id if kind == "source" else None, None))
        found[money] = source or (known.get(behind, (None, None))[0] if behind else None) or NONE
    return found

"""Accounting vouchers 记账凭证: the books by day and account, with whose money it was and the month it belongs to."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from ledger import chart
from ledger.accounting import JournalEntry
from ledger.calendar import local_day
from ledger.coupons.entities import is_coupon
from ledger.coupons.facts import BatchDrafted, CouponFact, CouponsSpent, PurchaseFact
from ledger.funds.facts import FundFact, FundOpened
from ledger.offers.facts import OfferOpened, SoldFact
from ledger.points.facts import LotsLapsed
from ledger.sharing import shared
from ledger.values import AccountId, Day, PeriodName, UnitCode
from projections import coupons
from projections.issued import quarter_of
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading
from projections.trial_balance import NAMESPACES

VOUCHERS: Final = Sheet(
    "vouchers",
    keys={"period": str, "quarter": str, "unit": str, "belongs_to": str, "money": str, "account": str},
    sums=("debits", "credits"),
)
"""By the quarter of an hour, as `issued`: a projection knows no zone.

`money` says where it stands whose it was: `fund:<id>`, `batch:<id>`, `coupon:<id>`, `offer:<id>`, or `source:<code>`.
"""
MONEY: Final = Sheet("voucher_money", keys={"money": str}, said={"source": str, "of": str})
"""Whose it is: the scheme's code, or that of the fund behind it (`of`)."""
NONE: Final = ""
Part = tuple[str, Iterable[tuple[AccountId, UnitCode, int]]]
"""(money, postings that sum to zero)"""


# Whose money -------------------------------------------------------------------------------------------------


def parts(fact: Any, entry: JournalEntry) -> Iterable[Part]:
    """The postings of a fact by whose money they are; each part balances by itself."""
    if isinstance(fact, PurchaseFact):
        return _bought(fact)
    if isinstance(fact, LotsLapsed):
        return _lapsed(fact)
    return ((_one(fact), entry.postings),)


def _one(fact: Any) -> str:
    if isinstance(fact, FundFact):
        return "fund:" + fact.fund
    if isinstance(fact, CouponFact):
        return "batch:" + fact.batch
    if isinstance(fact, SoldFact):
        return "offer:" + fact.offer
    fund = getattr(fact, "fund", None)
    return "source:" + fund if fund else NONE


def _bought(fact: PurchaseFact) -> Iterator[Part]:
    """Coupons of several batches on one bill: each bears its part of what the programme keeps."""
    amounts: dict[str, int] = {}
    for part in fact.used:
        amounts[part.batch] = amounts.get(part.batch, 0) + part.amount
    sign, owed = (1 if isinstance(fact, CouponsSpent) else -1), chart.merchant(fact.merchant)
    for (batch, amount), fee in zip(amounts.items(), shared(fact.fee, list(amounts.values())), strict=True):
        sides = ((fact.account, -amount), (owed, amount - fee), (chart.FEES, fee))
        yield "batch:" + batch, [(account, fact.unit, sign * gain) for account, gain in sides if gain]


def _lapsed(fact: LotsLapsed) -> Iterator[Part]:
    """Each coupon knows its batch; of other lots a lapse does not say whose money they were."""
    amounts: dict[str, int] = {}
    for lot in fact.lots:
        of = "coupon:" + lot.pool if is_coupon(lot.pool) else NONE
        amounts[of] = amounts.get(of, 0) + lot.amount
    for of, amount in amounts.items():
        yield of, [(fact.account, fact.unit, -amount), (chart.LAPSED, fact.unit, amount)]


def named(of: str) -> Rule:
    """A fund or a batch says whose money it is."""

    def rule(fact: FundOpened | BatchDrafted, _recorded: Recorded) -> Iterable[Change]:
        yield MONEY, (f"{of}:{getattr(fact, of)}",), (fact.source, None)

    return rule


def opened(fact: OfferOpened, _recorded: Recorded) -> Iterable[Change]:
    """An offer has its fund's money."""
    if fact.fund is not None:
        yield MONEY, ("offer:" + fact.offer,), (None, "fund:" + fact.fund)


def added_up(facts: Sequence[Recorded]) -> Iterator[Change]:
    """Every leg of every journal entry; of people's accounts one line together."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for envelope, entry, _, _ in facts:
        if entry is None:
            continue
        place = envelope.period, quarter_of(envelope.occurred_at)
        belongs_to = envelope.belongs_to or NONE
        for money, postings in parts(envelope.data, entry):
            for account, unit, amount in postings:
                shown = NAMESPACES.get(account.partition(":")[0], account)
                sides = sums.setdefault((*place, unit, belongs_to, money, shown), [0, 0])
                sides[amount > 0] += abs(amount)
    for key, sides in sums.items():
        yield VOUCHERS, key, tuple(sides)


RULES: Final[dict[Any, Rule]] = {FundOpened: named("fund"), BatchDrafted: named("batch"), OfferOpened: opened}
PROJECTION: Final = Projection("vouchers", (VOUCHERS, MONEY), RULES, sums=(added_up,))


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
    """Every voucher of the books of a month: one for each local day, unit, source and month that it belongs to."""
    c = VOUCHERS.c
    query = reading.select(PROJECTION, VOUCHERS, *(c[name] for name in VOUCHERS.columns[1:])).where(c.period == period)
    sources = _sources(reading, period)
    sums: dict[tuple[str, ...], list[int]] = {}
    for quarter, unit, belongs_to, money, account, debits, credits in reading.stream(query):
        key = (local_day(quarter, zone), unit, sources.get(money, NONE), belongs_to, account)
        sides = sums.setdefault(key, [0, 0])
        sides[0] += debits
        sides[1] += credits
    numbers: dict[tuple[str, ...], int] = {}
    return [Line._make((numbers.setdefault(key[:-1], len(numbers) + 1), *key, *sums[key])) for key in sorted(sums)]


def _sources(reading: Reading, period: PeriodName) -> dict[str, str]:
    """The source of each money that the month names."""
    c, of = VOUCHERS.c, MONEY.c
    asked = reading.select(PROJECTION, VOUCHERS, c.money).where(c.period == period).distinct()
    wanted = {row[0] for row in reading.all(asked)}
    known = {
        row[0]: (row[1], row[2]) for row in reading.all(reading.select(PROJECTION, MONEY, of.money, of.source, of.of))
    }
    found = {}
    for money in wanted:
        kind, _, id = money.partition(":")
        source, behind = known.get(money, (id if kind == "source" else None, None))
        found[money] = source or (known.get(behind, (None, None))[0] if behind else None) or NONE
    return found | _of_coupons(reading, period, known)


def _of_coupons(reading: Reading, period: PeriodName, known: dict[str, Any]) -> dict[str, str]:
    """Those of coupons that lapsed in the month."""
    lapse, coupon = coupons.LAPSES.c, coupons.COUPONS.c
    query = select(lapse.coupon, coupon.batch).select_from(
        coupons.LAPSES.table.join(coupons.COUPONS.table, coupon.coupon == lapse.coupon)
    )
    live = (*reading.live(coupons.PROJECTION, coupons.LAPSES), *reading.live(coupons.PROJECTION, coupons.COUPONS))
    rows = reading.all(query.where(*live, lapse.period == period))
    return {"coupon:" + id: known.get("batch:" + batch, (None, None))[0] or NONE for id, batch in rows}

"""Tables: the registers of a ledger as rows under headings, streamed so that a ledger of millions fits."""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from api.commands.history import envelopes
from api.commands.saying import Words
from api.export.vouchers import vouchers
from api.ledgers import OpenLedger
from ledger.calendar import local_day
from ledger.points.entities import Account
from ledger.points.facts import AccountFact
from ledger.redemptions.facts import RedemptionPlaced


class Table(NamedTuple):
    """A register: its columns by name, their headings, and its rows."""

    columns: tuple[str, ...]
    headings: tuple[Words, ...]
    rows: Callable[[OpenLedger], Iterator[tuple[Any, ...]]]


POSITION: Final = Words("位置", "Position")
DAY: Final = Words("发生日期", "Day")
PERIOD: Final = Words("期间", "Period")
ACCOUNT: Final = Words("账户", "Account")
UNIT: Final = Words("单位", "Unit")
TX: Final = Words("交易", "Transaction")


def journal(opened: OpenLedger) -> Iterator[tuple[Any, ...]]:
    """Every posting: credits above zero, debits below; each transaction sums to zero."""
    for envelope in envelopes(opened):
        entry = envelope.data.entry()
        day = local_day(envelope.occurred_at, opened.zone)
        for leg in entry.postings if entry else ():
            what = getattr(envelope.data, "behaviour", None)
            yield (
                envelope.pos,
                day,
                envelope.period,
                envelope.type,
                what,
                leg.account,
                leg.unit,
                leg.amount,
                envelope.tx,
            )


def balances(opened: OpenLedger) -> Iterator[tuple[Any, ...]]:
    """Every account as it stands."""
    storage, decode, after = opened.ledger.storage, opened.ledger.book.codec.decode, ""
    view = opened.ledger.view()
    scheme = view.scheme(view.today)
    while rows := storage.book_scan(Account.KIND, after, 1_000):
        for row in rows:
            it = decode(row).entity
            if isinstance(it, Account):
                unit = scheme.unit(it.unit)
                state = it.state(unit)
                yield (
                    it.account,
                    it.unit,
                    state.balance,
                    state.spendable,
                    state.held,
                    state.available,
                    state.debt,
                    state.received,
                    state.spent,
                    state.lapsed,
                )
        after = rows[-1].id


def statements(opened: OpenLedger) -> Iterator[tuple[Any, ...]]:
    """Every movement of every account, with the balance after it."""
    running: dict[tuple[str, str], int] = {}
    for envelope in envelopes(opened):
        fact = envelope.data
        entry = fact.entry() if isinstance(fact, AccountFact) else None
        day = local_day(envelope.occurred_at, opened.zone)
        for leg in entry.postings if entry else ():
            if ":" in leg.account:
                key = (leg.account, leg.unit)
                running[key] = running.get(key, 0) + leg.amount
                what = getattr(fact, "behaviour", None)
                middle = (leg.account, leg.unit, envelope.pos, day, envelope.period, envelope.type, what)
                yield *middle, leg.amount, running[key]


def redemptions(opened: OpenLedger) -> Iterator[tuple[Any, ...]]:
    """Every line that was sold over the counter."""
    for envelope in envelopes(opened):
        fact = envelope.data
        if isinstance(fact, RedemptionPlaced):
            day = local_day(envelope.occurred_at, opened.zone)
            for line in fact.lines:
                amount = line.price * line.quantity
                front = (envelope.pos, day, envelope.period, fact.redemption, fact.account, line.item)
                yield *front, line.quantity, line.price, amount


TABLES: Final[dict[str, Table]] = {
    "journal": Table(
        ("position", "day", "period", "type", "behaviour", "account", "unit", "amount", "tx"),
        (
            POSITION,
            DAY,
            PERIOD,
            Words("类型", "Type"),
            Words("事项", "Behaviour"),
            ACCOUNT,
            UNIT,
            Words("增减", "Amount"),
            TX,
        ),
        journal,
    ),
    "balances": Table(
        (
            "account",
            "unit",
            "balance",
            "spendable",
            "held",
            "available",
            "debt",
            "received",
            "spent",
            "lapsed",
        ),
        (
            ACCOUNT,
            UNIT,
            Words("余额", "Balance"),
            Words("可兑换", "Spendable"),
            Words("预占", "Held"),
            Words("可用余额", "Available"),
            Words("欠分", "Points owed"),
            Words("累计获得", "Received"),
            Words("累计兑换与扣除", "Spent"),
            Words("累计清零", "Lapsed"),
        ),
        balances,
    ),
    "statements": Table(
        ("account", "unit", "position", "day", "period", "type", "behaviour", "amount", "balance"),
        (
            ACCOUNT,
            UNIT,
            POSITION,
            DAY,
            PERIOD,
            Words("类型", "Type"),
            Words("事项", "Behaviour"),
            Words("增减", "Amount"),
            Words("余额", "Balance"),
        ),
        statements,
    ),
    "redemptions": Table(
        ("position", "day", "period", "redemption", "account", "item", "quantity", "price", "amount"),
        (
            POSITION,
            DAY,
            PERIOD,
            Words("兑换单", "Redemption"),
            ACCOUNT,
            Words("商品", "Item"),
            Words("数量", "Quantity"),
            Words("单价", "Price"),
            Words("积分", "Points"),
        ),
        redemptions,
    ),
    "vouchers": Table(
        ("period", "voucher", "day", "account", "source", "belongs_to", "unit", "debit", "credit"),
        (
            PERIOD,
            Words("凭证号", "Voucher"),
            DAY,
            Words("科目", "Account"),
            Words("资金来源", "Source"),
            Words("所属期", "Belongs to"),
            UNIT,
            Words("借方", "Debit"),
            Words("贷方", "Credit"),
        ),
        vouchers,
    ),
}

"""Accounting vouchers 记账凭证 of a whole ledger, made from the journal alone; and what book accounts are called."""

from collections.abc import Iterator
from typing import Any, Final

from api.commands.history import envelopes
from api.commands.saying import Words
from api.export.amounts import shown
from api.ledgers import OpenLedger
from ledger import chart
from ledger.calendar import local_day
from ledger.coupons.facts import BatchDrafted
from ledger.funds.facts import FundOpened
from ledger.offers.facts import OfferOpened
from ledger.room import Envelope
from ledger.settlements.facts import SettlementPaid
from projections.owed import Owed, by_source
from projections.trial_balance import NAMESPACES
from projections.vouchers import MERCHANT, NONE, Part, parts

NAMES: Final = {
    "holders": Words("会员持有", "Held by people"),
    "accounts": Words("独立账户", "Free-standing accounts"),
    chart.ISSUED: Words("发放", "Issued"),
    chart.REDEEMED: Words("兑换", "Redeemed"),
    chart.DEDUCTED: Words("扣除", "Deducted"),
    chart.LAPSED: Words("过期", "Lapsed"),
    chart.CONVERTED: Words("单位转换", "Converted"),
    chart.FEES: Words("手续费收入", "Fees kept"),
    chart.OFFERED: Words("优惠补贴支出", "Added to prices of offers"),
    chart.COLLECTED: Words("代收会员款", "Collected from members"),
    chart.BOUGHT: Words("礼包购入", "Kits bought"),
    chart.KITS: Words("礼包库存", "Kits in stock"),
    chart.GIVEN: Words("礼包发放", "Kits handed out"),
    chart.MISSING: Words("盘点差异", "Found by counting"),
    chart.CLAIMANTS: Words("个人自付收款", "Brought by persons"),
    chart.OWN_SHARES: Words("代收个人自付", "Persons' own shares"),
    chart.PAID: Words("已付商户", "Paid to merchants"),
    chart.cost(None): Words("权益支出", "Cost of entitlements"),
}
STAGES: Final = {
    "source": Words("拨款来源", "from its source"),
    "free": Words("可用", "free"),
    "committed": Words("已承诺", "committed"),
    "disbursed": Words("已支付", "disbursed"),
    "recovered": Words("已追回", "recovered"),
}


def account_words(account: str) -> Words:
    """What a book account is called; one that has no name here is called as it is spelled."""
    if account in NAMES:
        return NAMES[account]
    kind, _, rest = account.replace(":", "/", 1).partition("/")
    id, _, stage = rest.rpartition("/")
    if kind == "fund" and stage in STAGES:
        return Words(f"资金 {id} {STAGES[stage].zh}", f"Fund {id}, {STAGES[stage].en}")
    kinds = {
        "merchant": Words(f"应付商户 {rest}", f"To come to merchant {rest}"),
        "payable": Words(f"应付 {rest}", f"To come to {rest}"),
        "cost": Words(f"权益支出 {rest}", f"Cost of entitlements, {rest}"),
    }
    return kinds.get(kind, Words(account, account))


class _Sources:
    """Whose money it is, as the facts before have said; of what merchants are paid, what stood of each source."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._owed = Owed()

    def learn(self, fact: Any) -> None:
        """Funds and batches have a source, offers that of their fund."""
        match fact:
            case FundOpened():
                self._known["fund:" + fact.fund] = fact.source
            case BatchDrafted():
                self._known["batch:" + fact.batch] = fact.source or NONE
            case OfferOpened():
                self._known["offer:" + fact.offer] = self.of(f"fund:{fact.fund}")

    def of(self, money: str) -> str:
        """The source's code, or nothing."""
        kind, _, id = money.partition(":")
        return id if kind == "source" else self._known.get(money, NONE)

    def told(self, envelope: Envelope) -> Iterator[Part]:
        """The postings of a fact by source."""
        fact = envelope.data
        entry = fact.entry()
        if isinstance(fact, SettlementPaid):
            paid = self._owed.paid((fact.merchant, fact.unit), fact.period, fact.amount)
            yield from by_source(paid, entry.postings if entry else ())
            return
        for money, postings in parts(fact, entry):
            source, legs = self.of(money), list(postings)
            for account, unit, amount in legs:
                if account.startswith(MERCHANT):
                    self._owed.came((account.removeprefix(MERCHANT), unit), envelope.period, source, amount)
            yield source, legs


def vouchers(opened: OpenLedger) -> Iterator[tuple[Any, ...]]:
    """Every voucher of every month: debits and credits of each are equal."""
    sources, sums = _Sources(), dict[tuple[str, ...], list[int]]()
    for envelope in envelopes(opened):
        fact = envelope.data
        sources.learn(fact)
        day, belongs_to = local_day(envelope.occurred_at, opened.zone), envelope.belongs_to or NONE
        for source, postings in sources.told(envelope):
            for account, unit, amount in postings:
                name = NAMESPACES.get(account.partition(":")[0], account)
                key = (envelope.period, day, unit, source, belongs_to, name)
                sums.setdefault(key, [0, 0])[amount > 0] += abs(amount)
    yield from _numbered(opened, sums)


def _numbered(opened: OpenLedger, sums: dict[tuple[str, ...], list[int]]) -> Iterator[tuple[Any, ...]]:
    view = opened.ledger.view()
    scheme = view.scheme(view.today)
    numbers: dict[str, dict[tuple[str, ...], int]] = {}
    for key in sorted(sums):
        period, day, unit, source, belongs_to, account = key
        of_month = numbers.setdefault(period, {})
        number = of_month.setdefault(key[:-1], len(of_month) + 1)
        sides = (shown(scheme, unit, amount) for amount in sums[key])
        yield period, number, day, account, source, belongs_to, unit, *sides

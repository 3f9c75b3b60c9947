"""Statements of funds and merchants, settlements as a list, accounting vouchers: what finance asks for every month."""

from collections.abc import Sequence
from typing import Any, Final

from api.commands.saying import Words
from api.export.vouchers import account_words
from api.routes.files import UNIT_HEADING, Column, every, filed, wanted
from api.routes.histories import place
from api.routes.owning import of_merchant
from api.routes.past import month_asked
from api.routes.reading import FORMAT, PAGE, PERIOD, TEXT, UNIT, Asked, Parameter, Read, page_size
from ledger import chart
from ledger import refusals as no
from ledger.merchants.entities import Merchant
from ledger.refusals import NotFound
from ledger.values import PeriodName, UnitCode
from projections import funds, merchants
from projections.merchant_statements import Line as MerchantLine
from projections.merchant_statements import by_source, statement
from projections.store import Reading
from projections.trial_balance import trial_balance
from projections.vouchers import vouchers as vouchers_of

DAY: Final = Words("时间", "At")
MONTH: Final = Words("账期", "Period")
TYPE: Final = Words("类型", "Type")
REFERENCE: Final = Words("凭据号", "Reference")
SOURCE: Final = Words("资金来源", "Source")


# Funds -------------------------------------------------------------------------------------------------------

FUND: Final = (
    Column("position", Words("位置", "Position")),
    Column("occurred_at", DAY),
    Column("period", MONTH),
    Column("type", TYPE),
    Column("unit", UNIT_HEADING),
    Column("source", SOURCE),
    Column("amount", Words("金额", "Amount"), amount=True),
    Column("commitment", Words("承诺", "Commitment")),
    Column("of", Words("事由", "For")),
    Column("payee", Words("收付对方", "Payee or payer")),
    Column("reference", REFERENCE),
    Column("reason", Words("原因", "Reason")),
    Column("appropriated", Words("拨入", "Appropriated"), amount=True),
    Column("committed", Words("已承诺", "Committed"), amount=True),
    Column("disbursed", Words("已支付", "Disbursed"), amount=True),
    Column("returned", Words("已缴回", "Returned"), amount=True),
    Column("free", Words("可用", "Free"), amount=True),
)


def fund(asked: Asked) -> Any:
    """Every movement of a fund with what was free, promised and paid after it, and whose money it is.

    At every line appropriated = committed + disbursed + free + returned.
    """
    id, period, limit = asked.params["fund"], month_asked(asked.query), page_size(asked.query)
    after = place(asked.query.get("after", "0"))
    with asked.served.projected() as reading:
        known = funds.fund(reading, id)
        if known is None:
            raise NotFound(kind="fund", id=id)
        if wanted(asked):
            pages = every(
                lambda last, size: funds.statement(reading, known, period=period, after=last, limit=size),
                lambda line: line.position,
                0,
            )
            lines = (_fund_line(line) | {"unit": known.unit} for line in pages)
            return filed(asked, "fund-statement", FUND, lines)
        page = funds.statement(reading, known, period=period, after=after, limit=limit)
        opening = funds.standing(reading, id, before=period) if period else funds.Standing()
        closing = funds.standing(reading, id, until=period)
    return {
        **known._asdict(),
        "revolving": bool(known.revolving),
        "period": period,
        "opening": _standing(opening),
        "lines": [_fund_line(line) for line in page],
        "closing": _standing(closing),
        "next": str(page[-1].position) if len(page) == limit else None,
    }


def _standing(found: funds.Standing) -> dict[str, int]:
    return found._asdict() | {"free": found.free}


def _fund_line(line: funds.Line) -> dict[str, Any]:
    shown = line._asdict() | _standing(line.after)
    del shown["after"]
    return shown


# Merchants ---------------------------------------------------------------------------------------------------

MERCHANT: Final = (
    Column("position", Words("位置", "Position")),
    Column("occurred_at", DAY),
    Column("period", MONTH),
    Column("type", TYPE),
    Column("of", Words("单号", "Of")),
    Column("unit", UNIT_HEADING),
    Column("source", SOURCE),
    Column("sold", Words("销售", "Sold"), amount=True),
    Column("refunded", Words("退货", "Refunded"), amount=True),
    Column("fees", Words("手续费", "Fees"), amount=True),
    Column("subsidy", Words("其中补贴", "Subsidy in it"), amount=True),
    Column("paid", Words("已付", "Paid"), amount=True),
    Column("balance", Words("应付余额", "To come"), amount=True),
    Column("reference", REFERENCE),
)


def merchant(asked: Asked) -> Any:
    """What a merchant sold and took back in the books of a month, what was kept of it and paid, and what is to come.

    `closing` is what stands on its account in the journal (`journal`) at the end of that month: `difference` is 0, or
    something is broken. A merchant's key sees its own alone. Without `period` it is the open month.
    """
    id = asked.params["merchant"]
    of_merchant(asked.caller, id, kind=Merchant.KIND, id=id)
    ledger = asked.served.ledger
    view = ledger.view()
    shop, unit = ledger.the(Merchant, id), view.scheme(view.today).unit(UnitCode(asked.query["unit"])).code
    period = month_asked(asked.query) or view.period
    limit, after = page_size(asked.query), place(asked.query.get("after", "0"))
    with asked.served.projected() as reading:
        if wanted(asked):
            pages = every(
                lambda last, size: statement(reading, id, unit, period=period, after=last, limit=size),
                lambda line: line.position,
                0,
            )
            lines = (row | {"unit": unit} for line in pages for row in _merchant_rows(line))
            return filed(asked, f"merchant-statement-{period}", MERCHANT, lines)
        page = statement(reading, id, unit, period=period, after=after, limit=limit)
        shown = _sums(reading, id, unit, period)
    return {
        "merchant": id,
        "name": shop.name,
        "unit": unit,
        "period": period,
        **shown,
        "lines": [_merchant_line(line) for line in page],
        "next": str(page[-1].position) if len(page) == limit else None,
    }


def _sums(reading: Reading, id: str, unit: UnitCode, period: PeriodName) -> dict[str, Any]:
    opening = merchants.sums(reading, id, unit, before=period).change
    sums = merchants.sums(reading, id, unit, period=period)
    settled = merchants.settlements(reading, merchant=id, unit=unit, period=period)
    carried = settled[0].carried if settled else merchants.carried(reading, id, unit, period)
    owner = chart.merchant(id)
    booked = trial_balance(reading, until=period)
    journal = sum(item.balance for item in booked if (item.account, item.unit) == (owner, unit))
    closing = opening + sums.change
    return {
        "opening": opening,
        **sums._asdict(),
        "carried": carried,
        "payable": max(0, sums.sold - sums.refunded - sums.fees + carried),
        "closing": closing,
        "journal": journal,
        "difference": closing - journal,
        "sources": [part._asdict() for part in by_source(reading, id, unit, period)],
        "settlement": _settled(settled)[0] if settled else None,
    }


def _merchant_line(line: MerchantLine) -> dict[str, Any]:
    shown = line._asdict() | line.sums._asdict() | {"sources": [part._asdict() for part in line.sources]}
    del shown["sums"]
    return shown


def _merchant_rows(line: MerchantLine) -> list[dict[str, Any]]:
    """In a file, a row for each source, with its part of the fee and of what was paid; a subsidy has one source."""
    whole = _merchant_line(line)
    rows = [whole | part._asdict() for part in line.sources] or [whole | {"source": None}]
    return rows[:1] + [row | {"subsidy": 0} for row in rows[1:]]


# Settlements -------------------------------------------------------------------------------------------------

SETTLEMENTS: Final = (
    Column("settlement", Words("结算单", "Settlement")),
    Column("merchant", Words("商户", "Merchant")),
    Column("period", MONTH),
    Column("unit", UNIT_HEADING),
    Column("status", Words("状态", "Status")),
    Column("sold", Words("销售", "Sold"), amount=True),
    Column("refunded", Words("退货", "Refunded"), amount=True),
    Column("fees", Words("手续费", "Fees"), amount=True),
    Column("subsidy", Words("其中补贴", "Subsidy in it"), amount=True),
    Column("carried", Words("上期结转", "Carried in"), amount=True),
    Column("payable", Words("应付", "Payable"), amount=True),
    Column("reference", REFERENCE),
    Column("invoice", Words("发票号", "Invoice")),
    Column("invoiced_on", Words("开票日期", "Invoiced on")),
    Column("invoice_amount", Words("发票金额", "Invoice over"), amount=True),
    Column("payee", Words("收款账户", "Payee account")),
    Column("paid_at", Words("付款时间", "Paid at")),
    Column("disputes", Words("异议", "Disputes open")),
)


def settlements(asked: Asked) -> Any:
    """Settlements by merchant, unit and month, with their status and open disputes; a merchant's key sees its own."""
    query, limit = asked.query, page_size(asked.query)
    chosen = query.get("merchant")
    scope = asked.caller.principal.merchant
    if chosen is not None:
        of_merchant(asked.caller, chosen, kind=Merchant.KIND, id=chosen)
    terms: dict[str, Any] = {
        "merchant": scope or chosen,
        "unit": query.get("unit"),
        "period": month_asked(query),
        "status": query.get("status"),
    }
    with asked.served.projected() as reading:
        if wanted(asked):
            pages = every(
                lambda last, size: merchants.settlements(reading, **terms, after=last, limit=size),
                lambda item: item.settlement,
                "",
            )
            return filed(asked, "settlements", SETTLEMENTS, (item._asdict() for item in pages))
        page = merchants.settlements(reading, **terms, after=query.get("after", ""), limit=limit)
    return {"settlements": _settled(page), "next": page[-1].settlement if len(page) == limit else None}


def _settled(page: Sequence[merchants.Settled]) -> list[dict[str, Any]]:
    return [item._asdict() for item in page]


# Vouchers ----------------------------------------------------------------------------------------------------

VOUCHERS: Final = (
    Column("period", MONTH),
    Column("voucher", Words("凭证号", "Voucher")),
    Column("on", Words("日期", "Day")),
    Column("account", Words("科目", "Account")),
    Column("account_name", Words("科目名称", "Account name")),
    Column("source", SOURCE),
    Column("belongs_to", Words("所属期", "Belongs to")),
    Column("unit", UNIT_HEADING),
    Column("debit", Words("借方", "Debit"), amount=True),
    Column("credit", Words("贷方", "Credit"), amount=True),
)


def vouchers(asked: Asked) -> Any:
    """The books of a month as vouchers: one for each local day, unit, source of money and month that it belongs to.

    Debits and credits of each voucher are equal. Numbers of a month that is closed never change.
    """
    period = month_asked(asked.query) or asked.served.ledger.view().period
    with asked.served.projected() as reading:
        found = vouchers_of(reading, asked.served.ledger.zone, period)
    lines = [
        {"period": period, **line._asdict(), "account_name": account_words(line.account).of(asked.lang)}
        for line in found
    ]
    if wanted(asked):
        return filed(asked, f"vouchers-{period}", VOUCHERS, lines)
    for line in lines:
        del line["period"]
    shown = [line | {name: line[name] or None for name in ("source", "belongs_to")} for line in lines]
    return {"period": period, "vouchers": len({line.voucher for line in found}), "lines": shown}


BEHIND: Final = (no.ProjectionBehind,)
STATUS: Final = {"type": "string", "enum": ["draft", "checked", "paid", "withdrawn"]}
OPEN_MONTH: Final = Parameter("period", "A posted month, `2022-06`; by default the open one.", dict(TEXT))
REPORTS: Final = (
    Read(
        path="/funds/{fund}/statement",
        show=fund,
        summary="A fund's statement 资金明细",
        query=(PERIOD, FORMAT, *PAGE),
        refusals=BEHIND,
    ),
    Read(
        path="/merchants/{merchant}/statement",
        show=merchant,
        merchants=True,
        summary="A merchant's statement 商户对账单",
        query=(UNIT, OPEN_MONTH, FORMAT, *PAGE),
        refusals=(no.UnknownSchemeTerm, *BEHIND),
    ),
    Read(
        path="/reports/settlements",
        show=settlements,
        merchants=True,
        summary="Settlements with their status 结算清单",
        query=(
            Parameter("merchant", "One merchant; a merchant's own by default.", dict(TEXT)),
            Parameter("unit", "One unit of value; by default all.", dict(TEXT)),
            PERIOD,
            Parameter("status", "One status; by default all.", STATUS),
            FORMAT,
            *PAGE,
        ),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/vouchers",
        show=vouchers,
        summary="Accounting vouchers of a month 记账凭证",
        query=(OPEN_MONTH, FORMAT),
        refusals=BEHIND,
    ),
)

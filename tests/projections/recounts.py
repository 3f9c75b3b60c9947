"""Funds, merchants and settlements counted anew from the journal, beside what their projections say."""

from ledger.funds.entities import Fund
from ledger.merchants.till import Till, till_id
from ledger.settlements.entities import Settlement
from ledger.settlements.facts import SettlementPaid
from ledger.values import PeriodName
from projections import funds, merchant_statements, merchants, vouchers
from projections.store import Reading
from projections.trial_balance import trial_balance
from tests.given import ZONE, Story
from tests.projections.welfare import CNY, COUPON_CNY, SHOPS, entities

# Funds -------------------------------------------------------------------------------------------------------


def funds_add_up_at_every_line(story: Story, reading: Reading) -> None:
    members = ("appropriated", "committed", "disbursed", "returned", "recovered", "written_off")
    for id, found in entities(story, Fund).items():
        known = funds.fund(reading, id)
        assert known is not None
        assert (known.source, known.unit, known.closed_at) == (found.source, found.unit, found.closed_at)
        lines = funds.statement(reading, known, limit=1000)
        said = {item.pos: item.data for item in story.journal if getattr(item.data, "fund", None) == id}
        for line in lines:
            after = line.after
            assert after.appropriated == after.committed + after.disbursed + after.free + after.returned
            assert min(after.free, after.committed, after.disbursed) >= 0
            assert after.free == getattr(said[line.position], "free", 0)
            assert (line.amount, line.source) == (said[line.position].amount, found.source)
        assert [getattr(lines[-1].after, name) for name in members] == [getattr(found, name) for name in members]
        assert funds.standing(reading, id) == lines[-1].after
        for period in {item.period for item in story.journal}:
            month = funds.statement(reading, known, period=period, limit=1000)
            assert list(month) == [line for line in lines if line.period == period]
            if month:
                before = [line.after for line in lines if line.position < month[0].position]
                assert funds.standing(reading, id, before=period) == (before[-1] if before else funds.Standing())
                assert funds.standing(reading, id, until=period) == month[-1].after


# Merchants ---------------------------------------------------------------------------------------------------


def merchants_tie_out(story: Story, reading: Reading) -> None:
    periods = sorted({item.period for item in story.journal})
    for shop in SHOPS:
        for unit in (CNY, COUPON_CNY):
            lines = merchant_statements.statement(reading, shop, unit, limit=1000)
            balance = lines[-1].balance if lines else 0
            assert balance == sum(
                amount for _, posting, amount in posted(story) if posting == (f"merchant/{shop}", unit)
            )
            assert balance == merchants.sums(reading, shop, unit).change
            for period in periods:
                till = story.get(Till, till_id(shop, unit, period)) or Till()
                sums = merchants.sums(reading, shop, unit, period=period)
                assert sums[:4] == (till.sold, till.refunded, till.fees, till.subsidy)
                booked = {it.account: it.balance for it in trial_balance(reading, until=period) if it.unit == unit}
                opening = merchants.sums(reading, shop, unit, before=period).change
                assert opening + sums.change == booked.get(f"merchant/{shop}", 0)
            for line in lines:
                for name in ("sold", "refunded", "fees", "paid"):
                    assert sum(getattr(part, name) for part in line.sources) == getattr(line.sums, name)
                assert {part.source for part in line.sources} <= {"union", "employer"}


def posted(story: Story) -> list[tuple[PeriodName, tuple[str, str], int]]:
    entries = [(item.period, entry) for item in story.journal if (entry := item.data.entry())]
    return [(period, (leg.account, leg.unit), leg.amount) for period, entry in entries for leg in entry.postings]


def settlements_are_told_by_source(story: Story, reading: Reading) -> None:
    """Each figure is the sum of its sources, and what its line says was paid of each is what was to be paid."""
    paid = {fact.settlement: fact for fact in story.facts(SettlementPaid)}
    for id, found in entities(story, Settlement).items():
        parts = merchant_statements.by_source(reading, found.merchant, found.unit, found.period)
        for name in ("sold", "refunded", "fees", "carried", "payable"):
            assert sum(getattr(part, name) for part in parts) == getattr(found, name), name
        if id in paid and paid[id].amount:
            lines = merchant_statements.statement(reading, found.merchant, found.unit, limit=1000)
            (line,) = (it for it in lines if it.of == id)
            assert {it.source: it.paid for it in line.sources} == {it.source: it.payable for it in parts if it.payable}


def vouchers_leave_what_statements_leave(story: Story, reading: Reading) -> None:
    """Of each source, on each merchant's account."""
    for shop in SHOPS:
        for unit in (CNY, COUPON_CNY):
            left: dict[str, int] = {}
            for line in merchant_statements.statement(reading, shop, unit, limit=1000):
                for part in line.sources:
                    gain = part.sold - part.refunded - part.fees - part.paid
                    left[part.source] = left.get(part.source, 0) + gain
            vouched: dict[str, int] = {}
            for period in {item.period for item in story.journal}:
                for it in vouchers.vouchers(reading, ZONE, period):
                    if (it.account, it.unit) == (f"merchant/{shop}", unit):
                        vouched[it.source] = vouched.get(it.source, 0) + it.credit - it.debit
            assert vouched == left


def settlements_are_listed(story: Story, reading: Reading) -> None:
    known = entities(story, Settlement)
    paid = {fact.settlement: fact for fact in story.facts(SettlementPaid)}
    found = merchants.settlements(reading, limit=1000)
    assert [item.settlement for item in found] == sorted(known)
    names = ("merchant", "unit", "period", "status", "sold", "refunded", "fees", "subsidy", "carried", "payable")
    for item in found:
        settlement = known[item.settlement]
        assert [getattr(item, name) for name in names] == [getattr(settlement, name) for name in names]
        assert item.disputes == len(settlement.disputed)
        assert (item.checked_at is not None) == (settlement.checker is not None)
        if item.settlement in paid:
            assert (item.reference, item.carried_on) == ("bank-17", paid[item.settlement].carried)
    for shop in SHOPS:
        assert merchants.settlements(reading, merchant=shop) == [item for item in found if item.merchant == shop]

"""One third the union's and two thirds the employer's (S13), over HTTP on both databases: to the fen, on every line."""

import csv
import io
from collections.abc import Iterator

import pytest

from api.export.vouchers import vouchers as every_voucher
from api.settings import Settings
from ledger.periods.commands import ClosePeriod, FinishClosing, SealPeriod
from ledger.values import PeriodName
from ledger.vault import Principal
from tests.api.served import TESTER
from tests.stories.programme import Programme, begun

SHARES = [{"fund": "gifts", "weight": 1}, {"fund": "works", "weight": 2}]
SETTLEMENT = "corner.coupon_cny.2022-06"
Three = tuple[int, int, int]


@pytest.fixture
def union(database: Settings) -> Iterator[Programme]:
    """10,000.00 yuan for two members until 10 July, and a shop of whose sales 1.5 % are kept."""
    with begun(database, "welfare-coupons", "2022-06-01") as running:
        principals = running.opened.vault.principals
        for name, role, merchant in (("checker", "finance", None), ("corner", "merchant", "corner")):
            id = principals.add(Principal(id=f"person:{name}", roles=(role,), merchant=merchant)).id
            running.keys[name] = principals.create_key(id)[0]  # type: ignore[index] # the story's own dict
        running.people("li", "wang")
        for fund, source in (("gifts", "union"), ("works", "employer")):
            running.do("/funds", {"id": fund, "unit": "cny", "source": source, "year": 2022}, "finance")
            running.do(f"/funds/{fund}/appropriate", {"amount": 1_000_000}, "finance")
        running.do("/merchants", {"id": "corner", "name": "街角店", "admitted_from_on": "2022-01-01", "rate": 150})
        yield running


def issued(union: Programme, expires_on: str = "2022-07-10") -> list[str]:
    terms = {"kind": "welfare", "occasion": "birthday", "shares": SHARES, "expires_on": expires_on}
    union.do("/coupon-batches", {"id": "b1", **terms})
    lines = [{"holder": holder, "face": face} for holder, face in (("li", 333_333), ("wang", 666_667))]
    union.do("/coupon-batches/b1/lines", {"lines": lines})
    union.do("/coupon-batches/b1/submit")
    batch = union.ask("/coupon-batches/b1")
    assert [share["source"] for share in batch["funding"]] == ["union", "employer"]
    union.do("/coupon-batches/b1/approve", {"digest": batch["digest"]}, "approver")
    union.do("/coupon-batches/b1/issue", {"lines": [{"holder": "li"}, {"holder": "wang"}]})
    union.do("/coupon-batches/b1/finish")
    return [union.ask("/coupons", "officer", holder=holder)["coupons"][0]["id"] for holder in ("li", "wang")]


def bought(union: Programme, coupon: str, holder: str, amount: int) -> str:
    body = {"merchant": "corner", "lines": [{"goods": "food", "amount": amount}], "coupons": [coupon], "holder": holder}
    found: str = union.do("/purchases", body, "corner")["id"]
    return found


def stands(union: Programme) -> tuple[Three, Three]:
    """Promised, paid and free of both."""
    union_, employer = (union.ask(f"/funds/{fund}", "finance") for fund in ("gifts", "works"))
    return tuple(tuple(fund[name] for name in ("committed", "disbursed", "free")) for fund in (union_, employer))  # type: ignore[return-value] # two of three


def test_a_third_and_two_thirds_stand_exact_at_every_step_and_on_every_line(union: Programme) -> None:
    first, second = issued(union)
    assert stands(union) == ((333_333, 0, 666_667), (666_667, 0, 333_333))
    purchase = bought(union, first, "li", 100_001)
    bought(union, second, "wang", 50_000)
    union.do(f"/purchases/{purchase}/refunds", {"amount": 1_000, "reason": "returned-goods"}, "corner")
    (spent_union, spent_employer) = (stands(union)[0][1], stands(union)[1][1])
    assert spent_union + spent_employer == 149_001
    assert abs(3 * spent_union - 149_001) <= 6
    settled_by_source(union, {"union": spent_union, "employer": spent_employer})
    vouched_by_source(union, spent_union, spent_employer)
    owed = union.ask("/reports/coupon-liability", "finance")["months"]
    assert {line["source"]: line["left"] for line in owed} == {
        "union": 333_333 - spent_union,
        "employer": 666_667 - spent_employer,
    }
    union.on("2022-07-11")
    assert stands(union) == (
        (0, spent_union, 1_000_000 - spent_union),
        (0, spent_employer, 1_000_000 - spent_employer),
    )
    lines = union.ask("/accounts/holder:li/statement", "finance", unit="coupon_cny")["lines"]
    kinds = ["coupon-issued.v1", "coupons-spent.v1", "coupons-refunded.v1", "lots-lapsed.v1"]
    assert [(line["type"], line["sources"]) for line in lines] == [(kind, ["employer", "union"]) for kind in kinds]
    union.holds_together()


def settled_by_source(union: Programme, spent: dict[str, int]) -> None:
    june = PeriodName("2022-06")
    union.on("2022-07-01")
    closing = SealPeriod(period=june, root="0" * 64, accounts=0, totals=())
    for command in (ClosePeriod(period=june), closing, FinishClosing(period=june, holders=0, totals=())):
        union.opened.ledger.submit(command, by=TESTER)
    union.do("/settlements", {"merchant": "corner", "unit": "coupon_cny", "period": june})
    union.do(f"/settlements/{SETTLEMENT}/lines", {"of": ["coupon-batch:b1"]})
    (line,) = union.ask(f"/settlements/{SETTLEMENT}", "finance")["lines"]
    assert {part["fund"]: part["sold"] - part["refunded"] for part in line["parts"]} == spent
    assert (line["sold"], line["refunded"], line["fund"]) == (150_001, 1_000, None)
    told = union.ask("/merchants/corner/statement", "corner", unit="coupon_cny", period=june)["lines"]
    assert [{part["source"] for part in line["sources"]} for line in told] == [{"union", "employer"}] * 3
    answer = union.get("/merchants/corner/statement?unit=coupon_cny&period=2022-06&format=csv", role="corner")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1 + 2 * 3


def settled(union: Programme, period: str) -> dict[str, dict[str, int]]:
    """Drafted, checked and paid by three people; each source's part of it."""
    month = PeriodName(period)
    for command in (
        ClosePeriod(period=month),
        SealPeriod(period=month, root="0" * 64, accounts=0, totals=()),
        FinishClosing(period=month, holders=0, totals=()),
    ):
        union.opened.ledger.submit(command, by=TESTER)
    union.do("/settlements", {"merchant": "corner", "unit": "coupon_cny", "period": period})
    path = f"/settlements/corner.coupon_cny.{period}"
    union.do(path + "/lines", {"of": ["coupon-batch:b1"]})
    union.do(path + "/check", role="checker")
    union.do(path + "/pay", {"reference": "bank-" + period}, "finance")
    whole = union.ask(path, "finance")
    parts = {part.pop("source"): part for part in whole["sources"]}
    for name in ("sold", "refunded", "fees", "carried", "payable"):
        assert sum(part[name] for part in parts.values()) == whole[name]
    told = union.ask("/merchants/corner/statement", "corner", unit="coupon_cny", period=period)
    assert {part.pop("source"): part for part in told["sources"]} == parts
    return parts


def vouched(union: Programme, period: str, account: str) -> dict[str, int]:
    """Credits less debits of one account, by source."""
    found: dict[str, int] = {}
    for line in union.ask("/reports/vouchers", "finance", period=period)["lines"]:
        if line["account"] == account:
            found[line["source"]] = found.get(line["source"], 0) + line["credit"] - line["debit"]
    return found


def test_what_is_paid_and_what_is_kept_bear_their_source_also_after_a_late_refund(union: Programme) -> None:
    """1.5 % of 1,000.01 are 15.00: 4.99 of the union's and, with the odd fen, 10.01 of the employer's."""
    first, second = issued(union, expires_on="2022-12-31")
    purchase = bought(union, first, "li", 100_001)
    union.on("2022-07-01")
    june = settled(union, "2022-06")
    assert [(part["sold"], part["fees"], part["payable"]) for part in june.values()] == [
        (66_668, 1_001, 65_667),
        (33_333, 499, 32_834),
    ]
    assert vouched(union, "2022-06", "fees") == {"employer": 1_001, "union": 499}
    assert vouched(union, "2022-07", "paid") == {"employer": 65_667, "union": 32_834}
    refunded = {"amount": 100_000, "reason": "returned-goods"}
    union.do(f"/purchases/{purchase}/refunds", refunded, "corner")
    bought(union, second, "wang", 34)
    union.on("2022-08-01")
    july = settled(union, "2022-07")
    assert [part["payable"] for part in july.values()] == [0, 0]
    bought(union, second, "wang", 300_001)
    union.on("2022-09-01")
    august = settled(union, "2022-08")
    assert {source: part["carried"] for source, part in august.items()} == {
        source: part["sold"] - part["refunded"] - part["fees"] for source, part in july.items()
    }
    assert vouched(union, "2022-09", "paid") == {source: part["payable"] for source, part in august.items()}
    told_everywhere(union, june, july, august)


def told_everywhere(union: Programme, *months: dict[str, dict[str, int]]) -> None:
    """Funds have paid what was sold and not given back; no source has anything on the shop's account any more."""
    for fund, source in (("gifts", "union"), ("works", "employer")):
        net = sum(part[source]["sold"] - part[source]["refunded"] for part in months)
        assert union.ask(f"/funds/{fund}", "finance")["disbursed"] == net
        periods = ("2022-06", "2022-07", "2022-08", "2022-09")
        assert sum(vouched(union, period, "merchant/corner").get(source, 0) for period in periods) == 0
        assert sum(vouched(union, period, "fees").get(source, 0) for period in periods) == sum(
            part[source]["fees"] for part in months
        )
    exported = [(row[3], row[4], *map(str, row[7:])) for row in every_voucher(union.opened) if row[0] == "2022-09"]
    assert exported == in_file(union, "/reports/vouchers?period=2022-09")
    rows = in_file(union, "/merchants/corner/statement?unit=coupon_cny&period=2022-09", "资金来源", "已付")
    assert {source: round(100 * float(paid)) for source, paid in rows} == vouched(union, "2022-09", "paid")


def in_file(union: Programme, path: str, *names: str) -> list[tuple[str, ...]]:
    answer = union.get(path + "&format=csv", role="finance")
    wanted = names or ("科目", "资金来源", "借方", "贷方")
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    return [tuple(row[name] for name in wanted) for row in rows]


def vouched_by_source(union: Programme, *spent: int) -> None:
    lines = union.ask("/reports/vouchers", "finance", period="2022-06")["lines"]
    holders = {
        source: sum(line["debit"] for line in lines if line["account"] == "holders" and line["source"] == source)
        - sum(line["credit"] for line in lines if line["account"] == "holders" and line["source"] == source)
        for source in ("union", "employer")
    }
    assert holders == {"union": spent[0] - 333_333, "employer": spent[1] - 666_667}


def test_one_fund_that_is_short_or_of_another_year_holds_back_both(union: Programme) -> None:
    terms = {"kind": "welfare", "occasion": "birthday", "shares": SHARES, "expires_on": "2023-07-10"}
    union.do("/coupon-batches", {"id": "b1", **terms})
    union.do("/coupon-batches/b1/lines", {"lines": [{"holder": "li", "face": 1_500_002}]})
    union.do("/coupon-batches/b1/submit")
    approve = {"digest": union.ask("/coupon-batches/b1")["digest"]}
    problem = union.refused("/coupon-batches/b1/approve", approve, "approver")
    assert (problem["code"], problem["fund"], problem["required"]) == ("fund-exhausted", "works", 1_000_002)
    assert stands(union) == ((0, 0, 1_000_000), (0, 0, 1_000_000))
    union.on("2023-01-01")
    problem = union.refused("/coupon-batches/b1/approve", approve, "approver")
    assert (problem["code"], problem["reason"]) == ("not-eligible", "fund-year")
    into = {"reason": "not-needed", "into": "gifts"}
    assert union.refused("/funds/works/close", into, "finance")["reason"] == "other-source"
    union.do("/funds", {"id": "gifts-2023", "unit": "cny", "source": "union", "year": 2023}, "finance")
    union.do("/funds/gifts/close", {"reason": "not-needed", "into": "gifts-2023"}, "finance")
    assert union.ask("/funds/gifts-2023", "finance")["free"] == 1_000_000
    line = union.ask("/funds/gifts-2023/statement", "finance")["lines"][0]
    assert (line["type"], line["amount"], line["reference"]) == ("fund-appropriated.v1", 1_000_000, "fund:gifts")

"""S19: a fifth of six workers' wages is advanced, the debtor pays everything, the fund is whole again."""

from typing import Any

from api.settings import Settings
from tests.stories.programme import Programme, begun
from tests.stories.welfare import free, fund

SIX = [{"holder": f"w{number}", "amount": 400_000} for number in range(5)] + [{"holder": "w5", "amount": 300_000}]
"""23,000.00 yuan."""


def arrears(lines: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    asked = {"benefit": "advance", "funds": ["arrears-2022"], "debtor": "firm-9", "evidence": "ruling-17"}
    return asked | {"lines": SIX if lines is None else lines} | more


def advanced(province: Programme, body: dict[str, Any]) -> str:
    """Claimed, decided by another person, paid to the workers."""
    id: str = province.do("/aid-claims", body)["id"]
    province.do(f"/aid-claims/{id}/approve", role="approver")
    province.do(f"/aid-claims/{id}/pay", {"reference": "bank-1"}, "finance")
    return id


def listed(province: Programme) -> None:
    fund(province, "arrears-2022", "province", 500_000_000, revolving=True, year=2022)
    province.people(*(f"w{number}" for number in range(6)))


def row(province: Programme) -> dict[str, Any]:
    found: dict[str, Any] = province.ask("/reports/aids")["benefits"][0]
    return found


def test_4_600_yuan_go_out_and_come_back_when_the_debtor_pays_23_000(database: Settings) -> None:
    with begun(database, "wage-arrears", "2022-06-20") as province:
        listed(province)
        id = advanced(province, arrears())
        claim = province.ask(f"/aid-claims/{id}")
        assert [line["aid"] for line in claim["lines"]] == [80_000] * 5 + [60_000]
        assert (claim["aid"], claim["outstanding"], free(province, "arrears-2022")) == (460_000, 460_000, 499_540_000)
        assert (row(province)["outstanding"], row(province)["recovered_percent"]) == (460_000, "0.00")

        province.on("2022-06-29")
        paid = {"amount": 2_300_000, "payer": "firm-9", "reference": "bank-2"}
        back = province.do(f"/aid-claims/{id}/recover", paid, "finance")
        assert (back["back"], back["passed_on"], back["outstanding"]) == (460_000, 1_840_000, 0)
        assert free(province, "arrears-2022") == 500_000_000
        assert (row(province)["outstanding"], row(province)["recovered_percent"]) == (0, "100.00")
        again = province.refused(f"/aid-claims/{id}/recover", paid, "finance")
        assert (again["code"], again["original"]) == ("exceeds-original", 0)
        province.holds_together()


def test_nobody_is_advanced_more_than_a_monthly_minimum_wage(database: Settings) -> None:
    with begun(database, "wage-arrears", "2022-06-20") as province:
        listed(province)
        id = province.do("/aid-claims", arrears([{"holder": "w0", "amount": 1_000_000}]))["id"]
        (line,) = province.ask(f"/aid-claims/{id}")["lines"]
        assert (line["aid"], line["bound"]) == (181_000, "most")


def test_what_the_debtor_pays_in_parts_is_the_funds_first_unless_somebody_says_otherwise(database: Settings) -> None:
    with begun(database, "wage-arrears", "2022-06-20") as province:
        listed(province)
        id = advanced(province, arrears())
        recover = f"/aid-claims/{id}/recover"
        first = province.do(recover, {"amount": 1_000_000, "payer": "firm-9", "back": 0}, "finance")
        assert (first["passed_on"], first["outstanding"]) == (1_000_000, 460_000)
        second = province.do(recover, {"amount": 400_000, "payer": "firm-9"}, "finance")
        assert (second["back"], second["outstanding"], free(province, "arrears-2022")) == (400_000, 60_000, 499_940_000)
        assert row(province)["recovered_percent"] == "86.96"


def test_what_the_debtor_will_never_pay_is_given_up_and_the_fund_is_so_much_smaller(database: Settings) -> None:
    with begun(database, "wage-arrears", "2022-06-20") as province:
        listed(province)
        id = advanced(province, arrears())
        province.do(f"/aid-claims/{id}/recover", {"amount": 60_000, "payer": "firm-9"}, "finance")
        gone = f"/aid-claims/{id}/write-off"
        assert province.refused(gone, {"amount": 400_001, "reason": "debtor-gone"}, "finance")["original"] == 400_000
        assert province.do(gone, {"reason": "debtor-gone"}, "finance")["amount"] == 400_000
        assert (row(province)["outstanding"], row(province)["written_off"]) == (0, 400_000)
        assert (row(province)["recovered_percent"], free(province, "arrears-2022")) == ("13.04", 499_600_000)
        assert province.refused(gone, {"reason": "debtor-gone"}, "finance")["code"] == "exceeds-original"


def test_an_advance_is_of_a_debt_and_beyond_the_fund_nothing_is_promised(database: Settings) -> None:
    with begun(database, "wage-arrears", "2022-06-20") as province:
        fund(province, "arrears-2022", "province", 459_999, revolving=True, year=2022)
        province.people(*(f"w{number}" for number in range(6)))
        assert province.refused("/aid-claims", arrears(debtor=None))["code"] == "malformed"
        id = province.do("/aid-claims", arrears())["id"]
        assert province.refused(f"/aid-claims/{id}/approve", role="approver")["code"] == "fund-exhausted"
        assert free(province, "arrears-2022") == 459_999
        by_hand = {"amount": 1, "payer": "firm-9"}
        assert province.refused(f"/commitments/aid-claim:{id}/recover", by_hand, "finance")["code"] == "not-found"
        province.do("/funds/arrears-2022/appropriate", {"amount": 1}, "finance")
        province.do(f"/aid-claims/{id}/approve", role="approver")
        assert province.refused(f"/commitments/aid-claim:{id}/recover", by_hand, "finance")["reason"] == (
            "commitment-kept"
        )
        province.do(f"/aid-claims/{id}/reject", {"reason": "not-owed"})
        assert free(province, "arrears-2022") == 460_000

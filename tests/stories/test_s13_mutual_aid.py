"""S13: a worker in need brings a third, the company two thirds and the odd fen; two people decide on evidence."""

from typing import Any

from api.settings import Settings
from tests.stories.programme import Programme, begun
from tests.stories.welfare import approver, free, fund

NEED: dict[str, Any] = {"benefit": "two-thirds", "funds": ["mill"], "evidence": "scan-4", "payee": "hospital-1"}


def wanting(holder: str, amount: int, **terms: Any) -> dict[str, Any]:
    return NEED | {"lines": [{"holder": holder, "amount": amount}]} | terms


def paid(mill: Programme, *claims: str) -> None:
    """Decided by two people, collected, paid: each step for all of them."""
    for role in ("approver", "second"):
        mill.many([{"type": "aid-approval", "id": f"{role}-{id}", "claim": id} for id in claims], role)
    for step in ("aid-share", "aid-payment"):
        mill.many([{"type": step, "id": f"{step}-{id}", "claim": id} for id in claims], "finance")


def test_the_company_has_two_thirds_and_the_odd_fen_once_two_people_have_decided(database: Settings) -> None:
    with begun(database, "mutual-aid", "2022-03-01") as mill:
        approver(mill, "second")
        fund(mill, "mill", "company", 1_000_000)
        mill.people("li")
        id = mill.do("/aid-claims", wanting("li", 1_000_000))["id"]
        here = f"/aid-claims/{id}"
        (line,) = mill.ask(here)["lines"]
        assert (line["aid"], line["own"], free(mill, "mill")) == (666_667, 333_333, 1_000_000)

        assert mill.refused(f"{here}/pay", role="finance")["reason"] == "claim-waiting"
        assert mill.do(f"{here}/approve", role="approver")["status"] == "waiting"
        assert mill.refused(f"{here}/approve", role="approver")["reason"] == "approved-already"
        assert mill.do(f"{here}/approve", role="second")["status"] == "approved"
        assert free(mill, "mill") == 333_333

        assert mill.refused(f"{here}/pay", role="finance")["reason"] == "own-share-missing"
        assert mill.do(f"{here}/share", {"reference": "till-1"}, "finance")["amount"] == 333_333
        assert mill.refused(f"{here}/share", {}, "finance")["reason"] == "nothing-to-collect"
        done = mill.do(f"{here}/pay", {"reference": "bank-1"}, "finance")
        assert (done["status"], done["aid"], done["own"]) == ("paid", 666_667, 333_333)
        assert mill.refused(f"{here}/pay", role="finance")["reason"] == "claim-paid"
        assert mill.refused(f"{here}/reject", {"reason": "correction"})["reason"] == "claim-paid"
        books = {line["account"]: line["balance"] for line in mill.ask("/trial-balance")["accounts"]}
        assert (books["own-shares"], books["claimants"], books["fund/mill/disbursed"]) == (0, 0, 666_667)
        mill.holds_together()


def test_whoever_claims_it_does_not_decide_and_without_evidence_nobody_does(database: Settings) -> None:
    with begun(database, "mutual-aid", "2022-03-01") as mill:
        fund(mill, "mill", "company", 1_000_000)
        fund(mill, "other", "town", 1_000_000)
        mill.people("li")
        without = {name: value for name, value in wanting("li", 300).items() if name != "evidence"}
        assert mill.refused("/aid-claims", without)["code"] == "malformed"
        assert mill.refused("/aid-claims", wanting("li", 300, funds=["other"]))["reason"] == "fund-of-another-source"
        id = mill.do("/aid-claims", wanting("li", 300), "admin")["id"]
        assert mill.refused(f"/aid-claims/{id}/approve", role="admin")["code"] == "self-approval"
        assert mill.refused(f"/aid-claims/{id}/approve")["code"] == "forbidden"
        mill.do(f"/aid-claims/{id}/reject", {"reason": "need-not-shown"}, "approver")
        assert mill.refused(f"/aid-claims/{id}/approve", role="approver")["reason"] == "claim-rejected"
        assert free(mill, "mill") == 1_000_000


def test_fifty_cases_of_30_000_yuan_are_a_million_and_the_next_one_waits_for_money(database: Settings) -> None:
    with begun(database, "mutual-aid", "2022-03-01") as mill:
        approver(mill, "second")
        fund(mill, "mill", "company", 100_000_000)
        workers = [f"w{number}" for number in range(51)]
        mill.people(*workers)
        asked = [{"type": "aid-claim", "id": f"case-{holder}"} | wanting(holder, 3_000_000) for holder in workers]
        mill.many(asked)
        paid(mill, *(f"case-{holder}" for holder in workers[:50]))
        (row,) = mill.ask("/reports/aids")["benefits"]
        assert (row["paid"], row["waiting"], row["aid"], row["own"]) == (50, 1, 100_000_000, 50_000_000)
        assert (row["collected"], row["automatic"], free(mill, "mill")) == (50_000_000, 0, 0)

        last = "/aid-claims/case-w50"
        mill.do(f"{last}/approve", role="approver")
        short = mill.refused(f"{last}/approve", role="second")
        assert (short["code"], short["required"], short["available"]) == ("fund-exhausted", 2_000_000, 0)
        mill.do("/funds/mill/appropriate", {"amount": 2_000_000}, "finance")
        mill.do(f"{last}/approve", role="second")
        assert mill.ask("/reports/aids")["benefits"][0]["approved"] == 1

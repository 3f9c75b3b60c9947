"""S15: a hospital sends the bill, 13 % of it are paid at once up to 50,000.00 yuan a year, and nobody runs anywhere."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from api.settings import Settings
from tests.stories.programme import Programme, begun
from tests.stories.welfare import free, fund

HOSPITAL = "aid-desk"


def bill(number: int | str, amount: int, covered: int, **more: Any) -> dict[str, Any]:
    lines = [{"holder": "li", "amount": amount, "covered": covered}]
    asked = {"benefit": "one-stop", "funds": ["pool"], "payee": "hospital-3", "lines": lines}
    return asked | {"cause": {"type": "bill", "id": f"hospital-3/{number}"}} | more


def covered(city: Programme, money: int = 20_000_000) -> None:
    fund(city, "pool", "pool", money)
    city.people("li")
    city.do("/entitlements", {"holder": "li", "code": "pool-cover", "reason": "joined"})


def test_of_12_000_yuan_the_insurance_pays_8_400_the_pool_1_560_and_the_worker_2_040(database: Settings) -> None:
    with begun(database, "mutual-aid", "2022-01-03") as city:
        covered(city)
        done = city.do("/aid-claims", bill(1, 1_200_000, 840_000), HOSPITAL)
        assert (done["status"], done["amount"]) == ("paid", 156_000)
        (line,) = done["lines"]
        assert (line["aid"], line["own"], line["bound"]) == (156_000, 204_000, None)
        assert free(city, "pool") == 20_000_000 - 156_000
        again = city.refused("/aid-claims", bill(1, 1_200_000, 840_000), HOSPITAL)
        assert (again["status"], again["code"]) == (409, "cause-already-used")
        assert free(city, "pool") == 20_000_000 - 156_000
        assert city.refused("/coupon-batches", {}, HOSPITAL)["code"] == "forbidden"


def test_after_49_000_yuan_the_same_bill_yields_1_000_and_the_ceiling_is_reached(database: Settings) -> None:
    with begun(database, "mutual-aid", "2022-01-03") as city:
        covered(city)
        for number, aid in enumerate((1_950_000, 1_950_000, 1_000_000)):
            city.do("/aid-claims", bill(number, -(-aid * 100 // 13), 0), HOSPITAL)
        (line,) = city.do("/aid-claims", bill(9, 1_200_000, 840_000), HOSPITAL)["lines"]
        assert (line["aid"], line["own"], line["bound"]) == (100_000, 260_000, "ceiling")
        over = city.refused("/aid-claims", bill(10, 1_200_000, 840_000), HOSPITAL)
        assert (over["code"], over["used"], over["offered"]) == ("limit-exceeded", 5_000_000, 0)
        (row,) = city.ask("/reports/aids")["benefits"]
        assert (row["aid"], row["ceiling_reached"], row["automatic_percent"]) == (5_000_000, 1, "100.00")
        city.on("2023-01-03")  # another cycle; the cover of last year's 3 January is over
        assert city.refused("/aid-claims", bill(11, 1_200_000, 840_000), HOSPITAL)["reason"] == "not-enrolled"
        city.do("/entitlements", {"holder": "li", "code": "pool-cover", "reason": "joined"})
        assert city.do("/aid-claims", bill(11, 1_200_000, 840_000), HOSPITAL)["amount"] == 156_000


def test_a_great_or_a_late_bill_waits_for_a_person_and_is_no_longer_automatic(database: Settings) -> None:
    with begun(database, "mutual-aid", "2022-01-03") as city:
        covered(city)
        city.do("/aid-claims", bill(1, 1_200_000, 840_000), HOSPITAL)
        great = city.do("/aid-claims", bill(2, 16_000_000, 0), HOSPITAL)
        assert (great["status"], great["exceptions"], great["lines"][0]["aid"]) == (
            "waiting",
            ["above-limit"],
            2_080_000,
        )
        city.on("2022-08-01")
        late = city.do("/aid-claims", bill(3, 1_200_000, 0, occurred_at="2022-05-01T10:00:00+08:00"), HOSPITAL)
        assert (late["status"], late["exceptions"]) == ("waiting", ["late"])
        city.do(f"/aid-claims/{late['id']}/reject", {"reason": "bill-corrected"}, "approver")
        city.do(f"/aid-claims/{great['id']}/approve", role="approver")
        city.do(f"/aid-claims/{great['id']}/pay", {"reference": "bank-7"}, "finance")
        (row,) = city.ask("/reports/aids")["benefits"]
        assert (row["claims"], row["paid"], row["rejected"], row["automatic"]) == (3, 2, 1, 1)
        assert (row["automatic_percent"], row["above_limit"], row["late"]) == ("50.00", 1, 1)


def test_a_bill_that_comes_eight_times_at_once_is_paid_once(database: Settings) -> None:
    with begun(database, "mutual-aid", "2022-01-03") as city:
        covered(city)
        same = bill(1, 1_200_000, 840_000)
        city.client(HOSPITAL)
        with ThreadPoolExecutor(8) as hospital:
            answers = list(
                hospital.map(lambda key: city.post("/aid-claims", same, key=f"try-{key}", role=HOSPITAL), range(8))
            )
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
        assert free(city, "pool") == 20_000_000 - 156_000
        city.holds_together()


def test_a_pool_that_is_short_pays_nothing_and_the_bill_can_come_again(database: Settings) -> None:
    with begun(database, "mutual-aid", "2022-01-03") as city:
        covered(city, 155_999)
        short = city.refused("/aid-claims", bill(1, 1_200_000, 840_000), HOSPITAL)
        assert (short["code"], short["available"]) == ("fund-exhausted", 155_999)
        city.do("/funds/pool/appropriate", {"amount": 1}, "finance")
        assert city.do("/aid-claims", bill(1, 1_200_000, 840_000), HOSPITAL)["amount"] == 156_000
        assert free(city, "pool") == 0


def test_what_was_paid_by_mistake_comes_back_and_is_free_under_the_ceiling_again(database: Settings) -> None:
    with begun(database, "mutual-aid", "2022-01-03") as city:
        covered(city)
        wrong = city.do("/aid-claims", bill(1, 1_200_000, 840_000), HOSPITAL)["id"]
        here = f"/aid-claims/{wrong}/recover"
        too_much = city.refused(here, {"amount": 156_001, "payer": "hospital-3"}, "finance")
        assert (too_much["code"], too_much["original"]) == ("exceeds-original", 156_000)
        back = city.do(here, {"amount": 156_000, "payer": "hospital-3", "reference": "bank-9"}, "finance")
        assert (back["back"], back["outstanding"]) == (156_000, 0)
        (counter,) = [fact for fact in city.ask("/events?limit=1000")["events"] if fact["type"] == "aid-recovered.v1"]
        assert counter["data"]["counts"][0]["amount"] == -156_000

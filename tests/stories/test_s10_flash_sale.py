"""S10: 100 pieces at 1.00 with 11.50 of subsidy; 130 claims by 125 members, of whom five try twice.

In sequence 100 are sold, 5 are one too many for a member and 25 find nothing left; at once 100 are sold, nobody twice.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from api.settings import Settings
from tests.stories.programme import Body, Programme, begun

MEMBERS = [f"m{number:03}" for number in range(125)]
IN_SEQUENCE = [*MEMBERS[:60], *MEMBERS[:5], *MEMBERS[60:]]
"""The five come again among the first hundred."""
SOAP = {"price": 100, "supply": 1_250, "stock": 100, "per_member": 1, "fund": "subsidy"}


@pytest.fixture
def programme(database: Settings) -> Iterator[Programme]:
    """A fund of 2,000.00, a shop, and an offer that is open today."""
    with begun(database, "welfare-coupons", "2022-06-01") as running:
        running.people(*MEMBERS)
        running.do("/funds", {"id": "subsidy", "unit": "cny", "source": "union"}, "finance")
        running.do("/funds/subsidy/appropriate", {"amount": 200_000, "reference": "minutes-2"}, "finance")
        running.do("/merchants", {"id": "shop", "name": "门店", "admitted_from_on": "2022-01-01"})
        offer = {"id": "soap", "name": "一元抢购", "merchant": "shop", "unit": "cny", **SOAP}
        running.do("/offers", offer | {"opens_at": "2022-06-01T02:00:00Z", "closes_at": "2022-06-01T14:00:00Z"})
        yield running


def ends_as_it_must(programme: Programme) -> None:
    """Members paid 100.00, the fund 1,150.00, the merchant has 1,250.00 to come, and nobody has two."""
    assert programme.ask("/offers/soap")["stock"] == 0
    fund = programme.ask("/funds/subsidy")
    assert (fund["disbursed"], fund["committed"], fund["free"]) == (115_000, 0, 85_000)
    statement = programme.ask("/merchants/shop/statement", unit="cny", limit=1_000)
    assert len(statement["lines"]) == 100
    assert (statement["sold"], statement["subsidy"], statement["payable"]) == (125_000, 115_000, 125_000)
    assert (statement["closing"], statement["difference"]) == (125_000, 0)
    programme.holds_together()


def told(bodies: Sequence[Body]) -> Counter[str]:
    return Counter(body.get("code", "sold") for body in bodies)


def test_in_sequence_100_are_sold_5_are_one_too_many_and_25_come_too_late(programme: Programme) -> None:
    bodies: list[Body] = []
    for member in IN_SEQUENCE:
        answer = programme.post("/offers/soap/claim", {"holder": member}, key=f"c{len(bodies)}", role="counter")
        bodies.append(answer.json())
    assert told(bodies) == {"sold": 100, "limit-exceeded": 5, "out-of-stock": 25}
    assert sum(body.get("price", 0) for body in bodies) == 10_000
    assert [place for place, body in enumerate(bodies) if body.get("code") == "limit-exceeded"] == [*range(60, 65)]
    again = programme.post("/offers/soap/claim", {"holder": MEMBERS[0]}, key="c0", role="counter")
    assert (again.status_code, again.json()["id"]) == (201, bodies[0]["id"])
    ends_as_it_must(programme)


def test_all_at_once_100_are_sold_and_nobody_has_two(programme: Programme) -> None:
    def claim(place: int) -> httpx2.Response:
        return programme.post("/offers/soap/claim", {"holder": IN_SEQUENCE[place]}, key=f"c{place}", role="counter")

    with ThreadPoolExecutor(16) as threads:
        bodies = [answer.json() for answer in threads.map(claim, range(130))]
    counted = told(bodies)
    assert counted["sold"] == 100
    assert counted["limit-exceeded"] <= 5
    assert counted["limit-exceeded"] + counted["out-of-stock"] == 30
    holders = [body["holder"] for body in bodies if body.get("code") is None]
    assert len(set(holders)) == len(holders) == 100
    ends_as_it_must(programme)


def test_before_it_opens_after_it_closes_and_for_a_price_below_nothing_there_is_no_sale(programme: Programme) -> None:
    programme.on("2022-06-01T14:00:00.000000Z")
    assert programme.refused("/offers/soap/claim", {"holder": MEMBERS[0]}, "counter")["code"] == "sale-closed"
    window = {"opens_at": "2022-06-03T02:00:00Z", "closes_at": "2022-06-03T14:00:00Z"}
    early = {"id": "tea", "name": "9.9 元起售", "merchant": "shop", "unit": "cny", "price": 990, "supply": 2_000}
    programme.do("/offers", early | window | {"stock": 5, "fund": "subsidy", "season": "summer", "per_season": 1})
    assert programme.refused("/offers/tea/claim", {"holder": MEMBERS[0]}, "counter")["code"] == "sale-closed"
    programme.on("2022-06-03T02:00:00.000000Z").do("/offers/tea/claim", {"holder": MEMBERS[0]}, "counter")
    seasonal = early | window | {"id": "rice", "stock": 5, "fund": "subsidy", "season": "summer", "per_season": 1}
    programme.do("/offers", seasonal)
    refused = programme.refused("/offers/rice/claim", {"holder": MEMBERS[0]}, "counter")
    assert (refused["code"], refused["rule"]) == ("limit-exceeded", "season:summer")
    unpaid = early | window | {"id": "oil", "stock": 5}
    assert programme.refused("/offers", unpaid)["code"] == "malformed"

"""S11: 10,000,000.00 yuan pay 119.00 of 84,033 tickets; 73.00 are left, and one cancelled lets one more through.

A union takes most of them at once; forty, in a deep run ten thousand, are claimed one by one.
"""

from collections.abc import Iterator

import pytest

from api.settings import Settings
from tests.stories.programme import Body, Programme, begun

TICKETS, ALONE, ALONE_DEEP = 84_033, 40, 10_000
FUND, SUBSIDY, LEFT = 1_000_000_000, 11_900, 7_300
AT_ONCE = 1_000


@pytest.fixture
def programme(database: Settings) -> Iterator[Programme]:
    """The province's fund, a venue of ice and snow, and its ticket of 120.00 for 1.00."""
    with begun(database, "welfare-coupons", "2022-06-01") as running:
        running.people("union", "late", "later")
        running.do("/funds", {"id": "ice", "unit": "cny", "source": "union"}, "finance")
        running.do("/funds/ice/appropriate", {"amount": FUND, "reference": "minutes-2"}, "finance")
        running.do("/merchants", {"id": "venue", "name": "冰雪大世界", "admitted_from_on": "2022-01-01"})
        ticket = {"id": "ticket", "name": "1 元畅玩冰雪", "merchant": "venue", "unit": "cny", "fund": "ice"}
        terms = {"price": 100, "supply": 12_000, "stock": 100_000, "handed_over": "later"}
        season = {"opens_at": "2022-06-01T00:00:00Z", "closes_at": "2022-08-01T00:00:00Z", "use_until_on": "2022-08-01"}
        running.do("/offers", ticket | terms | season)
        yield running


def claimed(programme: Programme, *, deep: bool) -> list[str]:
    """84,033 tickets; the claims of those that were taken one by one."""
    alone = ALONE_DEEP if deep else ALONE
    programme.do("/offers/ticket/claim", {"holder": "union", "pieces": TICKETS - alone}, "counter")
    bodies: list[Body] = []
    for start in range(0, alone, AT_ONCE):
        wishes = (
            {"type": "offer-claim", "offer": "ticket", "holder": "union"}
            for _ in range(start, min(start + AT_ONCE, alone))
        )
        bodies += programme.many(wishes, role="counter")
    return [body["id"] for body in bodies]


def fund(programme: Programme) -> tuple[int, int, int]:
    """Promised, paid, free; at every look they are all that was appropriated."""
    found = programme.ask("/funds/ice")
    assert found["committed"] + found["disbursed"] + found["free"] == found["appropriated"] == FUND
    return found["committed"], found["disbursed"], found["free"]


def test_84033_tickets_leave_73_00_and_one_cancelled_lets_exactly_one_more_through(
    programme: Programme, deep: bool
) -> None:
    claims = claimed(programme, deep=deep)
    assert fund(programme) == (TICKETS * SUBSIDY, 0, LEFT)
    refused = programme.refused("/offers/ticket/claim", {"holder": "late"}, "counter")
    assert (refused["code"], refused["required"], refused["available"]) == ("fund-exhausted", SUBSIDY, LEFT)
    assert fund(programme) == (TICKETS * SUBSIDY, 0, LEFT)

    programme.do(f"/offer-claims/{claims[0]}/cancel", {"reason": "not-needed"}, "counter")
    assert fund(programme)[2] == 19_200
    programme.do("/offers/ticket/claim", {"holder": "late"}, "counter")
    assert fund(programme)[2] == LEFT
    assert programme.refused("/offers/ticket/claim", {"holder": "later"}, "counter")["code"] == "fund-exhausted"
    twice = programme.refused(f"/offer-claims/{claims[0]}/cancel", {"reason": "not-needed"}, "counter")
    assert twice["reason"] == "claim-cancelled"


def test_the_venue_is_owed_for_tickets_that_were_used_and_the_others_come_back(programme: Programme) -> None:
    claims = claimed(programme, deep=False)
    programme.do(f"/offer-claims/{claims[0]}/use", role="counter")
    assert programme.refused(f"/offer-claims/{claims[0]}/use", role="counter")["reason"] == "claim-used"
    assert fund(programme) == ((TICKETS - 1) * SUBSIDY, SUBSIDY, LEFT)
    statement = programme.ask("/merchants/venue/statement", unit="cny")
    assert (statement["sold"], statement["subsidy"], statement["difference"]) == (12_000, SUBSIDY, 0)
    programme.on("2022-08-01T16:00:00.000000Z")
    assert fund(programme) == (0, SUBSIDY, FUND - SUBSIDY)
    assert programme.refused(f"/offer-claims/{claims[1]}/use", role="counter")["reason"] == "claim-lapsed"
    programme.holds_together()

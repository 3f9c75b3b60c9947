"""S14: 2,589 joined where 2,100 were planned, and 47 payments of 27,183.00 yuan went to fewer persons than 47.

A run of normal depth lets a tenth of them join.
"""

from typing import Any

from api.settings import Settings
from tests.stories.programme import Programme, begun
from tests.stories.welfare import fund

MEAN, LAST = 57_836, 57_844
"""46 payments of the one and one of the other are 2,718,300 fen."""


def joined(town: Programme, members: int) -> None:
    """Covered for a year, and counted towards what was planned."""
    holders = town.people(*(f"m{number}" for number in range(members)))
    cover = {"type": "entitlement", "code": "town-cover", "reason": "joined"}
    town.many({**cover, "holder": holder} for holder in holders)
    town.many({"type": "goal-progress", "goal": "joined", "holder": holder} for holder in holders)


def bill(number: int, holder: str, aid: int) -> dict[str, Any]:
    """Of twice the aid, for the town pays half of what is left."""
    lines = [{"holder": holder, "amount": 3 * aid, "covered": aid}]
    asked = {"benefit": "town-aid", "funds": ["town"], "lines": lines}
    return {"type": "aid-claim", "id": f"bill-{number}", "cause": {"type": "bill", "id": f"2021/{number}"}} | asked


def test_persons_are_not_person_times_and_the_goal_is_passed(database: Settings, deep: bool) -> None:
    planned, members = (2_100, 2_589) if deep else (210, 259)
    with begun(database, "mutual-aid", "2021-03-01") as town:
        fund(town, "town", "town", 5_000_000)
        goal = {"id": "joined", "name": "参保职工", "plan": planned, "counts": "persons"}
        town.do("/goals", goal)
        joined(town, members)
        board = town.ask("/goals/joined")
        assert (board["persons"], board["percent"]) == (members, "123.29" if deep else "123.33")

        town.on("2021-06-01")
        bills = [bill(number, f"m{number % 40}", MEAN if number < 46 else LAST) for number in range(47)]
        town.many(bills)
        town.many([{"type": "aid-approval", "id": f"yes-{n}", "claim": f"bill-{n}"} for n in range(47)], "approver")
        town.many([{"type": "aid-payment", "id": f"pay-{n}", "claim": f"bill-{n}"} for n in range(47)], "finance")
        (row,) = town.ask("/reports/aids?year=2021")["benefits"]
        assert (row["aid"], row["person_times"], row["persons"], row["mean"]) == (2_718_300, 47, 40, 57_836)
        assert (row["enrolled"], row["automatic"]) == (members, 0)
        assert town.ask("/reports/aids?year=2022")["benefits"] == []
        town.holds_together()


def test_who_has_not_joined_gets_nothing_and_the_same_bill_pays_once(database: Settings) -> None:
    with begun(database, "mutual-aid", "2021-03-01") as town:
        fund(town, "town", "town", 5_000_000)
        town.people("li", "wang")
        town.do("/entitlements", {"holder": "li", "code": "town-cover", "reason": "joined"})
        asked = {"benefit": "town-aid", "funds": ["town"], "lines": [{"holder": "li", "amount": 900, "covered": 300}]}
        assert town.refused("/aid-claims", asked)["code"] == "malformed"  # no bill is named
        cause = {"cause": {"type": "bill", "id": "2021/1"}}
        first = town.do("/aid-claims", asked | cause)
        assert first["lines"][0]["aid"] == 300
        assert town.refused("/aid-claims", asked | cause)["code"] == "cause-already-used"
        stranger = asked | {"lines": [{"holder": "wang", "amount": 900}], "cause": {"type": "bill", "id": "2021/2"}}
        assert town.refused("/aid-claims", stranger)["reason"] == "not-enrolled"
        assert town.refused("/entitlements", {"holder": "li", "code": "town-cover", "reason": "joined"})["code"] == (
            "entitlement-in-force"
        )
        settled = asked | {"lines": [{"holder": "li", "amount": 900, "covered": 900}]}
        paid_up = town.refused("/aid-claims", settled | {"cause": {"type": "bill", "id": "2021/3"}})
        assert paid_up["reason"] == "nothing-left-to-pay"

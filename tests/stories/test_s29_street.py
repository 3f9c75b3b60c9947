"""S29: 990 people whom nobody asks for a name get gloves in two days; the tally sheets are entered on the third."""

from api.settings import Settings
from tests.stories.programme import Body, Programme, begun

GLOVES: Body = {"id": "gloves", "name": "手套", "unit": "cny", "components": [{"name": "手套", "cost": 350}]}


def stocked(island: Programme) -> None:
    island.do("/kits", GLOVES)
    island.do("/kits/gloves/receipts", {"depot": "store", "pieces": 1_200})
    island.many(
        {"type": "kit-move", "kit": "gloves", "depot": "store", "to": f"station-{number:03}", "pieces": 300}
        for number in range(4)
    )


def handed(number: int, day: str) -> Body:
    """One pair to one person who came by, as a line of a tally sheet."""
    station = f"station-{number % 4:03}"
    given = {
        "type": "hand-out",
        "kit": "gloves",
        "depot": station,
        "occasion": "street",
        "place": f"round-{number % 9}",
    }
    return {**given, "occurred_at": f"{day}T{8 + number % 9:02}:30:00+08:00"}


def test_990_came_in_two_days_210_pairs_are_left_and_nobody_has_a_name(database: Settings) -> None:
    with begun(database, "in-kind", "2022-07-01") as island:
        stocked(island)
        island.on("2022-07-06")  # the third day
        first = island.many(handed(number, "2022-07-04") for number in range(520))
        island.many(handed(number, "2022-07-05") for number in range(520, 990))
        assert first[0]["occurred_at"].startswith("2022-07-04")
        assert first[0]["recorded_at"].startswith("2022-07-06")
        days = [
            island.ask("/reports/hand-outs", from_=day, to=day) for day in ("2022-07-04", "2022-07-05", "2022-07-06")
        ]
        assert [day["hand_outs"] for day in days] == [520, 470, 0]
        both = island.ask("/reports/hand-outs", from_="2022-07-04", to="2022-07-05")
        assert (both["bearers"], both["heads"], both["places"]) == (990, 990, 4)
        assert {line["persons"] for line in both["lines"]} == {0}
        assert sum(line["stock"] for line in island.ask("/reports/kit-stock")["depots"]) == 210

        events = island.ask("/events", limit=1_000, types="kits-handed-out.v1")["events"]
        told = {name for event in events for name, value in event["data"].items() if value not in (None, [])}
        assert told <= {"cost", "depot", "hand_out", "heads", "kit", "occasion", "pieces", "place", "unit"}
        island.holds_together()


def test_a_stranger_signs_nothing_and_a_sheet_of_many_is_one_line(database: Settings) -> None:
    with begun(database, "in-kind", "2022-07-01") as island:
        stocked(island)
        sheet = {"kit": "gloves", "depot": "station-000", "occasion": "street", "pieces": 90, "heads": 88}
        assert island.refused("/hand-outs", {**sheet, "signature": "s-1"})["code"] == "malformed"
        assert island.refused("/hand-outs", {**sheet, "heads": 0})["code"] == "malformed"
        assert island.do("/hand-outs", sheet)["heads"] == 88
        assert island.refused("/hand-outs", {**sheet, "pieces": 211})["available"] == 210

"""Every figure of the data folder's README comes out of the readings."""

from collections import Counter

import pytest

from api.imports import BadRow
from api.imports.profiles.behaviours import BehaviourRecord
from api.imports.profiles.gate import GatePass
from api.imports.profiles.goods import ShelfItem
from api.imports.profiles.roster import RosterRow
from api.imports.profiles.talks import TalkSignIn
from tests.imports.site import DATA, people, reading, results, terms


def test_the_gate_file_gives_its_check_ins_and_nothing_for_the_other_rows() -> None:
    june = reading(DATA / "gate-2022-06.xlsx", "gate")
    passes = [item for item in june.items() if isinstance(item, GatePass)]
    assert june.report.rows == 14847
    assert dict(june.report.counts) == {
        "ready": 13200,
        "repeat": 900,
        "duplicate": 40,
        "out-pass": 640 + 60,
        "bad:unknown-badge": 2,
        "bad:missing-badge": 1,
        "bad:unreadable-time": 2,
        "bad:outside-period": 2,
    }
    assert len({item.cause for item in passes}) == 13200


def test_the_gate_file_names_its_seven_bad_rows_as_excel_numbers_them() -> None:
    bad = [row for row in results(DATA / "gate-2022-06.xlsx", "gate") if isinstance(row, BadRow)]
    assert [(row.row, row.column, row.code, row.value) for row in bad] == [
        (503, "工牌号", "unknown-badge", "YK-0777"),
        (1503, "工牌号", "unknown-badge", "YK-9999"),
        (2503, "通行时间", "unreadable-time", "2022-06-31 06:02"),
        (4003, "工牌号", "missing-badge", ""),
        (6003, "通行时间", "outside-period", "2022-05-30 06:03:00"),
        (8003, "通行时间", "outside-period", "2022-07-01 06:03:00"),
        (9003, "通行时间", "unreadable-time", "06/14"),
    ]


def test_the_late_file_of_may_gives_three_check_ins_when_imported_for_may() -> None:
    may = list(reading(DATA / "gate-2022-05-late.xlsx", "gate", terms("2022-05")).items())
    assert [(item.badge, item.day) for item in may if isinstance(item, GatePass)] == [
        ("YK-0007", "2022-05-30"),
        ("YK-0007", "2022-05-31"),
        ("YK-0009", "2022-05-31"),
    ]


def test_the_late_file_of_may_gives_nothing_when_imported_for_june() -> None:
    june = reading(DATA / "gate-2022-05-late.xlsx", "gate")
    assert list(june.items()) == []
    assert june.report.bad_by_code() == {"outside-period": 3}


def test_the_talk_list_in_gb18030_gives_its_attendances() -> None:
    talks = reading(DATA / "talks-2022-06.csv", "talks")
    items = [item for item in talks.items() if isinstance(item, TalkSignIn)]
    assert talks.report.rows == 12027
    assert dict(talks.report.counts) == {"ready": 12000, "duplicate": 25, "unsigned": 1, "bad:unknown-badge": 1}
    assert items[0].occurred_at == "2022-05-31T16:00:00.000000Z"


def test_the_behaviours_map_to_the_codes_of_the_scheme() -> None:
    items = list(results(DATA / "behaviours-2022-06.csv", "behaviours"))
    records = [item for item in items if isinstance(item, BehaviourRecord)]
    assert Counter(record.behaviour for record in records) == {"hazard": 20, "no-helmet": 15, "no-harness": 3}
    assert len(items) == 38
    assert {record.target for record in records} == {"person", "facility", "equipment"}


def test_the_shelf_has_twelve_items_with_price_and_stock() -> None:
    shelf = [item for item in results(DATA / "goods.xlsx", "goods") if isinstance(item, ShelfItem)]
    assert len(shelf) == 12
    assert (shelf[0].item, shelf[0].name, shelf[0].price, shelf[0].counted_in) == ("G001", "洗衣液", 35, "瓶")
    assert (shelf[0].stock, shelf[11].stock) == (200, 1000)


def test_the_roster_keeps_rare_names_for_the_vault_only() -> None:
    rows = [row for row in results(DATA / "workers.xlsx", "roster") if isinstance(row, RosterRow)]
    rare = [row.private.name for row in rows if any(len(letter.encode("gb18030")) == 4 for letter in row.private.name)]
    wang = next(row for row in rows if row.badge == "YK-0042")
    assert (len(rows), len(rare)) == (600, 2)
    assert (wang.private.name, wang.crew) == ("王钦力", "梁板预制队")
    assert "王钦力" not in repr(wang)


def test_a_file_is_known_by_the_digest_of_its_bytes() -> None:
    goods = reading(DATA / "goods.xlsx", "goods")
    assert goods.digest == "91ab827572c3e979472ed36edb494a330663fc93f4b6dd3de1e2ded98768cf00"


@pytest.mark.parametrize("name", ["gate-2022-06.xlsx", "talks-2022-06.csv"])
def test_every_row_carries_a_holder_of_the_roster(name: str) -> None:
    profile = name.partition("-")[0]
    items = reading(DATA / name, profile).items()
    assert {item.holder for item in items if isinstance(item, GatePass | TalkSignIn)} <= set(people().values())

"""S23: what a press page reports of aid between two provinces: kinds that do not add, and what was printed stays.

Nothing but the scheme `recuperation` and the room of reported figures.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from api.settings import Settings
from tests.stories.programme import Programme, begun

WAN = 1_000_000
"""Ten thousand yuan (万元) in fen."""
HEADS = [105] * 20 + [106] * 10
"""3,160 people in 30 batches."""


def reported(id: str, kind: str, amount: int, **said: Any) -> dict[str, Any]:
    return {"id": id, "kind": kind, "amount": amount, **said}


NANTONG = reported(
    "nantong", "purchase", 21_966 * WAN // 10, printed="采购汉中市扶贫产品价值2196.6万元", region="hanzhong"
)
YANCHENG = reported("yancheng", "purchase", 110 * WAN, printed="购买来自铜川的帮扶产品价值110万元", region="tongchuan")
CHANGZHOU = reported("changzhou", "donation", 78_336 * WAN // 100, printed="投入帮扶资金783.36万元", region="ankang")
NANJING = reported(
    "nanjing",
    "visitor_spending",
    1_000 * WAN,
    qualifier="over",
    printed="共接待南京市劳模、职工30批次3160人，直接带动消费超过1000万元",
    region="shangluo",
)
SPRING = reported(
    "spring",
    "purchase",
    150 * WAN,
    qualifier="over",
    adds=False,
    printed="采购陕西紫阳大米、延川红枣等帮扶产品价值150余万元",
    reading="只是三至五月，可能与全年数重叠",
    from_on="2022-03-01",
    to_on="2022-05-31",
)


@pytest.fixture
def programme(database: Settings) -> Iterator[Programme]:
    """With all that the page reports."""
    with begun(database, "recuperation", "2022-06-01") as running:
        for figure in (NANTONG, YANCHENG, CHANGZHOU, NANJING, SPRING):
            running.do("/figures", figure)
        yield running


def total(programme: Programme, **query: str) -> dict[str, Any]:
    found = programme.get("/reports/figures" + "".join(f"?{name}={value}" for name, value in query.items()))
    shown: dict[str, Any] = found.json()
    return shown


def test_a_total_of_kinds_that_differ_is_refused_and_one_of_a_kind_is_right(programme: Programme) -> None:
    refused = total(programme)
    assert (refused["status"], refused["code"]) == (422, "kinds-differ")
    assert refused["kinds"] == ["purchase", "donation", "visitor_spending"]
    assert "种类不同：purchase, donation, visitor_spending。" in refused["detail"]
    english = programme.get("/reports/figures", Accept_Language="en").json()["detail"]
    assert english.startswith("kinds differ: purchase, donation, visitor_spending.")

    purchases = total(programme, kind="purchase")
    assert (purchases["total"], purchases["figures"], purchases["qualifier"]) == (23_066 * WAN // 10, 2, "exact")
    assert [item["id"] for item in purchases["beside"]] == ["spring"]
    assert total(programme, kind="visitor_spending")["qualifier"] == "over"
    # One kind alone may be asked for without its name: there is nothing that it could be mixed with.
    assert total(programme, region="ankang")["total"] == 783_360_000
    assert total(programme, kind="rent")["code"] == "unknown-scheme-term"


def test_3160_people_in_30_batches_are_105_3_each(programme: Programme) -> None:
    programme.many(
        {"type": "figure", **reported(f"batch-{number}", "visitors", heads, region="shangluo")} | {"id": f"b{number}"}
        for number, heads in enumerate(HEADS)
    )
    visitors = total(programme, kind="visitors")
    assert (visitors["figures"], visitors["total"], visitors["mean"], visitors["unit"]) == (30, 3_160, "105.3", "head")
    assert total(programme)["kinds"] == ["purchase", "donation", "visitor_spending", "visitors"]


def test_what_was_printed_stays_beside_how_it_is_read(programme: Programme) -> None:
    """The page of S22 contradicts itself: its 一 is said to be the ten thousand checks, which are its 万."""
    said = "其中，“一”指的就是组织万名职工体检"
    programme.do("/figures", reported("checks", "visitors", 10_000, printed=said))
    programme.do("/figures/checks/read", {"reading": "应为“万”：万名职工体检"})
    found = programme.ask("/figures/checks")
    assert (found["printed"], found["reading"]) == (said, "应为“万”：万名职工体检")
    assert programme.refused("/figures", reported("checks", "visitors", 1))["code"] == "already-exists"
    programme.do("/figures/checks/withdraw", {"reason": "correction"})
    assert programme.refused("/figures/checks/read", {"reading": "x"})["reason"] == "withdrawn"
    assert total(programme, kind="visitors")["figures"] == 0
    assert programme.refused("/figures", reported("x", "visitors", 1), role="auditor")["code"] == "forbidden"
    programme.holds_together()

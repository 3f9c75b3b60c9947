"""Goods come back after their coupon has ended: it lapses again, lasts longer, or is a new one under a new code."""

import os
from collections.abc import Iterator

import pytest

from api.settings import Settings
from ledger.codes import new_codes, print_form
from ledger.vault import Principal
from tests.stories.programme import Body, Programme, begun

LAST = "2022-06-30"


@pytest.fixture
def union(database: Settings) -> Iterator[Programme]:
    """Four members with a coupon of 50.00 each, to the end of June."""
    with begun(database, "welfare-coupons", "2022-06-01") as running:
        principals = running.opened.vault.principals
        for name, roles, merchant in (
            ("till", ("merchant",), "corner"),
            ("chief", ("counter", "approver"), None),
        ):
            id = principals.add(Principal(id=f"person:{name}", roles=roles, merchant=merchant)).id
            running.keys[name] = principals.create_key(id)[0]  # type: ignore[index] # the story's own dict
        prepare(running)
        yield running


def prepare(union: Programme) -> None:
    union.people("m0", "m1", "m2", "m3")
    union.do("/funds", {"id": "gifts", "unit": "cny", "source": "union"}, "finance")
    union.do("/funds/gifts/appropriate", {"amount": 20_000}, "finance")
    union.do("/merchants", {"id": "corner", "name": "街角店", "admitted_from_on": "2022-01-01"})
    union.do("/coupon-batches", {"id": "b1", "kind": "welfare", "occasion": "birthday", "fund": "gifts"} | ends(LAST))
    union.do("/coupon-batches/b1/lines", {"lines": [{"holder": f"m{number}", "face": 5_000} for number in range(4)]})
    union.do("/coupon-batches/b1/submit")
    union.do("/coupon-batches/b1/approve", {"digest": union.ask("/coupon-batches/b1")["digest"]}, "approver")
    union.do("/coupon-batches/b1/issue", {"lines": [{"holder": f"m{number}"} for number in range(4)]})


def bought(union: Programme, holder: str, amount: int = 4_000, **terms: object) -> str:
    body = {"merchant": "corner", "lines": [{"goods": "food", "amount": amount}], "holder": holder}
    by_id = {} if terms else {"coupons": [coupons(union, holder)[0]["id"]]}
    found: str = union.do("/purchases", body | by_id | terms, "till")["id"]
    return found


def ends(day: str) -> Body:
    return {"expires_on": day}


def coupons(union: Programme, holder: str) -> list[Body]:
    found: list[Body] = union.ask("/coupons", "officer", holder=holder)["coupons"]
    return found


def promised(union: Programme) -> int:
    found: int = union.ask("/funds/gifts", "finance")["committed"]
    return found


def test_goods_that_come_back_late_are_kept_extended_or_reissued(union: Programme) -> None:
    kept, longer, anew, never = (f"/purchases/{bought(union, f'm{number}')}/refunds" for number in range(4))
    union.on("2022-07-05")
    assert promised(union) == 0
    back = {"reason": "returned-goods"}
    union.do(kept, back, "till")
    assert (coupons(union, "m0"), promised(union)) == ([], 0)

    late = back | {"restore": "extend"}
    assert union.refused(longer, late, "till")["code"] == "forbidden"
    problem = union.refused(longer, late | ends("2022-08-01"), "chief")
    assert (problem["code"], problem["reason"]) == ("not-eligible", "extend-too-far")
    union.do(longer, late | ends("2022-07-20"), "chief")
    (extended,) = coupons(union, "m1")
    assert (extended["left"], extended["expires_on"]) == (4_000, "2022-07-20")

    (code,) = (print_form(code) for code in new_codes(1, os.urandom))
    another = back | {"restore": "reissue", "codes": [code]}
    assert union.refused(anew, another, "till")["code"] == "forbidden"
    union.do(anew, another, "chief")
    (reissued,) = coupons(union, "m2")
    assert (reissued["face"], reissued["expires_on"], reissued["has_code"]) == (4_000, "2022-08-05", True)
    assert promised(union) == 8_000

    bought(union, "m2", 1_000, codes=[code])
    union.on("2022-07-21")
    assert (coupons(union, "m1"), coupons(union, "m2")[0]["left"], promised(union)) == ([], 3_000, 3_000)
    assert union.refused(never, late | ends("2022-07-20"), "chief")["reason"] == "extend-over"
    figures = union.ask("/reports/coupons", "finance")["figures"][0]
    assert (figures["issued"], figures["left"], figures["expired"]) == (20_000, 3_000, 4 * 1_000 + 4_000 + 4_000)
    (year,) = union.ask("/reports/benefits", "finance", year="2022", holder="m2")["persons"]
    assert (year["coupons"], year["expired"]) == (5_000, 1_000)
    union.on("2022-08-06")
    assert promised(union) == 0
    union.holds_together()

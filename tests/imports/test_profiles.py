"""What each profile makes of a row: typed values, rows that change nothing, and named complaints."""

from pathlib import Path

import pytest

from api.imports import PROFILES, BadRow, Result, Skipped, Terms
from api.imports.profiles.behaviours import BehaviourRecord
from api.imports.profiles.gate import GatePass
from api.imports.profiles.goods_receipts import GoodsReceipt
from api.imports.profiles.missed_punch import MissedPunch
from api.imports.profiles.opening_balances import OpeningBalance
from api.imports.profiles.roster import RosterRow
from api.imports.profiles.talks import TalkSignIn
from api.imports.wording import ROW_REASONS
from tests.imports.site import complaints, csv_file, results, terms

HEADINGS = {
    "roster": "工牌号,姓名,班组,工种,进场日期,手机号",
    "gate": "工牌号,姓名,通行时间,方向,闸机,打卡方式",
    "talks": "日期,班组,工牌号,姓名,签到",
    "behaviours": "时间,工牌号,姓名,行为,对象,说明,记录人,证据",
    "goods": "商品编号,品名,积分,单位,库存",
    "goods-receipts": "商品编号,数量,入库日期,入库单号",
    "opening-balances": "工牌号,积分种类,期初积分,来源,截止日期",
    "missed-punch": "工牌号,姓名,补卡日期,补卡原因,批准人",
    "members": "单位,会员,姓名,入会日期,手机号",
}


def say(folder: Path, profile: str, *lines: str, under: Terms | None = None) -> list[Result]:
    return results(csv_file(folder, HEADINGS[profile], *lines), profile, under)


def kinds(found: list[Result]) -> list[str]:
    """One word a row: the skip's kind, the bad row's code, or `item`."""
    return [row.kind if isinstance(row, Skipped) else row.code if isinstance(row, BadRow) else "item" for row in found]


COMPLAINTS = [
    ("roster", ",甲,一队,普工,2022-06-01,", "工牌号", "missing-badge"),
    ("roster", "1.1E+17,甲,一队,普工,2022-06-01,", "工牌号", "unreadable-badge"),
    ("roster", "YK-0001,,一队,普工,2022-06-01,", "姓名", "missing-name"),
    ("roster", "YK-0001,甲,一队,普工,06/14,", "进场日期", "unreadable-time"),
    ("roster", f"YK-0001,甲,{'队' * 81},普工,2022-06-01,", "班组", "unusable-text"),
    ("roster", "YK-0001,甲,一队\N{RIGHT-TO-LEFT OVERRIDE},普工,2022-06-01,", "班组", "unusable-text"),
    ("members", f"{'厂' * 81},M00001,甲,,", "单位", "unusable-text"),
    ("members", ",M00001,甲,,", "单位", "missing-employer"),
    ("members", "U001,,甲,,", "会员", "missing-member"),
    ("members", "U001,1.1E+17,甲,,", "会员", "unreadable-member"),
    ("members", "U001,M00001,甲,06/14,", "入会日期", "unreadable-time"),
    ("gate", ",甲,2022-06-01 06:00,进,1号,", "工牌号", "missing-badge"),
    ("gate", "1.1E+17,甲,2022-06-01 06:00,进,1号,", "工牌号", "unreadable-badge"),
    ("gate", "YK-0777,甲,2022-06-01 06:00,进,1号,", "工牌号", "unknown-badge"),
    ("gate", "YK-0001,甲,2022-06-31 06:00,进,1号,", "通行时间", "unreadable-time"),
    ("gate", "YK-0001,甲,,进,1号,", "通行时间", "unreadable-time"),
    ("gate", "YK-0001,甲,2022-07-01 00:00,进,1号,", "通行时间", "outside-period"),
    ("gate", "YK-0001,甲,2022-06-01 06:00,旋转,1号,", "方向", "unreadable-direction"),
    ("gate", "YK-0001,甲,2022-06-01 06:00,,1号,", "方向", "unreadable-direction"),
    ("gate", "YK-0001,甲,2022-06-01 06:00,进,1号,补卡", "打卡方式", "manual-pass"),
    ("talks", "06/14,一队,YK-0001,甲,已签", "日期", "unreadable-time"),
    ("talks", "2022-05-31,一队,YK-0001,甲,已签", "日期", "outside-period"),
    ("talks", "2022-06-01,一队,YK-0777,甲,已签", "工牌号", "unknown-badge"),
    ("talks", "2022-06-01,一队,YK-0001,甲,也许", "签到", "unreadable-signature"),
    ("behaviours", "2022-06-01 08:17,YK-0001,甲,打瞌睡,个人,,群安员001,", "行为", "unknown-behaviour"),
    ("behaviours", "2022-06-01 08:17,YK-0001,甲,未戴安全帽,天气,,群安员001,", "对象", "unknown-target"),
    ("behaviours", "2022-06-01 08:17,YK-0001,甲,未戴安全帽,个人,,群安员004,", "记录人", "unknown-recorder"),
    ("behaviours", "2022-06-01 08:17,YK-0001,甲,未戴安全帽,个人,,,", "记录人", "missing-recorder"),
    ("behaviours", "2022-06-31 08:17,YK-0001,甲,未戴安全帽,个人,,群安员001,", "时间", "unreadable-time"),
    ("behaviours", "2022-07-01 08:17,YK-0001,甲,未戴安全帽,个人,,群安员001,", "时间", "outside-period"),
    ("goods", ",皂,5,块,10", "商品编号", "missing-item"),
    ("goods", "1.1E+17,皂,5,块,10", "商品编号", "unreadable-item"),
    ("goods", "毛巾,皂,5,块,10", "商品编号", "unreadable-item"),
    ("goods", "G" * 129 + ",皂,5,块,10", "商品编号", "unreadable-item"),
    ("goods", "G001,,5,块,10", "品名", "missing-name"),
    ("goods", f"G001,{'皂' * 201},5,块,10", "品名", "unusable-text"),
    ("goods", f"G001,皂,{'9' * 5000},块,10", "积分", "unreadable-amount"),
    ("goods", "G001,皂,0,块,10", "积分", "unreadable-amount"),
    ("goods", "G001,皂,5.5,块,10", "积分", "unreadable-amount"),
    ("goods", "G001,皂,5,块,-1", "库存", "unreadable-amount"),
    ("goods-receipts", "G777,5,2022-06-01,R1", "商品编号", "unknown-item"),
    ("goods-receipts", "G001,0,2022-06-01,R1", "数量", "unreadable-amount"),
    ("goods-receipts", "G001,5,06/14,R1", "入库日期", "unreadable-time"),
    ("goods-receipts", "G001,5,2022-05-01,R1", "入库日期", "outside-period"),
    ("goods-receipts", "G001,5,2022-06-01,", "入库单号", "missing-document"),
    ("goods-receipts", f"G001,5,2022-06-01,{'R' * 129}", "入库单号", "unusable-text"),
    ("opening-balances", "YK-0001,黄金,5,纸卡,2022-05-31", "积分种类", "unknown-unit"),
    ("opening-balances", "YK-0001,,-5,纸卡,2022-05-31", "期初积分", "unreadable-amount"),
    ("opening-balances", "YK-0001,,5,,2022-05-31", "来源", "missing-source"),
    ("opening-balances", "YK-0001,,5,纸卡,", "截止日期", "unreadable-time"),
    ("missed-punch", "YK-0001,甲,2022-06-01,,群安员001", "补卡原因", "missing-reason"),
    ("missed-punch", "YK-0001,甲,2022-06-01,忘打卡,", "批准人", "missing-approver"),
    ("missed-punch", "YK-0001,甲,2022-06-01,忘打卡,路人", "批准人", "unknown-approver"),
    ("missed-punch", "YK-0001,甲,2022-05-01,忘打卡,群安员001", "补卡日期", "outside-period"),
]


@pytest.mark.parametrize(("profile", "line", "column", "code"), COMPLAINTS)
def test_a_bad_row_is_named_by_column_and_code(tmp_path: Path, profile: str, line: str, column: str, code: str) -> None:
    assert complaints(csv_file(tmp_path, HEADINGS[profile], line), profile) == [(2, column, code)]


AGAIN = [
    ("roster", "YK-0001,甲,一队,普工,2022-06-01,", "YK-0001,甲,二队,普工,2022-06-01,", "duplicate", "badge-twice"),
    ("goods", "G001,皂,5,块,10", "G001,皂,6,块,10", "duplicate", "item-twice"),
    ("goods-receipts", "G001,5,2022-06-01,R1", "G001,6,2022-06-01,R1", "duplicate", "item-twice"),
    ("opening-balances", "YK-0001,,5,纸卡,2022-05-31", "YK-0001,,6,纸卡,2022-05-31", "duplicate", "balance-twice"),
    ("talks", "2022-06-01,一队,YK-0001,甲,已签", "2022-06-01,一队,YK-0001,甲,未签", "duplicate", "unsigned"),
    ("gate", "YK-0001,甲,2022-06-01 06:00,进,1号,", "YK-0001,甲,2022-06-01 06:01,进,1号,", "duplicate", "repeat"),
    ("gate", "YK-0001,甲,2022-06-01 06:00,进,1号,", "YK-0001,甲,2022-06-01 06:00,出,1号,", "duplicate", "out-pass"),
    ("missed-punch", "YK-1,甲,2022-06-01,忘打卡,群安员001", "YK-1,甲,2022-06-01,停电,群安员001", "repeat", "repeat"),
    (
        "behaviours",
        "2022-06-01 08:17,YK-0001,甲,未戴安全帽,个人,,群安员001,",
        "2022-06-01 08:17,YK-0001,甲,未戴安全帽,个人,,群安员002,",
        "duplicate",
        "item",
    ),
]


@pytest.mark.parametrize(("profile", "line", "other", "same", "different"), AGAIN)
def test_a_row_that_comes_again_counts_once(
    tmp_path: Path, profile: str, line: str, other: str, same: str, different: str
) -> None:
    under = terms(known={"YK-0001": "one", "YK-1": "two"})
    assert kinds(say(tmp_path, profile, line, line, other, under=under)) == ["item", same, different]


def test_a_roster_row_keeps_name_and_phone_apart(tmp_path: Path) -> None:
    (row,) = say(tmp_path, "roster", "yk-0001,王 五,桥梁 一队,普工,2022/6/1,138 0000 0000")
    assert isinstance(row, RosterRow)
    assert (row.badge, row.crew, row.trade, row.joined_on) == ("YK-0001", "桥梁一队", "普工", "2022-06-01")
    assert (row.private.name, row.private.phone) == ("王 五", "13800000000")
    assert "王" not in repr(row)
    assert "138" not in str(row)


def test_a_gate_file_without_directions_records_people_coming_in(tmp_path: Path) -> None:
    (row,) = results(csv_file(tmp_path, "工牌号,日期,时间", "YK-0001,2022/6/1,6:02"), "gate")
    assert isinstance(row, GatePass)
    assert (row.passed_at, row.day) == ("2022-05-31T22:02:00.000000Z", "2022-06-01")


def test_two_badges_of_one_holder_check_in_once_a_day(tmp_path: Path) -> None:
    under = terms(known={"YK-0001": "holder", "YK-0001-2": "holder"})
    lines = ("YK-0001,甲,2022-06-01 06:00,进,1号,", "YK-0001-2,甲,2022-06-01 07:00,进,1号,")
    assert kinds(say(tmp_path, "gate", *lines, under=under)) == ["item", "repeat"]


def test_without_a_period_every_day_is_read(tmp_path: Path) -> None:
    assert kinds(say(tmp_path, "gate", "YK-0001,甲,2021-01-01 06:00,进,1号,", under=terms(None))) == ["item"]


def test_a_behaviour_keeps_free_text_for_the_vault(tmp_path: Path) -> None:
    (row,) = say(tmp_path, "behaviours", "2022-06-01 08:17,YK-0001,甲,隐患上报,设施,张三违章,群安员001,照片1张")
    assert isinstance(row, BehaviourRecord)
    assert (row.behaviour, row.target, row.recorder) == ("hazard", "facility", "person:staff-1")
    assert row.private.note == "张三违章 · 照片1张"
    assert "张三" not in repr(row)


def test_goods_receipts_and_opening_balances_are_read(tmp_path: Path) -> None:
    (receipt,) = say(tmp_path, "goods-receipts", 'G001,"1,200",2022年6月2日,r-1')
    (balance,) = say(tmp_path, "opening-balances", "YK-0001,安全积分,17,纸卡第3号,2022-05-31")
    assert isinstance(receipt, GoodsReceipt)
    assert isinstance(balance, OpeningBalance)
    assert (receipt.quantity, receipt.received_on, receipt.document) == (1200, "2022-06-02", "R-1")
    assert (balance.unit, balance.amount, balance.as_of) == ("safety_point", 17, "2022-05-31")
    assert balance.private.note == "纸卡第3号"


@pytest.mark.parametrize(
    ("words", "reason"), [("忘打卡", "forgotten"), ("闸机 故障", "gate-failure"), ("去医院", "other")]
)
def test_a_missed_punch_has_a_reason_code_and_an_approver(tmp_path: Path, words: str, reason: str) -> None:
    (row,) = say(tmp_path, "missed-punch", f"YK-0001,甲,2022-06-01,{words},群安员001")
    assert isinstance(row, MissedPunch)
    assert (row.reason, row.approver) == (reason, "person:staff-1")


def test_causes_are_what_happened_and_not_where_it_was_written(tmp_path: Path) -> None:
    gate = say(tmp_path, "gate", "", "YK-0001,甲,2022-06-01 06:00,进,1号,")
    punch = say(tmp_path, "missed-punch", "YK-0001,甲,2022-06-01,停电,群安员001")
    talk = say(tmp_path, "talks", "2022-06-01,一队,YK-0001,甲,已签")
    seen = say(tmp_path, "behaviours", "2022-06-01 08:17,YK-0001,甲,隐患上报,设施,,群安员001,")
    assert cause(gate) == cause(punch) == "check-in:holder-of-YK-0001:2022-06-01"
    assert cause(talk) == "talk:holder-of-YK-0001:2022-06-01"
    assert cause(seen) == "behaviour:2022-06-01T00:17:00.000000Z:holder-of-YK-0001:hazard:person:staff-1"


def cause(found: list[Result]) -> str:
    (item,) = found
    assert isinstance(item, GatePass | MissedPunch | BehaviourRecord | TalkSignIn)
    return item.cause


def test_personal_cells_never_stand_in_a_complaint(tmp_path: Path) -> None:
    file = csv_file(tmp_path, HEADINGS["roster"], ",王五,一队,普工,06/14,13800000000")
    assert not any("王五" in repr(row) or "138" in repr(row) for row in results(file, "roster"))


def test_every_complaint_of_the_profiles_is_said_in_both_languages() -> None:
    assert {code for _, _, _, code in COMPLAINTS} <= set(ROW_REASONS)
    for wording in ROW_REASONS.values():
        assert set(wording.what) == set(wording.to_do) == {"zh-CN", "en"}


def test_a_profile_is_found_by_its_name_on_the_command_line() -> None:
    assert set(PROFILES) == set(HEADINGS)

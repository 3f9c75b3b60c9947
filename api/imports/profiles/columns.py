"""Columns that several profiles share, with the names that sites give them."""

from typing import Final

from api.imports.headings import Heading

BADGE: Final = Heading(
    "badge",
    (
        "工牌号",
        "胸卡号",
        "工号",
        "胸卡",
        "胸牌号",
        "工牌",
        "卡号",
        "人员编号",
        "员工编号",
        "badge",
        "badge number",
        "badge no",
    ),
)
NAME: Final = Heading("name", ("姓名", "人员姓名", "工人姓名", "name", "full name"), required=False)
CREW: Final = Heading("crew", ("班组", "班组名称", "所属班组", "队伍", "crew", "team"), required=False)
DAY: Final = Heading("day", ("日期", "考勤日期", "签到日期", "date", "day"))
ITEM: Final = Heading("item", ("商品编号", "商品编码", "货号", "编号", "编码", "item", "item code", "code", "sku"))

"""What each reason code of an import says to people, and what they can do, in Chinese and English."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

Language = Literal["zh-CN", "en"]


class Wording(msgspec.Struct, frozen=True):
    """A reason in words: what is wrong, and what to do about it."""

    what: Mapping[Language, str]
    to_do: Mapping[Language, str]


def _say(zh: str, en: str, zh_to_do: str, en_to_do: str) -> Wording:
    return Wording({"zh-CN": zh, "en": en}, {"zh-CN": zh_to_do, "en": en_to_do})


FILE_REASONS: Final[Mapping[str, Wording]] = {
    "no-such-file": _say(
        "找不到这个文件。", "The file is not there.", "请检查文件名和路径。", "Check the name and the folder."
    ),
    "not-permitted": _say(
        "没有读取这个文件的权限。",
        "The file may not be read.",
        "请放开读取权限,或把文件复制到别处再导入。",
        "Allow reading it, or copy it elsewhere.",
    ),
    "empty-file": _say(
        "文件是空的。",
        "The file is empty.",
        "请重新导出后再导入。",
        "Export it again.",
    ),
    "no-rows": _say(
        "只有表头,没有数据行。",
        "There are headings but no rows under them.",
        "请检查导出时选择的日期和班组。",
        "Check the days and crews chosen when exporting.",
    ),
    "wrong-extension": _say(
        "文件名以 {extension} 结尾,内容却是{kind}。",
        "The name ends in {extension} but the content is: {kind}.",
        "请用 Excel 打开,另存为 .xlsx 或 .csv 后再导入。",
        "Open it in Excel and save it as .xlsx or .csv.",
    ),
    "not-a-spreadsheet": _say(
        "这不是 Excel 或 CSV 表格。",
        "This is neither an Excel nor a CSV table.",
        "请用 Excel 打开,另存为 .xlsx 或 .csv 后再导入。",
        "Open it in Excel and save it as .xlsx or .csv.",
    ),
    "password-protected": _say(
        "文件设有打开密码。",
        "The file is protected by a password.",
        "请在 Excel 中取消密码后另存再导入。",
        "Remove the password in Excel and save it again.",
    ),
    "truncated": _say(
        "文件不完整或已损坏。",
        "The file is cut short or damaged.",
        "请重新导出或重新拷贝。",
        "Export or copy it again.",
    ),
    "too-large": _say(
        "文件展开后超过 {limit} MB。",
        "The file unpacks to more than {limit} MB.",
        "请按月拆分,或另存为 .csv 后再导入。",
        "Split it by month, or save it as .csv.",
    ),
    "stray-cell": _say(
        "有单元格离表格太远,工作表一直到 {cell}。",
        "Cells stand far away from the table: the sheet reaches to {cell}.",
        "请删除表格以外的行和列,或把表格复制到新的工作簿,另存后再导入。",
        "Delete the rows and columns outside the table, or copy the table into a new workbook, and save it again.",
    ),
    "unknown-encoding": _say(
        "无法判断文件的文字编码。",
        "The encoding of the text is not known.",
        "请在 Excel 中另存为“CSV UTF-8”。",
        "Save it in Excel as “CSV UTF-8”.",
    ),
    "no-headings": _say(
        "没有找到表头。应有的列:{missing}。",
        "No heading row was found. Wanted columns: {missing}.",
        "请确认选对了文件和导入类型。",
        "Check that this is the right file for this kind of import.",
    ),
    "missing-heading": _say(
        "缺少列:{missing}。第 {row} 行的表头里有:{seen}。",
        "Missing columns: {missing}. The headings in row {row} are: {seen}.",
        "请补上这些列,或把表头改成上述名称。",
        "Add these columns, or rename their headings.",
    ),
    "double-heading": _say(
        "第 {row} 行有重名的列:{doubled}。",
        "Row {row} has columns of the same name: {doubled}.",
        "请删除或改名其中一列。",
        "Delete or rename one of them.",
    ),
    "several-sheets": _say(
        "有几张工作表都符合:{sheets}。",
        "Several sheets fit: {sheets}.",
        "请指定工作表,或每次只留一张。",
        "Name the sheet, or keep one sheet in a file.",
    ),
    "no-such-sheet": _say(
        "没有名为“{sheet}”的工作表。现有:{sheets}。",
        "There is no sheet called “{sheet}”. There are: {sheets}.",
        "请改用其中一张的名称。",
        "Use one of these names.",
    ),
}

FILE_KINDS: Final[Mapping[str, str]] = {"excel": "Excel", "text": "CSV"}
"""What a file really is, as it is called in both languages."""

_TYPE_BADGE = ("请按胸卡补填工牌号后重新导入。", "Fill in the number on the badge and import again.")
_FIX_CELL = (
    "请改正这一格后重新导入;已导入的行不会重复。",
    "Correct the cell and import again; rows already in are not paid twice.",
)

ROW_REASONS: Final[Mapping[str, Wording]] = {
    "missing-badge": _say("没有工牌号", "no badge number", *_TYPE_BADGE),
    "unreadable-badge": _say(
        "工牌号无法读出(可能被 Excel 写成 1.1E+17,或校验位不符)",
        "the badge number cannot be read (spoilt to 1.1E+17 by Excel, or a wrong check digit)",
        "请把该列设为文本格式,按胸卡重填后再导入。",
        "Format the column as text, type the number from the badge, import again.",
    ),
    "unknown-badge": _say(
        "花名册中没有这个工牌号",
        "no such badge in the roster",
        "请先导入花名册,或核对胸卡;补齐后重新导入本文件即可。",
        "Import the roster first, or check the badge; then import this file again.",
    ),
    "unreadable-time": _say(
        "日期或时间无法读出,或并不存在", "the date or time cannot be read or does not exist", *_FIX_CELL
    ),
    "outside-period": _say(
        "不在本次导入的期间内,不计分",
        "outside the period of this import: no credit",
        "请用该行所属的期间另行导入。",
        "Import the row for the period that it belongs to.",
    ),
    "unreadable-direction": _say("看不出是进还是出", "neither in nor out", *_FIX_CELL),
    "manual-pass": _say(
        "补卡记录不能随闸机文件计分",
        "a corrected punch is not credited with the gate file",
        "请用“补卡”导入,并填写批准人。",
        "Import it as a missed punch, with its approver.",
    ),
    "unreadable-signature": _say("看不出已签还是未签", "neither signed nor unsigned", *_FIX_CELL),
    "unknown-behaviour": _say(
        "积分规则中没有这种行为",
        "the scheme knows no such behaviour",
        "请改用规则中的名称。",
        "Use a name of the scheme.",
    ),
    "missing-recorder": _say("没有记录人", "no recorder", *_FIX_CELL),
    "unknown-recorder": _say(
        "记录人不在名单中",
        "the recorder is not known",
        "请先登记该记录人,或改正代号。",
        "Register the recorder first, or correct the alias.",
    ),
    "unknown-target": _say("对象不是个人、设施或设备", "the target is none of person, facility, equipment", *_FIX_CELL),
    "missing-name": _say("没有姓名", "no name", *_FIX_CELL),
    "badge-twice": _say(
        "同一工牌号在文件中出现两次而内容不同",
        "the badge stands twice with different entries",
        "请核对是谁的胸卡,删去一行。",
        "Find out whose badge it is and delete one row.",
    ),
    "missing-item": _say("没有商品编号", "no item code", *_FIX_CELL),
    "unreadable-item": _say(
        "商品编号无法读出(要用字母、数字和符号,最多 128 个)",
        "the item code cannot be read (at most 128 Latin letters, digits and signs)",
        *_FIX_CELL,
    ),
    "unknown-item": _say(
        "货架上没有这个商品编号",
        "no such item on the shelf",
        "请先导入商品表,或改正编号。",
        "Import the goods first, or correct the code.",
    ),
    "item-twice": _say(
        "同一商品在文件中出现两次而内容不同",
        "the item stands twice with different entries",
        "请只留一行。",
        "Keep one row.",
    ),
    "unusable-text": _say(
        "文字太长,或含有看不见的字符",
        "the text is too long, or has characters that cannot be seen",
        *_FIX_CELL,
    ),
    "missing-document": _say("没有入库单号", "no receipt number", *_FIX_CELL),
    "unreadable-amount": _say("不是可用的整数", "not a usable whole number", *_FIX_CELL),
    "unknown-unit": _say(
        "没有这种积分",
        "no such unit",
        "请改用规则中的积分名称。",
        "Use a unit of the scheme.",
    ),
    "missing-source": _say("没有写明来源", "no source is named", *_FIX_CELL),
    "balance-twice": _say(
        "同一人同一种积分出现两次而内容不同",
        "a second, different opening balance of one person and unit",
        "请核对后只留一行。",
        "Check them and keep one row.",
    ),
    "missing-member": _say("没有会员编号", "no member number", *_FIX_CELL),
    "unreadable-member": _say(
        "会员编号无法读出(可能被 Excel 写成 1.1E+17)",
        "the member number cannot be read (spoilt to 1.1E+17 by Excel)",
        "请把该列设为文本格式,重填后再导入。",
        "Format the column as text, type the number again, then import again.",
    ),
    "member-twice": _say(
        "同一会员编号在文件中出现两次而内容不同",
        "the member number stands twice with different entries",
        "请核对后只留一行。",
        "Check them and keep one row.",
    ),
    "unknown-member": _say(
        "会员名册中没有这个编号",
        "no such member is registered",
        "请先导入会员名册(members),或改正编号。",
        "Import the members first (profile members), or correct the number.",
    ),
    "missing-employer": _say("没有单位", "no unit", *_FIX_CELL),
    "unknown-employer": _say(
        "没有会员登记在这个单位名下",
        "no member is registered with a unit of this name",
        "请改正单位,或先导入其会员名册。",
        "Correct the unit, or import its members first.",
    ),
    "other-employer": _say(
        "该会员登记在别的单位,或不属于本批次的单位",
        "the member is registered with another unit, or the batch is for another unit",
        "请核实会员现在属于哪个单位,由该单位上报。",
        "Find out to which unit the member belongs now; that unit lists him.",
    ),
    "two-employers": _say(
        "两个单位都列了这个会员,各行都先不发",
        "two units list this member: no row of his is taken",
        "请两个单位核实后,只留一行再导入。",
        "Let the units decide, keep one row, and import again.",
    ),
    "two-amounts": _say(
        "同一会员出现两次而金额不同,各行都先不发",
        "the member stands twice with different amounts: no row of his is taken",
        "请核对后只留一行。",
        "Check them and keep one row.",
    ),
    "same-person": _say(
        "与前面一行是同一个人(两个编号已合并)",
        "the same person as in a row above (two numbers that were merged)",
        "请只留一行。",
        "Keep one row.",
    ),
    "left-unit": _say(
        "在基准日之前已离职",
        "left before the reference day",
        "请从名单中删去;如离职日期有误,改正后重新导入。",
        "Take the row out, or correct the day and import again.",
    ),
    "not-yet-member": _say(
        "在基准日还不是会员",
        "not yet a member on the reference day",
        "请从名单中删去。",
        "Take the row out.",
    ),
    "unreadable-money": _say(
        "金额无法读出:要大于零,元后最多两位小数",
        "the amount cannot be read: above nothing, in yuan with at most two decimals",
        *_FIX_CELL,
    ),
    "drafted-otherwise": _say(
        "该会员已在批次中,金额不同",
        "the member stands in the batch with another amount",
        "请先从批次中划去,或改正名单。",
        "Strike him from the batch first, or correct the list.",
    ),
    "missing-reason": _say("没有写明原因", "no reason is given", *_FIX_CELL),
    "missing-approver": _say("没有批准人", "no approver", *_FIX_CELL),
    "unknown-approver": _say(
        "批准人不在名单中",
        "the approver is not known",
        "请先登记该批准人,或改正代号。",
        "Register the approver first, or correct the alias.",
    ),
    "unreadable-text": _say(
        "有无法解码的文字或控制字符", "text that cannot be decoded, or a control character", *_FIX_CELL
    ),
    "broken-row": _say(
        "这一行的引号不配对,或有一格太长",
        "the quotes of this row do not match, or one of its cells is too long",
        "请在 Excel 中检查并另存后重新导入。",
        "Check it in Excel, save and import again.",
    ),
    "refused": _say(
        "账本拒绝了这一行:{detail}",
        "the ledger refused the row: {detail}",
        "请按说明处理。",
        "Act on the reason given.",
    ),
}

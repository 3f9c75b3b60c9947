"""What can be wrong with benefits, said in Chinese and in English."""

from typing import Final

from ledger.scheme.sentences import Sentences, both

BENEFIT_PROBLEMS: Final[dict[str, tuple[Sentences, Sentences]]] = {
    "benefit-no-money": both(
        ("`{unit}` is of kind {kind}.", "A benefit is paid from funds, in money.", "Name a unit of kind money."),
        ("`{unit}` 的种类是 {kind}。", "补助由资金以金额支付。", "请使用种类为 money 的单位。"),
    ),
    "no-rates": both(
        ("There is no rate.", "Nothing could be reckoned.", "Add one, such as [[benefits.CODE.rates]]."),
        ("没有标准。", "无法计算金额。", "请加上，如 [[benefits.CODE.rates]]。"),
    ),
    "rate-without-day": both(
        ("This rate has no first day.", "Only the first one holds from the beginning.", "Write `from`."),
        ("该标准没有起始日。", "只有第一条可以从头适用。", "请写 `from`。"),
    ),
    "rate-above-whole": both(
        ("{numerator}/{denominator} is more than the whole.", "Nobody gets more than it cost.", "Lower it."),
        ("{numerator}/{denominator} 超过全额。", "补助不能超过实际费用。", "请调低。"),
    ),
    "tariff-with-rate": both(
        ("There are a tariff and a rate.", "Which one holds could not be told.", "Remove one of them."),
        ("既写了定额又写了比例。", "无法判断用哪一个。", "请删除其一。"),
    ),
    "no-sources": both(
        ("Nobody pays.", "A benefit is paid from somebody's funds.", "Write `sources`."),
        ("没有资金来源。", "补助要有出资方。", "请写 `sources`。"),
    ),
    "nobody-decides": both(
        ("{approvers} people never decide.", "Every claim is paid at once.", "Write `approval_limit`, such as 0."),
        ("写了 {approvers} 人审批却用不到。", "所有申请都直接支付。", "请写 `approval_limit`，如 0。"),
    ),
}
"""The part of the table of problems that benefits can cause."""

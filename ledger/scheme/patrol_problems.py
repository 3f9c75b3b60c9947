"""What can be wrong with slots, patrols and entitlements, said in Chinese and in English."""

from typing import Final

from ledger.scheme.sentences import Sentences, both

PATROL_PROBLEMS: Final[dict[str, tuple[Sentences, Sentences]]] = {
    "not-a-time": both(
        ("`{value}` is no time of day.", "Hours and minutes stand here.", 'Write it in quotes, such as "08:00".'),
        ("`{value}` 不是时刻。", "此处应为时和分。", '请加引号书写，如 "08:00"。'),
    ),
    "closes-before": both(
        (
            "The slot closes at {closes} and opens at {opens}.",
            "A slot lies within one local day.",
            'Let it close later; the end of the day is "24:00".',
        ),
        ("时段 {opens} 开始，{closes} 结束。", "时段应在同一个当地日内。", '请把结束时刻改晚；一天的末尾写 "24:00"。'),
    ),
    "patrols-without-slots": both(
        ("There is no slot.", "A task is published for a slot of a day.", "Add one, such as [slots.evening]."),
        ("没有时段。", "任务按某日的时段发布。", "请加上时段，如 [slots.evening]。"),
    ),
    "implausible-too-low": both(
        (
            "From {implausible} km/h on a step counts as a fault of the receiver, above {fast} as too fast.",
            "Too fast could never be said.",
            "Raise `implausible_kmh` above `max_kmh`.",
        ),
        (
            "超过 {implausible} 公里/时算定位故障，超过 {fast} 公里/时算过快。",
            "永远判不出过快。",
            "请让 `implausible_kmh` 大于 `max_kmh`。",
        ),
    ),
    "named-twice": both(
        ("`{word}` is named twice.", "{other} names it already.", "Remove one."),
        ("`{word}` 写了两次。", "{other} 已经写过。", "请删除其一。"),
    ),
    "no-award": both(
        (
            "A review cannot credit `{word}`.",
            "That must be an earning behaviour without approval limit, evidence, targets or quantity.",
            "Name such a one.",
        ),
        (
            "审核不能发放 `{word}`。",
            "应是得分行为，且不带审批额度、证据、对象和数量。",
            "请改用这样的行为。",
        ),
    ),
    "term-without-months": both(
        ("A term needs its length.", "The entitlement would never end.", "Write `term_months`."),
        ("期限类权益要写多长。", "否则永不到期。", "请写 `term_months`。"),
    ),
    "other-use": both(
        ("This does not go with the use {use}.", "Nothing would look at it.", "Remove it, or change `use`."),
        ("用途为 {use} 时不能有这一项。", "它不会起作用。", "请删除，或修改 `use`。"),
    ),
    "criterion-unclear": both(
        (
            "A criterion is one thing.",
            "Whoever meets it goes first.",
            "Write either `ground` or `months_since_last`.",
        ),
        ("每个排序条件只写一项。", "符合者排在前面。", "请写 `ground` 或 `months_since_last` 其中之一。"),
    ),
    "too-many-criteria": both(
        ("There are more than {limit} criteria.", "Nobody could tell why he ranks there.", "Keep the weightiest."),
        ("排序条件超过 {limit} 项。", "无法说明为何如此排序。", "请只保留最重要的。"),
    ),
    "cost-without-fund": both(
        ("There is a cost and no fund.", "Somebody must owe it.", "Write `fund`."),
        ("写了费用而没有资金来源。", "要有承担费用的一方。", "请写 `fund`。"),
    ),
}
"""The part of the table of problems that patrols and entitlements can cause."""

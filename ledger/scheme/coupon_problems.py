"""What can be wrong with coupons, said in Chinese and in English."""

from typing import Final

from ledger.scheme.sentences import Sentences, both

COUPON_PROBLEMS: Final[dict[str, tuple[Sentences, Sentences]]] = {
    "coupon-no-money": both(
        ("`{unit}` is of kind {kind}.", "A coupon stands for money.", "Name a unit of kind money."),
        ("`{unit}` 的种类是 {kind}。", "券代表金额。", "请使用种类为 money 的单位。"),
    ),
    "coupon-unit-not-plain": both(
        (
            "`{unit}` can be owed, kept back or lost by inactivity.",
            "A coupon is there with its whole face, or it is not.",
            'Leave `negative = "refuse"` and a plain `spendable`, without `inactivity`.',
        ),
        (
            "`{unit}` 可以欠、被保留或因不活跃清零。",
            "券要么全额有效，要么不存在。",
            '请用 `negative = "refuse"`、普通的 `spendable`，不写 `inactivity`。',
        ),
    ),
}
"""The part of the table of problems that coupons can cause."""

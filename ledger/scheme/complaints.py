"""What can be wrong with a scheme, said in Chinese and in English: what, why, and what to do."""

from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from ledger.scheme.benefit_problems import BENEFIT_PROBLEMS
from ledger.scheme.coupon_problems import COUPON_PROBLEMS
from ledger.scheme.patrol_problems import PATROL_PROBLEMS
from ledger.scheme.sentences import Sentences, both

Path = tuple[str, ...]


class Complaint(NamedTuple):
    """One thing wrong, at one key of the file, `behaviours.no-helmet.points`."""

    key: str
    problem: str
    values: dict[str, Any]
    line: int | None = None

    def sentences(self, lang: str = "en") -> Sentences:
        """What, why and what to do, in `lang`."""
        english, chinese = PROBLEMS[self.problem]
        spoken = chinese if lang.lower().startswith("zh") else english
        return Sentences(*(sentence.format(**self.values) for sentence in spoken))

    def text(self, lang: str = "en") -> str:
        """One line for a terminal."""
        what, why, remedy = self.sentences(lang)
        place = self.key if self.line is None else f"{self.key} ({self.line})"
        return f"{place}: {what}{why}{remedy}" if lang.lower().startswith("zh") else f"{place}: {what} {why} {remedy}"


class SchemeError(ValueError):
    """A scheme that cannot be used; `errors` is everything wrong with it, in the order of the file where known."""

    def __init__(self, errors: list[Complaint]) -> None:
        """Keep every complaint: one run of the check must be enough to repair the file."""
        super().__init__("\n".join(error.text() for error in errors))
        self.errors = sorted(errors, key=lambda error: (error.line or 0, error.key))


class Complaints:
    """Collects complaints while a file is walked."""

    def __init__(self) -> None:
        """Nothing is wrong yet."""
        self.found: list[Complaint] = []

    def add(self, path: Path, problem: str, **values: Any) -> None:
        """Note one thing wrong at `path`."""
        self.found.append(Complaint(".".join(path) or "(file)", problem, values))

    def add_unknown(self, path: Path, problem: str, word: str, known: list[str]) -> None:
        """Note a word that is none of `known`, with a suggestion where one is near (`misspelt-…`)."""
        near = get_close_matches(word, known, n=1)
        listed = ", ".join(sorted(known)) or "–"
        if near:
            self.add(path, "misspelt-" + problem, word=word, near=near[0])
        else:
            self.add(path, "unknown-" + problem, word=word, known=listed)


PROBLEMS: Final[dict[str, tuple[Sentences, Sentences]]] = {
    "not-found": both(
        ("There is no such scheme.", "Neither a file nor a shipped scheme is called {word}.", "Shipped are: {known}."),
        ("没有这个方案。", "既没有名为 {word} 的文件，也没有名为 {word} 的内置方案。", "内置方案有：{known}。"),
    ),
    "not-utf-8": both(
        ("The file is not UTF-8.", "TOML files are UTF-8; byte {position} is not.", "Save it again as UTF-8."),
        ("文件不是 UTF-8 编码。", "TOML 文件必须用 UTF-8，第 {position} 个字节不符合。", "请另存为 UTF-8。"),
    ),
    "not-toml": both(
        ("The file is not TOML.", "The reader says: {reader}.", "Repair that place first."),
        ("文件不是合法的 TOML。", "解析器报告：{reader}。", "请先修正该处。"),
    ),
    "unknown-key": both(
        ("This key is not known.", "The keys here are: {known}.", "Remove it."),
        ("没有这个键。", "此处可用的键有：{known}。", "请删除。"),
    ),
    "misspelt-key": both(
        ("This key is not known.", "It looks like a slip of the pen.", "Did you mean `{near}`?"),
        ("没有这个键。", "可能是笔误。", "是否应为 `{near}`？"),
    ),
    "missing-key": both(
        ("This key is missing.", "Nothing can stand in for it.", "Write it."),
        ("缺少这个键。", "它没有默认值。", "请补上。"),
    ),
    "not-a-whole-number": both(
        (
            "{value} is not a whole number.",
            "Value is counted in whole units only.",
            "Write digits, without point or quotes.",
        ),
        ("{value} 不是整数。", "数值只按整数计。", "请只写数字，不加小数点和引号。"),
    ),
    "out-of-range": both(
        ("{value} is out of range.", "It must lie from {low} to {high}.", "Choose a number in between."),
        ("{value} 超出范围。", "应在 {low} 到 {high} 之间。", "请改为范围内的数。"),
    ),
    "not-a-text": both(
        ("{value} is not a text.", "A text stands here.", "Put it in quotes."),
        ("{value} 不是文本。", "此处应为文本。", "请加上引号。"),
    ),
    "bad-length": both(
        ("This text has {length} characters.", "It must have from {low} to {high}.", "Change it."),
        ("文本有 {length} 个字符。", "应有 {low} 到 {high} 个。", "请修改。"),
    ),
    "bad-code": both(
        (
            "`{value}` cannot be a code.",
            "A code begins with a letter and has at most 63 letters, digits, - and _.",
            "Choose another; what people read stands in `names`.",
        ),
        (
            "`{value}` 不能作代码。",
            "代码以英文字母开头，只含字母、数字、- 和 _，最多 63 个。",
            "请换一个；显示名称写在 `names` 里。",
        ),
    ),
    "not-true-or-false": both(
        ("{value} is neither true nor false.", "A switch stands here.", "Write true or false, without quotes."),
        ("{value} 既不是 true 也不是 false。", "此处是开关。", "请写 true 或 false，不加引号。"),
    ),
    "not-a-table": both(
        ("This is not a table.", "Keys with values stand here.", "Write `[{key}]` and the keys below it."),
        ("这不是表。", "此处应为若干键和值。", "请写 `[{key}]`，键写在其下。"),
    ),
    "not-a-list": both(
        ("This is not a list.", "Several may stand here.", "Write it in square brackets."),
        ("这不是列表。", "此处可以有多项。", "请用方括号括起来。"),
    ),
    "unknown-choice": both(
        ("`{word}` is not a choice here.", "The choices are: {known}.", "Take one of them."),
        ("`{word}` 不是可选值。", "可选值有：{known}。", "请选其一。"),
    ),
    "misspelt-choice": both(
        ("`{word}` is not a choice here.", "It looks like a slip of the pen.", "Did you mean `{near}`?"),
        ("`{word}` 不是可选值。", "可能是笔误。", "是否应为 `{near}`？"),
    ),
    "unknown-term": both(
        ("The scheme has no `{word}`.", "Known here are: {known}.", "Name one of them, or add it to the scheme."),
        ("方案中没有 `{word}`。", "此处可用的有：{known}。", "请改用其一，或在方案中补上。"),
    ),
    "misspelt-term": both(
        ("The scheme has no `{word}`.", "It looks like a slip of the pen.", "Did you mean `{near}`?"),
        ("方案中没有 `{word}`。", "可能是笔误。", "是否应为 `{near}`？"),
    ),
    "unknown-zone": both(
        ("`{word}` is no time zone.", "Days begin and end in an IANA zone.", "Write one such as Asia/Shanghai."),
        ("`{word}` 不是时区。", "一天的起止按 IANA 时区计算。", "请写 Asia/Shanghai 之类的名称。"),
    ),
    "one-code-two-things": both(
        (
            "The code `{word}` is used twice.",
            "It is also the code of {other}: a record could mean either.",
            "Rename one.",
        ),
        ("代码 `{word}` 用了两次。", "{other} 也用这个代码，记录会有歧义。", "请改其中一个。"),
    ),
    "one-word-two-things": both(
        (
            "The word “{word}” is used twice.",
            "{other} is called so too: a row of a file could mean either.",
            "Rename one.",
        ),
        ("名称“{word}”用了两次。", "{other} 也叫这个名字，导入的行会有歧义。", "请改其中一个。"),
    ),
    "no-correction": both(
        (
            "There is no reason `correction`.",
            "Every scheme has it: mistakes are put right under it.",
            "Add [reasons.correction].",
        ),
        ("缺少理由 `correction`。", "每个方案都要有它，用于更正错误。", "请加上 [reasons.correction]。"),
    ),
    "no-points": both(
        ("This behaviour moves 0 points.", "Kind {kind} has a fixed number of them.", "Write how many, above 0."),
        ("该行为的分值为 0。", "{kind} 类行为有固定分值。", "请写大于 0 的分值。"),
    ),
    "points-in-opening": both(
        ("An opening balance has points here.", "Each row of the takeover names its own amount.", "Remove `points`."),
        ("期初余额写了分值。", "接收时每一行有自己的数额。", "请删除 `points`。"),
    ),
    "only-earning": both(
        (
            "This does not go with kind {kind}.",
            "Only what earns can have it: a deduction is never capped.",
            "Remove it.",
        ),
        ("{kind} 类行为不能有这一项。", "只有得分行为可以有：扣分不设上限。", "请删除。"),
    ),
    "only-deducting": both(
        ("This does not go with kind {kind}.", "Only a deduction can have it.", "Remove it."),
        ("{kind} 类行为不能有这一项。", "只有扣分行为可以有。", "请删除。"),
    ),
    "initial-by-itself": both(
        (
            "An initial grant cannot have this.",
            "Each period grants it by itself, and its closing lapses it.",
            "Remove it.",
        ),
        ("初始积分不能有这一项。", "它由每期自动发放，关账时失效。", "请删除。"),
    ),
    "caps-contradict": both(
        (
            "The period allows {period}, a day {day}.",
            "The day's cap could never be reached.",
            "Raise the one or lower the other.",
        ),
        ("每期上限 {period}，每日上限 {day}。", "每日上限永远用不到。", "请提高前者或降低后者。"),
    ),
    "other-unit": both(
        ("This counts `{other}`, the behaviour `{unit}`.", "Units never mix.", "Make them equal."),
        ("此处单位是 `{other}`，行为的单位是 `{unit}`。", "不同单位不能混用。", "请改为一致。"),
    ),
    "counts-as-no-source": both(
        (
            "`{word}` cannot lend its caps.",
            "That must be another earning behaviour of the same unit that counts as itself.",
            "Name such a one.",
        ),
        ("`{word}` 不能共用上限。", "应是同一单位、自身独立计次的另一得分行为。", "请改用这样的行为。"),
    ),
    "base-without-threshold": both(
        (
            "`base` is {base}, the policy {policy}.",
            "Only `threshold` looks at a base.",
            "Remove it or choose threshold.",
        ),
        ("`base` 为 {base}，而策略是 {policy}。", "只有 `threshold` 用到基准分。", "请删除，或改用 threshold。"),
    ),
    "threshold-without-base": both(
        ("A threshold needs a base.", "Without one it is the same as plain.", "Write `base`, or choose plain."),
        ("threshold 策略需要基准分。", "没有它就等于 plain。", "请写 `base`，或改用 plain。"),
    ),
    "initial-above-base": both(
        (
            "The initial grant of {initial} is above the base of {base}.",
            "What lapses with the month could be spent.",
            "Raise the base.",
        ),
        ("初始积分 {initial} 高于基准分 {base}。", "当月失效的积分会被花掉。", "请提高基准分。"),
    ),
    "not-initial": both(
        ("`{word}` is of kind {kind}.", "A period can only grant a behaviour of kind initial.", "Name one."),
        ("`{word}` 是 {kind} 类行为。", "每期只能发放 initial 类行为。", "请改用这样的行为。"),
    ),
    "never-granted": both(
        ("No period grants this.", "`periods.initial` does not name it.", "Name it there, or remove it."),
        ("没有哪一期会发放它。", "`periods.initial` 没有写它。", "请在那里写上，或删除此行为。"),
    ),
    "no-initial-lot": both(
        (
            "This policy needs an initial lot.",
            "`periods.initial` grants none in this unit.",
            "Name one there, or choose plain.",
        ),
        ("该策略需要初始积分。", "`periods.initial` 没有发放这个单位。", "请在那里写上，或改用 plain。"),
    ),
    "default-above-cap": both(
        (
            "A hold of {default} s is above the cap of {cap} s.",
            "No hold could be made without a time.",
            "Raise `hold_cap`.",
        ),
        ("默认冻结 {default} 秒，超过上限 {cap} 秒。", "不写时长就无法冻结。", "请提高 `hold_cap`。"),
    ),
    "not-a-day": both(
        ("`{value}` is no day.", "A day of the calendar stands here.", 'Write it in quotes, such as "2022-07-01".'),
        ("`{value}` 不是日期。", "此处应为日历上的某一天。", '请加引号书写，如 "2022-07-01"。'),
    ),
    "ends-before": both(
        ("It ends on {last}, before it begins.", "Its first day is {first}.", "Change one of the two days."),
        ("{last} 结束，早于开始。", "开始日为 {first}。", "请修改其中一个日期。"),
    ),
    "same-unit": both(
        ("This converts `{word}` into itself.", "A rate stands between two units.", "Name another unit."),
        ("这里把 `{word}` 换成它自己。", "兑换率应在两个单位之间。", "请改为另一单位。"),
    ),
    "two-rates": both(
        (
            "`{other}` converts between the same units on some of the same days.",
            "Which rate holds could not be told.",
            "Let one end the day before the other begins.",
        ),
        (
            "`{other}` 在部分相同的日期兑换同样的单位。",
            "无法判断用哪个兑换率。",
            "请让前一个在后一个开始的前一天结束。",
        ),
    ),
    "round-trip-profits": both(
        (
            "Converting `{unit}` and back gives more than it took.",
            "Value would be made out of nothing.",
            "Lower a rate until no way round gives more than it takes.",
        ),
        ("`{unit}` 换出再换回会变多。", "等于凭空产生价值。", "请降低兑换率，使往返兑换不增值。"),
    ),
    "no-kinds": both(
        ("This counts nothing.", "No kind of movement is named.", "Name one, such as grant."),
        ("这里什么都不计。", "没有写任何变动类型。", "请至少写一种，如 grant。"),
    ),
    "amount-without-unit": both(
        ("Amounts of no unit are counted.", "Units never mix in one counter.", "Write `unit`, or count times."),
        ("按数额计但没有单位。", "一个计数器不能混用单位。", "请写 `unit`，或改为按次数计。"),
    ),
    "pieces-of-nothing": both(
        ("Only redemptions have pieces.", "Nothing else hands over goods.", "Count `redemption` alone, or times."),
        ("只有兑换才有件数。", "其他变动不涉及商品。", "请只计 `redemption`，或改为按次数计。"),
    ),
    "no-figure": both(
        ("This limit has no figure.", "Nothing would ever be limited.", "Write `amount`, or dated `changes`."),
        ("该限额没有数值。", "等于不限。", "请写 `amount`，或写带日期的 `changes`。"),
    ),
    "regions-of-nobody": both(
        (
            "Figures by region need a counter for each person.",
            "A region is that of the unit that a person belongs to.",
            "Add `person` to `per`, or remove `regions`.",
        ),
        (
            "按地区设限额，须每人单独计数。",
            "地区就是本人所在单位的地区。",
            "请在 `per` 中加上 `person`，或删除 `regions`。",
        ),
    ),
    "days-out-of-order": both(
        ("The change from {day} comes after that from {before}.", "Changes stand in order.", "Put them in order."),
        ("{day} 起的变更排在 {before} 之后。", "变更应按日期先后排列。", "请按先后重排。"),
    ),
    "filter-fits-nothing": both(
        ("Nothing this limit counts can bear that.", "It counts: {kinds}.", "Remove it, or count other kinds."),
        ("该限额所计的变动都没有这一项。", "它计的是：{kinds}。", "请删除，或改计其他类型。"),
    ),
    "one-at-a-time": both(
        ("Kind {kind} has no quantity.", "It is granted or taken over as one amount.", "Remove `most`."),
        ("{kind} 类行为没有数量。", "它按一笔数额发放或接收。", "请删除 `most`。"),
    ),
    "most-too-much": both(
        ("`points` times `most` is too much.", "One record can move at most {limit}.", "Lower one of them."),
        ("`points` 乘以 `most` 过大。", "一条记录最多 {limit}。", "请减小其中之一。"),
    ),
    **PATROL_PROBLEMS,
    **COUPON_PROBLEMS,
    **BENEFIT_PROBLEMS,
    "too-large": both(
        ("The scheme takes {size} bytes.", "A fact carries it whole, and that has room for {limit}.", "Shorten it."),
        ("方案占 {size} 字节。", "它要整个写进一条事实，上限 {limit} 字节。", "请精简。"),
    ),
}
"""Every problem by its code, in English and in Chinese; a test asks that none is missing and none unused."""

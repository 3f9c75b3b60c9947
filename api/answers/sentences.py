"""The sentences of rendering 1, in Chinese and English. A recorded refusal is answered with them for ever.

Add a code here with its refusal. Never change a sentence: it would change answers already given.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


def _said(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


class Words(NamedTuple):
    """A refusal in one language."""

    title: str
    sentence: str
    shapes: Mapping[str, str]
    """What the codes of the body reader mean."""

    def detail(self, members: Mapping[str, Any]) -> str:
        """The sentence with the refusal's numbers."""
        return self.sentence.format_map({name: _said(value) for name, value in members.items()})


ZH: Final = "zh-CN"
EN: Final = "en"
LANGUAGES: Final = (ZH, EN)


def words_of(code: str, lang: str) -> Words:
    """The words for a code; a language that is not kept is answered in Chinese."""
    chinese, english = SENTENCES.get(code, (("已拒绝", code), ("Refused", code)))
    title, sentence = english if lang == EN else chinese
    return Words(title, sentence, {name: words[lang == EN] for name, words in SHAPES.items()})


SHAPES: Final[dict[str, tuple[str, str]]] = {
    "duplicate-key": ("同一字段出现两次", "this member occurs twice"),
    "not-an-integer": ("须为整数，不能有小数点或指数", "a whole number is expected, without point or exponent"),
    "number-out-of-range": ("数值超出允许范围", "the number is outside the allowed range"),
    "control-character": ("含有控制字符", "control characters are not allowed"),
    "too-deep": ("嵌套过深", "nested too deeply"),
    "unknown-field": ("没有这个字段", "there is no such member"),
    "missing": ("缺少必填字段", "this member is required"),
    "wrong-type": ("类型不符", "the type does not fit"),
    "wrong-form": ("格式不符", "the form does not fit"),
    "wrong-length": ("长度不符", "the length does not fit"),
    "unknown-value": ("不在允许的取值之内", "not one of the allowed values"),
    "zone-missing": ("时间须带时区", "a time needs its offset from UTC"),
    "future": ("时间在未来", "this time lies in the future"),
    "invalid": ("内容不被接受", "this cannot be accepted"),
}
"""Code of a place in `errors` → Chinese, English."""

SENTENCES: Final[dict[str, tuple[tuple[str, str], tuple[str, str]]]] = {
    "malformed": (
        ("请求内容有误", "请求的内容或数值不被接受，见 errors。"),
        ("Malformed", "The shape or a value of the request cannot be accepted; see errors."),
    ),
    "idempotency-key-reused": (
        ("幂等键已被使用", "这个幂等键已用于另一个请求。请换一个新键。"),
        ("Idempotency key reused", "This idempotency key was used for another request. Use a new key."),
    ),
    "unit-mismatch": (
        ("单位不符", "应为单位 {expected}，收到的是 {given}。"),
        ("Unit mismatch", "Expected unit {expected}, got {given}."),
    ),
    "same-account": (
        ("同一账户", "转出和转入是同一个账户。"),
        ("Same account", "Both sides of the movement are one account."),
    ),
    "unknown-scheme-term": (
        ("规则中没有此项", "现行规则中没有 {term}「{value}」。"),
        ("Unknown scheme term", "The scheme in force knows no {term} {value!r}."),
    ),
    "amount-out-of-range": (
        ("数额超出范围", "结果超出 ±(2^53−1)。"),
        ("Amount out of range", "A result would pass ±(2^53−1)."),
    ),
    "weak-pin": (
        ("密码过于简单", "密码须为 4 至 8 位数字，且不能是重复或连续的数字。"),
        ("Weak PIN", "A PIN has 4 to 8 digits, neither repeated nor in sequence."),
    ),
    "badge-check-digit": (
        ("证号校验不符", "证号 {given} 的校验位不符，请重新扫描或输入。"),
        ("Badge number mistyped", "The check character of badge {given} does not fit: scan or type it again."),
    ),
    "code-mistyped": (
        ("券码有误", "券码校验不符：第 {place} 位有误（0 表示不止一位），请核对后重新输入。"),
        ("Code mistyped", "The code does not check: character {place} is wrong (0: more than one). Type it again."),
    ),
    "not-json": (
        ("不是 JSON", "请求体不是 UTF-8 编码的 JSON。"),
        ("Not JSON", "The body is not a JSON document in UTF-8."),
    ),
    "unauthenticated": (
        ("未认证", "缺少密钥，或密钥不存在、已吊销、已过期。"),
        ("Unauthenticated", "No key was sent, or it is unknown, revoked or expired."),
    ),
    "forbidden": (
        ("无权操作", "此操作需要权限 {permission}。"),
        ("Forbidden", "This needs the permission {permission}."),
    ),
    "method-not-allowed": (
        ("方法不允许", "此地址不接受这种请求方法。"),
        ("Method not allowed", "This address does not take that method."),
    ),
    "too-many-lots": (
        ("批次过多", "预占涉及 {lots} 个批次,一次最多 {limit} 个,请分次预占。"),
        ("Too many lots", "The hold would take {lots} lots, at most {limit} at a time: hold less, several times."),
    ),
    "too-large": (
        ("请求过大", "请求超过上限 {limit}。"),
        ("Too large", "The request is above the limit of {limit}."),
    ),
    "projection-behind": (
        ("数据尚未更新", "查询的数据到第 {projected} 条，账本已到第 {head} 条，请稍后再试。"),
        ("Not caught up yet", "What was asked for stands at {projected}, the ledger at {head}; try again shortly."),
    ),
    "not-found": (
        ("不存在", "没有这个 {kind}：{id}。"),
        ("Not found", "There is no {kind} {id!r}."),
    ),
    "already-exists": (
        ("已存在", "{kind}「{id}」已存在。"),
        ("Already exists", "{kind} {id!r} already exists."),
    ),
    "insufficient-funds": (
        ("积分不足", "需要 {required}，可用 {available}，还差 {missing}。"),
        ("Insufficient funds", "{required} needed, {available} available, {missing} missing."),
    ),
    "out-of-stock": (
        ("库存不足", "商品 {item} 需要 {requested} 件，现有 {available} 件。"),
        ("Out of stock", "{requested} of item {item} wanted, {available} available."),
    ),
    "limit-exceeded": (
        ("超出限额", "规则 {rule}：限额 {limit}，已用 {used}，还可 {offered}（{period}）。"),
        ("Limit exceeded", "Rule {rule}: limit {limit}, used {used}, {offered} left ({period})."),
    ),
    "regional-limit-exceeded": (
        ("超出地区限额", "规则 {rule}，地区 {region}：限额 {limit}，已用 {used}，还可 {offered}（{period}）。"),
        (
            "Limit of the region exceeded",
            "Rule {rule}, region {region}: limit {limit}, used {used}, {offered} left ({period}).",
        ),
    ),
    "fund-exhausted": (
        ("资金不足", "资金 {fund} 可用 {available}，需要 {required}，未扣任何资金。"),
        ("Fund exhausted", "Fund {fund} has {available} free and {required} are needed; nothing was taken."),
    ),
    "coupon-spent": (
        ("券已用完", "券 {coupon} 已于 {spent_at} 用完。"),
        ("Coupon spent", "Nothing is left of coupon {coupon} since {spent_at}."),
    ),
    "coupon-expired": (
        ("券已过期", "券 {coupon} 的有效期到 {expired_on} 为止。"),
        ("Coupon expired", "Coupon {coupon} could be spent until the end of {expired_on}."),
    ),
    "coupon-not-yet-valid": (
        ("券未到使用日期", "券 {coupon} 自 {valid_from_on} 起可用。"),
        ("Coupon not valid yet", "Coupon {coupon} can be spent from {valid_from_on} on."),
    ),
    "coupon-not-valid-here": (
        ("券在此不可用", "券 {coupon} 只用于商户 {merchants}、商品类别 {goods}（空表示不限）。"),
        ("Coupon not valid here", "Coupon {coupon} is for merchants {merchants} and goods {goods} (empty: any)."),
    ),
    "coupon-void": (
        ("券已作废", "券 {coupon} 已于 {since} 作废或更换券码。"),
        ("Coupon void", "Coupon {coupon} was taken back, or got another code, at {since}."),
    ),
    "coupon-of-another": (
        ("不是本人的券", "券 {coupon} 发给了别人，仅限本人使用。"),
        ("Coupon of another", "Coupon {coupon} was issued to somebody else, who alone may spend it."),
    ),
    "coupon-reserved": (
        ("券已预留", "券 {coupon} 已为待取商品预留，至 {until} 为止。"),
        ("Coupon reserved", "Coupon {coupon} is set aside for goods that wait at a counter, until {until}."),
    ),
    "tender-mismatch": (
        ("另付金额不符", "账单 {bill}，用券 {covered}，应另付 {required}，而所报为 {tender}。"),
        ("Tender does not match", "Coupons pay {covered} of {bill}: {required} is paid outside, not {tender}."),
    ),
    "coupons-do-not-stack": (
        ("券不能叠加", "这些券不能用在同一单（规则 {rule}，限 {limit}）。"),
        ("Coupons do not stack", "These coupons may not stand on one bill (rule {rule}, limit {limit})."),
    ),
    "merchant-suspended": (
        ("商户已暂停", "商户 {merchant} 自 {since} 起暂停。"),
        ("Merchant suspended", "Merchant {merchant} takes no part since {since}."),
    ),
    "sale-closed": (
        ("不在兑换时间", "商品 {item} 现在不能兑换。"),
        ("Sale closed", "Item {item} is not on sale now."),
    ),
    "kinds-differ": (
        ("种类不同，不能相加", "这些数字种类不同：{kinds}。请按一个种类查询合计。"),
        ("Kinds differ", "kinds differ: {kinds}. Ask for the total of one kind."),
    ),
    "not-eligible": (
        ("不符合条件", "当前状态不允许此操作（{reason}）。"),
        ("Not eligible", "The present status does not allow this ({reason})."),
    ),
    "already-reversed": (
        ("已冲正", "原额 {original} 已全部冲正。"),
        ("Already reversed", "All {original} of the original are reversed already."),
    ),
    "exceeds-original": (
        ("超过原额", "原额 {original}，已冲正 {reversed}，本次 {requested} 超过余额。"),
        ("Exceeds original", "Of {original}, {reversed} are reversed already: {requested} is more than what is left."),
    ),
    "not-reversible": (
        ("不能冲正", "类型 {type} 的记录不能冲正。"),
        ("Not reversible", "A record of type {type} cannot be reversed."),
    ),
    "cause-already-used": (
        ("该事由已记分", "同一事由已在第 {fact} 条记录中处理过。"),
        ("Cause already used", "The same cause was paid by fact {fact}."),
    ),
    "approval-required": (
        ("需要审批", "规则 {rule} 要求另一人审批（限额 {limit}），请提交申请。"),
        ("Approval required", "Rule {rule} wants a second person (limit {limit}): make a proposal."),
    ),
    "payee-changed": (
        ("收款账户已变更", "商户 {merchant} 的收款账户在复核之后变更（自 {since_on}），须重新复核后才能付款。"),
        (
            "Payee account changed",
            "Since {since_on} {merchant} is paid to another account than when this was checked: check it again.",
        ),
    ),
    "invoice-mismatch": (
        ("发票金额不符", "发票金额 {invoiced} 与应付 {payable} 不一致。"),
        ("Invoice over another sum", "The invoice is over {invoiced}, and {payable} are payable."),
    ),
    "self-approval": (
        ("不能自批", "提交人和审批人是同一个人。"),
        ("Self-approval", "Maker and checker are one person."),
    ),
    "approval-expired": (
        ("申请已过期", "该申请已于 {expired_at} 过期。"),
        ("Approval expired", "The proposal lapsed at {expired_at}."),
    ),
    "already-decided": (
        ("已有决定", "该事项已有决定：{decision}（第 {position} 条）。"),
        ("Already decided", "This is decided already: {decision} (fact {position})."),
    ),
    "account-frozen": (
        ("账户已冻结", "账户自 {since} 起冻结。"),
        ("Account frozen", "The account is frozen since {since}."),
    ),
    "account-closed": (
        ("账户已注销", "账户已于 {since} 注销,不再变动。"),
        ("Account closed", "The account was closed at {since} and will not move again."),
    ),
    "holder-barred": (
        ("不能兑换", "此人自 {since} 起不能兑换。"),
        ("Holder barred", "This person may not redeem since {since}."),
    ),
    "entitlement-in-force": (
        ("已有同类权益", "此人已有一份同类权益（有效期至：{until}），不能再兑一份；未扣减任何币或积分。"),
        ("Entitlement in force", "This person has one of this kind already (until: {until}); nothing was taken."),
    ),
    "booking-closed": (
        ("预约已截止", "预约或退订已于 {until} 截止。"),
        ("Booking closed", "The last day to book or to give up a place was {until}."),
    ),
    "period-closed": (
        ("账期已关闭", "账期 {period} 已于 {since} 关闭。"),
        ("Period closed", "Period {period} is closed since {since}."),
    ),
    "badge-revoked": (
        ("证件已作废", "证件 {badge} 自 {since} 起作废，积分仍归本人。"),
        ("Badge revoked", "Badge {badge} is revoked since {since}; the points stay with the person."),
    ),
    "pin-wrong": (
        ("密码错误", "密码不对，还可试 {tries_left} 次。"),
        ("Wrong PIN", "The PIN does not match; {tries_left} tries left."),
    ),
    "pin-locked": (
        ("密码已锁定", "密码错误次数过多，锁定到 {until}。"),
        ("PIN locked", "Too many wrong PINs: locked until {until}."),
    ),
    "group-failed": (
        ("同组操作失败", "同组中另一项被拒绝，本组全部未执行。"),
        ("Group failed", "Another member of the group was refused: nothing of the group was done."),
    ),
    "too-many-refusals": (
        ("被拒次数过多", "今日被拒绝的请求过多，请稍后再试。"),
        ("Too many refusals", "Too many refused requests today; try again later."),
    ),
    "queue-full": (
        ("排队已满", "等待的请求过多，请稍后再试。"),
        ("Queue full", "More commands wait than the ledger takes; try again shortly."),
    ),
    "deadline-passed": (
        ("等待超时", "请求等待过久，未执行，可用同一个键重试。"),
        ("Deadline passed", "The command waited too long and was not decided: retry with the same key."),
    ),
    "storage-unavailable": (
        ("存储不可用", "数据库暂时不可用，未执行任何操作，可用同一个键重试。"),
        ("Storage unavailable", "The database could not be reached and nothing was done: retry with the same key."),
    ),
    "outcome-unknown": (
        ("结果未知", "提交结果未知，请用同一个键重试以得到结果。"),
        ("Outcome unknown", "Whether it was done is not known yet: retry with the same key."),
    ),
    "clock-untrusted": (
        ("时钟异常", "服务器时钟异常，需要管理员确认。"),
        ("Clock untrusted", "The server's clock cannot be trusted; an operator must accept it."),
    ),
    "ledger-in-use": (
        ("账本正被使用", "另一个进程正在写入这个账本。"),
        ("Ledger in use", "Another process is writing this ledger."),
    ),
    "internal-error": (
        ("内部错误", "程序内部错误，未记录任何内容（编号 {incident}）。"),
        ("Internal error", "A defect of ours; nothing was recorded (incident {incident})."),
    ),
    "confirmation-required": (
        ("需要确认", "兑换需要以下任一方式确认：{allowed}。"),
        ("Confirmation required", "The sale must be confirmed in one of these ways: {allowed}."),
    ),
    "hold-expired": (
        ("预留已过期", "预留已于 {expired_at} 过期，已释放。"),
        ("Hold expired", "The hold ended at {expired_at}; what it had set aside is free."),
    ),
    "hold-already-captured": (
        ("已交付", "商品已于 {captured_at} 交付。"),
        ("Hold already captured", "The goods were handed over at {captured_at}."),
    ),
    "exceeds-hold": (
        ("超出预留", "预留只剩 {held}。"),
        ("Exceeds the hold", "The hold still holds {held}."),
    ),
    "hold-already-voided": (
        ("预留已取消", "预留已于 {voided_at} 取消。"),
        ("Hold already voided", "The hold was cancelled at {voided_at}."),
    ),
    "refund-closed": (
        ("已过退换期", "可退或可撤销的最后一天是 {until}。"),
        ("Refund closed", "The last day on which this could be given back was {until}."),
    ),
    "proposal-mismatch": (
        ("申请内容不符", "所审批的内容与申请不一致，申请的摘要为 {digest}。"),
        ("Proposal mismatch", "What was approved is not what was proposed; the proposal's digest is {digest}."),
    ),
    "appeal-closed": (
        ("申诉期已过", "该扣分的申诉期已过或不可申诉（{until}）。"),
        ("Appeal closed", "This deduction can no longer be appealed (until: {until})."),
    ),
    "holder-merged": (
        ("档案已合并", "档案 {holder} 已并入 {into}。"),
        ("Holder merged", "Record {holder} was merged into {into}."),
    ),
    "period-not-open": (
        ("账期未开", "账期 {period} 尚未开启，当前账期为 {open}。"),
        ("Period not open", "Period {period} has not begun; {open} is open."),
    ),
    "closing-unfinished": (
        ("关账未完成", "账期 {period} 的关账尚未完成。"),
        ("Closing unfinished", "The closing of {period} has not run to its end."),
    ),
    "open-items-remain": (
        ("有未决事项", "还有 {items} 项未决，请先处理，或转入下一账期。"),
        ("Open items remain", "{items} items are undecided: decide them, or carry them into the next period."),
    ),
    "task-taken": (
        ("名额已满", "任务的 {places} 个名额已全部被认领。"),
        ("Already taken", "All {places} places of the task are taken."),
    ),
    "slot-closed": (
        ("不在任务时段", "任务时段从 {opens_at} 到 {closes_at}。"),
        ("Outside the slot", "The task's slot is from {opens_at} to {closes_at}."),
    ),
    "claim-open": (
        ("已有进行中的任务", "同一人一次只能认领一个任务，尚未结束的认领是 {claim}。"),
        ("A claim is open", "One claim at a time: {claim} is not finished."),
    ),
    "claim-expired": (
        ("认领已失效", "认领未按时开始或结束，已于 {expired_at} 失效，名额已退回。"),
        ("Claim expired", "It was not started or not finished in time and fell back at {expired_at}."),
    ),
    "patrol-running": (
        ("巡逻正在进行", "巡逻已于 {started_at} 在另一台设备上开始。"),
        ("Patrol running", "The patrol was started at {started_at} on another device."),
    ),
}
"""Code → (title, sentence) in Chinese, in English."""

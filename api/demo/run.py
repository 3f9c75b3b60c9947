"""The demo: a site's June 2022 from the empty ledger to the opened July, every figure beside an independent one."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from api.commands.replaying import compared, totals
from api.demo import cast, figures
from api.demo.checks import Checks
from api.demo.expected import INITIAL, ExpectedMonth, Policy, Sums
from api.demo.figures import POINT
from api.demo.month import FILES, ROSTER, Month
from api.demo.other import beside
from api.demo.site import Site
from api.pins import set_pin
from api.settings import Settings
from ledger.points.entities import Account, account_key
from ledger.values import PeriodName, holder_account
from projections.replay import Replay


class Outcome(NamedTuple):
    """How the demo ended: whether every figure agrees, and the keys for whoever tries it."""

    checks: Checks
    keys: dict[str, str]

    def data(self) -> dict[str, Any]:
        """For machines."""
        return {
            "agree": self.checks.agree,
            "figures": [figure.data() for figure in self.checks.figures],
            "keys": self.keys,
        }


def run_demo(
    settings: Settings,
    name: str,
    say: Callable[[str], object],
    *,
    policy: Policy = "threshold",
    site: Site | None = None,
    reports: Path | None = None,
    ids: Callable[[], str] | None = None,
) -> Outcome:
    """The whole month on ledger `name`, then the figures of the other policy on a ledger that is thrown away."""
    checks, site = Checks(say), site or Site()
    other: Policy = "initial-first" if policy == "threshold" else "threshold"
    with beside(other, site) as the_other, tempfile.TemporaryDirectory(prefix="jifen-demo-") as scratch:
        place = reports or Path(scratch)
        month = Month(settings, name, site.folder, checks, policy=policy, reports=place, ids=ids)
        try:
            keys = _the_month(month, site, policy)
        finally:
            month.close()
        checks.take(the_other.result())
    return Outcome(checks, keys)


def _the_month(month: Month, site: Site, policy: Policy) -> dict[str, str]:
    checks, expected = month.checks, site.expected(policy)
    checks.heading("2022 年 6 月,某工地", "June 2022 on a construction site")
    checks.note(
        "演示用可拨动的时钟走完这个月;之后的 serve 用真实时钟",
        "the month runs under a clock that the demo moves; serve after it uses the real one",
    )
    checks.note(f"可兑换规则:{policy}", f"spendable policy: {policy}")
    month.open_month()
    month.import_files()
    checks.heading("安全负责人批量审批", "The safety leader approves in one batch")
    approved = month.approve()
    checks.note(f"审批通过 {approved} 项", f"{approved} proposals approved")
    _before_the_sale(month, site, expected)
    _the_sale(month, site, expected)
    _month_end(month, expected)
    _verified(month, checks)
    _imported_again(month, checks)
    holder = month.holder(site.buyer)
    if holder is None:
        return {}
    by = month.cast.by(month.cast.counter)
    set_pin(month.opened.ledger, month.opened.vault, holder, cast.PIN, by=by, key="demo pin")
    return cast.keys(month.opened.vault, month.cast, holder)


def _before_the_sale(month: Month, site: Site, expected: ExpectedMonth) -> None:
    checks = month.checks
    checks.heading("兑换前控制总数", "Control totals before any redemption")
    moved = figures.movements(month.projector, PeriodName("2022-06"))
    now = figures.moment(month.opened, month.projector)
    checks.figure("人数", "Workers", now.accounts, expected.workers)
    checks.figure("初始积分", "Monthly starting points", moved.initial, expected.initial)
    checks.figure("打卡", "Check-ins", moved.earned.get("check-in", 0), expected.check_ins)
    checks.figure("班前讲话", "Pre-shift talks", moved.earned.get("pre-shift-talk", 0), expected.talks)
    checks.figure("隐患上报", "Hazards reported", moved.earned.get("hazard", 0), expected.hazards)
    helmets, harnesses = (moved.deducted.get(code, 0) for code in ("no-helmet", "no-harness"))
    checks.figure("扣分:未戴安全帽", "Deducted: no helmet", helmets, expected.helmet_deductions)
    checks.figure("扣分:未系安全带", "Deducted: no harness", harnesses, expected.harness_deductions)
    _sums(checks, now, expected.before)
    checks.figure("取消当期评比资格", "Out of this round", moved.suspended, expected.suspended)
    _buyer(month, site, expected.balances_before)


def _sums(checks: Checks, now: figures.Moment, expected: Sums) -> None:
    checks.figure("合计", "Sum of all points", now.balance, expected.balance)
    checks.figure("可兑换", "Spendable", now.spendable, expected.spendable)
    checks.figure("折合(元)", "Liability (yuan)", now.fen, expected.liability_fen, as_yuan=True)
    checks.figure("最低余额", "Lowest balance", now.lowest, expected.lowest)
    checks.figure("月末将清零的初始积分", "Starting points that would lapse", now.lapsing, expected.lapsing)


def _buyer(month: Month, site: Site, expected: Any) -> None:
    account = _account(month, site)
    if account is not None:
        month.checks.figure("王钦力余额", "Balance of 王钦力", account.balance, expected[site.buyer])


def _account(month: Month, site: Site) -> Account | None:
    holder = month.holder(site.buyer)
    if holder is None:
        return None
    return month.opened.ledger.get(Account, account_key(holder_account(holder), POINT))


def _the_sale(month: Month, site: Site, expected: ExpectedMonth) -> None:
    checks = month.checks
    checks.heading("平安超市兑换:王钦力", "At the counter: 王钦力")
    refused = month.sell(site.buyer, site.cart)
    if refused is not None:
        checks.note(f"未兑换:{refused.code}", f"not sold: {refused.code}")
    now = figures.moment(month.opened, month.projector)
    _buyer(month, site, expected.balances_after)
    account = _account(month, site)
    view = month.opened.ledger.view()
    unit = view.scheme(view.today).unit(POINT)
    if account is not None and unit.spendable.policy == "threshold":
        left = max(0, expected.balances_after[site.buyer] - INITIAL)
        checks.figure("王钦力可用余额", "Available to 王钦力", account.available(unit), left)
    _sums(checks, now, expected.after)


def _month_end(month: Month, expected: ExpectedMonth) -> None:
    checks = month.checks
    checks.heading("月结:关 6 月,开 7 月", "Month-end close: June is closed, July is open")
    closed = month.turn()
    whole = next(item for item in closed.totals if item.crew is None)
    after = next(item for item in closed.after if item.crew is None)
    checks.figure("6 月期末合计", "June closes at", whole.closing, expected.after.balance)
    checks.figure("6 月期末可兑换", "June closes with spendable", whole.spendable, expected.after.spendable)
    checks.figure("清零的初始积分", "Starting points cleared", after.lapsed, expected.after.lapsing)
    checks.figure("7 月发放初始积分", "Starting points granted for July", after.granted, expected.initial)
    now = figures.moment(month.opened, month.projector)
    checks.figure("7 月期初合计", "July opens at", now.balance, expected.next_month.balance)
    checks.figure("7 月期初可兑换", "July opens with spendable", now.spendable, expected.next_month.spendable)
    checks.note(f"封存根 {closed.seal.root[:16]}…", f"sealed root {closed.seal.root[:16]}…")


def _verified(month: Month, checks: Checks) -> None:
    checks.heading("只凭事实重放", "Replay from facts alone")
    replayed = Replay(month.opened.ledger.storage, zone=month.opened.zone, registry=month.opened.ledger.registry)
    position = replayed.advance()
    rows = totals(month.opened, replayed)
    differing = compared(month.opened, month.settings, replayed, rows)
    now = figures.moment(month.opened, month.projector)
    checks.note(f"{position:,} 条事实", f"{position:,} facts")
    checks.figure("重放合计", "Replayed sum", sum(row[2] for row in rows), now.balance)
    checks.figure("与账面、投影的差异", "Differences from book and projections", len(differing), 0)


def _imported_again(month: Month, checks: Checks) -> None:
    checks.heading("每个文件再导入一次", "Every file is imported a second time")
    before = month.position
    for file in (ROSTER, *FILES):
        report = month.imported(file, quiet=True)
        news = report.counts["credited"] + report.counts["proposed"]
        checks.figure(f"{file.words.zh}新增", f"{file.words.en}: added", news, 0)
    checks.figure("新增事实", "Facts added", month.position - before, 0)

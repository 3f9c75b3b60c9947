"""The same files under the other spendable policy, on a ledger that is thrown away, in a process beside the demo."""

import multiprocessing
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api.commands.context import Context, standing
from api.commands.saying import Voice, Words
from api.demo import figures
from api.demo.checks import Noted
from api.demo.expected import Policy
from api.demo.month import JUNE, OPENING, File, Month
from api.demo.site import Site
from api.settings import Settings
from ledger.points.facts import PointsEarned
from ledger.room import Envelope
from ledger.values import Instant, PeriodName, later

MAY: Final = PeriodName("2022-05")
LATE: Final = File("gate-2022-05-late.xlsx", "gate", Words("五月补交闸机", "Late gate file of May"))
LATE_CREDITS: Final = 3


@contextmanager
def beside(policy: Policy, site: Site) -> Iterator["Future[Noted]"]:
    """Start it now, ask for its figures later: a machine with two cores waits for one month only."""
    # Spawned and not forked: the demo's own writer thread must not be copied in the middle of a turn.
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool.submit(the_other_policy, policy, site)


def the_other_policy(policy: Policy, site: Site) -> Noted:
    """Its figures before and after the sale; its May is closed, so that a late file of May can come."""
    noted = Noted()
    with tempfile.TemporaryDirectory(prefix="jifen-demo-") as scratch:
        settings = Settings(data=Path(scratch))
        with standing(Context(settings, Voice(lang="zh-CN", json=True))):
            month = Month(
                settings, "other-policy", site.folder, Noted(), policy=policy, reports=settings.data, first=MAY
            )
            try:
                _june(month, site, policy, noted)
                _late(month, site, noted)
            finally:
                month.close()
    return noted


def _june(month: Month, site: Site, policy: Policy, noted: Noted) -> None:
    month.turn(MAY, at=OPENING)
    month.open_month()
    month.import_files()
    month.approve()
    expected = site.expected(policy)
    noted.heading(f"同样的文件,可兑换规则换成 {policy}", f"The same files under {policy}")
    for zh, en, sums in (("兑换前", "before the sale", expected.before), ("兑换后", "after the sale", expected.after)):
        now = figures.moment(month.opened, month.projector)
        noted.figure(f"{zh}可兑换", f"Spendable {en}", now.spendable, sums.spendable)
        noted.figure(f"{zh}将清零", f"Would lapse {en}", now.lapsing, sums.lapsing)
        month.sell(site.buyer, site.cart)


def _late(month: Month, site: Site, noted: Noted) -> None:
    """A file of May, imported for May after May was closed: it stands in the open books and names its own month."""
    if not (site.folder / LATE.name).exists():
        return
    noted.heading("五月已关账,补交的五月闸机文件", "A late gate file of May, after May was closed")
    before = month.position
    month.clock.move_to(later(Instant(month.opened.ledger.storage.head().recorded_at), seconds=60))
    report = month.imported(LATE, period=MAY)
    decode = month.opened.ledger.mapper.decode
    facts: list[Envelope] = [decode(row.state) for row in month.opened.ledger.storage.facts(before, 100)]
    named = [
        fact for fact in facts if isinstance(fact.data, PointsEarned) and (fact.period, fact.belongs_to) == (JUNE, MAY)
    ]
    noted.figure("入账", "Credits", report.counts["credited"], LATE_CREDITS)
    noted.figure("记入 6 月、注明属于 5 月", "Posted in June, naming May", len(named), LATE_CREDITS)

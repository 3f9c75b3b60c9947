"""One month of a site, step by step, on a real ledger under a clock that the demo moves."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from api.closing import Closed, close_period
from api.commands.bars import bar
from api.commands.following import followed
from api.commands.saying import Words
from api.demo.cast import Cast, hired
from api.demo.checks import Checks
from api.demo.expected import Policy
from api.imports import ImportReport, report_path
from api.imports.engine import IMPORTER, holders_by_badge, run_import
from api.ledgers import OpenLedger, create_ledger
from api.runs import grant_initial
from api.settings import Settings
from ledger.approvals.commands import ApproveProposal
from ledger.journal.clock import ManualClock
from ledger.journal.turn import Submission
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.refusals import InsufficientFunds, Refusal
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Scheme, Spendable, Unit
from ledger.values import HolderId, Instant, ItemId, PeriodName, ProposalId
from projections import approvals
from projections.projector import Projector

SCHEME: Final = "safety-supermarket"
ZONE: Final = "Asia/Shanghai"
JUNE: Final = PeriodName("2022-06")
OPENING: Final = Instant("2022-05-31T16:00:00.000000Z")
"""00:00 on 1 June on the site."""
EVENING: Final = Instant("2022-06-30T15:50:00.000000Z")
"""23:50 on 30 June, after the last pass of the month: the files are imported."""
REVIEW: Final = Instant("2022-06-30T15:53:00.000000Z")
SALE: Final = Instant("2022-06-30T15:56:00.000000Z")
CLOSE: Final = Instant("2022-06-30T16:05:00.000000Z")
"""00:05 on 1 July."""
PAGE: Final = 500


class File(NamedTuple):
    """A file of the site and how it is imported."""

    name: str
    profile: str
    words: Words
    dated: bool = True


ROSTER: Final = File("workers.xlsx", "roster", Words("花名册", "Roster"), dated=False)
FILES: Final = (
    File("goods.xlsx", "goods", Words("货架", "Shelf"), dated=False),
    File("gate-2022-06.xlsx", "gate", Words("闸机", "Gate")),
    File("talks-2022-06.csv", "talks", Words("班前讲话", "Pre-shift talks")),
    File("behaviours-2022-06.csv", "behaviours", Words("行为记录", "Behaviours")),
)


def scheme_under(policy: Policy) -> Scheme:
    """The shipped scheme; under another spendable policy it is the same scheme with that one line changed."""
    scheme = load_scheme(SCHEME)
    changed = {
        code: unit if unit.spendable.policy == policy else _spending(unit, policy)
        for code, unit in scheme.units.items()
    }
    return msgspec.structs.replace(scheme, units=changed)


def _spending(unit: Unit, policy: Policy) -> Unit:
    return msgspec.structs.replace(unit, spendable=Spendable(policy=policy))


class Month:
    """June on one ledger. Every step may be looked at before the next."""

    def __init__(  # noqa: PLR0913 - where it lies, what it reads, under which rules, and where it says so
        self,
        settings: Settings,
        name: str,
        folder: Path,
        checks: Checks,
        *,
        policy: Policy,
        reports: Path,
        first: PeriodName = JUNE,
        ids: Callable[[], str] | None = None,
    ) -> None:
        """Make the ledger, adopt the scheme, hire the staff; the clock stands at the first instant of June."""
        self.settings, self.folder, self.checks, self.reports = settings, folder, checks, reports
        self.clock = ManualClock(OPENING)
        self.opened: OpenLedger = create_ledger(
            settings, name, scheme_under(policy), ZONE, period=first, clock=self.clock, ids=ids
        )
        self._following = followed(self.opened, settings)
        self.projector: Projector = self._following.__enter__()
        self.cast: Cast = hired(self.opened.vault)

    def close(self) -> None:
        """Let go of everything."""
        self._following.__exit__(None, None, None)
        self.opened.close()

    # Steps -----------------------------------------------------------------------------------------------------

    def open_month(self) -> None:
        """The roster, then everybody's initial points in one run."""
        self.imported(ROSTER)
        with bar(Words("发放初始积分", "Granting starting points")) as progress:
            grant_initial(self.opened.ledger, progress=progress)

    def import_files(self) -> list[ImportReport]:
        """Shelf, gate, talks, behaviours."""
        self.clock.move_to(EVENING)
        return [self.imported(file) for file in FILES]

    def imported(self, file: File, *, period: PeriodName = JUNE, quiet: bool = False) -> ImportReport:
        """One file, with its report beside the ledger."""
        path = self.folder / file.name
        words = Words(f"{file.words.zh} {file.name}", f"{file.words.en} {file.name}")
        with bar(words) as progress:
            report = run_import(
                self.opened,
                file.profile,
                path,
                period=period if file.dated else None,
                by=IMPORTER,
                progress=progress,
                grant_initial=False,
            )
        self.reports.mkdir(parents=True, exist_ok=True)
        report.write_csv(self.reports / report_path(path).name)
        if not quiet:
            self._say(file, report)
        return report

    def _say(self, file: File, report: ImportReport) -> None:
        done, waits = report.counts["credited"], report.counts["proposed"]
        zh = f"{file.words.zh} {file.name}: {report.rows:,} 行,入账 {done:,},待审批 {waits:,},问题 {report.bad_rows:,}"
        en = f"{report.rows:,} rows, {done:,} done, {waits:,} to approve, {report.bad_rows:,} with problems"
        self.checks.note(zh, en)
        for bad in report.bad:
            value = f" {bad.value}" if bad.value else ""
            self.checks.note(f"  第 {bad.row} 行 {bad.what('zh-CN')}", f"row {bad.row} {bad.code}{value}")

    def approve(self) -> int:
        """The safety leader approves everything that waits, each bound to what was seen; gives how many."""
        self.clock.move_to(REVIEW)
        by = self.cast.by(self.cast.leader)
        ledger = self.opened.ledger
        wishes = (
            Submission(wishes=(ledger.wish(ApproveProposal(proposal=ProposalId(item.id), digest=item.digest), by=by),))
            for item in list(self._waiting())
        )
        approved = 0
        for outcome in ledger.writer.ask_all(wishes):
            if outcome.refusal is not None:
                raise outcome.refusal
            approved += 1
        return approved

    def _waiting(self) -> Iterator[approvals.Waiting]:
        self.projector.advance()
        after = 0
        while True:
            with self.projector.store.reading() as reading:
                page = approvals.queue(reading, after=after, limit=PAGE)
            if not page:
                return
            yield from page
            after = page[-1].position

    def holder(self, badge: str) -> HolderId | None:
        """Who carries a badge, if anybody does."""
        found = holders_by_badge(self.opened).get(badge)
        return None if found is None else HolderId(found)

    def sell(self, badge: str, items: tuple[str, ...]) -> Refusal | None:
        """One cart over the counter, confirmed by a supervisor; the refusal when the points do not suffice."""
        self.clock.move_to(SALE)
        holder = self.holder(badge)
        if holder is None:
            return None
        command = PlaceRedemption(
            holder=holder,
            lines=tuple(WantedLine(ItemId(item), 1) for item in items),
            confirmation="supervisor",
            confirmed_by=self.cast.recorders[0].subject,
        )
        try:
            self.opened.ledger.submit(command, by=self.cast.by(self.cast.counter), key="demo sale")
        except InsufficientFunds as refusal:
            return refusal
        return None

    def turn(self, period: PeriodName = JUNE, *, at: Instant = CLOSE) -> Closed:
        """Close the month and open the next."""
        self.clock.move_to(at)
        with bar(Words(f"月结 {period}", f"Closing {period}")) as progress:
            return close_period(
                self.opened.ledger,
                self.projector,
                period,
                by=self.cast.by(self.cast.leader),
                progress=lambda _step, done, of: progress(done, of),
            )

    @property
    def position(self) -> int:
        """How many facts there are."""
        return self.opened.ledger.storage.head().position

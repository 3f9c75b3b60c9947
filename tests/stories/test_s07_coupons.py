"""S07: 251 units, 30,000 members, 11,560,000.00 yuan to the fen; loaded twice and issued twice, it is issued once.

A run of normal depth does a hundredth of it: the first 300 members of the same file and 115,600.00 yuan.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from api.commands.following import followed
from api.coupons.books import Real
from api.coupons.drafting import Faces
from api.coupons.issuing import Issued, issue, waiting_lines
from api.coupons.loading import OFFICER, Loaded, Sheet, load
from api.coupons.units import names_of
from api.imports.engine import run_import
from api.ledgers import OpenLedger, create_ledger
from api.settings import Settings
from ledger.coupons.commands import ApproveBatch, DraftBatch
from ledger.coupons.entities import Batch
from ledger.coupons.facts import CouponIssued
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.funds.entities import Fund
from ledger.journal.clock import ManualClock
from ledger.people.commands import LeaveSite
from ledger.refusals import FundExhausted, SelfApproval
from ledger.room import By
from ledger.values import Day, HolderId, Instant, PeriodName, UnitCode
from projections.coupon_lists import unused_by_unit
from projections.replay import Replay

DATA = Path(__file__).parents[2] / "api" / "demo" / "data" / "coupons"
TERMS = DraftBatch(
    id="autumn",
    kind="welfare",
    occasion="mid-autumn",
    fund="gifts",
    members_on=Day("2022-08-31"),
    expires_on=Day("2022-12-31"),
)
FINANCE = By(principal="person:finance", subject="person:finance")
CHECKER = By(principal="person:checker", subject="person:checker")


class Size(NamedTuple):
    """How much of the file, and what that comes to."""

    members: int
    total: int
    units: dict[str, int]


def small() -> Size:
    return Size(300, 11_560_000, {"U001": 4_624_060, "U002": 4_623_960, "U003": 2_311_980})


def whole() -> Size:
    """As the README beside the file has it."""
    bounds = ((83, 4_624_080), (84, 4_624_000), (131, 4_623_960), (251, 4_585_427))
    amounts = {f"U{unit:03}": next(fen for last, fen in bounds if unit <= last) for unit in range(1, 252)}
    return Size(30_000, 1_156_000_000, amounts)


SIZES = {"normal": small(), "deep": whole()}


class Programme:
    """A province's programme with a fund of exactly what it needs, its members imported."""

    def __init__(self, settings: Settings, folder: Path, size: Size) -> None:
        self.size, self.settings = size, settings
        self.clock = ManualClock(Instant("2022-09-01T04:00:00.000000Z"))
        self.opened: OpenLedger = create_ledger(
            settings, "province", "welfare-coupons", "Asia/Shanghai", period=PeriodName("2022-09"), clock=self.clock
        )
        self.ledger = self.opened.ledger
        lines = (DATA / "members.csv").read_text("utf-8").splitlines(keepends=True)
        self.members = folder / "members.csv"
        self.members.write_text("".join(lines[: size.members + 1]), "utf-8")
        self.imported = run_import(self.opened, "members", self.members)
        self.ledger.submit(OpenFund(id="gifts", unit=UnitCode("cny"), source="union"), by=FINANCE)
        self.ledger.submit(AppropriateFund(fund="gifts", amount=size.total), by=FINANCE)

    def load(self, *, dry_run: bool = False, total: int | None = None) -> Loaded:
        """The list, one batch a unit."""
        faces = Faces(total=total or self.size.total)
        return load(self.opened, Sheet(self.members), TERMS, faces, each_unit=True, submit=not dry_run, dry_run=dry_run)

    def approve(self, loaded: Loaded, by: By = CHECKER) -> None:
        """Each batch by another person."""
        for one in loaded.batches:
            self.ledger.submit(ApproveBatch(batch=one.batch, digest=self.ledger.the(Batch, one.batch).digest), by=by)

    def issue(self, loaded: Loaded) -> list[Issued]:
        """All batches."""
        return [issue(Real(self.ledger), one.batch, by=OFFICER) for one in loaded.batches]

    def fund(self) -> tuple[int, int, int]:
        """Committed, disbursed, free."""
        fund = self.ledger.the(Fund, "gifts")
        return fund.committed, fund.disbursed, fund.free


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def programme(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deep: bool
) -> Iterator[Programme]:
    """On each database."""
    if request.param == "sqlite":
        settings = Settings(data=tmp_path / "var")
    else:
        monkeypatch.setenv("JIFEN_MASTER_KEY", "5a" * 32)
        settings = Settings(database_url=request.getfixturevalue("fresh_database"))
    begun = Programme(settings, tmp_path, SIZES["deep" if deep else "normal"])
    yield begun
    begun.opened.close()


def issued_by_unit(programme: Programme) -> dict[str, list[int]]:
    """Every coupon in the journal, by its holder's unit."""
    ledger = programme.ledger
    found: dict[str, list[int]] = {}
    facts = (ledger.mapper.decode(row.state).data for row in ledger.storage.facts(0, 500_000))
    coupons = [fact for fact in facts if isinstance(fact, CouponIssued)]
    names = names_of(programme.opened, (fact.holder for fact in coupons))
    for fact in coupons:
        found.setdefault(names[fact.holder][0], []).append(fact.amount)
    return found


def test_every_unit_gets_its_share_to_the_fen_and_nothing_twice(programme: Programme) -> None:
    size = programme.size
    assert programme.imported.counts["credited"] == size.members
    loaded = programme.load()
    assert {unit: amount for unit, (_, amount) in loaded.units.items()} == size.units
    assert sum(one.total for one in loaded.batches) == loaded.total == size.total
    programme.approve(loaded)
    assert programme.fund() == (size.total, 0, 0)
    read_before = programme.ledger.book.on_demand
    first, again = programme.issue(loaded), programme.issue(programme.load())
    assert programme.ledger.book.on_demand == read_before
    assert (sum(one.coupons for one in first), sum(one.amount for one in first)) == (size.members, size.total)
    assert (sum(one.coupons for one in again), sum(one.before for one in again)) == (0, size.members)
    by_unit = issued_by_unit(programme)
    assert {unit: sum(faces) for unit, faces in by_unit.items()} == size.units
    faces = [face for unit in by_unit.values() for face in unit]
    odd = size.total % size.members
    assert (faces.count(38_534), faces.count(38_533)) == (odd, size.members - odd)
    assert programme.fund() == (size.total, 0, 0)


def test_a_dry_run_comes_to_what_the_real_one_will_and_writes_nothing(programme: Programme) -> None:
    before = programme.ledger.storage.head().position
    short = programme.load(dry_run=True, total=programme.size.total + 60_000).trial
    fits = programme.load(dry_run=True).trial
    assert short is not None
    assert fits is not None
    assert [budget.short for budget in short.budgets] == [60_000]
    assert sum(one.amount for one in fits.issued) == programme.size.total
    assert fits.fine
    assert programme.ledger.storage.head().position == before


def test_whoever_left_before_the_day_is_refused_at_last_and_the_fund_keeps_his(programme: Programme) -> None:
    loaded = programme.load()
    programme.approve(loaded)
    late = waiting(programme, loaded.batches[0].batch)[0]
    programme.ledger.submit(LeaveSite(holder=late, left_on=Day("2022-08-30"), reason="left-unit"), by=OFFICER)
    first, *_ = programme.issue(loaded)
    assert [(line.holder, line.code) for line in first.refused] == [(late, "not-eligible")]
    assert programme.fund() == (programme.size.total - first.refused[0].amount, 0, first.refused[0].amount)


def waiting(programme: Programme, batch: str) -> list[HolderId]:
    return [line.holder for line in waiting_lines(Real(programme.ledger), batch)[0]]


def test_the_fund_is_never_promised_beyond_itself_nor_by_one_person_alone(programme: Programme) -> None:
    loaded = programme.load()
    with pytest.raises(SelfApproval):
        programme.approve(loaded, by=By(principal=OFFICER.principal, subject="person:officer"))
    programme.approve(loaded)
    more = DraftBatch(id="one-more", kind="welfare", occasion="new-year", fund="gifts", expires_on=Day("2022-12-31"))
    again = load(programme.opened, Sheet(programme.members), more, Faces(face=1), submit=True, again=True)
    with pytest.raises(FundExhausted) as refused:
        programme.approve(again)
    assert refused.value.members()["available"] == 0


def test_facts_alone_give_this_book_and_what_is_unused_by_unit(programme: Programme) -> None:
    loaded = programme.load()
    programme.approve(loaded)
    programme.issue(loaded)
    replayed = Replay(programme.ledger.storage, zone="Asia/Shanghai")
    replayed.advance()
    assert replayed.differences() == ()
    with followed(programme.opened, programme.settings, caught_up=True) as projector, projector.store.reading() as read:
        left = unused_by_unit(read, Day("2022-09-01"))
    assert {unit.of: unit.left for unit in left} == programme.size.units

"""The import engine on a real ledger: rows become facts once, whoever sends them and however often."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.imports.engine import IMPORTER, rows_of, run_import
from api.imports.staff import add_staff, subject_of
from api.ledgers import OpenLedger, create_ledger
from api.settings import Settings
from ledger.approvals.commands import ApproveProposal
from ledger.approvals.facts import ProposalMade
from ledger.behaviours.commands import RecordBehaviour
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Cause
from ledger.people.entities import Badge
from ledger.points.entities import Account
from ledger.points.facts import PointsEarned
from ledger.refusals import AlreadyExists, NotFound
from ledger.room import By, Envelope
from ledger.stock.entities import Item
from ledger.values import BadgeNumber, Instant, PeriodName, ProposalId
from tests.imports.site import DATA, csv_file

JUNE = PeriodName("2022-06")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenLedger]:
    """A ledger on 20 June with two workers and one supervisor."""
    clock = ManualClock(Instant("2022-05-31T16:00:00.000000Z"))
    with create_ledger(
        Settings(data=tmp_path / "var"), "site", "safety-supermarket", "Asia/Shanghai", clock=clock
    ) as opened:
        add_staff(opened.vault, "群安员001", ["supervisor"])
        add_staff(opened.vault, "安全负责人", ["safety-leader"])
        roster = csv_file(tmp_path, "工牌号,姓名,班组", "YK-0001,王一,钢筋队", "YK-0002,李二,木工队", name="roster.csv")
        run_import(opened, "roster", roster)
        clock.move_to(Instant("2022-06-20T04:00:00.000000Z"))
        yield opened


def balance(opened: OpenLedger, badge: str = "YK-0001") -> int:
    holder = opened.ledger.the(Badge, badge).holder
    return opened.ledger.the(Account, f"holder:{holder}/safety_point").balance


def facts(opened: OpenLedger) -> list[Envelope]:
    return [opened.ledger.mapper.decode(row.state) for row in opened.ledger.storage.facts(0, 10_000)]


def approve_all(opened: OpenLedger) -> None:
    leader = subject_of(opened.vault, "安全负责人")
    for envelope in facts(opened):
        if isinstance(envelope.data, ProposalMade):
            command = ApproveProposal(proposal=ProposalId(envelope.data.proposal))
            opened.ledger.submit(command, by=By(principal=leader or "", subject=leader))


def test_a_new_roster_grants_the_starting_points_of_the_open_month(opened: OpenLedger) -> None:
    assert (balance(opened), balance(opened, "YK-0002")) == (100, 100)


def test_names_and_notes_never_stand_in_a_fact(opened: OpenLedger, tmp_path: Path) -> None:
    line = "2022-06-03 10:00,YK-0001,隐患上报,设施,基坑边堆载,群安员001,照片1张"
    file = csv_file(tmp_path, "时间,工牌号,行为,对象,说明,记录人,证据", line)
    assert run_import(opened, "behaviours", file).counts["proposed"] == 1
    journal = b"".join(row.state for row in opened.ledger.storage.facts(0, 10_000)).decode()
    assert not [word for word in ("王一", "李二", "基坑", "照片", "群安员") if word in journal]
    notes = [envelope.data.command["evidence"] for envelope in facts(opened) if isinstance(envelope.data, ProposalMade)]
    assert [opened.vault.read_note(note) for note in notes] == ["基坑边堆载 · 照片1张"]


def test_a_row_s_recorder_is_its_maker_and_another_person_approves(opened: OpenLedger, tmp_path: Path) -> None:
    line = "2022-06-03 10:00,YK-0001,隐患上报,设施,x,群安员001,照片1张"
    run_import(opened, "behaviours", csv_file(tmp_path, "时间,工牌号,行为,对象,说明,记录人,证据", line))
    approve_all(opened)
    earned = next(it for it in facts(opened) if isinstance(it.data, PointsEarned) and it.data.behaviour == "hazard")
    assert earned.by == By(principal=IMPORTER.principal, subject=subject_of(opened.vault, "群安员001"))
    assert earned.appr is not None
    assert earned.appr.by == subject_of(opened.vault, "安全负责人")
    assert balance(opened) == 110


def test_a_gate_row_and_a_punch_put_right_pay_a_day_once(opened: OpenLedger, tmp_path: Path) -> None:
    gate = csv_file(tmp_path, "工牌号,通行时间,方向", "YK-0001,2022-06-01 06:00,进", name="gate.csv")
    punch = "YK-0001,2022-06-01,忘打卡,安全负责人", "YK-0001,2022-06-02,闸机故障,安全负责人"
    file = csv_file(tmp_path, "工牌号,补卡日期,补卡原因,批准人", *punch, name="punch.csv")
    run_import(opened, "gate", gate, period=JUNE)
    report = run_import(opened, "missed-punch", file, period=JUNE)
    assert (report.counts["already-known"], report.counts["proposed"]) == (1, 1)
    approve_all(opened)
    assert balance(opened) == 102


def test_an_opening_balance_waits_for_approval_and_is_taken_over_once(opened: OpenLedger, tmp_path: Path) -> None:
    rows = "YK-0001,37,纸质积分卡,2022-05-31", "YK-0002,0,纸质积分卡,2022-05-31"
    file = csv_file(tmp_path, "工牌号,期初积分,来源,截止日期", *rows)
    report = run_import(opened, "opening-balances", file)
    assert (report.counts["proposed"], report.counts["already-known"]) == (1, 1)
    approve_all(opened)
    assert balance(opened) == 137
    again = csv_file(tmp_path, "工牌号,期初积分,来源,截止日期", *rows, "", name="again.csv")
    assert run_import(opened, "opening-balances", again).counts["already-known"] == 2
    assert balance(opened) == 137


def test_goods_come_with_their_stock_once_and_receipts_add_to_it(opened: OpenLedger, tmp_path: Path) -> None:
    shelf = "商品编号,品名,积分,单位,库存", "G001,毛巾,5,条,10", "G002,脸盆,8,个,0"
    run_import(opened, "goods", csv_file(tmp_path, *shelf, name="goods.csv"))
    receipts = csv_file(tmp_path, "商品编号,数量,入库日期,入库单号", "G001,7,2022-06-10,RK-1", name="receipts.csv")
    assert run_import(opened, "goods-receipts", receipts).counts["credited"] == 1
    assert run_import(opened, "goods-receipts", receipts).counts["already-known"] == 1
    run_import(opened, "goods", csv_file(tmp_path, *shelf, "", name="again.csv"))
    assert (opened.ledger.the(Item, "G001").stock, opened.ledger.the(Item, "G002").stock) == (17, 0)


def test_a_re_exported_file_with_other_rows_pays_nobody_twice(opened: OpenLedger, tmp_path: Path) -> None:
    rows = ["YK-0001,2022-06-01 06:00,进", "YK-0002,2022-06-01 06:01,进"]
    run_import(opened, "gate", csv_file(tmp_path, "工牌号,通行时间,方向", *rows), period=JUNE)
    shifted = csv_file(tmp_path, "工牌号,通行时间,方向", "YK-0001,2022-06-02 05:00,进", *reversed(rows), name="new.csv")
    report = run_import(opened, "gate", shifted, period=JUNE)
    assert (report.counts["credited"], report.counts["already-known"]) == (1, 2)
    assert (balance(opened), balance(opened, "YK-0002")) == (102, 101)


def test_a_check_in_that_another_way_has_paid_is_named_not_paid(opened: OpenLedger, tmp_path: Path) -> None:
    holder = opened.ledger.the(Badge, "YK-0001").holder
    command = RecordBehaviour(holder=holder, behaviour="check-in")
    opened.ledger.submit(command, by=IMPORTER, cause=Cause(type="app", id="8812"))
    file = csv_file(tmp_path, "工牌号,通行时间,方向", "YK-0001,2022-06-20 06:00,进")
    report = run_import(opened, "gate", file, period=JUNE)
    assert [(bad.code, bad.detail) for bad in report.bad] == [("refused", "limit-exceeded")]
    assert balance(opened) == 101


def test_a_file_is_remembered_by_its_bytes(opened: OpenLedger, tmp_path: Path) -> None:
    file = csv_file(tmp_path, "工牌号,通行时间,方向", "YK-0001,2022-06-01 06:00,进")
    assert run_import(opened, "gate", file, period=JUNE).last_read_at is None
    before = opened.ledger.storage.head().position
    assert run_import(opened, "gate", file, period=JUNE).last_read_at is not None
    assert opened.ledger.storage.head().position == before


def test_rows_that_were_bad_can_be_good_later(opened: OpenLedger, tmp_path: Path) -> None:
    file = csv_file(tmp_path, "工牌号,通行时间,方向", "YK-0003,2022-06-01 06:00,进")
    assert run_import(opened, "gate", file, period=JUNE).bad_by_code() == {"unknown-badge": 1}
    run_import(opened, "roster", csv_file(tmp_path, "工牌号,姓名", "YK-0003,赵三", name="more.csv"))
    assert run_import(opened, "gate", file, period=JUNE).counts["credited"] == 1


def test_progress_ends_at_the_rows_that_were_read(opened: OpenLedger) -> None:
    seen: list[tuple[int, int | None]] = []
    run_import(opened, "goods", DATA / "goods.xlsx", progress=lambda done, of: seen.append((done, of)))
    assert seen[-1] == (12, 12)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_profile_that_is_none_is_not_found(opened: OpenLedger) -> None:
    with pytest.raises(NotFound):
        run_import(opened, "wages", DATA / "goods.xlsx")


def test_an_alias_belongs_to_one_person(opened: OpenLedger) -> None:
    with pytest.raises(AlreadyExists):
        add_staff(opened.vault, "群安员001", ["supervisor"])
    assert subject_of(opened.vault, "群安员999") is None
    assert opened.ledger.get(Badge, BadgeNumber("群安员001")) is None


@pytest.mark.parametrize(("name", "rows"), [("goods.xlsx", 14), ("behaviours-2022-06.csv", 39)])
def test_a_file_s_rows_are_about_known_before_it_is_read(name: str, rows: int) -> None:
    assert abs((rows_of(DATA / name) or 0) - rows) <= 2

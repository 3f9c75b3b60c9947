"""The whole demo: as a person starts it, on PostgreSQL, and on files that were changed on purpose."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.commands.context import Context, standing
from api.commands.failures import CommandFailed
from api.commands.saying import Voice
from api.demo.checks import Checks, Noted, yuan
from api.demo.expected import Policy, expected_month
from api.demo.month import Month
from api.demo.place import cleared
from api.demo.run import Outcome, run_demo
from api.demo.site import Site
from api.settings import Settings
from ledger.journal.storage import lock_directory
from ledger.points.entities import Account
from ledger.refusals import LedgerInUse
from tests.demo.test_expected import BADGES as CHANGED
from tests.demo.test_expected import CHANGES, NAMES, a_small_site, rewrite
from tests.imports.site import DATA, holders
from tests.serving import JIFEN

FIGURE = re.compile(
    r"^ {3}(?P<label>.+?) {2,}(?P<ours>\S+) +应为 / expected +(?P<expected>\S+) {2}(?P<mark>[✓✗])$", re.MULTILINE
)

PROMISED = [
    ("初始积分 / Monthly starting points", "60,000"),
    ("打卡 / Check-ins", "13,200"),
    ("班前讲话 / Pre-shift talks", "12,000"),
    ("隐患上报 / Hazards reported", "200"),
    ("扣分:未戴安全帽 / Deducted: no helmet", "75"),
    ("扣分:未系安全带 / Deducted: no harness", "30"),
    ("合计 / Sum of all points", "85,295"),
    ("可兑换 / Spendable", "25,295"),
    ("折合(元) / Liability (yuan)", "5,059.00"),
    ("最低余额 / Lowest balance", "123"),
    ("取消当期评比资格 / Out of this round", "3"),
    ("王钦力余额 / Balance of 王钦力", "147"),
    ("王钦力余额 / Balance of 王钦力", "102"),
    ("王钦力可用余额 / Available to 王钦力", "2"),
    ("合计 / Sum of all points", "85,250"),
    ("可兑换 / Spendable", "25,250"),
    ("折合(元) / Liability (yuan)", "5,050.00"),
    ("最低余额 / Lowest balance", "102"),
    ("清零的初始积分 / Starting points cleared", "60,000"),
    ("7 月发放初始积分 / Starting points granted for July", "60,000"),
    ("7 月期初合计 / July opens at", "85,250"),
    ("7 月期初可兑换 / July opens with spendable", "25,250"),
    ("与账面、投影的差异 / Differences from book and projections", "0"),
    ("新增事实 / Facts added", "0"),
    ("兑换前可兑换 / Spendable before the sale", "25,400"),
    ("兑换前将清零 / Would lapse before the sale", "59,895"),
    ("兑换后可兑换 / Spendable after the sale", "25,355"),
    ("兑换后将清零 / Would lapse after the sale", "59,895"),
    ("记入 6 月、注明属于 5 月 / Posted in June, naming May", "3"),
]
"""Every figure that the issue names, as it stands in the design."""


@pytest.fixture
def quietly() -> Iterator[None]:
    with standing(Context(Settings(), Voice(lang="en", json=True))):
        yield


def printed(text: str) -> list[tuple[str, str, str, str]]:
    """(label, ours, expected, mark) of each line with a figure."""
    return [match.group("label", "ours", "expected", "mark") for match in FIGURE.finditer(text)]  # type: ignore[misc] # four groups


@pytest.mark.slow
def test_the_demo_comes_out_exactly_and_its_ledger_can_be_read_afterwards(tmp_path: Path) -> None:
    environ = {**os.environ, "JIFEN_DATA": str(tmp_path / "var"), "PYTHONIOENCODING": "utf-8"}
    words = ["demo", "--no-serve", "--dir", str(tmp_path / "var" / "demo")]
    ran = subprocess.run([*JIFEN, *words], capture_output=True, encoding="utf-8", env=environ, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = printed(ran.stdout)
    assert {(label, ours) for label, ours, _, _ in lines} >= set(PROMISED)
    assert {mark for _, _, _, mark in lines} == {"✓"}
    assert all(ours == expected for _, ours, expected, _ in lines)
    assert "第 503 行" in ran.stdout
    assert len(re.findall(r"jf_[0-9a-f]{16}_", ran.stdout)) == 6
    replayed = subprocess.run([*JIFEN, "replay", "--check"], capture_output=True, env=environ, check=False)
    assert replayed.returncode == 0


@pytest.mark.slow
@pytest.mark.postgres
def test_the_demo_comes_out_exactly_on_postgresql(
    fresh_database: str, quietly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIFEN_MASTER_KEY", "11" * 32)
    said = Noted()
    outcome = run_demo(Settings(database_url=fresh_database), "site", said.say)
    wrong = [figure for figure in outcome.checks.figures if not figure.agrees]
    assert wrong == []
    assert {(label, ours) for label, ours, _, _ in printed("\n".join(said.lines))} >= set(PROMISED)
    assert set(outcome.keys) == {"supervisor", "safety-leader", "counter", "holder", "auditor", "admin"}


# Both sides move alike ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    for name in CHANGED:
        rewrite(DATA / name, folder, a_small_site)
    (folder / "goods.xlsx").write_bytes((DATA / "goods.xlsx").read_bytes())
    return folder


@pytest.fixture(params=CHANGES, ids=NAMES)
def changed(request: pytest.FixtureRequest, small: Path, tmp_path: Path) -> Path:
    for name in CHANGED:
        rewrite(small / name, tmp_path, request.param)
    (tmp_path / "goods.xlsx").write_bytes((DATA / "goods.xlsx").read_bytes())
    return tmp_path


def ledger_of(folder: Path, place: Path, policy: Policy = "threshold") -> dict[str, int]:
    """Badge → balance after the month's files and approvals, as the ledger has it."""
    month = Month(Settings(data=place), "site", folder, Noted(), policy=policy, reports=place)
    try:
        month.open_month()
        month.import_files()
        month.approve()
        balances = {}
        for badge in holders(folder / "workers.xlsx"):
            account = month.opened.ledger.the(Account, f"holder:{month.holder(badge)}/safety_point")
            balances[badge] = account.balance
        return balances
    finally:
        month.close()


def test_the_ledger_and_the_separate_reader_move_alike(changed: Path, tmp_path: Path, quietly: None) -> None:
    balances = ledger_of(changed, tmp_path / "var")
    assert balances == expected_month(changed, policy="threshold").balances_before


def test_a_figure_that_differs_ends_the_demo_with_a_cross(small: Path, tmp_path: Path, quietly: None) -> None:
    said: list[str] = []
    checks = Checks(said.append)
    checks.figure("合计", "Sum", 1, 1)
    checks.figure("合计", "Sum", 1, 2)
    assert not checks.agree
    assert [line[-1] for line in said] == ["✓", "✗"]
    assert not Outcome(checks, {}).data()["agree"]


def test_no_figures_are_no_agreement() -> None:
    assert not Checks(print).agree


@pytest.mark.parametrize(("fen", "shown"), [(505_900, "5,059.00"), (505_000, "5,050.00"), (1, "0.01"), (0, "0.00")])
def test_fen_are_shown_as_yuan(fen: int, shown: str) -> None:
    assert yuan(fen) == shown


def test_a_site_expects_its_own_sale() -> None:
    assert Site(cart=()).expected("threshold").sold == ()


# What the demo may replace -----------------------------------------------------------------------------------


def test_an_old_demo_is_replaced(tmp_path: Path) -> None:
    cleared(tmp_path / "demo")
    (tmp_path / "demo" / "journal.db").touch()
    cleared(tmp_path / "demo")
    assert [file.name for file in (tmp_path / "demo").iterdir()] == [".jifen-demo"]


def test_a_ledger_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "journal.db").write_bytes(b"a site's own")
    with pytest.raises(CommandFailed) as failed:
        cleared(tmp_path / "demo")
    assert failed.value.failure.code == "not-a-demo"
    assert (tmp_path / "demo" / "journal.db").read_bytes() == b"a site's own"


def test_a_demo_that_is_being_served_is_not_pulled_away(tmp_path: Path) -> None:
    cleared(tmp_path / "demo")
    lock = lock_directory(tmp_path / "demo")
    try:
        with pytest.raises(LedgerInUse):
            cleared(tmp_path / "demo")
    finally:
        lock.release()

"""A small shop on SQLite, made once, and `jifen` called in this process."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api import cli
from api.imports.engine import run_import
from api.imports.staff import add_staff
from api.ledgers import create_ledger
from api.settings import Settings
from ledger.journal.clock import ManualClock
from ledger.people.entities import Badge
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.room import By
from ledger.values import Instant, ItemId, PeriodName
from tests.imports.site import csv_file

BUYER = "YK-0001"
GATE = ("工牌号,姓名,通行时间,方向", *(f"YK-0001,王一,2022-06-{day:02} 06:01,进" for day in range(1, 21)))
ROSTER = (
    "工牌号,姓名,班组,工种,进场日期",
    "YK-0001,王一,钢筋队,钢筋工,2022-06-01",
    "YK-0002,=1+1,木工队,木工,2022-06-01",
)
GOODS = ("商品编号,品名,积分,单位,库存", "G001,毛巾,5,条,10", "G002,=cmd,10,个,3")


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Jifen = Callable[..., Ran]


@pytest.fixture(scope="session")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two workers, twenty check-ins, a sale of 5, on 20 June."""
    folder = tmp_path_factory.mktemp("shop")
    clock = ManualClock(Instant("2022-05-31T16:00:00.000000Z"))
    with create_ledger(
        Settings(data=folder / "var"), "shop", "safety-supermarket", "Asia/Shanghai", clock=clock
    ) as opened:
        add_staff(opened.vault, "群安员001", ["supervisor"])
        run_import(opened, "roster", csv_file(folder, *ROSTER, name="roster.csv"))
        run_import(opened, "goods", csv_file(folder, *GOODS, name="goods.csv"))
        clock.move_to(Instant("2022-06-20T04:00:00.000000Z"))
        run_import(opened, "gate", csv_file(folder, *GATE, name="gate.csv"), period=PeriodName("2022-06"))
        holder = opened.ledger.the(Badge, BUYER).holder
        sale = PlaceRedemption(
            holder=holder, lines=(WantedLine(ItemId("G001"), 1),), confirmation="supervisor", confirmed_by="person:s"
        )
        opened.ledger.submit(sale, by=By(principal="client:counter"), key="sale")
    return folder


@pytest.fixture
def shop(small_shop: Path, tmp_path: Path) -> Path:
    """A copy of the small shop that is this test's own."""
    shutil.copytree(small_shop, tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def jifen(shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Jifen:
    """Call the command line on the shop; it speaks English unless told otherwise."""
    monkeypatch.setenv("JIFEN_DATA", str(shop / "var"))
    monkeypatch.setenv("JIFEN_LANG", "en")
    monkeypatch.chdir(shop)

    def run(*words: str, lang: str = "en") -> Ran:
        monkeypatch.setenv("JIFEN_LANG", lang)
        capsys.readouterr()
        code = cli.main(words)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run

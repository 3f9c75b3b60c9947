"""A shop for the pages' tests: real people in the vault, goods on the shelf, a real server, a real browser."""

import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn

from api.app import create_app
from api.ledgers import OpenLedger, create_ledger, open_ledger
from api.pins import set_pin
from api.settings import Settings
from ledger.journal.clock import ManualClock
from ledger.people.badges import print_form
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account
from ledger.room import By
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.stock.entities import Item, Limit
from ledger.values import AccountId, BadgeNumber, HolderId, Instant, ItemId, UnitCode
from ledger.vault import PersonalData, Principal

OFFICE: Final = By(principal="client:office", subject="person:office")
POINT: Final = UnitCode("safety_point")
EVENING: Final = Instant("2022-06-30T10:15:09.000000Z")
NAME: Final = "site"
PIN: Final = "2580"
WANG: Final = HolderId("0198c7d2-wang")
BADGE: Final = print_form(BadgeNumber("YK-0042"))
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES: Final = {390: 844, 1280: 800}
"""Width → height of the screens that are tried."""

GOODS: Final = (
    ("G001", "洗衣液", 35, 200, None),
    ("G002", "挂面", 10, 500, None),
    ("G003", "毛巾", 15, 400, None),
    ("G004", "手套", 5, 900, Limit(2, "month")),
    ("G005", "香皂", 6, 600, None),
    ("G006", "保温杯", 80, 60, None),
    ("G007", "雨衣", 40, 0, None),
    ("G008", "洗发水", 45, 1, None),
    ("G009", "牙膏", 12, 300, None),
    ("G010", "暖水瓶", 120, 20, None),
    ("G011", "充电宝", 260, 6, None),
    ("G012", "方便面", 4, 1000, None),
)
PEOPLE: Final = (
    (WANG, "王钦力", "YK-0042", "梁板预制队", 147),
    (HolderId("0198c7d2-sun"), "孙丽霞", "YK-0001", "桥梁一队", 190),
    (HolderId("0198c7d2-lost"), "杨秀磊", "YK-0003", "隧道队", 150),
    (HolderId("0198c7d2-young"), "张娜国", "YK-0002", "桥梁二队", 150),
)


def furnish(opened: OpenLedger) -> dict[str, str]:
    """People, goods and keys: a counter's, a supervisor's and an auditor's."""
    for holder, name, badge, crew, points in PEOPLE:
        opened.vault.register(holder, PersonalData(name=name))
        person = RegisterPerson(holder=holder, badge=BadgeNumber(badge), crew=crew)
        opened.ledger.submit(person, by=OFFICE)
        grant = GrantPoints(to=AccountId("holder:" + holder), unit=POINT, amount=points)
        opened.ledger.submit(grant, by=OFFICE)
        if holder != PEOPLE[3][0]:
            set_pin(opened.ledger, opened.vault, holder, PIN, by=OFFICE, key="pin " + holder)
    for id, name, price, stock, limit in GOODS:
        opened.ledger.submit(ListItem(id=ItemId(id), name=name, price=price, unit=POINT, limit=limit), by=OFFICE)
        if stock:
            opened.ledger.submit(ReceiveGoods(item=ItemId(id), quantity=stock), by=OFFICE)
    principals = opened.vault.principals
    people = (
        Principal(id="client:counter-1", roles=("counter",), name="1 号柜台"),
        Principal(id="person:supervisor", roles=("supervisor",)),
        Principal(id="person:auditor", roles=("auditor",)),
    )
    return {person.roles[0]: principals.create_key(principals.add(person).id)[0] for person in people}


class Shop:
    """A running shop: its address, its ledger, its clock and its keys by role."""

    def __init__(self, url: str, opened: OpenLedger, clock: ManualClock, keys: dict[str, str]) -> None:
        self.url = url
        self.opened = opened
        self.clock = clock
        self.keys = keys

    def balance(self, holder: str = WANG) -> int:
        """What the ledger says, without the pages."""
        return self.opened.ledger.the(Account, f"holder:{holder}/{POINT}").balance

    def stock(self, item: str) -> int:
        """Pieces on the shelf, without the pages."""
        return self.opened.ledger.the(Item, item).stock

    def key(self) -> str:
        """A fresh idempotency key."""
        return str(uuid.uuid4())


def furnished(directory: Path) -> dict[str, str]:
    """Make the shop's ledger; its keys by role."""
    clock = ManualClock(EVENING)
    settings = Settings(data=directory)
    with create_ledger(settings, NAME, "safety-supermarket", "Asia/Shanghai", clock=clock, period="2022-06") as opened:
        return furnish(opened)


@contextmanager
def open_shop(directory: Path, keys: dict[str, str]) -> Iterator[Shop]:
    """The shop on a server of its own, on the evening of 30 June 2022."""
    settings, clock = Settings(data=directory), ManualClock(EVENING)
    with open_ledger(settings, NAME, clock=clock) as opened, serving(settings, opened) as url:
        yield Shop(url, opened, clock, keys)


@contextmanager
def serving(settings: Settings, opened: OpenLedger) -> Iterator[str]:
    """The application on a free port of loopback; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = create_app(settings, {opened.name: opened})
        # Never closed for idleness: after a pause of the machine a client would write to a connection just closed.
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=600)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)

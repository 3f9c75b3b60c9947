"""A fact of an older version is read by everybody who reads facts: a turn, a replay, a restore, the projections."""

from pathlib import Path
from typing import Any

import msgspec

from ledger.journal.ledger import Ledger
from ledger.journal.rebuilding import Rebuilding
from ledger.journal.rows import FactRow
from ledger.journal.storage import Storage
from ledger.people.entities import Holder
from ledger.points.entities import Account
from ledger.rooms import Registry
from projections import balances
from projections.catalogue import PROJECTIONS
from projections.projector import Projector
from projections.replay import Replay
from projections.store import Store
from tests.ledgers import COUNTER, POINT, SECRET, opened, sale, stocked

OLD, TODAY = "points-earned.v0", "points-earned.v1"


def upcast(data: dict[str, Any]) -> dict[str, Any]:
    """What version 0 called `points` is `amount` today."""
    return {("amount" if name == "points" else name): value for name, value in data.items()}


def aged(row: FactRow) -> FactRow:
    """The same fact as a program of long ago would have stored it."""
    if row.topic != TODAY:
        return row
    stored = msgspec.json.decode(row.state)
    data = {("points" if name == "amount" else name): value for name, value in stored["data"].items()}
    state = msgspec.json.encode(stored | {"type": OLD, "data": data}, order="sorted")
    return row._replace(topic=OLD, state=state)


def storage(path: Path) -> Storage:
    made = Storage.sqlite(path, "shop")
    made.create(zone="Asia/Shanghai", scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    return made


def test_everybody_reads_yesterday_s_facts_as_today_s(tmp_path: Path) -> None:
    registry = Registry(upcasts={OLD: upcast})
    with stocked(opened(storage(tmp_path / "new.db"))) as ledger:
        ledger.submit(sale(), by=COUNTER, key="sale")
        facts = [aged(row) for row in ledger.storage.facts(0, 1000)]
        clock = ledger.clock
        before = ledger.the(Account, "holder:h0/A")
    assert OLD in {row.topic for row in facts}
    old = storage(tmp_path / "old.db")
    Rebuilding(old, zone="Asia/Shanghai", registry=registry).take(facts)
    replayed = Replay(old, zone="Asia/Shanghai", registry=registry)
    replayed.advance()
    assert replayed.differences() == ()
    store = Store.sqlite(tmp_path / "projections.db", "shop")
    store.create()
    Projector(old, store, PROJECTIONS, registry=registry).advance()
    with store.reading() as reading:
        assert balances.totals(reading)[POINT].balance == before.balance == 90
    store.close()
    with Ledger(old, SECRET, zone="Asia/Shanghai", clock=clock, registry=registry) as again:
        assert again.the(Account, "holder:h0/A") == before
        assert again.submit(sale(), by=COUNTER, key="sale").replayed
        again.submit(sale(), by=COUNTER, key="another")
        assert again.the(Account, "holder:h0/A").balance == 80
        assert again.the(Holder, "h0") is not None

"""Somebody changes a row of the book by SQL: whoever serves or works notices, freezes the account and names it."""

import asyncio
import json
import logging
import time
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from api import cli
from api.scrubbing import scrub_of, stepping
from api.site import Served
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account, account_key
from ledger.refusals import AccountFrozen
from ledger.values import holder_account
from projections import alarms
from projections.replay import Replay
from tests.stories.site import LI, POINT, WANG, Site, on_sqlite


def edit(site: Site, badge: str, *, received: int) -> str:
    """As with a database client; gives the row's id."""
    id = account_key(holder_account(site.holder(badge)), POINT)
    stored = site.ledger.storage.book((("account", id),))["account", id]
    entity = msgspec.structs.replace(site.ledger.book.codec.decode(stored).entity, received=received)
    with site.ledger.storage.engine.begin() as connection:
        change = text("UPDATE book SET state = :state WHERE kind = 'account' AND id = :id")
        connection.execute(change, {"state": msgspec.msgpack.encode(entity, order="deterministic"), "id": id})
    return id


def grant(badge: str, site: Site) -> GrantPoints:
    return GrantPoints(to=holder_account(site.holder(badge)), unit=POINT, amount=1)


def test_a_serving_process_freezes_the_account_and_its_alarm_names_it(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    id = edit(site, WANG, received=100_100)
    loop = asyncio.new_event_loop()
    served = Served(site.opened, loop, site.settings)
    served.start()
    try:
        deadline = time.monotonic() + 30
        while not site.account(WANG).frozen_at and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        served.stop()
        loop.close()
    (alarm,) = alarms.standing(site.projector.store)
    assert (alarm.kind, alarm.subject) == ("account", id)
    assert f"account {id} was changed by hand" in caplog.text
    with pytest.raises(AccountFrozen):
        site.do(grant(WANG, site), by=site.supervisor)
    site.do(grant(LI, site), by=site.supervisor)


def test_an_untouched_book_is_left_alone(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.projector.advance()
    head, step = site.head, stepping(scrub_of(site.ledger, site.projector.store))
    with caplog.at_level(logging.CRITICAL):
        assert [step() for _ in range(4)] == [0] * 4
    assert (site.head, caplog.text) == (head, "")


def test_a_row_that_no_fact_knows_is_named_and_makes_no_fact(site: Site) -> None:
    id = account_key(holder_account(site.holder(WANG)), POINT)
    invented = account_key(holder_account("nobody"), POINT)
    copy = "INSERT INTO book SELECT ledger, kind, :new, position, version, due_at, state FROM book WHERE id = :id"
    with site.ledger.storage.engine.begin() as connection:
        connection.execute(text(copy), {"new": invented, "id": id})
    site.projector.advance()
    head, step = site.head, stepping(scrub_of(site.ledger, site.projector.store))
    assert sum(step() for _ in range(2)) == 1
    assert [alarm.subject for alarm in alarms.standing(site.projector.store)] == [invented]
    assert site.head == head
    replayed = Replay(site.ledger.storage, zone="Asia/Shanghai")
    replayed.advance()
    assert [difference.id for difference in replayed.differences()] == [invented]
    assert site.ledger.get(Account, id) is not None


def test_a_worker_freezes_too_and_the_doctor_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JIFEN_DATA", str(tmp_path / "var"))
    site = on_sqlite(tmp_path)
    assert cli.main(["doctor", "--json"]) == 0
    id = edit(site, WANG, received=100_100)
    site.close_down()
    assert cli.main(["worker", "--once"]) == 0
    capsys.readouterr()
    assert cli.main(["doctor", "--json"]) == 1
    found = {check["check"]: (check["ok"], check["found"]) for check in json.loads(capsys.readouterr().out)}
    assert found["site alarms"] == (False, f"account {id}")

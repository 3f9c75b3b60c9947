"""The scrub: a row of the book that somebody edited is found, frozen and named; replay finds every other one."""

import time

import msgspec
import pytest
from sqlalchemy import text

from ledger.accounts.commands import OpenAccount
from ledger.people.entities import Holder
from ledger.points.commands import DeductPoints, FreezeAccount
from ledger.points.entities import Account, account_key
from ledger.refusals import AccountFrozen
from ledger.room import Entity
from ledger.stock.entities import Item
from ledger.values import AccountId, UnitCode
from projections import alarms
from projections.alarms import Alarm
from projections.replay import Replay
from projections.scrub import Scrub
from tests.projections.site import POINT, Site, account


def edited(site: Site, kind: type[Entity], id: str, **members: object) -> None:
    """Change a row of the book by SQL, as somebody with a database client would."""
    stored = site.ledger.storage.book(((kind.KIND, id),))[kind.KIND, id]
    entity = msgspec.structs.replace(site.ledger.book.codec.decode(stored).entity, **members)
    with site.ledger.storage.engine.begin() as connection:
        connection.execute(
            text("UPDATE book SET state = :state WHERE ledger = 'site' AND kind = :kind AND id = :id"),
            {"state": msgspec.msgpack.encode(entity), "kind": kind.KIND, "id": id},
        )
    site.ledger.book.forget()


def scrub(site: Site, *, chunk: int = 2) -> Scrub:
    """A scrub that freezes by command."""

    def freeze(alarm: Alarm) -> None:
        owner, _, unit = alarm.subject.rpartition("/")
        site.do(FreezeAccount(account=AccountId(owner), unit=UnitCode(unit), reason="correction"))

    return Scrub(site.ledger.storage, site.store, zone="Asia/Shanghai", freeze=freeze, chunk=chunk)


def replay(site: Site) -> Replay:
    """The book from facts alone."""
    made = Replay(site.ledger.storage, zone="Asia/Shanghai")
    made.advance()
    return made


@pytest.fixture
def busy(site: Site) -> Site:
    """Five accounts, an item, sales."""
    site.people("h1", "h10", "h1-b", "h2", "h3").shelf(price=3)
    site.earn("h1", 20)
    site.earn("h3", 9)
    site.sell("h1", "G001")
    return site.caught_up()


def test_an_account_on_its_credit_line_raises_no_alarm(site: Site) -> None:
    line = AccountId("account:line")
    site.do(OpenAccount(id="line", unit=POINT, floor=-50))
    site.do(DeductPoints(account=line, unit=POINT, amount=30, reason="correction"))
    assert site.ledger.the(Account, account_key(line, POINT)).balance == -30
    site.caught_up()
    assert scrub(site).run() == ()


def test_a_book_that_nobody_touched_raises_no_alarm(busy: Site) -> None:
    assert scrub(busy).run() == ()
    assert replay(busy).differences() == ()


def test_an_edited_balance_is_found_named_and_frozen(busy: Site) -> None:
    edited(busy, Account, account_key(account("h3"), POINT), received=1109)
    (alarm,) = scrub(busy).run()
    assert (alarm.kind, alarm.subject) == ("account", account_key(account("h3"), POINT))
    assert '"received": 109' in alarm.expected
    assert '"received": 1109' in alarm.found
    assert list(alarms.standing(busy.store)) == [alarm]
    with pytest.raises(AccountFrozen):
        busy.earn("h3", 1)
    busy.earn("h1", 1)


def test_an_alarm_is_raised_once(busy: Site) -> None:
    edited(busy, Account, account_key(account("h3"), POINT), spent=-5)
    again = scrub(busy)
    assert len(again.run()) == 1
    assert again.run() == ()
    busy.caught_up().projector.rebuild("balances")
    assert len(alarms.standing(busy.store)) == 1


def test_lots_that_do_not_make_up_the_balance_are_found(busy: Site) -> None:
    edited(busy, Account, account_key(account("h2"), POINT), pools=())
    (alarm,) = scrub(busy).run()
    assert '"lots": 0' in alarm.found


def test_an_edited_shelf_is_found(busy: Site) -> None:
    edited(busy, Item, "G001", stock=99)
    (alarm,) = scrub(busy).run()
    assert (alarm.kind, alarm.subject) == ("item", "G001")
    assert (alarm.expected, alarm.found) == ('{"held": 0, "stock": 9}', '{"held": 0, "stock": 99}')


def test_a_row_that_was_deleted_or_invented_is_found(busy: Site) -> None:
    gone, invented = account_key(account("h10"), POINT), account_key(account("h1-c"), POINT)
    with busy.ledger.storage.engine.begin() as connection:
        copy = "INSERT INTO book SELECT ledger, kind, :new, position, version, due_at, state FROM book WHERE id = :id"
        connection.execute(text(copy), {"new": invented, "id": gone})
        connection.execute(text("DELETE FROM book WHERE id = :id"), {"id": gone})
    found = {alarm.subject: alarm for alarm in Scrub(busy.ledger.storage, busy.store, zone="Asia/Shanghai").run()}
    assert set(found) == {gone, invented}
    assert found[gone].found == "no row"
    assert found[invented].expected == "no row"


def test_a_row_set_back_to_an_older_state_is_found(busy: Site) -> None:
    key = account_key(account("h1"), POINT)
    old = busy.ledger.storage.book((("account", key),))["account", key]
    busy.earn("h1", 4)
    busy.caught_up()
    with busy.ledger.storage.engine.begin() as connection:
        put = text("UPDATE book SET state = :state, position = :position WHERE kind = 'account' AND id = :id")
        connection.execute(put, {"state": old.state, "position": old.position, "id": key})
    (alarm,) = Scrub(busy.ledger.storage, busy.store, zone="Asia/Shanghai").run()
    assert f'"position": {old.position}' in alarm.found


def test_a_row_edited_to_look_newer_than_every_fact_is_found(busy: Site) -> None:
    edited(busy, Account, account_key(account("h1"), POINT), received=1_000_000)
    with busy.ledger.storage.engine.begin() as connection:
        beyond = text("UPDATE book SET position = 1000000 WHERE ledger = 'site' AND kind = 'account' AND id = :id")
        connection.execute(beyond, {"id": account_key(account("h1"), POINT)})
    (alarm,) = scrub(busy).run()
    (difference,) = replay(busy).differences()
    assert (alarm.subject, difference.id) == (account_key(account("h1"), POINT), account_key(account("h1"), POINT))


def test_rows_that_the_projections_do_not_show_yet_are_no_alarm(busy: Site) -> None:
    busy.earn("h1", 4)
    busy.people("h9")
    assert scrub(busy).run() == ()


def test_a_follower_scrubs_when_it_is_idle(busy: Site) -> None:
    edited(busy, Account, account_key(account("h3"), POINT), lapsed=3)
    walking = scrub(busy)
    busy.projector.start(idle=walking.step)
    deadline = time.monotonic() + 60
    while not alarms.standing(busy.store) and time.monotonic() < deadline:
        busy.projector.wake()
        time.sleep(0.02)
    busy.projector.stop()
    assert [alarm.subject for alarm in alarms.standing(busy.store)] == [account_key(account("h3"), POINT)]


def test_replay_finds_an_edited_row_of_any_kind(busy: Site) -> None:
    edited(busy, Holder, "h2", crew="elsewhere")
    (difference,) = replay(busy).differences()
    assert (difference.kind, difference.id) == ("holder", "h2")


def test_replay_finds_a_row_that_is_gone(busy: Site) -> None:
    with busy.ledger.storage.engine.begin() as connection:
        connection.execute(text("DELETE FROM book WHERE kind = 'item'"))
    (difference,) = replay(busy).differences()
    assert (difference.kind, difference.id, difference.found) == ("item", "G001", None)


def test_replay_takes_what_happens_meanwhile_into_account(busy: Site) -> None:
    made = replay(busy)
    busy.earn("h1", 4)
    assert made.differences() == ()

"""Keys, causes and book from facts alone: a restored ledger is the old one to the byte and pays no retry twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ledger.approvals.commands import ApproveProposal
from ledger.journal.book import BookCodec
from ledger.journal.ledger import Cause, Ledger
from ledger.journal.mapper import UnknownFormatError
from ledger.journal.rebuilding import Rebuilding, key_rows
from ledger.journal.rows import FactRow
from ledger.journal.storage import Storage
from ledger.journal.turn import Submission
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.points.entities import Account, account_key
from ledger.redemptions.commands import RefundRedemption, ReturningLine
from ledger.refusals import InsufficientFunds, SelfApproval
from ledger.values import ItemId, RedemptionId, holder_account
from tests.ledgers import asked
from tests.stories.site import COUNTER, LI, POINT, WANG, ZHAO, Site

TABLES = {
    "keys": "client, key_mac, fingerprint, tx, position, length, answer, language",
    "book": "kind, id, position, version, due_at, state",
    "facts": "position, originator_id, originator_version, topic, state, recorded_at",
    "heads": "position, recorded_at, epoch",
}


def rows(storage: Storage, table: str) -> list[tuple[Any, ...]]:
    """A table as it stands, in an order that both databases share."""
    query = f"SELECT {TABLES[table]} FROM {table} WHERE ledger = :ledger"
    with storage.engine.connect() as connection:
        found = connection.execute(text(query), {"ledger": storage.ledger}).all()
    return sorted(
        (tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row) for row in found), key=repr
    )


def restored(site: Site, storage: Storage, *, chunk: int = 7) -> Storage:
    """The facts of the site in empty storage, and what follows from them."""
    storage.create(zone="Asia/Shanghai", scheme="safety-supermarket", created_at="2022-06-01T00:00:00.000000Z")
    facts = site.ledger.storage.facts(0, 100_000)
    assert Rebuilding(storage, zone="Asia/Shanghai").take(facts, chunk=chunk) == site.head
    return storage


@pytest.fixture
def lived(site: Site) -> Site:
    """Keys of singles, of groups, of refusals and of none; causes; what time did; a close."""
    site.on("2022-06-20").check_in(WANG, *range(1, 21))
    grant = GrantPoints(to=holder_account(site.holder(LI)), unit=POINT, amount=30)
    site.do(grant, key="grant", by=site.supervisor)
    asked(site.ledger, DeductPoints(account=grant.to, unit=POINT, amount=1, reason="correction"), key="less")
    pair = [site.ledger.wish(grant, by=COUNTER, key="group"), site.ledger.wish(grant, by=COUNTER)]
    assert site.ledger.writer.ask(Submission(wishes=tuple(pair))).refusal is None
    with pytest.raises(InsufficientFunds):
        site.buys(ZHAO, "G002", key="refused")
    own = site.records("hazard", target="facility")
    with pytest.raises(SelfApproval):
        site.do(ApproveProposal(proposal=own), by=site.supervisor, key="own")
    site.approves(own)
    sale = site.buys(WANG, "G001", "G001", key="sale")
    back = (ReturningLine(ItemId("G001"), 1, restock=True),)
    site.do(RefundRedemption(redemption=RedemptionId(sale.tx), lines=back, reason="correction"), key="back", by=COUNTER)
    site.on("2022-07-01").closes()
    return site


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path, lived: Site) -> Iterator[Storage]:
    """A new home on the same kind of database: another file, another ledger's rows gone."""
    if lived.settings.database_url is None:
        storage = Storage.sqlite(tmp_path / "restored.db", "site")
    else:
        server = request.getfixturevalue("postgres_server")
        storage = Storage.postgres(server.create_database(), "site")
    yield storage
    storage.close()


def test_keys_causes_and_book_follow_from_facts_byte_for_byte(lived: Site, empty: Storage) -> None:
    restored(lived, empty)
    for table in TABLES:
        assert rows(empty, table) == rows(lived.ledger.storage, table), table
    assert len(rows(empty, "keys")) == 7
    assert len([row for row in rows(empty, "book") if row[0] == "cause"]) == 22  # twenty check-ins and two goods


@pytest.mark.parametrize("chunk", [1, 1_000_000])
def test_chunks_of_any_size_make_the_same_tables(lived: Site, empty: Storage, chunk: int) -> None:
    restored(lived, empty, chunk=chunk)
    assert [rows(empty, table) for table in TABLES] == [rows(lived.ledger.storage, table) for table in TABLES]


def test_a_restore_pays_no_retry_and_no_cause_twice(lived: Site, empty: Storage) -> None:
    restored(lived, empty)
    grant = GrantPoints(to=holder_account(lived.holder(LI)), unit=POINT, amount=30)
    with Ledger(empty, lived.vault.secret, zone="Asia/Shanghai", clock=lived.clock) as ledger:
        again = ledger.submit(grant, by=lived.supervisor, key="grant")
        refused = asked(ledger, DeductPoints(account=grant.to, unit=POINT, amount=2, reason="correction"), key="less")
        assert again.replayed
        assert (refused.refusal.code if refused.refusal else None) == "idempotency-key-reused"
        assert ledger.the(Account, account_key(grant.to, POINT)).balance == lived.balances(LI)[0]
        first = ledger.submit(grant, by=lived.supervisor, cause=Cause(type="t", id="1"))
        assert not first.replayed


def test_what_cannot_be_read_stops_a_restore_and_names_its_position(lived: Site, empty: Storage) -> None:
    facts = lived.ledger.storage.facts(0, 100_000)
    spoilt: list[FactRow] = [*facts[:9], facts[9]._replace(state=facts[9].state.replace(b'"v":1', b'"v":9'))]
    empty.create(zone="Asia/Shanghai", created_at="2022-06-01T00:00:00.000000Z")
    with pytest.raises(UnknownFormatError) as caught:
        Rebuilding(empty, zone="Asia/Shanghai").take(spoilt)
    assert (caught.value.position, empty.head().position) == (10, 0)


def test_a_key_that_facts_do_not_tell_would_be_found(lived: Site) -> None:
    """The comparison has teeth: a key row that somebody takes out is missed."""
    made = {(row.client, row.key_mac) for row in key_rows(lived.facts())}
    stored = {(row[0], row[1]) for row in rows(lived.ledger.storage, "keys")}
    assert made == stored
    assert len(made) == 7
    assert BookCodec(lived.ledger.registry, "Asia/Shanghai").encode(("account", "x"), None).state is None

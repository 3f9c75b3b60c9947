"""No plaintext of the vault reaches a file, and a wrong master key opens nothing."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger.vault import PersonalData, Principal, Vault, VaultPlace, create_vault, open_vault
from ledger.vault.engines import forget_deleted, open_engine
from ledger.vault.errors import (
    ErasureIncomplete,
    MasterKeyMissing,
    MasterKeyUnsafe,
    VaultDamaged,
    VaultExists,
    VaultMissing,
    WrongMasterKey,
)
from ledger.vault.keystore import KeyStore
from ledger.vault.tables import VAULT
from tests.vault.conftest import LEDGER, MASTER, Clock

WANG = PersonalData(
    name="王钦力", phone="13800000001", id_number="330102199001011234", reference="gate-17", notes="夜班"
)
REASON = "他的腰受过伤"
PIN = "27183645"


@pytest.fixture
def embedded(tmp_path: Path, clock: Clock) -> Iterator[Vault]:
    vault = create_vault(LEDGER, VaultPlace.in_directory(tmp_path), clock=clock, environ={})
    yield vault
    vault.close()


def everything_below(directory: Path) -> bytes:
    """The bytes of all files, write-ahead logs included."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    assert {"vault.db", "keystore.db", "vault.db-wal"} <= {path.name for path in files}
    return b"\x00".join(path.read_bytes() for path in files)


def readable(directory: Path, words: list[str]) -> list[str]:
    """Which words stand in the files, in any usual encoding."""
    content = everything_below(directory)
    forms = {word: [word.encode(code) for code in ("utf-8", "utf-16-le", "gb18030")] for word in words}
    return [word for word, codes in forms.items() if any(code in content for code in codes)]


def test_files_hold_no_plaintext_before_and_after_erasure(embedded: Vault, tmp_path: Path) -> None:
    words = [*WANG.given().values(), REASON, PIN]
    embedded.register("h1", WANG)
    embedded.change("h1", notes=REASON)
    embedded.note(REASON, about="h1")
    embedded.note(REASON)
    embedded.set_pin("h1", PIN)
    assert readable(tmp_path, words) == []
    embedded.erase("h1")
    assert readable(tmp_path, words) == []


def test_the_search_for_plaintext_finds_what_is_not_encrypted(embedded: Vault, tmp_path: Path) -> None:
    embedded.principals.add(Principal(id="client:counter-1", roles=("counter",), name="一号柜台"))
    assert readable(tmp_path, ["一号柜台", "client:counter-1"]) == ["一号柜台", "client:counter-1"]


def test_an_api_key_stands_in_no_file(embedded: Vault, tmp_path: Path) -> None:
    embedded.principals.add(Principal(id="client:counter-1", roles=("counter",)))
    key, info = embedded.principals.create_key("client:counter-1")
    assert readable(tmp_path, [info.id, key, key.split("_", 2)[2]]) == [info.id]


def test_erasure_takes_the_wrapped_key_and_the_sealed_row_out_of_the_files(embedded: Vault, tmp_path: Path) -> None:
    embedded.register("h1", WANG)
    with embedded._rows.connect() as connection:
        sealed = bytes(connection.execute(text("SELECT sealed FROM vault_people")).scalar_one())
    wrapped = embedded._keystore._wrapped(["person:h1"])["person:h1"]
    before = everything_below(tmp_path)
    assert sealed in before
    assert wrapped in before
    embedded.erase("h1")
    after = everything_below(tmp_path)
    assert sealed not in after
    assert wrapped not in after
    assert (tmp_path / "vault.db-wal").stat().st_size == 0
    assert (tmp_path / "keystore.db-wal").stat().st_size == 0


def test_a_reader_that_pins_the_log_makes_erasure_say_so_and_it_can_be_repeated(
    embedded: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.vault.engines._READERS_MILLISECONDS", 50)
    embedded.register("h1", WANG)
    with embedded._rows.connect() as reader:
        reader.execute(text("BEGIN"))
        reader.execute(text("SELECT count(*) FROM vault_people")).scalar_one()
        with pytest.raises(ErasureIncomplete, match="erase again"):
            embedded.erase("h1")
    assert embedded.person("h1") is None
    embedded.erase("h1")


def test_postgresql_tables_hold_no_plaintext(vault: Vault) -> None:
    vault.register("h1", WANG)
    vault.note(REASON, about="h1")
    vault.set_pin("h1", PIN)
    with vault._rows.connect() as connection:
        rows = [row for table in VAULT.sorted_tables for row in connection.execute(table.select())]
    held = b"".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)
    assert len(rows) == 4
    assert [word for word in [*WANG.given().values(), REASON, PIN] if word.encode() in held] == []


def test_a_failing_statement_prints_no_values(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.connect() as connection, pytest.raises(Exception, match="no such table") as failed:
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "王钦力"})
    assert "王钦力" not in str(failed.value)


# The master key --------------------------------------------------------------------------------------------


def test_another_master_key_is_refused_by_name(vault: Vault, place: VaultPlace, clock: Clock) -> None:
    vault.register("h1", WANG)
    with pytest.raises(WrongMasterKey, match="does not open the key store of ledger 'site-a'"):
        open_vault(LEDGER, place, clock=clock, environ={"JIFEN_MASTER_KEY": "22" * 32})


def test_a_new_ledger_gets_a_key_file_that_only_its_owner_reads(embedded: Vault, tmp_path: Path) -> None:
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
    assert len(base64.urlsafe_b64decode((tmp_path / "master.key").read_text())) == 32


def test_the_key_file_opens_the_vault_again(embedded: Vault, tmp_path: Path, clock: Clock) -> None:
    embedded.register("h1", WANG)
    again = open_vault(LEDGER, VaultPlace.in_directory(tmp_path), clock=clock, environ={})
    assert again.person("h1") == WANG
    assert again.secret.mac("key", "a") == embedded.secret.mac("key", "a")
    again.close()


def test_a_key_file_that_others_may_read_is_refused(embedded: Vault, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "master.key").chmod(0o640)
    with pytest.raises(MasterKeyUnsafe, match="mode 0640"):
        open_vault(LEDGER, VaultPlace.in_directory(tmp_path), clock=clock, environ={})


def test_a_lost_master_key_is_named(embedded: Vault, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "master.key").unlink()
    with pytest.raises(MasterKeyMissing, match=r"JIFEN_MASTER_KEY.*master\.key"):
        open_vault(LEDGER, VaultPlace.in_directory(tmp_path), clock=clock, environ={})


@pytest.mark.parametrize("key", ["short", "g" * 64, "11" * 31, base64.b64encode(bytes(range(31))).decode(), "密" * 32])
def test_a_malformed_master_key_is_refused(tmp_path: Path, clock: Clock, key: str) -> None:
    with pytest.raises(MasterKeyUnsafe, match="32 bytes in base64 or hexadecimal"):
        create_vault(LEDGER, VaultPlace.in_directory(tmp_path), clock=clock, environ={"JIFEN_MASTER_KEY": key})


@pytest.mark.parametrize("lost", ["vault.db", "keystore.db"])
def test_a_lost_database_is_not_replaced_by_an_empty_one(
    embedded: Vault, tmp_path: Path, clock: Clock, lost: str
) -> None:
    embedded.close()
    (tmp_path / lost).unlink()
    with pytest.raises(VaultMissing, match=lost):
        open_vault(LEDGER, VaultPlace.in_directory(tmp_path), clock=clock, environ={})
    assert not (tmp_path / lost).exists()


def test_a_ledger_that_was_never_created_has_no_vault(vault: Vault, place: VaultPlace, clock: Clock) -> None:
    with pytest.raises(VaultMissing, match="site-z"):
        open_vault("site-z", place, clock=clock, environ=MASTER)


def test_creating_twice_keeps_the_first_secret(vault: Vault, place: VaultPlace, clock: Clock) -> None:
    before = vault.secret.mac("key", "a")
    with pytest.raises(VaultExists):
        create_vault(LEDGER, place, clock=clock, environ=MASTER)
    reopened = open_vault(LEDGER, place, clock=clock, environ=MASTER)
    assert reopened.secret.mac("key", "a") == before
    reopened.close()


def test_a_row_moved_to_another_person_does_not_open(vault: Vault) -> None:
    vault.register("h1", WANG)
    vault.register("h2", PersonalData(name="小李"))
    swap = "UPDATE vault_people SET sealed = (SELECT sealed FROM vault_people WHERE holder = 'h1') WHERE holder = 'h2'"
    with vault._rows.begin() as connection:
        connection.execute(text(swap))
    with pytest.raises(VaultDamaged, match="people/site-a/h2"):
        vault.person("h2")


def test_a_key_moved_to_another_person_does_not_open(vault: Vault) -> None:
    vault.register("h1", WANG)
    keystore: KeyStore = vault._keystore
    with keystore._engine.begin() as connection:
        connection.execute(text("UPDATE keystore_keys SET owner = 'person:h2' WHERE owner = 'person:h1'"))
    with pytest.raises(VaultDamaged):
        keystore.keys(["person:h2"])


def test_every_table_is_led_by_its_ledger(vault: Vault) -> None:
    from ledger.vault.opening import METADATA

    tables = [table for metadata in METADATA for table in metadata.sorted_tables]
    assert len(tables) == 10
    for table in tables:
        assert next(iter(table.primary_key.columns)).name == "ledger", table.name
        assert all(next(iter(index.columns)).name == "ledger" for index in table.indexes), table.name
        assert not table.foreign_keys, table.name


def test_truncating_is_nothing_on_an_untouched_database(vault: Vault) -> None:
    forget_deleted(vault._rows)
    assert vault.people(["h1"]) == {}

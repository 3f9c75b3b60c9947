"""Making and opening ledgers from settings, in a directory and in a database."""

import secrets
from pathlib import Path

import pytest

from api.ledgers import create_ledger, ledger_names, open_ledger
from api.settings import Settings, SettingsError
from ledger.journal.storage import Storage
from ledger.periods.entities import Books
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account, account_key
from ledger.refusals import AlreadyExists, LedgerInUse, Malformed, NotFound
from ledger.room import By
from ledger.scheme.entities import Adopted
from ledger.values import AccountId, UnitCode
from ledger.vault.errors import VaultExists
from ledger.vault.principals import Principal
from tests.api.served import make_ledger, serving

BY = By(principal="client:test")


def settings_for(path: Path) -> Settings:
    return Settings(data=path)


def test_a_new_ledger_has_its_scheme_and_an_open_period(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)

    with create_ledger(settings, "demo", "safety-supermarket", "Asia/Shanghai", period="2022-06") as opened:
        adopted = opened.ledger.the(Adopted, Adopted.ID)
        assert opened.ledger.the(Books, Books.ID).period == "2022-06"
        assert [version.effective_from for version in adopted.versions] == ["2022-06-01"]

    assert ledger_names(settings) == ["demo"]
    with open_ledger(settings, "demo", writing=False) as again:
        assert (again.name, again.zone) == ("demo", "Asia/Shanghai")


def test_a_directory_has_one_writer_and_any_number_of_readers(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with create_ledger(settings, "demo", "conformance", "Asia/Shanghai"):
        with pytest.raises(LedgerInUse):
            open_ledger(settings, "demo")
        with open_ledger(settings, "demo", writing=False) as reader:
            assert reader.ledger.storage.head().position == 2


def test_a_name_is_taken_once_and_has_a_form(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    create_ledger(settings, "demo", "conformance", "Asia/Shanghai").close()

    with pytest.raises(AlreadyExists):
        create_ledger(settings, "demo", "conformance", "Asia/Shanghai")
    for name in ("", "../etc", "Demo", "a b", "x" * 64):
        with pytest.raises(Malformed):
            create_ledger(settings, name, "conformance", "Asia/Shanghai")
    with pytest.raises(NotFound):
        open_ledger(settings, "nobody")


def test_a_creation_that_broke_off_behind_its_vault_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(Storage, "create", full_disk)
        with pytest.raises(OSError, match="no space"):
            create_ledger(settings, "demo", "conformance", "Asia/Shanghai")
    assert ledger_names(settings) == []

    with create_ledger(settings, "demo", "conformance", "Asia/Shanghai") as opened:
        secret = opened.vault.secret.mac("key", "a")
    with open_ledger(settings, "demo") as again:
        assert again.vault.secret.mac("key", "a") == secret


def test_a_vault_in_which_somebody_is_outlives_the_loss_of_its_journal(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with create_ledger(settings, "demo", "conformance", "Asia/Shanghai") as opened:
        opened.vault.principals.add(Principal(id="client:gate", roles=("gate",)))
        directory = opened.directory
    for file in (directory or tmp_path).glob("journal.db*"):
        file.unlink()

    with pytest.raises(VaultExists):
        create_ledger(settings, "demo", "conformance", "Asia/Shanghai")


def full_disk(*_given: object, **_named: object) -> None:
    raise OSError("no space left on the device")


@pytest.mark.parametrize(
    ("zone", "period"), [("Mars/Base", "2022-06"), ("Mars/Base", None), ("Asia/Shanghai", "2022-6")]
)
def test_a_ledger_of_no_zone_or_month_is_not_even_begun(tmp_path: Path, zone: str, period: str | None) -> None:
    settings = settings_for(tmp_path)

    with pytest.raises(Malformed):
        create_ledger(settings, "demo", "conformance", zone, period=period)

    assert ledger_names(settings) == []
    create_ledger(settings, "demo", "conformance", "Asia/Shanghai", period="2022-06").close()


@pytest.mark.postgres
def test_a_ledger_in_a_database_is_served_as_one_in_a_directory(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIFEN_MASTER_KEY", secrets.token_hex(32))
    settings = Settings(database_url=fresh_database)
    keys = make_ledger(settings)

    with serving(settings, keys) as server:
        body = {"to": "holder:h-one", "unit": "safety_point", "amount": 7}
        first, again = (server.post("/grants", body, key="pg") for _ in range(2))
        assert (first.status_code, again.content) == (201, first.content)
        statement = server.get("/accounts/holder:h-one/statement?unit=safety_point").json()
        assert (statement["closing"], len(statement["lines"])) == (7, 1)

    with open_ledger(settings, "site") as opened:
        account = opened.ledger.the(Account, account_key("holder:h-one", "safety_point"))
        assert account.balance == 7
        opened.ledger.submit(GrantPoints(to=AccountId("holder:h-one"), unit=UnitCode("safety_point"), amount=1), by=BY)


# Settings ------------------------------------------------------------------------------------------------------


def test_variables_override_the_file(tmp_path: Path) -> None:
    file = tmp_path / "jifen.toml"
    file.write_text('port = 9000\ndata = "here"\n', encoding="utf-8")

    settings = Settings.from_environ({"JIFEN_SETTINGS": str(file), "JIFEN_PORT": "9001"})

    assert (settings.port, settings.data, settings.embedded) == (9001, Path("here"), True)


@pytest.mark.parametrize(
    "environ", [{"JIFEN_PORT": "many"}, {"JIFEN_DATABASE_URL": "mysql://x"}, {"JIFEN_SETTINGS": "/no/such/file"}]
)
def test_a_setting_that_cannot_be_meant_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"port|DATABASE_URL|SETTINGS"):
        Settings.from_environ(environ)


def test_shown_settings_keep_passwords_to_themselves() -> None:
    shown = Settings(database_url="postgresql+psycopg://app:hunter2@db/jifen").shown()
    assert shown["database_url"] == "postgresql+psycopg://app:***@db/jifen"
    assert "hunter2" not in str(shown)


def test_the_masters_key_lies_beside_the_ledger_for_its_owner_alone(tmp_path: Path) -> None:
    create_ledger(settings_for(tmp_path), "demo", "conformance", "Asia/Shanghai").close()
    assert (tmp_path / "demo" / "master.key").stat().st_mode & 0o077 == 0

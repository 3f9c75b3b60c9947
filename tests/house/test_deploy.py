"""What stands in deploy/ can be read, names only what exists, and does what the operators' page says."""

import configparser
import os
import re
import secrets
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from api.cli import application
from api.ledgers import check_roles, create_ledger, open_ledger, projections_store
from api.settings import PREFIX, Settings, SettingsError
from ledger.journal.storage import Storage
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account, account_key
from ledger.room import By
from ledger.values import AccountId, UnitCode
from tests.api.served import make_ledger
from tests.house.sources import ROOT
from tests.house.test_docs import commands
from tests.postgres import PostgresServer, libpq_url, running_server

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
OPERATORS = (ROOT / "docs" / "for-operators.md").read_text(encoding="utf-8")
BY = By(principal="client:test")
MORE = {"JIFEN_MASTER_KEY", "JIFEN_LANG"}


def unit(path: Path) -> configparser.ConfigParser:
    """A systemd unit: an ini file whose names keep their case."""
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # the documented way to keep the case of names
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def variables(text: str) -> set[str]:
    return set(re.findall(r"JIFEN_[A-Z_]+", text))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_whole_and_starts_a_command_that_exists(path: Path) -> None:
    read = unit(path)
    assert read["Unit"]["Description"]
    if path.suffix == ".timer":
        assert (path.parent / f"{path.stem}.service").exists()
        assert read["Install"]["WantedBy"] == "timers.target"
        return
    start = read["Service"]["ExecStart"]
    named = re.findall(r"bin/jifen ([a-z]+)", start)
    assert set(named) <= commands(application())
    assert named or (DEPLOY / "backup.sh").name in start
    assert read["Service"]["User"] != "root"


def test_what_deploy_sets_are_settings() -> None:
    known = {PREFIX + name.upper() for name in Settings.__struct_fields__} | MORE
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    assert {path.name: variables(path.read_text("utf-8")) - known for path in files} == {
        path.name: set() for path in files
    }


def test_the_compose_file_builds_from_files_that_are_there_and_fetches_from_nowhere_by_name() -> None:
    # The parser comes with other packages of ours; none of ours would be one more only for this.
    yaml = pytest.importorskip("yaml")
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    build = services["jifen"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
    assert services["jifen"]["ports"] == ["127.0.0.1:8000:8000"]
    images = (
        services["database"]["image"],
        re.findall(r"^ARG BASE=(.*)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)[0],
    )
    assert [image for image in images if "/" in image] == []


def test_every_file_that_the_container_copies_or_reads_is_there() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert [name for name in re.findall(r"-r (\S+)", text) if not (ROOT / name).exists()] == []


def test_the_proxy_lets_through_what_the_server_takes_and_says_that_it_was_https() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert f"client_max_body_size {Settings().bulk_body_limit // 2**20}m;" in text
    assert f"proxy_pass http://127.0.0.1:{Settings().port};" in text
    assert "X-Forwarded-Proto $scheme" in text


# Backup ----------------------------------------------------------------------------------------------------------


def saved(ledger: Path, place: Path) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"PYTHON": sys.executable}
    return subprocess.run(
        [str(DEPLOY / "backup.sh"), str(ledger), str(place)],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_copy_taken_beside_a_writer_is_a_whole_ledger_once_its_master_key_is_back(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "var")
    make_ledger(settings)
    grant = GrantPoints(to=AccountId("holder:h-one"), unit=UnitCode("safety_point"), amount=7)
    with open_ledger(settings, "site") as opened:
        first = opened.ledger.submit(grant, by=BY, key="once")
        done = saved(tmp_path / "var" / "site", tmp_path / "backup")
    copy = Path(done.stdout.strip())

    assert (done.returncode, sorted(path.name for path in copy.iterdir())) == (
        0,
        ["journal.db", "keystore.db", "vault.db"],
    )
    assert {stat.S_IMODE(path.stat().st_mode) for path in copy.iterdir()} == {0o600}

    place = tmp_path / "restored" / "site"
    place.parent.mkdir()
    copy.rename(place)
    (tmp_path / "var" / "site" / "master.key").rename(place / "master.key")
    with open_ledger(Settings(data=place.parent), "site") as restored:
        assert restored.ledger.the(Account, account_key("holder:h-one", "safety_point")).balance == 7
        again = restored.ledger.submit(grant, by=BY, key="once")
    assert (again.replayed, again.tx) == (True, first.tx)


def test_half_a_ledger_is_not_saved(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "var")
    make_ledger(settings)
    (tmp_path / "var" / "site" / "vault.db").unlink()

    done = saved(tmp_path / "var" / "site", tmp_path / "backup")

    assert done.returncode != 0
    assert "vault.db is missing" in done.stderr
    assert list((tmp_path / "backup").iterdir()) == []


# Two roles -------------------------------------------------------------------------------------------------------


def statements(text: str) -> list[str]:
    """SQL statements, one a line, as this project writes them."""
    return [line for line in text.splitlines() if line.endswith(";") and not line.startswith("--")]


def test_the_roles_of_the_page_are_those_of_the_file() -> None:
    shown = OPERATORS.partition("<!-- roles: begin -->")[2].partition("<!-- roles: end -->")[0]
    assert statements(shown) == statements((DEPLOY / "roles.sql").read_text(encoding="utf-8"))


@pytest.fixture
def two_roles() -> Iterator[tuple[PostgresServer, str]]:
    """A server on which roles.sql was run, under names of this test's own: roles belong to a whole server."""
    mark = "try_" + uuid4().hex[:8]
    with running_server() as server:
        for statement in statements((DEPLOY / "roles.sql").read_text(encoding="utf-8")):
            database = mark if "SCHEMA" in statement else "postgres"
            with psycopg.connect(libpq_url(server.url_of(database)), autocommit=True) as connection:
                connection.execute(re.sub(r"\bjifen", mark, statement).encode())
        yield server, mark
        for name in (mark, f"{mark}_keys"):
            server.drop_database(server.url_of(name))
        with psycopg.connect(libpq_url(server.url), autocommit=True) as connection:
            for role in (mark, f"{mark}_owner"):
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@pytest.mark.postgres
def test_with_two_roles_a_ledger_works_and_the_application_cannot_change_a_fact(
    two_roles: tuple[PostgresServer, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, mark = two_roles
    monkeypatch.setenv("JIFEN_MASTER_KEY", secrets.token_hex(32))

    def url(role: str, password: str, database: str) -> str:
        found = make_url(server.url_of(database)).set(username=role, password=password)
        return found.render_as_string(hide_password=False)

    application_url = url(mark, "choose-another", mark)
    owner = url(f"{mark}_owner", "choose-one", mark)
    keys = url(mark, "choose-another", f"{mark}_keys")
    settings = Settings(database_url=application_url, owner_url=owner, keys_url=keys)
    create_ledger(settings, "site", "safety-supermarket", "Asia/Shanghai").close()
    with open_ledger(Settings(database_url=application_url, keys_url=keys), "site") as opened:
        projections_store(settings, opened).create()
        assert opened.ledger.storage.head().position == 2

    for statement in (b"UPDATE facts SET topic = 'x'", b"DELETE FROM facts", b"TRUNCATE facts", b"DROP TABLE facts"):
        with (
            psycopg.connect(libpq_url(application_url)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)


@pytest.mark.postgres
def test_a_ledger_is_not_made_where_the_application_would_own_the_journal(fresh_database: str) -> None:
    alone = Settings(database_url=fresh_database)
    for wrong in (alone, Settings(database_url=fresh_database, owner_url=fresh_database)):
        with pytest.raises(SettingsError, match="JIFEN_OWNER_URL"):
            check_roles(wrong)
    owner = make_url(fresh_database).set(username="another").render_as_string(hide_password=False)
    check_roles(Settings(database_url=fresh_database, owner_url=owner))

    Storage.postgres(fresh_database, "older").create()
    check_roles(alone)  # made so before: it goes on

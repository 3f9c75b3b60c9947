"""The journal's migrations, run by the program itself: there is no ini file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

VERSION_TABLE = "journal_version"
"""Projections and the vault count their own migrations, possibly in the same database."""


def configuration(connection: Connection) -> Config:
    """What Alembic needs to know, with the open `connection` that `env.py` takes."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to `revision` in one transaction; two processes that start together take turns."""
    postgres = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        if postgres:
            # Our engines are in autocommit; on SQLite they say BEGIN themselves, and this would undo that.
            connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            if postgres:
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('jifen.journal'))"))
            command.upgrade(configuration(connection), revision)

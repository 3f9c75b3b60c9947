"""The journal's tables: each led by `ledger` in its primary key and in every unique key and index."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint, text
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def words() -> TypeEngine[str]:
    """Text that sorts by its bytes on every database: what is due first must not depend on a server's locale."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def whole() -> TypeEngine[int]:
    """A 64-bit integer (SQLite's INTEGER has 64 bits as it is)."""
    return BigInteger().with_variant(Integer(), "sqlite")


ledgers = Table(
    "ledgers",
    metadata,
    Column("ledger", words(), primary_key=True),
    Column("zone", words(), nullable=False),
    Column("scheme", words(), nullable=False),
    Column("created_at", words(), nullable=False),
    sqlite_with_rowid=False,
)

heads = Table(
    "heads",
    metadata,
    Column("ledger", words(), primary_key=True),
    Column("position", whole(), nullable=False),
    Column("recorded_at", words(), nullable=False),
    Column("epoch", Integer(), nullable=False),
    sqlite_with_rowid=False,
    # Room on its page keeps each turn's new version of this row there, with no index to touch.
    postgresql_with={"fillfactor": 10},
)

facts = Table(
    "facts",
    metadata,
    Column("ledger", words(), primary_key=True),
    Column("position", whole(), primary_key=True, autoincrement=False),
    Column("originator_id", words(), nullable=False),
    Column("originator_version", whole(), nullable=False),
    Column("topic", words(), nullable=False),
    Column("state", LargeBinary(), nullable=False),
    Column("recorded_at", words(), nullable=False),
    UniqueConstraint("ledger", "originator_id", "originator_version"),
    sqlite_with_rowid=False,
)

keys = Table(
    "keys",
    metadata,
    Column("ledger", words(), primary_key=True),
    Column("client", words(), primary_key=True),
    Column("key_mac", words(), primary_key=True),
    Column("fingerprint", words(), nullable=False),
    Column("tx", words(), nullable=False),
    Column("position", whole(), nullable=False),
    Column("length", Integer(), nullable=False),
    Column("answer", Integer(), nullable=False),
    Column("language", words(), nullable=False),
    sqlite_with_rowid=False,
)

book = Table(
    "book",
    metadata,
    Column("ledger", words(), primary_key=True),
    Column("kind", words(), primary_key=True),
    Column("id", words(), primary_key=True),
    Column("position", whole(), nullable=False),
    Column("version", whole(), nullable=False),
    Column("due_at", words()),
    Column("state", LargeBinary(), nullable=False),
    sqlite_with_rowid=False,
    postgresql_with={"fillfactor": 70},
)

due = Index(
    None,
    book.c.ledger,
    book.c.due_at,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)

GRANTS = {
    "ledgers": "SELECT, INSERT",
    "heads": "SELECT, INSERT, UPDATE",
    "facts": "SELECT, INSERT",
    "keys": "SELECT, INSERT",
    "book": "SELECT, INSERT, UPDATE, DELETE",
    "journal_version": "SELECT",
}
"""What the application's role may do on PostgreSQL: facts and keys are only ever added."""

"""The first form: ledgers, heads, facts, keys, book."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None


def _words() -> TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _whole() -> TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; on SQLite also the triggers that refuse to change a fact."""
    _ledgers_and_heads()
    _facts()
    _keys()
    _book()
    if op.get_bind().dialect.name == "sqlite":
        for wish in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER facts_refuse_{wish.lower()} BEFORE {wish} ON facts "
                "BEGIN SELECT RAISE(ABORT, 'facts are only ever added'); END"
            )


def _ledgers_and_heads() -> None:
    op.create_table(
        "ledgers",
        sa.Column("ledger", _words(), nullable=False),
        sa.Column("zone", _words(), nullable=False),
        sa.Column("scheme", _words(), nullable=False),
        sa.Column("created_at", _words(), nullable=False),
        sa.PrimaryKeyConstraint("ledger", name="pk_ledgers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "heads",
        sa.Column("ledger", _words(), nullable=False),
        sa.Column("position", _whole(), nullable=False),
        sa.Column("recorded_at", _words(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ledger", name="pk_heads"),
        sqlite_with_rowid=False,
        postgresql_with={"fillfactor": 10},
    )


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("ledger", _words(), nullable=False),
        sa.Column("position", _whole(), nullable=False),
        sa.Column("originator_id", _words(), nullable=False),
        sa.Column("originator_version", _whole(), nullable=False),
        sa.Column("topic", _words(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", _words(), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "position", name="pk_facts"),
        sa.UniqueConstraint(
            "ledger", "originator_id", "originator_version", name="uq_facts_ledger_originator_id_originator_version"
        ),
        sqlite_with_rowid=False,
    )


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("ledger", _words(), nullable=False),
        sa.Column("client", _words(), nullable=False),
        sa.Column("key_mac", _words(), nullable=False),
        sa.Column("fingerprint", _words(), nullable=False),
        sa.Column("tx", _words(), nullable=False),
        sa.Column("position", _whole(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("language", _words(), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "client", "key_mac", name="pk_keys"),
        sqlite_with_rowid=False,
    )


def _book() -> None:
    op.create_table(
        "book",
        sa.Column("ledger", _words(), nullable=False),
        sa.Column("kind", _words(), nullable=False),
        sa.Column("id", _words(), nullable=False),
        sa.Column("position", _whole(), nullable=False),
        sa.Column("version", _whole(), nullable=False),
        sa.Column("due_at", _words()),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "kind", "id", name="pk_book"),
        sqlite_with_rowid=False,
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_book_ledger_due_at",
        "book",
        ["ledger", "due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )

"""Alembic's entry: migrates over the connection that the program hands in."""

from alembic import context

from ledger.journal.migrations import VERSION_TABLE
from ledger.journal.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()

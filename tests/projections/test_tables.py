"""Tables of the projections bear the ledger first, as the journal's do: so they can be spread by it."""

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint

from projections import alarms, catalogue
from projections.sheets import metadata

TABLES = sorted(metadata.tables.values(), key=lambda table: table.name)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_every_key_and_index_of_a_projection_is_led_by_the_ledger(table: Table) -> None:
    keys = [list(table.primary_key.columns), *(list(index.columns) for index in table.indexes)]
    keys += [list(rule.columns) for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    assert [key[0].name for key in keys] == ["ledger"] * len(keys)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_no_projection_points_at_another_table_or_counts_for_all_ledgers(table: Table) -> None:
    assert not [rule for rule in table.constraints if isinstance(rule, ForeignKeyConstraint)]
    assert not [column for column in table.columns if column.autoincrement is True or column.server_default]


def test_every_sheet_and_the_alarms_are_among_them() -> None:
    sheets = {sheet.table.name for projection in catalogue.PROJECTIONS for sheet in projection.sheets}
    assert {*sheets, alarms.alarms.name} <= {table.name for table in TABLES}

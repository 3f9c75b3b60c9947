"""Intake: a file is remembered by its bytes, its profile and its period."""

import pytest

from ledger.intake.commands import FinishImport
from ledger.intake.entities import Imported
from ledger.intake.facts import ImportFinished
from ledger.refusals import Malformed
from ledger.values import PeriodName
from tests.given import Story

JUNE = PeriodName("2022-06")


def finish(counts: dict[str, int], *, period: PeriodName | None = JUNE, rows: int = 3) -> FinishImport:
    return FinishImport(profile="gate", file="mac", for_period=period, rows=rows, counts=counts)


def test_a_file_that_was_read_is_remembered() -> None:
    story = Story()
    facts = story.when(finish({"credited": 2, "duplicate": 1}))
    assert facts == (
        ImportFinished(profile="gate", file="mac", for_period=JUNE, rows=3, counts={"credited": 2, "duplicate": 1}),
    )
    assert story.the(Imported, "gate/2022-06/mac").times == 1


def test_reading_it_again_is_one_time_more_of_the_same() -> None:
    story = Story().given(finish({"credited": 3})).on("2022-06-20").given(finish({"credited": 3}))
    known = story.the(Imported, "gate/2022-06/mac")
    assert (known.times, known.last_at > known.first_at) == (2, True)


def test_the_same_file_for_another_period_is_another_import() -> None:
    story = Story().given(finish({"credited": 3}), finish({"credited": 3}, period=PeriodName("2022-05")))
    assert story.the(Imported, "gate/2022-05/mac").times == 1
    assert story.the(Imported, "gate/2022-06/mac").times == 1


@pytest.mark.parametrize("counts", [{"credited": 2}, {"credited": 4}, {"credited": 4, "ready": -1}, {}])
def test_counts_that_do_not_add_up_to_the_rows_are_malformed(counts: dict[str, int]) -> None:
    rows = f"counts: {counts} do not add up to 3 rows"
    Story().refuses(finish(counts), Malformed(errors=[rows]))

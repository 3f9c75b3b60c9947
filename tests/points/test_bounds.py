"""What no reader, calendar or scheme holds is refused in words: it never becomes a fact, nor a defect."""

import pytest

from ledger.people.commands import RegisterPerson
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.refusals import AmountOutOfRange, Malformed, UnknownSchemeTerm
from ledger.reversals.commands import ReverseMovement
from ledger.values import MAX_AMOUNT, AccountId, Day, HolderId, UnitCode
from tests.given import Story

WANG = AccountId("holder:wang")
OWING = UnitCode("D")


@pytest.fixture
def site() -> Story:
    return Story("conformance").given(RegisterPerson(holder=HolderId("wang")))


def grant(amount: int = 5, *, on: str | None = None, days: int | None = None) -> GrantPoints:
    return GrantPoints(
        to=WANG, unit=OWING, amount=amount, expires_on=None if on is None else Day(on), expires_in_days=days
    )


def deduct(amount: int, behaviour: str | None = None) -> DeductPoints:
    return DeductPoints(account=WANG, unit=OWING, amount=amount, reason="correction", behaviour=behaviour)


def test_taking_back_never_lifts_a_column_beyond_what_readers_keep_exact(site: Story) -> None:
    site.when(grant(MAX_AMOUNT))
    granted = site.tx
    site.when(deduct(MAX_AMOUNT))
    for of, if_spent in ((granted, "debt"), (site.tx, "refuse")):
        site.refuses(ReverseMovement(of=of, reason="correction", if_spent=if_spent), AmountOutOfRange())  # type: ignore[arg-type] # both words are allowed


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2022-6-1", "2022-02-30", "for ever", ""])
def test_a_last_day_that_no_calendar_of_ours_holds_is_malformed(site: Story, day: str) -> None:
    site.refuses(grant(on=day), Malformed(errors=["expires_on: a day from 1970-01-01 on, such as 2022-06-30"]))


@pytest.mark.parametrize("days", [-1, 36_501, 10**9])
def test_so_is_a_number_of_days_beyond_a_hundred_years(site: Story, days: int) -> None:
    site.refuses(grant(days=days), Malformed(errors=["expires_in_days: 0 to 36500"]))


def test_a_deduction_names_a_behaviour_of_the_scheme_and_no_free_text(site: Story) -> None:
    site.refuses(deduct(1, "王某 was late"), UnknownSchemeTerm(term="behaviour", value="王某 was late"))

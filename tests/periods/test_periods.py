"""Periods by example: one open month, a closing that runs in steps, and what each step refuses."""

import pytest

from ledger.people.commands import RegisterPerson
from ledger.periods.commands import ClosePeriod, FinishClosing, OpenBooks, SealPeriod
from ledger.periods.decide import TOTALS_A_FACT, demanded
from ledger.periods.entities import Books, Closing
from ledger.periods.facts import (
    ControlTotal,
    OpenCount,
    PeriodClosing,
    PeriodSealed,
    PeriodSealedContinued,
    PeriodTurned,
)
from ledger.points.commands import GrantPoints, OpenInitial, TurnMonth
from ledger.points.facts import LotsLapsed, PointsEarned
from ledger.refusals import (
    AlreadyDecided,
    AlreadyExists,
    ClosingUnfinished,
    Malformed,
    NotFound,
    PeriodClosed,
    PeriodNotOpen,
)
from ledger.values import AccountId, HolderId, PeriodName, UnitCode
from tests.given import Story

JUNE, JULY, AUGUST = PeriodName("2022-06"), PeriodName("2022-07"), PeriodName("2022-08")
POINT = UnitCode("safety_point")
ROOT = "ab" * 32


def total(crew: str | None = None, *, credited: int = 0, closing: int | None = None) -> ControlTotal:
    """A total of 100 that nothing but `credited` has moved."""
    return ControlTotal(
        unit=POINT,
        crew=crew,
        accounts=1,
        opening=100,
        granted=0,
        credited=credited,
        deducted=0,
        redeemed=0,
        lapsed=0,
        reversed=0,
        moved=0,
        closing=100 + credited if closing is None else closing,
        debt=0,
        spendable=0,
    )


def seal(period: PeriodName = JUNE, *totals: ControlTotal, root: str = ROOT) -> SealPeriod:
    """A sealing of one account."""
    return SealPeriod(period=period, root=root, accounts=1, totals=totals)


def finish(period: PeriodName = JUNE, *totals: ControlTotal) -> FinishClosing:
    """The end of a run over one holder."""
    return FinishClosing(period=period, holders=1, totals=totals)


@pytest.fixture
def june() -> Story:
    """A ledger whose books are open since June."""
    return Story().given(OpenBooks(period=JUNE))


def test_closing_fixes_the_cut_and_opens_the_next_month(june: Story) -> None:
    (fact,) = june.on("2022-06-30").when(ClosePeriod(period=JUNE, carried=(OpenCount(kind="proposal", count=2),)))
    assert isinstance(fact, PeriodClosing)
    assert (fact.closes, fact.opens, fact.cut) == (JUNE, JULY, len(june.journal))
    assert june.journal[-1].period == JUNE
    assert june.the(Books, Books.ID) == Books(period=JULY, closed=((JUNE, june.at),))
    assert june.the(Closing, JUNE).step == "seal"


def test_december_is_followed_by_january() -> None:
    story = Story(at=Story().on("2022-12-31").at).given(OpenBooks(period=PeriodName("2022-12")))
    story.given(ClosePeriod(period=PeriodName("2022-12")))
    assert story.the(Books, Books.ID).period == "2023-01"


def test_a_month_is_closed_once(june: Story) -> None:
    june.given(ClosePeriod(period=JUNE))
    june.refuses(ClosePeriod(period=JUNE), PeriodClosed(period=JUNE, since=june.at))


def test_a_month_that_has_not_begun_cannot_be_closed(june: Story) -> None:
    june.refuses(ClosePeriod(period=JULY), PeriodNotOpen(period=JULY, open=JUNE))


def test_books_that_were_never_opened_have_no_month_to_close() -> None:
    Story().refuses(ClosePeriod(period=JUNE), NotFound(kind="period", id=JUNE))


@pytest.mark.parametrize("name", ["2022", "2022-13", "2022-6", "June"])
def test_a_period_is_a_month(june: Story, name: str) -> None:
    error = f"period: {name!r} is not a month like 2022-06"
    june.refuses(ClosePeriod(period=PeriodName(name)), Malformed(errors=[error]))
    Story().refuses(OpenBooks(period=PeriodName(name)), Malformed(errors=[error]))


def test_books_are_opened_once(june: Story) -> None:
    june.refuses(OpenBooks(period=JULY), AlreadyExists(kind="period", id=JUNE))


def test_the_next_month_closes_only_after_the_run_of_the_one_before(june: Story) -> None:
    june.given(ClosePeriod(period=JUNE))
    june.refuses(ClosePeriod(period=JULY), ClosingUnfinished(period=JUNE))
    june.given(seal())
    june.refuses(ClosePeriod(period=JULY), ClosingUnfinished(period=JUNE))
    june.given(finish()).given(ClosePeriod(period=JULY))
    assert june.the(Books, Books.ID).period == AUGUST


def test_a_seal_names_the_cut_and_is_put_once(june: Story) -> None:
    june.given(ClosePeriod(period=JUNE))
    cut = len(june.journal)
    (fact,) = june.when(seal(JUNE, total(credited=5)))
    assert isinstance(fact, PeriodSealed)
    assert (fact.cut, fact.root) == (cut, ROOT)
    assert june.journal[-1].period == JULY
    june.refuses(seal(JUNE, total()), AlreadyDecided(decision="sealed", position=len(june.journal)))


def test_a_period_that_is_not_closing_cannot_be_sealed(june: Story) -> None:
    june.refuses(seal(), NotFound(kind="closing", id=JUNE))
    june.refuses(finish(), NotFound(kind="closing", id=JUNE))


def test_figures_that_do_not_add_up_are_not_sealed(june: Story) -> None:
    june.given(ClosePeriod(period=JUNE))
    wrong = total("beams", credited=5, closing=104)
    june.refuses(seal(JUNE, wrong), Malformed(errors=["totals: safety_point beams does not add up"]))
    june.refuses(seal(JUNE, root="deadbeef"), Malformed(errors=["root: 'deadbeef' is no SHA-256"]))


def test_totals_of_many_crews_go_on_in_facts_of_the_same_transaction(june: Story) -> None:
    june.given(ClosePeriod(period=JUNE))
    crews = tuple(total(f"crew-{number:04}") for number in range(2 * TOTALS_A_FACT + 1))
    facts = june.when(seal(JUNE, *crews))
    assert [type(fact) for fact in facts] == [PeriodSealed, PeriodSealedContinued, PeriodSealedContinued]
    assert sum((fact.totals for fact in facts if isinstance(fact, PeriodSealed | PeriodSealedContinued)), ()) == crews


def test_a_run_ends_after_its_seal_and_once(june: Story) -> None:
    june.given(ClosePeriod(period=JUNE))
    june.refuses(finish(), ClosingUnfinished(period=JUNE))
    june.given(seal())
    (fact,) = june.when(finish(JUNE, total()))
    assert isinstance(fact, PeriodTurned)
    assert june.the(Closing, JUNE).step == "done"
    june.refuses(finish(), AlreadyDecided(decision="turned", position=len(june.journal)))


def test_who_demands_a_closed_month_is_told_since_when_it_is_closed(june: Story) -> None:
    class View:
        """The story's book, as a rule sees it."""

        get = june.get

    assert demanded(View(), JUNE) == JUNE  # type: ignore[arg-type] # a rule that demands a period asks for nothing else
    june.given(ClosePeriod(period=JUNE))
    with pytest.raises(PeriodClosed) as caught:
        demanded(View(), JUNE)  # type: ignore[arg-type] # a view is a book as far as this rule looks
    assert caught.value.since == june.at


def test_a_late_fact_stands_in_the_open_month_and_names_the_one_it_belongs_to(june: Story) -> None:
    june.given(RegisterPerson(holder=HolderId("h1")), ClosePeriod(period=JUNE)).on("2022-07-02")
    june.when(GrantPoints(to=AccountId("holder:h1"), unit=POINT, amount=1), occurred_at="2022-06-30T10:00:00.000000Z")
    assert (june.journal[-1].period, june.journal[-1].belongs_to) == (JULY, JUNE)


def test_after_the_cut_the_old_initial_lot_lapses_and_the_new_one_comes_in_one_transaction(june: Story) -> None:
    june.given(RegisterPerson(holder=HolderId("h1")), OpenInitial(account=AccountId("holder:h1")))
    june.given(ClosePeriod(period=JUNE), seal()).on("2022-07-01")
    lapse, grant = june.when(TurnMonth(account=AccountId("holder:h1")))
    assert isinstance(lapse, LotsLapsed)
    assert isinstance(grant, PointsEarned)
    assert (lapse.amount, grant.amount, grant.terms) == (100, 100, JULY)
    june.refuses(TurnMonth(account=AccountId("holder:h1")), AlreadyExists(kind="initial-grant", id=JULY))

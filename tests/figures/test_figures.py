"""Reported figures: as they were printed, withdrawn and understood anew, of a kind that the scheme knows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.routes.figures import mean
from ledger.figures.commands import ReadFigure, ReportFigure, WithdrawFigure
from ledger.figures.entities import Figure, Qualifier, together
from ledger.figures.facts import FigureReported
from ledger.refusals import AlreadyExists, Malformed, NotEligible, NotFound, Refusal, UnknownSchemeTerm
from ledger.room import Command
from ledger.scheme.loading import parse_scheme
from ledger.values import Day
from tests.given import Story
from tests.scheme.wrongs import SMALL

SCHEME = parse_scheme(
    SMALL
    + '[regions.ankang]\nzh = "安康"\nen = "Ankang"\n'
    + '[reported.gift]\nnames = { zh = "捐赠", en = "Gifts" }\nunit = "point"\n'
)


def figure(id: str = "f1", **said: Any) -> ReportFigure:
    usual: dict[str, Any] = {"kind": "gift", "amount": 783}
    return ReportFigure(id=id, **(usual | said))


def story() -> Story:
    return Story(SCHEME).on("2022-06-01")


def test_a_figure_keeps_its_sentence_whatever_is_made_of_it_later() -> None:
    made = story()
    (fact,) = made.when(figure(printed="投入帮扶资金783.36万元", region="ankang", qualifier="over"))
    assert isinstance(fact, FigureReported)
    assert (fact.unit, fact.qualifier) == ("point", "over")
    made.given(ReadFigure(figure="f1", reading="全年"), ReadFigure(figure="f1", reading="只是上半年"))
    found = made.the(Figure, "f1")
    assert (found.printed, found.reading) == ("投入帮扶资金783.36万元", "只是上半年")


def test_what_was_withdrawn_is_neither_understood_nor_withdrawn_again() -> None:
    made = story().given(figure(), WithdrawFigure(figure="f1", reason="correction"))
    made.refuses(ReadFigure(figure="f1", reading="x"), NotEligible(reason="withdrawn"))
    made.refuses(WithdrawFigure(figure="f1", reason="correction"), NotEligible(reason="withdrawn"))


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (figure("f0"), AlreadyExists(kind="figure", id="f0")),
        (figure(kind="purchase"), UnknownSchemeTerm(term="reported", value="purchase")),
        (figure(region="moon"), UnknownSchemeTerm(term="region", value="moon")),
        (figure(amount=-1), Malformed(errors=["amount: -1 is not between 0 and 9007199254740991"])),
        (figure(from_on=Day("2022-02-30")), Malformed(errors=["from_on: 2022-02-30 is no day"])),
        (
            figure(from_on=Day("2022-06-02"), to_on=Day("2022-06-01")),
            Malformed(errors=["to_on: before from_on"]),
        ),
        (
            figure(printed="电话13800000000"),
            Malformed(errors=["printed: has a number in it as persons have them"]),
        ),
        (figure(reading="x" * 501), Malformed(errors=["reading: 1 to 500 printable characters"])),
        (ReadFigure(figure="none", reading="x"), NotFound(kind="figure", id="none")),
        (WithdrawFigure(figure="f0", reason="moon"), UnknownSchemeTerm(term="reason", value="moon")),
    ],
)
def test_what_is_wrong_is_said(wish: Command, refusal: Refusal) -> None:
    story().given(figure("f0")).refuses(wish, refusal)


@pytest.mark.parametrize(
    ("said", "sum_is"),
    [
        (set(), "exact"),
        ({"exact"}, "exact"),
        ({"exact", "over"}, "over"),
        ({"nearly"}, "nearly"),
        ({"over", "nearly"}, "about"),
        ({"exact", "about"}, "about"),
    ],
)
def test_a_sum_is_as_sure_as_its_figures(said: set[Qualifier], sum_is: Qualifier) -> None:
    assert together(said) == sum_is


def test_3160_heads_in_30_batches_are_105_3_each() -> None:
    assert (mean(3_160, 30), mean(0, 0)) == ("105.3", None)


@given(st.integers(0, 2**53 - 1), st.integers(1, 10_000))
def test_a_mean_is_half_a_tenth_off_at_most(total: int, figures: int) -> None:
    whole, _, tenth = str(mean(total, figures)).partition(".")
    assert abs(2 * (int(whole) * 10 + int(tenth)) * figures - 20 * total) <= figures

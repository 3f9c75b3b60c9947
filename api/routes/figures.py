"""Reported figures, as rows of the tables of writes and of reads: a total is of one kind, or there is none."""

from collections.abc import Iterator
from typing import Any, Final

from api.bodies.figures import FigureBody, FigureReadingBody, FigureWithdrawalBody
from api.bodies.shapes import day_of
from api.coupons.books import scanned
from api.routes.reading import PAGE, TEXT, Asked, Parameter, Read, entities
from api.routes.table import TERMS, Arrival, Write
from api.routes.welfare import plain
from ledger import refusals as no
from ledger.figures.commands import ReadFigure, ReportFigure, WithdrawFigure
from ledger.figures.entities import Figure, together
from ledger.refusals import KindsDiffer

OFFICER: Final = "coupon:issue"


def figure(body: FigureBody, _arrival: Arrival) -> ReportFigure:
    """As asked."""
    return ReportFigure(
        id=body.id,
        kind=body.kind,
        amount=body.amount,
        qualifier=body.qualifier,
        adds=body.adds,
        region=body.region,
        from_on=day_of(body.from_on),
        to_on=day_of(body.to_on),
        printed=body.printed,
        reading=body.reading,
        reference=body.reference,
    )


def reading(body: FigureReadingBody, _arrival: Arrival) -> ReadFigure:
    """As asked."""
    return ReadFigure(figure=body.figure, reading=body.reading)


def withdrawal(body: FigureWithdrawalBody, _arrival: Arrival) -> WithdrawFigure:
    """As asked."""
    return WithdrawFigure(figure=body.figure, reason=body.reason)


WRITES: Final = (
    Write(
        path="/figures",
        command=ReportFigure,
        body=FigureBody,
        make=figure,
        permission=OFFICER,
        summary="Enter a reported figure 登记上报数字",
        refusals=(*TERMS, no.AlreadyExists),
    ),
    Write(
        path="/figures/{figure}/read",
        command=ReadFigure,
        body=FigureReadingBody,
        make=reading,
        permission=OFFICER,
        summary="How a figure is understood 标注理解",
        refusals=(no.NotEligible,),
    ),
    Write(
        path="/figures/{figure}/withdraw",
        command=WithdrawFigure,
        body=FigureWithdrawalBody,
        make=withdrawal,
        permission=OFFICER,
        summary="Withdraw a figure 撤销上报数字",
        refusals=(*TERMS, no.NotEligible),
    ),
)


# Reads -------------------------------------------------------------------------------------------------------------


def one(asked: Asked) -> dict[str, Any]:
    """One figure: what was printed, and the reading beside it."""
    id = asked.params["figure"]
    return plain(id, asked.served.ledger.the(Figure, id))


def several(asked: Asked) -> dict[str, Any]:
    """A page of figures by id."""
    page, following = entities(asked, Figure)
    return {"figures": [plain(id, found) for id, found in page], "next": following}


def _standing(asked: Asked) -> Iterator[tuple[str, Figure]]:
    """Every figure that was not withdrawn, of the kind and region that are asked for."""
    kind, region = asked.query.get("kind"), asked.query.get("region")
    for id, found in scanned(asked.served.ledger, Figure):
        if not found.withdrawn and kind in {None, found.kind} and region in {None, found.region}:
            yield id, found


def total(asked: Asked) -> dict[str, Any]:
    """The sum of one kind, the mean of its figures with one digit, and what stands beside; `kinds-differ` of several.

    A purchase, a donation and what visitors spent come to no sum that means anything.
    """
    view = asked.served.ledger.view()
    scheme = view.scheme(view.today)
    asked_for = asked.query.get("kind")
    if asked_for is not None:
        scheme.reported_kind(asked_for)
    found = sorted(_standing(asked), key=lambda pair: pair[1].position)
    kinds = list(dict.fromkeys(figure.kind for _, figure in found))
    if len(kinds) > 1:
        raise KindsDiffer(kinds=kinds)
    added = [figure for _, figure in found if figure.adds]
    amount = sum(figure.amount for figure in added)
    return {
        "kind": asked_for or next(iter(kinds), None),
        "unit": found[0][1].unit if found else None,
        "figures": len(added),
        "total": amount,
        "qualifier": together({figure.qualifier for figure in added}),
        "mean": mean(amount, len(added)),
        "beside": [plain(id, figure) for id, figure in found if not figure.adds],
    }


def mean(total: int, figures: int) -> str | None:
    """With one digit, half up: 3,160 heads in 30 batches are 105.3 each."""
    if not figures:
        return None
    tenths = (20 * total + figures) // (2 * figures)
    return f"{tenths // 10}.{tenths % 10}"


READS: Final = (
    Read(path="/figures", show=several, summary="Reported figures 上报数字", query=PAGE),
    Read(path="/figures/{figure}", show=one, summary="One reported figure 上报数字详情"),
    Read(
        path="/reports/figures",
        show=total,
        summary="The total of one kind of reported figures 分类合计",
        query=(
            Parameter("kind", "Of one kind, as the scheme names it.", dict(TEXT)),
            Parameter("region", "Of one region.", dict(TEXT)),
        ),
        refusals=(no.UnknownSchemeTerm, KindsDiffer),
    ),
)

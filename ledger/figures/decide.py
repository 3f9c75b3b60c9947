"""Deciding about reported figures. Checks in this order: terms (422), existence, status; then nothing may fail."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ledger.approvals.content import reference
from ledger.figures.commands import ReadFigure, ReportFigure, WithdrawFigure
from ledger.figures.entities import LONGEST_TEXT, Figure
from ledger.figures.facts import FigureRead, FigureReported, FigureWithdrawn
from ledger.naming import is_name, wrong_id, wrong_span
from ledger.refusals import AlreadyExists, Malformed, NotEligible
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import MAX_AMOUNT, UnitCode

_A_PERSONS_NUMBER: Final = re.compile(r"[0-9]{11}")
"""A telephone's or an identity card's: whatever is printed somewhere, it is not kept here for ever."""


def report(command: ReportFigure, book: Book, now: Now) -> Facts:
    """Checks: form, kind and region (422), id not taken."""
    reference("reference", command.reference)
    if errors := list(_wrong(command)):
        raise Malformed(errors=errors)
    scheme = book.scheme(now.day)
    kind = scheme.reported_kind(command.kind)
    if command.region is not None:
        scheme.region(command.region)
    if book.get(Figure, command.id) is not None:
        raise AlreadyExists(kind=Figure.KIND, id=command.id)
    yield FigureReported(
        figure=command.id,
        kind=command.kind,
        unit=UnitCode(kind.unit),
        amount=command.amount,
        qualifier=command.qualifier,
        adds=command.adds,
        region=command.region,
        from_on=command.from_on,
        to_on=command.to_on,
        printed=command.printed,
        reading=command.reading,
        reference=command.reference,
    )


def _wrong(command: ReportFigure) -> Iterator[str]:
    yield from wrong_id(command.id)
    if not 0 <= command.amount <= MAX_AMOUNT:
        yield f"amount: {command.amount} is not between 0 and {MAX_AMOUNT}"
    yield from wrong_span(command.from_on, command.to_on)
    yield from _wrong_text("printed", command.printed)
    yield from _wrong_text("reading", command.reading)


def _wrong_text(name: str, text: str | None) -> Iterator[str]:
    if text is None:
        return
    if not is_name(text, LONGEST_TEXT):
        yield f"{name}: 1 to {LONGEST_TEXT} printable characters"
    if _A_PERSONS_NUMBER.search(text):
        yield f"{name}: has a number in it as persons have them"


def read(command: ReadFigure, book: Book, _now: Now) -> Facts:
    """Checks: text (422), figure (404), not withdrawn."""
    if errors := list(_wrong_text("reading", command.reading)):
        raise Malformed(errors=errors)
    _counted(book, command.figure)
    yield FigureRead(figure=command.figure, reading=command.reading)


def withdraw(command: WithdrawFigure, book: Book, now: Now) -> Facts:
    """Checks: reason (422), figure (404), not withdrawn yet."""
    book.scheme(now.day).reason(command.reason)
    _counted(book, command.figure)
    yield FigureWithdrawn(figure=command.figure, reason=command.reason)


def _counted(book: Book, figure: str) -> None:
    if book.the(Figure, figure).withdrawn:
        raise NotEligible(reason="withdrawn")


def named(command: ReportFigure | ReadFigure | WithdrawFigure, _book: Book) -> Iterable[Key]:
    """The figure."""
    return [(Figure.KIND, command.id if isinstance(command, ReportFigure) else command.figure)]


HANDLERS: Final = (
    Handler(ReportFigure, report, (named,)),
    Handler(ReadFigure, read, (named,)),
    Handler(WithdrawFigure, withdraw, (named,)),
)

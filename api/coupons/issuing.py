"""Issuing an approved batch in the bulk lane, resumable; and its dry run, on the same way."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, NamedTuple

from api.coupons.books import Books, Progress, Rehearsal, silent
from ledger.coupons.commands import ApproveBatch, FinishBatch, IssueCoupons, Issuing, SubmitBatch
from ledger.coupons.entities import Batch, Line
from ledger.coupons.facts import BatchApproved, CouponIssued, LineRefused
from ledger.coupons.issuing import MOST_ISSUED
from ledger.deciding import Wish
from ledger.funds.entities import Fund
from ledger.journal.turn import Outcome, Submission
from ledger.refusals import FundExhausted, NotEligible
from ledger.room import By
from ledger.sharing import running

CHECKER: Final = By(principal="person:dry-run", subject="person:dry-run")
"""Who approves in a dry run: somebody else than whoever made the batch."""
MAKER: Final = By(principal="client:dry-run")


class Issued(NamedTuple):
    """What a run came to: coupons and their amount issued by it, lines that were done before, and who was refused."""

    batch: str
    coupons: int
    amount: int
    before: int
    lines: int
    """Done by this run, refused ones among them."""
    refused: tuple[LineRefused, ...]
    status: str


def waiting_lines(books: Books, batch: str) -> tuple[list[Line], int]:
    """The lines that are still to be issued, and how many are done."""
    lines = [line for _, line in books.all_below(Line, batch + ".")]
    waiting = [line for line in lines if line.status == "drafted"]
    return waiting, sum(line.status in {"issued", "refused"} for line in lines)


def issue(
    books: Books,
    batch: str,
    *,
    by: By,
    codes: Mapping[str, tuple[str, ...]] | None = None,
    progress: Progress = silent,
    finish: bool = True,
) -> Issued:
    """Issue every line that waits, then say that none does. Run again after a kill it goes on; after its end, nothing.

    `codes` are the MACs of each holder's codes. Raises NotFound, NotEligible for a batch that is not approved.
    """
    found = the(books, batch)
    if found.status not in {"approved", "issued"}:
        raise NotEligible(reason=f"batch-{found.status}")
    waiting, before = waiting_lines(books, batch)
    coupons, amount, done = 0, 0, 0
    refused: list[LineRefused] = []
    for outcome in books.ask_all(_chunks(batch, waiting, by, codes or {})):
        if outcome.refusal is not None:
            raise outcome.refusal
        faces = [envelope.data.amount for envelope in outcome.envelopes if isinstance(envelope.data, CouponIssued)]
        coupons, amount = coupons + len(faces), amount + sum(faces)
        refused += _refused(outcome)
        done += MOST_ISSUED
        progress(min(done, len(waiting)), len(waiting))
    if finish and found.status == "approved":
        _finished(books, batch, by)
    return Issued(batch, coupons, amount, before, len(waiting), tuple(refused), the(books, batch).status)


def the(books: Books, batch: str) -> Batch:
    """The batch. Raises NotFound."""
    found = books.get_all(Batch, [batch]).get(batch)
    return books.ledger.the(Batch, batch) if found is None else found


def _chunks(batch: str, waiting: Iterable[Line], by: By, codes: Mapping[str, tuple[str, ...]]) -> Iterator[Submission]:
    lines = iter(waiting)
    while chunk := list(islice(lines, MOST_ISSUED)):
        asked = tuple(Issuing(line.holder, codes.get(line.holder, ())) for line in chunk)
        yield Submission(wishes=(Wish(command=IssueCoupons(batch=batch, lines=asked), by=by),))


def _refused(outcome: Outcome) -> list[LineRefused]:
    return [envelope.data for envelope in outcome.envelopes if isinstance(envelope.data, LineRefused)]


def _finished(books: Books, batch: str, by: By) -> None:
    for outcome in books.ask_all([Submission(wishes=(Wish(command=FinishBatch(batch=batch), by=by),))]):
        # Of two runs at once, the other one may have said so already.
        if outcome.refusal is not None and the(books, batch).status != "issued":
            raise outcome.refusal


# Without writing ---------------------------------------------------------------------------------------------------


class Budget(NamedTuple):
    """What the batches need of one fund, and what it has free."""

    fund: str
    required: int
    available: int

    @property
    def short(self) -> int:
        """What is missing."""
        return max(0, self.required - self.available)


class Trial(NamedTuple):
    """What issuing would come to."""

    issued: tuple[Issued, ...]
    budgets: tuple[Budget, ...]

    @property
    def fine(self) -> bool:
        """Whether every line would be issued."""
        return not any(budget.short for budget in self.budgets) and not any(one.refused for one in self.issued)


def rehearse(books: Rehearsal, batches: Iterable[str], *, progress: Progress = silent) -> Trial:
    """Submit, approve and issue these batches one after the other on a book that is thrown away.

    What a fund lacks is counted, and the lines are tried all the same: one run names everything that stands in the way.
    """
    issued: list[Issued] = []
    required: dict[str, int] = {}
    available: dict[str, int] = {}
    for id in batches:
        batch = the(books, id)
        if batch.funds and batch.status in {"draft", "submitted"}:
            parts = running(batch.total, [one.weight for one in batch.funding] or [1])
            found = books.get_all(Fund, batch.funds)
            for fund, part in zip(batch.funds, parts, strict=True):
                available.setdefault(fund, found[fund].free)
                required[fund] = required.get(fund, 0) + part
        if _approved(books, batch):
            issued.append(issue(books, id, by=MAKER, progress=progress, finish=False))
    budgets = tuple(Budget(fund, required[fund], available[fund]) for fund in required)
    return Trial(tuple(issued), budgets)


def _approved(books: Rehearsal, batch: Batch) -> bool:
    """Bring it as far as approval; whether there is anything to issue."""
    if batch.status == "rejected" or (batch.status in {"draft", "submitted"} and not batch.waiting):
        return False
    if batch.status == "draft":
        books.ask(SubmitBatch(batch=batch.id), by=batch.maker)
    if batch.status in {"draft", "submitted"}:
        try:
            books.ask(ApproveBatch(batch=batch.id, digest=batch.digest), by=CHECKER)
        except FundExhausted:
            books.believe(BatchApproved(batch=batch.id, lines=batch.waiting, total=batch.total, digest=batch.digest))
    return True

"""Runs over all holders: a month's initial grants and its turn, in the bulk lane, safe to run again after a kill."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Final, NamedTuple

from ledger.journal.ledger import Ledger
from ledger.journal.turn import Submission
from ledger.people.entities import Holder
from ledger.points.commands import OpenInitial, TurnMonth
from ledger.refusals import AccountFrozen, AlreadyExists, HolderMerged, NotFound
from ledger.room import By
from ledger.values import AccountId, HolderId, holder_account

RUNNER: Final = By(principal="system")
CHUNK: Final = 1_000
Progress = Callable[[int, int], None]
"""(done, of): `of` is 0 while nobody knows how many there are."""


class Ran(NamedTuple):
    """What a run came to: granted or turned now, done before, and left out because the account is frozen."""

    done: int
    before: int
    left_out: tuple[HolderId, ...]

    @property
    def holders(self) -> int:
        """Everybody whose month is in order."""
        return self.done + self.before


def holders_of(ledger: Ledger, *, active: bool = False) -> Iterator[HolderId]:
    """Every holder by id, without records that were merged into another; `active`: nor those who left."""
    decode = ledger.book.codec.decode
    after = ""
    while rows := ledger.storage.book_scan(Holder.KIND, after, CHUNK):
        for row in rows:
            holder = decode(row).entity
            if isinstance(holder, Holder) and holder.merged_into is None and not (active and holder.left_on):
                yield HolderId(row.id)
        after = rows[-1].id


def grant_initial(
    ledger: Ledger,
    holders: Iterable[HolderId] | None = None,
    *,
    by: By = RUNNER,
    progress: Progress = lambda _done, _of: None,
) -> Ran:
    """Grant the open period's initial lot to `holders` (None: everybody on site); who has it keeps the one he has."""
    chosen = holders_of(ledger, active=True) if holders is None else holders
    return _run(ledger, chosen, lambda account: OpenInitial(account=account), by, progress)


def turn_month(ledger: Ledger, *, by: By = RUNNER, progress: Progress = lambda _done, _of: None) -> Ran:
    """Let every holder's old initial lot lapse and grant the new one, each in one transaction."""
    return _run(ledger, holders_of(ledger), lambda account: TurnMonth(account=account), by, progress)


def _run(
    ledger: Ledger,
    holders: Iterable[HolderId],
    command: Callable[[AccountId], OpenInitial | TurnMonth],
    by: By,
    progress: Progress,
) -> Ran:
    of = len(holders) if isinstance(holders, Sized) else 0
    # Only those that are under way, never all: a million ids would be the largest thing in the process.
    under_way: deque[HolderId] = deque()
    done, before = 0, 0
    left_out: list[HolderId] = []

    def submissions() -> Iterator[Submission]:
        for holder in holders:
            under_way.append(holder)
            # No key: the period's initial lot is its own proof that a holder had his turn, also after a restore.
            yield Submission(wishes=(ledger.wish(command(holder_account(holder)), by=by),))

    for count, outcome in enumerate(ledger.writer.ask_all(submissions()), 1):
        holder = under_way.popleft()
        match outcome.refusal:
            case None:
                done += 1
            case AlreadyExists():
                before += 1
            case AccountFrozen() | NotFound():
                left_out.append(holder)
            case HolderMerged():
                pass  # while the run went on: the surviving record has its own turn, and answers for both
            case refusal:
                raise refusal
        progress(count, of)
    return Ran(done, before, tuple(left_out))

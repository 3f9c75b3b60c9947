"""How a rule that wants a second person makes its own command wait."""

from ledger.approvals.content import content_of, digest_of, holder_of
from ledger.approvals.entities import Proposal
from ledger.approvals.facts import ProposalMade, Why
from ledger.room import Book, Command, Now
from ledger.values import Instant, ProposalId, later


def proposing(command: Command, book: Book, now: Now, why: Why) -> ProposalMade:
    """The command as a proposal of whoever wishes it."""
    content = content_of(command)
    return ProposalMade(
        proposal=_id(book, now),
        command=content,
        digest=digest_of(content),
        kind=command.ROUTE,
        holder=holder_of(command),
        maker=now.by,
        expires_at=_expires_at(book, now),
        why=why,
    )


def _id(book: Book, now: Now) -> ProposalId:
    # One tx may make two proposals (an atomic group): the second is told apart by its position.
    return ProposalId(now.tx if book.get(Proposal, now.tx) is None else f"{now.tx}.{now.position}")


def _expires_at(book: Book, now: Now) -> Instant:
    return later(now.recorded_at, seconds=book.scheme(now.today).approvals.expires_in)

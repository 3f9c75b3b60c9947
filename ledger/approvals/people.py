"""Who may decide: a person, and another one than whoever made it."""

from ledger.refusals import NotEligible, SelfApproval
from ledger.room import Book, By, Now


def deciding_person(now: Now) -> str:
    """The subject who decides: a client alone decides nothing."""
    if now.by.subject is None:
        raise NotEligible(reason="person-needed")
    return now.by.subject


def same_person(one: By, other: By) -> bool:
    """Whether two doers are one: the same principal, or two of one person's."""
    return one.principal == other.principal or (one.subject is not None and one.subject == other.subject)


def by_maker(book: Book, now: Now, maker: By) -> bool:
    """Whether the maker decides on his own; refused unless the scheme names that exception (R08)."""
    same = same_person(now.by, maker)
    if same and not book.scheme(now.today).approvals.maker_may_check:
        raise SelfApproval(maker=maker.subject or maker.principal)
    return same

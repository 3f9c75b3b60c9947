"""Double entry as a type: a journal entry that does not balance per unit cannot be built."""

from typing import Final, NamedTuple

from ledger.values import AccountId, UnitCode


class Posting(NamedTuple):
    """One leg: `amount` > 0 credits (owes more to) the account, < 0 debits it."""

    account: AccountId
    unit: UnitCode
    amount: int


_made: Final = tuple.__new__
"""What `Posting(…)` comes to, without a call more: every fact that anybody reads builds its postings."""


class UnbalancedEntryError(ValueError):
    """Debits and credits of one unit differ: a defect of the program, never of a caller."""


class JournalEntry:
    """The balanced postings that a fact yields. Units never mix: each balances on its own."""

    __slots__ = ("postings",)
    postings: tuple[Posting, ...]

    def __init__(self, *postings: Posting) -> None:
        """Refuse to exist unless every unit sums to zero."""
        if len(postings) == 2:
            # As nearly all are: spelled out, for each fact that anybody reads builds its own.
            (_, left, debited), (_, right, credited) = postings
            if left == right and debited + credited == 0:
                self.postings = postings
                return
        first = postings[0].unit if postings else UnitCode("")
        if all(posting.unit == first for posting in postings):
            sums = {first: sum(posting.amount for posting in postings)}
        else:
            sums = {}
            for posting in postings:
                sums[posting.unit] = sums.get(posting.unit, 0) + posting.amount
        if any(sums.values()):
            raise UnbalancedEntryError(f"entry does not balance: {sums} in {postings}")
        self.postings = postings

    def __eq__(self, other: object) -> bool:
        """Entries are equal when their postings are."""
        return isinstance(other, JournalEntry) and self.postings == other.postings

    def __hash__(self) -> int:
        """Hash of the postings."""
        return hash(self.postings)

    def __repr__(self) -> str:
        """The postings, as they would be typed."""
        return f"JournalEntry{self.postings!r}"


def debit(account: AccountId, unit: UnitCode, amount: int) -> Posting:
    """Take `amount` (≥ 0) from the account."""
    return _made(Posting, (account, unit, -amount))


def credit(account: AccountId, unit: UnitCode, amount: int) -> Posting:
    """Give `amount` (≥ 0) to the account."""
    return _made(Posting, (account, unit, amount))


def moved(gives: AccountId, takes: AccountId, unit: UnitCode, amount: int) -> JournalEntry:
    """The entry of `amount` (≥ 0) that leaves one account for another: it balances by how it is made.

    Without a call for each leg and a sum: every fact that anybody reads builds its own, and nearly all are such.
    """
    entry = _blank(JournalEntry)
    entry.postings = _made(Posting, (gives, unit, -amount)), _made(Posting, (takes, unit, amount))
    return entry


_blank: Final = object.__new__

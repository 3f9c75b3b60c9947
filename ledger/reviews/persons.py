"""Nobody reviews himself: who a reviewer must not be (R08)."""

from collections.abc import Iterable

from ledger.approvals.people import by_maker, deciding_person
from ledger.patrols.entities import Claim
from ledger.people.entities import Holder
from ledger.people.standing import survivor
from ledger.refusals import SelfApproval
from ledger.room import Book, By, Now
from ledger.values import HolderId

_PERSON = "person:"


def another_person(book: Book, now: Now, claim: Claim, before: Iterable[By | None] = ()) -> str:
    """The subject who decides about a patrol; `before` are those who have had their part in its review.

    Refused `not-eligible` for a client without a person, `self-approval` for the walker, whatever the scheme allows,
    and for whoever made one of the claim's facts or had a part before, unless the scheme names that exception.
    """
    subject = deciding_person(now)
    if is_holder(book, now.by, claim.holder):
        raise SelfApproval(maker=subject)
    made = (By(principal=maker, subject=maker) for maker in claim.makers)
    for one in (*made, *(one for one in before if one is not None)):
        by_maker(book, now, one)
    return subject


def is_holder(book: Book, by: By, holder: HolderId) -> bool:
    """Whether a doer is the person behind a holder's record, or behind one that was merged with it.

    The person behind a holder is `person:<holder>`: so a holder's own key says, and so a volunteer who also reviews is
    to be registered.
    """
    answering = survivor(book, holder)
    own = {id.removeprefix(_PERSON) for id in (by.principal, by.subject or "") if id.startswith(_PERSON)}
    return any(book.get(Holder, id) is not None and survivor(book, id) == answering for id in own)

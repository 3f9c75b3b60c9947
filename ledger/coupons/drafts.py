"""Which batches of a unit are open, so that a merger takes them along: they are then for the other unit's members."""

from typing import Final

from msgspec.structs import replace

from ledger.coupons.entities import Batch, Drafts
from ledger.coupons.facts import BatchApproved, BatchDrafted, BatchMoved, BatchRejected
from ledger.crews.entities import Crew
from ledger.room import Book, Evolution, Facts, Meta, Now


def following(_before: Crew | None, crew: Crew, book: Book, _now: Now) -> Facts:
    """What is drafted for members of a unit that was merged is for those of the other; what was approved stays.

    Whoever approves it sees whose it is by then. Its lines are the same, and so is the digest that binds him to them.
    """
    drafts = book.get(Drafts, crew.name)
    for batch in drafts.batches if drafts else ():
        yield BatchMoved(batch=batch, was=crew.name, of=crew.names[-1].name)


# How they are known ------------------------------------------------------------------------------------------------


def unit(fact: BatchDrafted | BatchApproved | BatchRejected, _meta: Meta) -> tuple[str, ...]:
    """Whose members the batch is for, if anybody's in particular."""
    return () if fact.of is None else (fact.of,)


def on_open(drafts: Drafts | None, fact: BatchDrafted, _meta: Meta, _id: str) -> Drafts:
    """One more."""
    return Drafts(batches=(*(drafts.batches if drafts else ()), fact.batch))


def on_closed(drafts: Drafts, fact: BatchApproved | BatchRejected, _meta: Meta, _id: str) -> Drafts:
    """Decided: no draft any more."""
    return Drafts(batches=tuple(batch for batch in drafts.batches if batch != fact.batch))


def units(fact: BatchMoved, _meta: Meta) -> tuple[str, str]:
    """The unit that had it and the one that has it."""
    return fact.was, fact.of


def on_taken_over(drafts: Drafts | None, fact: BatchMoved, _meta: Meta, id: str) -> Drafts:
    """One fewer here, one more there."""
    others = tuple(batch for batch in (drafts.batches if drafts else ()) if batch != fact.batch)
    return Drafts(batches=(*others, fact.batch) if id == fact.of else others)


def batch(fact: BatchMoved, _meta: Meta) -> tuple[str, ...]:
    """The batch."""
    return (fact.batch,)


def on_moved(batch: Batch, fact: BatchMoved, _meta: Meta, _id: str) -> Batch:
    """For the members of the other unit."""
    return replace(batch, of=fact.of)


EVOLUTIONS: Final = (
    Evolution(BatchDrafted, Drafts, unit, on_open),
    Evolution(BatchApproved, Drafts, unit, on_closed),
    Evolution(BatchRejected, Drafts, unit, on_closed),
    Evolution(BatchMoved, Drafts, units, on_taken_over),
    Evolution(BatchMoved, Batch, batch, on_moved),
)

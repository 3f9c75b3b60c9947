"""How suspensions and their holders follow the facts."""

from typing import Final

import msgspec

from ledger.behaviours.entities import Suspension
from ledger.behaviours.facts import EvaluationSuspended, SuspensionLifted
from ledger.people.entities import Holder
from ledger.room import Evolution, Meta

SuspensionFact = EvaluationSuspended | SuspensionLifted


def holders(fact: SuspensionFact, _meta: Meta) -> tuple[str, ...]:
    """The holder whom it is about."""
    return (fact.holder,)


def suspensions(fact: SuspensionFact, _meta: Meta) -> tuple[str, ...]:
    """The suspension itself."""
    return (fact.suspension,)


def on_suspended(_suspension: Suspension | None, fact: EvaluationSuspended, _meta: Meta, _id: str) -> Suspension:
    """A suspension stands."""
    return Suspension(holder=fact.holder, evaluation=fact.evaluation)


def on_lifted(_suspension: Suspension | None, fact: SuspensionLifted, _meta: Meta, _id: str) -> Suspension:
    """It stands no more."""
    return Suspension(holder=fact.holder, evaluation=fact.evaluation, lifted=True)


def on_holder_suspended(holder: Holder | None, fact: EvaluationSuspended, _meta: Meta, _id: str) -> Holder:
    """Out of the period's evaluation, once more if another violation had done so before."""
    before = holder or Holder()
    return msgspec.structs.replace(before, suspended=(*before.suspended, fact.evaluation))


def on_holder_lifted(holder: Holder | None, fact: SuspensionLifted, _meta: Meta, _id: str) -> Holder:
    """One suspension less: a second violation in that period still keeps the holder out of it."""
    before = holder or Holder()
    others = list(before.suspended)
    # Merging two records of one man may have folded two suspensions of one period into one.
    if fact.evaluation in others:
        others.remove(fact.evaluation)
    return msgspec.structs.replace(before, suspended=tuple(others))


EVOLUTIONS: Final = (
    Evolution(EvaluationSuspended, Suspension, suspensions, on_suspended),
    Evolution(EvaluationSuspended, Holder, holders, on_holder_suspended),
    Evolution(SuspensionLifted, Suspension, suspensions, on_lifted),
    Evolution(SuspensionLifted, Holder, holders, on_holder_lifted),
)

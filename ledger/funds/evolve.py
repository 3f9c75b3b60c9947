"""How funds and commitments follow the facts about them."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from ledger.funds.entities import Commitment, Fund, Part
from ledger.funds.facts import (
    CommitmentFact,
    FundAppropriated,
    FundClosed,
    FundCommitted,
    FundDisbursed,
    FundFact,
    FundOpened,
    FundRecommitted,
    FundRecovered,
    FundReleased,
    FundWrittenOff,
)
from ledger.room import Evolution, Meta


def fund(fact: FundFact, _meta: Meta) -> tuple[str, ...]:
    """The fund."""
    return (fact.fund,)


def commitment(fact: CommitmentFact, _meta: Meta) -> tuple[str, ...]:
    """The commitment."""
    return (fact.commitment,)


# Funds ---------------------------------------------------------------------------------------------------------


def on_opened(_fund: Fund | None, fact: FundOpened, _meta: Meta, _id: str) -> Fund:
    """Empty."""
    return Fund(unit=fact.unit, source=fact.source, revolving=fact.revolving, year=fact.year)


def on_appropriated(fund: Fund, fact: FundAppropriated, _meta: Meta, _id: str) -> Fund:
    """More to commit."""
    return replace(fund, appropriated=fund.appropriated + fact.amount)


def on_committed(fund: Fund, fact: FundCommitted, _meta: Meta, _id: str) -> Fund:
    """Less is free."""
    return replace(fund, committed=fund.committed + fact.amount)


def on_released(fund: Fund, fact: FundReleased, _meta: Meta, _id: str) -> Fund:
    """More is free."""
    return replace(fund, committed=fund.committed - fact.amount)


def on_disbursed(fund: Fund, fact: FundDisbursed, _meta: Meta, _id: str) -> Fund:
    """Paid."""
    return replace(fund, committed=fund.committed - fact.amount, disbursed=fund.disbursed + fact.amount)


def on_recommitted(fund: Fund, fact: FundRecommitted, _meta: Meta, _id: str) -> Fund:
    """Promised again."""
    return replace(fund, committed=fund.committed + fact.amount, disbursed=fund.disbursed - fact.amount)


def on_recovered(fund: Fund, fact: FundRecovered, _meta: Meta, _id: str) -> Fund:
    """Back; free again only in a fund that revolves."""
    back = fact.amount if fact.revolving else 0
    return replace(fund, recovered=fund.recovered + fact.amount, disbursed=fund.disbursed - back)


def on_written_off(fund: Fund, fact: FundWrittenOff, _meta: Meta, _id: str) -> Fund:
    """Given up."""
    return replace(fund, written_off=fund.written_off + fact.amount)


def on_closed(fund: Fund, fact: FundClosed, meta: Meta, _id: str) -> Fund:
    """Over since the first time, and nothing of it is free."""
    since = fund.closed_at or meta.recorded_at
    return replace(fund, returned=fund.returned + fact.amount, closed_at=since, into=fact.into)


# Commitments ---------------------------------------------------------------------------------------------------


def on_promised(before: Commitment | None, fact: FundCommitted, _meta: Meta, _id: str) -> Commitment:
    """One more fund has promised its part."""
    promised = before or Commitment(unit=fact.unit, of=fact.of)
    return replace(promised, parts=(*promised.parts, Part(fund=fact.fund, amount=fact.amount)))


def _of_its_part(member: str, sign: int = 1) -> Callable[[Commitment, CommitmentFact, Meta, str], Commitment]:
    """Adds the fact's amount to one member of the part of its fund."""

    def grown(part: Part, fact: CommitmentFact) -> Part:
        if part.fund != fact.fund:
            return part
        return replace(part, **{member: getattr(part, member) + sign * fact.amount})

    def apply(commitment: Commitment, fact: CommitmentFact, _meta: Meta, _id: str) -> Commitment:
        return replace(commitment, parts=tuple(grown(part, fact) for part in commitment.parts))

    return apply


EVOLUTIONS: Final = (
    Evolution(FundOpened, Fund, fund, on_opened),
    Evolution(FundAppropriated, Fund, fund, on_appropriated),
    Evolution(FundCommitted, Fund, fund, on_committed),
    Evolution(FundReleased, Fund, fund, on_released),
    Evolution(FundDisbursed, Fund, fund, on_disbursed),
    Evolution(FundRecommitted, Fund, fund, on_recommitted),
    Evolution(FundRecovered, Fund, fund, on_recovered),
    Evolution(FundWrittenOff, Fund, fund, on_written_off),
    Evolution(FundClosed, Fund, fund, on_closed),
    Evolution(FundCommitted, Commitment, commitment, on_promised),
    Evolution(FundReleased, Commitment, commitment, _of_its_part("released")),
    Evolution(FundDisbursed, Commitment, commitment, _of_its_part("disbursed")),
    Evolution(FundRecommitted, Commitment, commitment, _of_its_part("disbursed", -1)),
    Evolution(FundRecovered, Commitment, commitment, _of_its_part("recovered")),
    Evolution(FundWrittenOff, Commitment, commitment, _of_its_part("written_off")),
)

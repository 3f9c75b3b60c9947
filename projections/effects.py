"""What facts do to the pools of accounts and to holds, as sums: so that lots of any instant are added up, not replayed.

Value of one pool is alike, whichever of its ranges it stands in: how much of it is open is what was granted into it
less what was taken, in any order. Which range was taken is the affair of `explain`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from ledger.points.facts import AccountFact, AccountMerged
from ledger.pools import Terms
from ledger.values import AccountId, Instant, UnitCode

Place = tuple[AccountId, UnitCode]
NO_LOT: Final = ""
"""Stands for a pool where a hold reserves a credit line: held, and out of no lot."""


Effect = tuple[Place, str, int, int, int, Terms | None, int | None]
"""How one fact changes one pool of one account: (place, pool, open, earmarked, grants, terms, opened).

Terms and where it was opened (a position) are None where the fact does not tell them. A plain tuple, as `Change` is.
"""


class Member(NamedTuple):
    """What a range in this member of a fact means: the signs of open and earmarked value, and whether a lot begins."""

    name: str
    open: int
    earmarked: int = 0
    grants: int = 0
    there: bool = False
    """Whether it is about the account where value arrived."""


MEMBERS: Final = (
    Member("lot", 1, grants=1),
    Member("landed", 1, grants=1),
    Member("reissued", 1, grants=1),
    Member("restored", 1),
    Member("released", 1, -1),
    Member("taken", -1),
    Member("paid", -1),
    Member("lots", -1),
    Member("repaid", -1),
)
"""By name, as facts spell it: a member of one name means one thing in all of them, but for `UNLIKE`."""
UNLIKE: Final[Mapping[str, tuple[Member, ...]]] = {
    "redemption-held.v1": (Member("paid", -1, 1),),
    "redemption-fulfilled.v1": (Member("paid", 0, -1),),
    "bill-held.v1": (Member("paid", -1, 1),),
    "hold-placed.v1": (Member("lots", -1, 1),),
    "hold-captured.v1": (
        Member("earmarked", 0, -1),
        Member("open_taken", -1),
        Member("landed", 1, grants=1, there=True),
        Member("repaid", -1, there=True),
        Member("released", 1, -1),
        Member("settled", -1),
    ),
}
"""Facts whose members mean something of their own, by topic."""


@lru_cache(maxsize=256)
def _members(kind: type[AccountFact]) -> tuple[Member, ...]:
    if kind.TOPIC in UNLIKE:
        return UNLIKE[kind.TOPIC]
    names = kind.__struct_fields__
    # Only where value can land is there another side: a hold that is released repays debts of its own account.
    there: frozenset[str] = getattr(kind, "THERE", frozenset()) if "landed" in names else frozenset()
    return tuple(member._replace(there=member.name in there) for member in MEMBERS if member.name in names)


def effects(fact: AccountFact, position: int) -> list[Effect]:
    """Every pool that the fact changes."""
    kind = type(fact)
    if kind is AccountMerged:
        return list(_merged(cast("AccountMerged", fact)))
    here: Place = (fact.account, fact.unit)
    found: list[Effect] = []
    for name, opened, earmarked, grants, there in _members(kind):
        value: Any = getattr(fact, name)
        if not value:
            continue
        place = _there(fact) if there else here
        for item in value if isinstance(value, tuple) else (value,):
            pool, amount = item.pool, item.end - item.start
            if grants:
                terms, begins = fact.terms_of_pool(pool), position if item.start == 0 else None
            else:
                terms, begins = getattr(item, "terms", None), None
            found.append((place, pool, opened * amount, earmarked * amount, grants, terms, begins))
    return found


def _there(fact: AccountFact) -> Place:
    account, unit, _ = fact.states()[-1]
    return account, unit


def _merged(fact: AccountMerged) -> Iterator[Effect]:
    for pool in fact.pools:
        amount = sum(lot.amount for lot in pool.open)
        if amount:
            yield (fact.account, fact.unit), pool.pool, -amount, 0, 0, None, None
            yield (fact.into, fact.unit), pool.pool, amount, 0, 1, pool.terms, pool.opened


# Holds ---------------------------------------------------------------------------------------------------------


class HoldMove(NamedTuple):
    """How one fact changes one hold: ranges set aside (signed), value on its way here, its end where that is said."""

    place: Place
    hold: str
    """`redemption:<id>` or `hold:<id>`."""
    lots: tuple[tuple[str, int], ...] = ()
    """(pool, amount) in the order in which they were set aside; `NO_LOT` for what reserves a credit line."""
    incoming: int = 0
    ends_at: Instant | None = None
    """`NO_END` where it ends by nothing; None where this fact does not say."""
    opens: bool = False
    closes: bool = False


NO_END: Final = Instant("~")
"""Above every instant."""
Moves = Callable[[Any], Iterable[HoldMove]]


def _set_aside(lots: Any, reserved: int, sign: int) -> tuple[tuple[str, int], ...]:
    own = tuple((lot.pool, sign * (lot.end - lot.start)) for lot in lots)
    return (*own, (NO_LOT, sign * reserved)) if reserved else own


def _redemption(fact: Any, lots: tuple[tuple[str, int], ...], **said: Any) -> HoldMove:
    return HoldMove((fact.account, fact.unit), "redemption:" + fact.redemption, lots, **said)


def _redemption_held(fact: Any) -> Iterator[HoldMove]:
    yield _redemption(fact, _set_aside(fact.paid, 0, 1), ends_at=fact.expires_at, opens=True)


def _redemption_fulfilled(fact: Any) -> Iterator[HoldMove]:
    yield _redemption(fact, _set_aside(fact.paid, 0, -1), closes=True)


def _redemption_released(fact: Any) -> Iterator[HoldMove]:
    yield _redemption(fact, _set_aside(fact.released, 0, -1), closes=True)


def _both_sides(fact: Any, lots: tuple[tuple[str, int], ...], incoming: int, **said: Any) -> Iterator[HoldMove]:
    """The account that holds, and the one that it is for."""
    hold = "hold:" + fact.hold
    yield HoldMove((fact.account, fact.unit), hold, lots, **said)
    if fact.to is not None:
        yield HoldMove((fact.to, fact.unit), hold, (), incoming, **said)


def _hold_placed(fact: Any) -> Iterable[HoldMove]:
    if not fact.amount:
        return ()  # it found nothing to set aside, and was over at once
    lots = _set_aside(fact.lots, fact.drawn, 1)
    return _both_sides(fact, lots, fact.amount, ends_at=fact.expires_at or NO_END, opens=True)


def _hold_captured(fact: Any) -> Iterable[HoldMove]:
    gone = _set_aside((*fact.earmarked, *fact.released), fact.reserved + fact.unreserved, -1)
    return _both_sides(fact, gone, -fact.amount - fact.freed, closes=fact.remaining == 0)


def _hold_released(fact: Any) -> Iterable[HoldMove]:
    return _both_sides(fact, _set_aside(fact.released, fact.unreserved, -1), -fact.amount, closes=True)


def _hold_extended(fact: Any) -> Iterable[HoldMove]:
    return _both_sides(fact, (), 0, ends_at=fact.expires_at or NO_END)


HOLD_MOVES: Final[Mapping[str, Moves]] = {
    "redemption-held.v1": _redemption_held,
    "redemption-fulfilled.v1": _redemption_fulfilled,
    "redemption-cancelled.v1": _redemption_released,
    "redemption-expired.v1": _redemption_released,
    "bill-held.v1": _redemption_held,
    "bill-fulfilled.v1": _redemption_released,
    "bill-cancelled.v1": _redemption_released,
    "bill-expired.v1": _redemption_released,
    "hold-placed.v1": _hold_placed,
    "hold-captured.v1": _hold_captured,
    "hold-voided.v1": _hold_released,
    "hold-expired.v1": _hold_released,
    "hold-extended.v1": _hold_extended,
}
"""How facts change holds, by topic."""

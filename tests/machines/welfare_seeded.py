"""Bugs put into the rooms of coupons on purpose, one at a time: a machine that does not find them has no teeth."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest

from ledger.coupons import issuing, refunding, spending
from ledger.offers import decide as offers
from ledger.settlements import decide as settlements

Patch = pytest.MonkeyPatch


def nothing(*_given: Any) -> tuple[()]:
    return ()


def what_lapsed_is_not_freed(patch: Patch) -> None:
    patch.setattr(issuing, "releasing", nothing)


def what_came_back_is_not_promised_again(patch: Patch) -> None:
    patch.setattr(refunding, "recommitting", nothing)


def the_fee_is_kept_of_what_came_back(patch: Patch) -> None:
    patch.setattr(refunding, "_fee_back", lambda *_: 0)


def the_fee_back_is_rounded_each_time(patch: Patch) -> None:
    patch.setattr(refunding, "_fee_back", lambda purchase, amount: purchase.fee * amount // purchase.amount)


def anybody_spends_anybodys(patch: Patch) -> None:
    patch.setattr(spending, "spendable_by", nothing)


def a_cap_lets_pieces_through(patch: Patch) -> None:
    patch.setattr(issuing, "_counts", nothing)


def a_ticket_given_back_is_paid_for(patch: Patch) -> None:
    patch.setattr(offers, "recommitting", nothing)
    patch.setattr(offers, "releasing", nothing)


def whoever_drafted_a_settlement_pays_it(patch: Patch) -> None:
    patch.setattr(settlements, "by_maker", lambda *_: False)


SEEDED: Final[Iterable[Callable[[Patch], None]]] = (
    what_lapsed_is_not_freed,
    what_came_back_is_not_promised_again,
    the_fee_is_kept_of_what_came_back,
    the_fee_back_is_rounded_each_time,
    anybody_spends_anybodys,
    a_cap_lets_pieces_through,
    a_ticket_given_back_is_paid_for,
    whoever_drafted_a_settlement_pays_it,
)

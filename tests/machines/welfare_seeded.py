"""Bugs put into the rooms of coupons on purpose, one at a time: a machine that does not find them has no teeth."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest

from ledger.coupons import issuing, refunding, sources, spending
from ledger.limits import drawing
from ledger.offers import decide as offers
from ledger.settlements import paying
from ledger.settlements.entities import Settlement
from ledger.sharing import running

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
    patch.setattr(paying, "by_maker", lambda *_: False)


def any_coupons_stack(patch: Patch) -> None:
    patch.setattr(spending, "_stack", nothing)


def each_sale_of_two_funds_is_shared_anew(patch: Patch) -> None:
    patch.setattr(sources, "between", lambda start, end, weights: running(end - start, weights))


def a_second_record_has_an_allowance_of_its_own(patch: Patch) -> None:
    patch.setattr(drawing, "records", lambda one, _holder: (one,))


def a_suspended_merchant_sells(patch: Patch) -> None:
    patch.setattr(spending, "takes_part", nothing)


def an_offer_is_always_open(patch: Patch) -> None:
    patch.setattr(offers, "_open", nothing)


def one_takes_the_whole_offer(patch: Patch) -> None:
    patch.setattr(offers, "_limited", nothing)


def a_settlement_is_checked_with_lines_missing(patch: Patch) -> None:
    patch.setattr(Settlement, "tied_out", property(lambda _settlement: True))


SEEDED: Final[Iterable[Callable[[Patch], None]]] = (
    what_lapsed_is_not_freed,
    what_came_back_is_not_promised_again,
    the_fee_is_kept_of_what_came_back,
    the_fee_back_is_rounded_each_time,
    anybody_spends_anybodys,
    a_cap_lets_pieces_through,
    a_ticket_given_back_is_paid_for,
    whoever_drafted_a_settlement_pays_it,
    any_coupons_stack,
    each_sale_of_two_funds_is_shared_anew,
    a_second_record_has_an_allowance_of_its_own,
    a_suspended_merchant_sells,
    an_offer_is_always_open,
    one_takes_the_whole_offer,
    a_settlement_is_checked_with_lines_missing,
)

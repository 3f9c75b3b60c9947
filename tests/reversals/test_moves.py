"""Transfers, conversions and captures taken back: old ranges for the payer, own lots first from the payee."""

import pytest
from msgspec.structs import replace

from ledger.accounts.commands import CloseAccount
from ledger.holds.commands import CaptureHold, PlaceHold
from ledger.people.commands import MergeHolders
from ledger.points.commands import DeductPoints, FreezeAccount
from ledger.points.entities import OVERDRAFT, Debt
from ledger.points.facts import LotsLapsed
from ledger.pools import Lot
from ledger.refusals import (
    AccountClosed,
    AccountFrozen,
    AlreadyReversed,
    ExceedsOriginal,
    InsufficientFunds,
    NotEligible,
    NotReversible,
)
from ledger.reversals.facts import CaptureReversed, ConversionReversed, TransferReversed
from ledger.scheme.loading import load_scheme
from ledger.transfers.commands import TransferPoints
from ledger.values import AccountId, HolderId, HoldId, TxId, UnitCode
from tests.given import Story
from tests.reversals.site import (
    LI,
    LINE,
    MINT,
    TILL,
    WANG,
    account,
    balance,
    bank,
    convert,
    deduct,
    grant,
    open_lots,
    reverse,
    transfer,
)

A = UnitCode("A")


@pytest.fixture
def site() -> Story:
    return bank()


def moved(story: Story, amount: int, payer: AccountId = WANG, payee: AccountId = LI, *, unit: str = "A") -> TxId:
    story.given(transfer(amount, payer, payee, unit=unit))
    return story.tx


def test_a_transfer_comes_back_to_its_old_ranges(site: Story) -> None:
    site.given(grant(10), grant(20, until="2022-06-30"))
    of = moved(site, 25)
    (fact,) = site.when(reverse(of))
    assert isinstance(fact, TransferReversed)
    assert open_lots(site, WANG) == [("2022-06-30", ((0, 20),)), (None, ((0, 10),))]
    assert (balance(site, LI), [tuple(posting) for posting in fact.entry().postings]) == (
        0,
        [(LI, "A", -25), (WANG, "A", 25)],
    )
    assert [(name, after.received, after.spent) for name, _, after in fact.states()] == [(WANG, 55, 25), (LI, 25, 25)]


def test_in_parts_the_last_comes_first_and_never_more_than_the_original(site: Story) -> None:
    site.given(grant(10, until="2022-06-20"), grant(10, until="2022-06-30"))
    of = moved(site, 20)
    site.given(reverse(of, 4))
    assert open_lots(site, WANG) == [("2022-06-30", ((6, 10),))]
    assert open_lots(site, LI) == [("2022-06-20", ((0, 10),)), ("2022-06-30", ((0, 6),))]
    site.refuses(reverse(of, 17), ExceedsOriginal(original=20, reversed=4, requested=17))
    site.given(reverse(of))
    site.refuses(reverse(of), AlreadyReversed(original=20, reversed=20))
    assert (balance(site, WANG), balance(site, LI)) == (20, 0)


def test_what_ended_meanwhile_lapses_in_the_same_transaction(site: Story) -> None:
    site.given(grant(10, until="2022-06-10"), grant(3, LI))
    of = moved(site, 10)
    site.given(transfer(10, LI, TILL)).on("2022-06-11")
    facts = site.when(reverse(of, 3))
    assert [(type(fact).__name__, getattr(fact, "amount", 0)) for fact in facts] == [
        ("TransferReversed", 3),
        ("LotsLapsed", 3),
    ]
    assert (balance(site, WANG), balance(site, LI)) == (0, 0)


def test_the_payee_gives_its_own_lot_back_then_what_expires_soonest(site: Story) -> None:
    site.given(grant(10, LI, until="2022-06-05"), grant(10, until="2022-06-30"), grant(5, LI, until="2022-07-30"))
    of = moved(site, 10)
    own = site.tx
    site.given(deduct(14, LI))  # the lot of 5 June, and four of what came
    (fact,) = site.when(reverse(of))
    assert isinstance(fact, TransferReversed)
    assert [(lot.pool == own, lot.amount) for lot in fact.taken] == [(True, 6), (False, 4)]
    assert open_lots(site, LI) == [("2022-07-30", ((4, 5),))]


@pytest.mark.parametrize(("unit", "owed"), [("A", False), ("D", True)])
def test_what_the_payee_has_spent_is_refused_or_owed_as_asked_and_allowed(
    site: Story, unit: str, *, owed: bool
) -> None:
    site.given(grant(10, TILL, unit=unit))
    of = moved(site, 10, TILL, WANG, unit=unit)
    site.given(deduct(7, unit=unit))
    refused = InsufficientFunds(required=10, available=3, missing=7)
    site.refuses(reverse(of), refused)
    if not owed:
        site.refuses(reverse(of, if_spent="debt"), refused)
        return
    site.given(reverse(of, if_spent="debt"))
    wang = account(site, WANG, unit)
    assert (wang.balance, wang.debt, balance(site, TILL, unit)) == (-7, 7, 10)


def test_a_free_standing_payee_owes_as_far_as_its_floor_allows(site: Story) -> None:
    site.given(grant(80))
    of = moved(site, 80, WANG, LINE)
    site.given(deduct(70, LINE))
    site.refuses(reverse(of), InsufficientFunds(required=80, available=10, missing=70))
    site.refuses(reverse(of, if_spent="debt"), InsufficientFunds(required=80, available=60, missing=20))
    site.given(reverse(of, 60, if_spent="debt"))
    assert account(site, LINE).debts == (Debt(OVERDRAFT, 50),)
    assert balance(site, WANG) == 60


def test_what_had_filled_an_overdraft_is_drawn_again_without_being_asked_for(site: Story) -> None:
    """It was never spent: the hole is as it was."""
    site.given(grant(30), deduct(20, LINE))
    of = moved(site, 30, WANG, LINE)
    site.given(reverse(of, 15))
    assert (balance(site, LINE), account(site, LINE).debts) == (-5, (Debt(OVERDRAFT, 5),))
    site.given(reverse(of))
    assert (balance(site, LINE), balance(site, WANG)) == (-20, 30)


def test_what_a_payer_drew_below_zero_fills_its_overdraft_again(site: Story) -> None:
    site.given(grant(10, LINE))
    of = moved(site, 40, LINE)
    site.given(reverse(of, 25))
    assert (balance(site, LINE), open_lots(site, LINE)) == (-5, [])
    site.given(reverse(of))
    assert (account(site, LINE).debts, open_lots(site, LINE)) == ((), [(None, ((0, 10),))])


@pytest.mark.parametrize("command", [transfer(40, LINE), deduct(40, LINE)], ids=["transfer", "deduction"])
def test_what_others_filled_since_comes_back_as_a_lot_that_never_expires(
    site: Story, command: TransferPoints | DeductPoints
) -> None:
    site.given(command)
    of = site.tx
    site.given(grant(30, LINE, until="2022-06-30"), reverse(of))
    line = account(site, LINE)
    assert (line.balance, line.debts, open_lots(site, LINE)) == (30, (), [(None, ((0, 30),))])
    site.given(grant(5, LINE))
    assert open_lots(site, LINE) == [(None, ((0, 35),))]


def test_without_a_floor_nothing_is_ever_missing(site: Story) -> None:
    of = moved(site, 100, MINT, WANG)
    back = moved(site, 100, WANG, MINT)
    site.given(reverse(back))
    assert (balance(site, MINT), balance(site, WANG)) == (-100, 100)
    site.given(reverse(of))
    assert (balance(site, MINT), balance(site, WANG)) == (0, 0)


def test_debts_of_the_payer_are_repaid_by_what_comes_back(site: Story) -> None:
    scheme = load_scheme("conformance")
    units = {**scheme.units, "D": replace(scheme.units["D"], transferable=True)}
    story = bank(replace(scheme, units=units)).given(grant(10, unit="D"))
    of = moved(story, 10, unit="D")
    story.given(deduct(4, unit="D"), reverse(of))
    assert (account(story, WANG, "D").debts, open_lots(story, WANG, "D")) == ((), [(None, ((4, 10),))])


# Conversions ---------------------------------------------------------------------------------------------------


def test_a_conversion_goes_back_on_both_sides(site: Story) -> None:
    site.given(grant(10, until="2022-06-30"), convert(7))
    (fact,) = site.when(reverse(site.tx))
    assert isinstance(fact, ConversionReversed)
    assert (fact.amount, fact.to_amount, balance(site, WANG), balance(site, WANG, "B")) == (6, 3, 10, 0)
    assert open_lots(site, WANG) == [("2022-06-30", ((0, 10),))]
    assert sum(posting.amount for posting in fact.entry().postings if posting.unit == "B") == 0


def test_parts_of_a_conversion_are_rounded_against_the_holder_and_end_exactly(site: Story) -> None:
    site.given(grant(10), convert(6))
    of, given = site.tx, []
    for part in (1, 1, 3, 1):
        (fact,) = site.when(reverse(of, part))
        assert isinstance(fact, ConversionReversed)
        given.append(fact.to_amount)
        assert balance(site, WANG) + 2 * balance(site, WANG, "B") <= 10
    assert (given, balance(site, WANG), balance(site, WANG, "B")) == ([1, 0, 2, 0], 10, 0)
    site.refuses(reverse(of), AlreadyReversed(original=6, reversed=6))


def test_converted_value_that_was_spent_is_missing(site: Story) -> None:
    site.given(grant(10), convert(10))
    of = site.tx
    site.given(transfer(4, unit="B"))
    site.refuses(reverse(of), InsufficientFunds(required=5, available=1, missing=4))
    site.given(reverse(of, 2))
    assert (balance(site, WANG), balance(site, WANG, "B")) == (2, 0)


# Captures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [None, TILL])
def test_a_capture_comes_back_from_the_programme_or_from_its_payee(site: Story, to: AccountId | None) -> None:
    site.given(grant(10, until="2022-06-30"))
    site.given(
        PlaceHold(account=WANG, unit=A, amount=8, to=to, id=HoldId("h")), CaptureHold(hold=HoldId("h"), amount=5)
    )
    of = site.tx
    (fact,) = site.when(reverse(of, 2))
    assert isinstance(fact, CaptureReversed)
    assert (balance(site, WANG), account(site, WANG).held, len(fact.states())) == (7, 3, 1 if to is None else 2)
    site.given(reverse(of))
    assert (balance(site, WANG), balance(site, TILL), account(site, WANG).held) == (10, 0, 3)
    assert open_lots(site, WANG) == [("2022-06-30", ((0, 5), (8, 10)))]
    site.refuses(reverse(of), AlreadyReversed(original=5, reversed=5))


def test_a_hold_and_its_end_are_not_reversed(site: Story) -> None:
    site.given(grant(10), PlaceHold(account=WANG, unit=A, amount=8, id=HoldId("h")))
    site.refuses(reverse(site.tx), NotReversible(type="hold-placed.v1"))


# Status ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [WANG, LI])
def test_a_frozen_side_stops_a_reversal(site: Story, side: AccountId) -> None:
    site.given(grant(10))
    of = moved(site, 10)
    site.given(FreezeAccount(account=side, unit=A, reason="correction"))
    site.refuses(reverse(of), AccountFrozen(since=site.at))


def test_a_closed_side_stops_it_for_ever(site: Story) -> None:
    site.given(grant(10, TILL))
    of = moved(site, 10, TILL)
    site.given(CloseAccount(account=TILL, unit=A, reason="correction"))
    site.refuses(reverse(of), AccountClosed(since=site.at))


def test_between_two_records_of_one_man_nothing_is_left_to_reverse(site: Story) -> None:
    site.given(grant(10))
    of = moved(site, 10)
    site.given(MergeHolders(old=HolderId("li"), into=HolderId("wang"), reason="correction"))
    site.refuses(reverse(of), NotEligible(reason="merged"))


def test_the_survivor_of_a_merge_gives_back_for_the_record_that_was_paid(site: Story) -> None:
    site.given(grant(10, TILL))
    of = moved(site, 10, TILL)
    site.given(MergeHolders(old=HolderId("li"), into=HolderId("wang"), reason="correction"), reverse(of))
    (fact,) = site.facts(TransferReversed)
    assert (fact.account, fact.to, fact.taken) == (TILL, WANG, (Lot(pool=of, start=0, end=10),))
    assert (balance(site, TILL), balance(site, WANG)) == (10, 0)


def test_a_reversal_of_a_transfer_is_not_reversed(site: Story) -> None:
    site.given(grant(10))
    site.given(reverse(moved(site, 10)))
    site.refuses(reverse(site.tx), NotReversible(type="transfer-reversed.v1"))
    assert not site.facts(LotsLapsed)

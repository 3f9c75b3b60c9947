"""A whole transaction taken back: every movement, the last first, or none; or one of them by its position."""

import pytest
from msgspec.structs import replace

from ledger.behaviours.facts import SuspensionLifted
from ledger.points.entities import Debt
from ledger.points.facts import DeductionReversed, GrantReversed
from ledger.refusals import AlreadyReversed, InsufficientFunds, Malformed, NotFound, NotReversible
from ledger.reversals.commands import ReverseMovement
from ledger.reversals.facts import TransferReversed
from ledger.stock.commands import ListItem, ReceiveGoods
from tests.behaviours.site import no_harness, with_rule
from tests.behaviours.site import site as building_site
from tests.given import Story
from tests.reversals.site import (
    LI,
    TILL,
    WANG,
    account,
    balance,
    bank,
    deduct,
    grant,
    open_lots,
    reverse,
    transfer,
)


@pytest.fixture
def site() -> Story:
    return bank()


def positions(story: Story) -> list[int]:
    return [envelope.pos for envelope in story.journal if envelope.tx == story.tx]


def test_a_group_goes_back_whole_the_last_movement_first(site: Story) -> None:
    site.together(grant(10), transfer(6), transfer(6, LI, TILL))
    facts = site.when(reverse(site.tx))
    assert [type(fact) for fact in facts] == [TransferReversed, TransferReversed, GrantReversed]
    assert [balance(site, name) for name in (WANG, LI, TILL)] == [0, 0, 0]
    assert len({envelope.tx for envelope in site.journal[-3:]}) == 1


def test_all_or_nothing(site: Story) -> None:
    site.together(grant(10), transfer(6))
    of = site.tx
    site.given(deduct(5, LI))
    site.refuses(reverse(of), InsufficientFunds(required=6, available=1, missing=5))
    assert (balance(site, WANG), balance(site, LI)) == (4, 1)


def test_of_what_was_reversed_in_part_only_the_rest_goes_back(site: Story) -> None:
    site.together(grant(10), transfer(6), grant(3, LI))
    of, (granted, moved, other) = site.tx, positions(site)
    site.given(reverse(of, 2, position=moved), reverse(of, position=other))
    assert (balance(site, WANG), balance(site, LI)) == (6, 4)
    facts = site.when(reverse(of))
    assert [(type(fact).__name__, getattr(fact, "amount", 0), getattr(fact, "of", "")) for fact in facts] == [
        ("TransferReversed", 4, f"{of}.{moved}"),
        ("GrantReversed", 10, f"{of}.{granted}"),
    ]
    site.refuses(reverse(of), AlreadyReversed(original=19, reversed=19))
    site.refuses(reverse(of, position=granted), AlreadyReversed(original=10, reversed=10))


def test_an_amount_needs_one_movement(site: Story) -> None:
    site.together(grant(10), transfer(6))
    site.refuses(reverse(site.tx, position=0), NotFound(kind="fact", id=f"{site.tx}.0"))
    refused = Malformed(errors=["amount: the transaction has 2 movements: name one by its position"])
    site.refuses(reverse(site.tx, 3), refused)


def test_a_single_movement_is_the_same_by_its_transaction_and_by_its_position(site: Story) -> None:
    site.given(grant(10))
    of, (position,) = site.tx, positions(site)
    site.given(reverse(of, 4, position=position))
    (fact,) = site.when(reverse(of))
    assert isinstance(fact, GrantReversed)
    assert (fact.of, fact.amount) == (of, 6)


def test_a_position_of_another_transaction_is_not_found(site: Story) -> None:
    site.given(grant(10), grant(10))
    first = site.journal[-2].pos
    site.refuses(reverse(site.tx, position=first), NotFound(kind="fact", id=f"{site.tx}.{first}"))


def test_a_group_with_a_reversal_in_it_is_reversed_by_position_alone(site: Story) -> None:
    site.given(grant(10))
    site.together(reverse(site.tx, 4), grant(5, LI))
    of, (back, granted) = site.tx, positions(site)
    for command in (reverse(of), reverse(of, position=back)):
        site.refuses(command, NotReversible(type="grant-reversed.v1"))
    site.given(reverse(of, position=granted))
    assert (balance(site, WANG), balance(site, LI)) == (6, 0)


def test_a_transaction_without_a_movement_is_not_reversible(site: Story) -> None:
    site.refuses(reverse(site.journal[0].tx), NotReversible(type="scheme-adopted.v1"))


def test_a_transfer_that_moved_nothing_does_not_hinder_its_group(site: Story) -> None:
    nothing = replace(transfer(5), up_to=True)
    site.together(nothing, grant(4, LI))
    of, (empty, _) = site.tx, positions(site)
    site.refuses(reverse(of, position=empty), AlreadyReversed(original=0, reversed=0))
    site.given(reverse(of))
    assert balance(site, LI) == 0


@pytest.mark.parametrize("first", [0, 1])
def test_two_deductions_of_one_group_share_what_repaid_their_debts(site: Story, first: int) -> None:
    site.given(grant(10, unit="D"))
    site.together(deduct(14, unit="D"), deduct(6, unit="D"))
    of, places = site.tx, positions(site)
    site.given(grant(25, unit="D", until="2022-06-30"))
    assert (balance(site, WANG, "D"), account(site, WANG, "D").debts) == (15, ())
    site.given(reverse(of, position=places[first]))
    assert balance(site, WANG, "D") == (29, 21)[first]
    site.given(reverse(of, position=places[1 - first]))
    assert sorted(open_lots(site, WANG, "D"), key=str) == [("2022-06-30", ((0, 25),)), (None, ((0, 10),))]


def test_what_two_deductions_still_owe_is_cancelled_first(site: Story) -> None:
    site.given(grant(10, unit="D"))
    site.together(deduct(14, unit="D"), deduct(6, unit="D"))
    of = site.tx
    (fact,) = site.when(reverse(of, position=positions(site)[1]))
    assert isinstance(fact, DeductionReversed)
    assert (fact.forgiven, account(site, WANG, "D").debts) == (6, (Debt(of, 4),))
    site.given(reverse(of))
    assert (account(site, WANG, "D").debts, open_lots(site, WANG, "D")) == ((), [(None, ((0, 10),))])


def test_one_mans_repayment_is_not_given_back_to_his_neighbour(site: Story) -> None:
    site.together(deduct(5, unit="D"), deduct(5, LI, unit="D"))
    of, (wangs, lis) = site.tx, positions(site)
    site.given(grant(8, LI, unit="D"), grant(9, unit="D"))
    site.given(reverse(of, position=wangs))
    assert (balance(site, WANG, "D"), balance(site, LI, "D")) == (9, 3)
    site.given(reverse(of, position=lis))
    assert (balance(site, WANG, "D"), balance(site, LI, "D")) == (9, 8)


def test_each_deduction_of_a_group_lifts_its_own_suspension() -> None:
    story = building_site(with_rule("no-harness", approval_limit=None))
    story.together(no_harness("wang"), no_harness("li"))
    of, (deduction, suspension, _) = story.tx, story.journal[-3:]
    facts = story.when(ReverseMovement(of=of, position=deduction.pos, reason="wrong-person"))
    assert [type(fact) for fact in facts] == [DeductionReversed, SuspensionLifted]
    assert getattr(facts[1], "suspension", None) == suspension.data.suspension


def test_goods_received_beside_a_grant_do_not_hinder_it(site: Story) -> None:
    item = ListItem(id="cup", name="杯子", price=1, unit="A")  # type: ignore[arg-type] # plain words for ids
    site.given(item)
    site.together(grant(5), ReceiveGoods(item=item.id, quantity=1))
    site.given(reverse(site.tx))
    assert balance(site, WANG) == 0

"""Policies: a term that starts the next day, one in force a person, paid by the union, over after a year (S05)."""

import msgspec
import pytest

from ledger.accounting import credit, debit
from ledger.approvals.commands import ApproveProposal, MakeProposal
from ledger.approvals.content import content_of
from ledger.approvals.facts import ProposalMade
from ledger.entitlements.entities import Entitlement, EntitlementId
from ledger.entitlements.facts import EntitlementIssued, EntitlementLapsed
from ledger.people.commands import BarHolder, MergeHolders
from ledger.redemptions.commands import (
    CancelRedemption,
    FulfilRedemption,
    PlaceRedemption,
    RefundRedemption,
    ReturningLine,
    WantedLine,
)
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import RedemptionHeld, RedemptionPlaced
from ledger.redemptions.quoting import Quote, quote
from ledger.refusals import (
    AlreadyExists,
    EntitlementInForce,
    HolderBarred,
    HolderMerged,
    InsufficientFunds,
    Malformed,
    NotEligible,
    NotFound,
    SelfApproval,
    UnknownSchemeTerm,
)
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.values import AccountId, Day, HolderId, ItemId, RedemptionId, UnitCode
from tests.entitlements.mall import (
    COIN,
    LI,
    POLICY,
    RECUPERATION,
    WANG,
    cancel,
    coins,
    given_to,
    having,
    mall,
    on_shelf,
    people,
    redeem,
    status,
    used,
)
from tests.given import LEADER, SUPERVISOR, Story

LAST = Day("2023-06-30")
IN_FORCE = EntitlementInForce(until=LAST)
CNY = UnitCode("cny")


def quoted(story: Story, *lines: WantedLine, holder: HolderId = LI) -> Quote:
    story.let_time_act()
    view = story._decision()
    return quote(lines, holder, view, view)


# The term ------------------------------------------------------------------------------------------------------


def test_a_policy_runs_from_the_next_day_for_a_year_and_costs_the_union_sixty_yuan() -> None:
    story = mall(coins=500)
    sold, policy = story.when(redeem(LI, POLICY))
    assert isinstance(sold, RedemptionPlaced)
    assert isinstance(policy, EntitlementIssued)
    assert (policy.starts_on, policy.ends_on, policy.use, policy.holder) == ("2022-07-01", "2023-06-30", "term", LI)
    assert {policy.entitlement, policy.redemption} == {sold.redemption}
    assert policy.item == POLICY
    entry = policy.entry()
    assert entry is not None
    assert entry.postings == (
        debit(AccountId("cost:union"), CNY, 6000),
        credit(AccountId("payable:insurer"), CNY, 6000),
    )
    assert coins(story) == 100


def test_a_second_policy_is_refused_while_one_is_in_force_and_coins_are_untouched() -> None:
    story = mall(coins=900).given(redeem(LI, POLICY))
    story.refuses(redeem(LI, POLICY), IN_FORCE)
    assert (coins(story), on_shelf(story, POLICY)) == (500, 499)


@pytest.mark.parametrize(
    ("day", "refused"),
    [("2022-06-30", True), ("2022-07-01", True), ("2023-06-30", True), ("2023-07-01", False)],
)
def test_one_is_in_force_from_the_sale_to_the_end_of_its_last_day(day: str, refused: bool) -> None:
    story = mall(coins=900).given(redeem(LI, POLICY)).on(day)
    if refused:
        story.refuses(redeem(LI, POLICY), IN_FORCE)
    else:
        _, policy = story.when(redeem(LI, POLICY))
        assert (policy.starts_on, policy.ends_on) == ("2023-07-02", "2024-07-01")  # type: ignore[attr-defined] # of the fact just made
        assert coins(story) == 100


def test_a_policy_lapses_with_the_last_instant_of_its_last_day_by_itself() -> None:
    story = mall().given(redeem(LI, POLICY))
    policy = story.tx
    story.on("2023-06-30T15:59:59.999999Z").let_time_act()
    assert status(story, policy) == ["issued"]
    story.on("2023-06-30T16:00:00.000000Z").let_time_act()
    assert status(story, policy) == ["lapsed"]
    (lapsed,) = story.facts(EntitlementLapsed)
    assert (lapsed.ended_on, story.journal[-1].occurred_at) == ("2023-06-30", "2023-06-30T16:00:00.000000Z")
    assert having(story, LI, "accident-policy") == []


def test_what_is_over_is_not_in_force_even_before_anybody_noted_its_lapse() -> None:
    story = mall(coins=900).given(redeem(LI, POLICY))
    policy = story.tx
    story.at = story.on("2023-07-05").at
    decision = story._decision()
    assert status(story, policy) == ["issued"]
    assert len(quote((WantedLine(POLICY, 1),), LI, decision, decision).lines) == 1
    assert quote((WantedLine(POLICY, 1),), LI, decision, decision).possible


def test_a_term_of_a_month_ends_on_the_day_before_whatever_its_length() -> None:
    scheme = load_scheme("patrol")
    rules = msgspec.structs.replace(scheme.entitlements["accident-policy"], term_months=1, starts="at-once")
    changed = msgspec.structs.replace(scheme, entitlements={**scheme.entitlements, rules.code: rules})
    story = mall(scheme=changed, on="2023-01-31").given(redeem(LI, POLICY))
    assert story.the(Entitlement, story.tx).ends_on == "2023-02-27"


# One at a time -------------------------------------------------------------------------------------------------


def test_two_in_one_sale_are_one_too_many() -> None:
    story = mall(coins=900)
    story.refuses(redeem(LI, POLICY, 2), IN_FORCE)
    story.given(redeem(LI, POLICY))


def test_two_in_one_group_are_one_too_many() -> None:
    story = mall(coins=900)
    with pytest.raises(EntitlementInForce):
        story.together(redeem(LI, POLICY), redeem(LI, POLICY))
    assert coins(story) == 900


def test_what_is_in_force_is_said_before_what_is_missing() -> None:
    story = mall(coins=400).given(redeem(LI, POLICY))
    story.refuses(redeem(LI, POLICY), IN_FORCE)
    story.refuses(redeem(LI), InsufficientFunds(required=1000, available=0, missing=1000))


def test_another_person_may_have_one_and_the_same_person_another_kind() -> None:
    story = mall(LI, WANG).given(redeem(LI, POLICY), redeem(WANG, POLICY), redeem(LI))
    assert (coins(story), coins(story, WANG)) == (600, 1600)


def test_what_a_merged_record_has_counts_for_the_one_that_answers() -> None:
    story = mall(LI, WANG).given(redeem(WANG, POLICY), MergeHolders(old=WANG, into=LI, reason="duplicate"))
    story.refuses(redeem(LI, POLICY), IN_FORCE)
    story.refuses(redeem(WANG, POLICY), HolderMerged(holder=WANG, into=LI))
    story.refuses(given_to(LI, "accident-policy"), IN_FORCE)
    story.on("2023-07-01").given(redeem(LI, POLICY))


def test_a_merge_of_two_who_have_one_each_leaves_both_in_force() -> None:
    story = mall(LI, WANG).given(redeem(WANG, POLICY), redeem(LI, POLICY))
    story.given(MergeHolders(old=WANG, into=LI, reason="duplicate"))
    assert (having(story, LI, "accident-policy"), having(story, WANG, "accident-policy")) != ([], [])
    story.refuses(redeem(LI, POLICY), IN_FORCE)


# Held sales ----------------------------------------------------------------------------------------------------


def test_a_held_sale_issues_when_it_is_handed_over_on_the_terms_of_that_day() -> None:
    story = mall(coins=900, on="2022-06-30T15:55:00.000000Z")
    (held,) = story.when(redeem(LI, POLICY, id="r1", hold=True))
    assert isinstance(held, RedemptionHeld)
    assert story.get(Entitlement, "r1") is None
    story.on("2022-06-30T16:05:00.000000Z")
    _, policy = story.when(FulfilRedemption(redemption=RedemptionId("r1")))
    assert isinstance(policy, EntitlementIssued)
    assert (policy.entitlement, policy.starts_on, policy.ends_on) == ("r1", "2022-07-02", "2023-07-01")


def test_two_held_sales_become_one_policy_and_the_second_hold_can_be_called_off() -> None:
    story = mall(coins=900).given(redeem(LI, POLICY, id="r1", hold=True), redeem(LI, POLICY, id="r2", hold=True))
    story.given(FulfilRedemption(redemption=RedemptionId("r1")))
    story.refuses(FulfilRedemption(redemption=RedemptionId("r2")), IN_FORCE)
    story.given(CancelRedemption(redemption=RedemptionId("r2"), reason="other"))
    assert coins(story) == 500


def test_a_sale_is_not_even_held_while_one_is_in_force() -> None:
    story = mall(coins=900).given(redeem(LI, POLICY))
    story.refuses(redeem(LI, POLICY, hold=True), IN_FORCE)


# Quotes --------------------------------------------------------------------------------------------------------


def test_a_quote_says_that_one_is_in_force_and_until_when() -> None:
    story = mall(coins=900).given(redeem(LI, POLICY))
    (line,) = quoted(story, WantedLine(POLICY, 1)).lines
    assert (line.reason, line.numbers) == ("entitlement-in-force", {"until": LAST})


def test_a_quote_says_nothing_against_the_first_one_and_much_against_the_second() -> None:
    story = mall(coins=900)
    assert quoted(story, WantedLine(POLICY, 1)).possible
    (two,) = quoted(story, WantedLine(POLICY, 2)).lines
    assert two.reason == "entitlement-in-force"


def test_a_quote_counts_lines_that_issue_the_same_up_to_each() -> None:
    scheme = load_scheme("patrol")
    rules = scheme.entitlements["accident-policy"]
    rules = msgspec.structs.replace(rules, items=(*rules.items, ItemId("gift-policy")))
    changed = msgspec.structs.replace(scheme, entitlements={**scheme.entitlements, rules.code: rules})
    story = mall(scheme=changed).given(ListItem(id=ItemId("gift-policy"), name="gift", price=1, unit=COIN))
    story.given(ReceiveGoods(item=ItemId("gift-policy"), quantity=9))
    lines = (WantedLine(POLICY, 1), WantedLine(ItemId("gift-policy"), 1))
    assert [line.reason for line in quoted(story, *lines).lines] == [None, "entitlement-in-force"]
    story.refuses(PlaceRedemption(holder=LI, lines=lines), IN_FORCE)


# Giving back ---------------------------------------------------------------------------------------------------


def test_a_policy_is_never_given_back_and_neither_is_its_redemption() -> None:
    story = mall(coins=900).given(redeem(LI, POLICY, id="r1"))
    back = ReturningLine(POLICY, 1, restock=True)
    entitlement = NotEligible(reason="entitlement")
    story.refuses(CancelRedemption(redemption=RedemptionId("r1"), reason="other"), entitlement)
    story.refuses(RefundRedemption(redemption=RedemptionId("r1"), reason="other", lines=(back,)), entitlement)
    story.refuses(RefundRedemption(redemption=RedemptionId("r1"), reason="other", amount=400), entitlement)
    story.refuses(cancel("r1"), NotEligible(reason="not-refundable"))
    assert (coins(story), status(story, "r1")) == (500, ["issued"])


def test_other_goods_of_the_same_sale_come_back_over_the_counter() -> None:
    story = mall(coins=900).given(ListItem(id=ItemId("cup"), name="cup", price=10, unit=COIN))
    story.given(ReceiveGoods(item=ItemId("cup"), quantity=5))
    lines = (WantedLine(POLICY, 1), WantedLine(ItemId("cup"), 2))
    story.given(PlaceRedemption(holder=LI, lines=lines, id=RedemptionId("r1")))
    cup = ReturningLine(ItemId("cup"), 1, restock=True)
    story.given(RefundRedemption(redemption=RedemptionId("r1"), reason="other", lines=(cup,)))
    assert (coins(story), story.the(Redemption, "r1").entitled) == (490, (POLICY,))


def test_goods_that_entitle_to_nothing_are_given_back_as_ever() -> None:
    story = mall(coins=900).given(ListItem(id=ItemId("cup"), name="cup", price=10, unit=COIN))
    story.given(ReceiveGoods(item=ItemId("cup"), quantity=5), redeem(LI, ItemId("cup"), id="r1"))
    story.given(CancelRedemption(redemption=RedemptionId("r1"), reason="other"))
    assert coins(story) == 900


def test_a_term_is_not_used_by_anybody() -> None:
    story = mall().given(redeem(LI, POLICY))
    story.refuses(used(story.tx), NotEligible(reason="term"))
    story.refuses(used("nobody"), NotFound(kind="entitlement", id="nobody"))


# Several, ids --------------------------------------------------------------------------------------------------


def test_each_piece_issues_one_and_they_are_numbered() -> None:
    story = mall(coins=3000).given(redeem(LI, RECUPERATION, 3, id="r1"))
    assert [fact.entitlement for fact in story.facts(EntitlementIssued)] == ["r1", "r1~2", "r1~3"]
    assert having(story, LI) == ["r1", "r1~2", "r1~3"]


def test_more_than_a_hundred_at_once_are_refused() -> None:
    story = mall(coins=200_000)
    story.refuses(redeem(LI, RECUPERATION, 101), Malformed(errors=["lines: 101 entitlements are more than 100"]))
    story.given(redeem(LI, RECUPERATION, 100))
    assert len(story.facts(EntitlementIssued)) == 100


def test_an_id_that_an_entitlement_has_is_taken_for_its_redemption_too() -> None:
    story = mall(coins=9000).given(given_to(LI, id="r1~2"), given_to(LI, id="r2"))
    story.refuses(redeem(LI, id="r2"), AlreadyExists(kind="entitlement", id="r2"))
    story.refuses(redeem(LI, RECUPERATION, 2, id="r1"), AlreadyExists(kind="entitlement", id="r1~2"))
    story.given(redeem(LI, RECUPERATION, 1, id="r1"))


def test_sales_in_one_group_issue_one_each() -> None:
    story = mall(coins=2000)
    story.together(redeem(LI), redeem(LI))
    assert len(having(story, LI)) == 2


# Given by an officer -------------------------------------------------------------------------------------------


def test_an_officer_gives_one_without_coins_and_the_union_still_pays() -> None:
    story = mall(coins=0)
    (fact,) = story.when(given_to(LI, "accident-policy", id="gift"))
    assert isinstance(fact, EntitlementIssued)
    assert (fact.entitlement, fact.redemption, fact.reason, fact.ends_on) == ("gift", None, "other", LAST)
    assert fact.cost is not None
    story.refuses(given_to(LI, "accident-policy"), IN_FORCE)


def test_giving_refuses_unknown_terms_people_and_ids_in_this_order() -> None:
    story = mall(coins=0).given(given_to(LI, id="gift"))
    story.refuses(given_to(HolderId("x"), "boat"), UnknownSchemeTerm(term="entitlement", value="boat"))
    nobody = msgspec.structs.replace(given_to(HolderId("x")), reason="whim")
    story.refuses(nobody, UnknownSchemeTerm(term="reason", value="whim"))
    story.refuses(given_to(HolderId("x")), NotFound(kind="holder", id="x"))
    story.refuses(given_to(LI, id="gift"), AlreadyExists(kind="entitlement", id="gift"))


def test_who_may_not_redeem_is_given_nothing() -> None:
    story = mall(LI, WANG).given(BarHolder(holder=LI, reason="other"))
    story.refuses(given_to(LI), HolderBarred(since=Day("2022-06-30")))
    story.refuses(redeem(LI, POLICY), HolderBarred(since=Day("2022-06-30")))
    story.given(given_to(WANG))


def test_one_group_gives_several_and_each_has_an_id() -> None:
    story = mall(LI, WANG, coins=0)
    facts = story.together(given_to(LI), given_to(WANG))
    assert len({fact.entitlement for fact in facts if isinstance(fact, EntitlementIssued)}) == 2


def test_a_gift_may_wait_for_a_second_person() -> None:
    story = mall(coins=0)
    (made,) = story.when(MakeProposal(command=content_of(given_to(LI, "accident-policy", id="gift"))), by=SUPERVISOR)
    assert isinstance(made, ProposalMade)
    story.refuses(ApproveProposal(proposal=made.proposal), SelfApproval(maker="person:supervisor"), by=SUPERVISOR)
    story.on("2022-07-02").when(ApproveProposal(proposal=made.proposal), by=LEADER)
    assert (story.the(Entitlement, "gift").starts_on, story.journal[-1].by) == ("2022-07-03", SUPERVISOR)


# A scheme that changes -----------------------------------------------------------------------------------------


def test_an_entitlement_keeps_the_terms_it_was_issued_with() -> None:
    story = mall(coins=3000).given(redeem(LI, POLICY, id="old"), redeem(LI, id="trip"))
    scheme = load_scheme("patrol")
    policy = msgspec.structs.replace(scheme.entitlements["accident-policy"], term_months=6, cost=None)
    trip = msgspec.structs.replace(scheme.entitlements["recuperation"], cancel_days=None, life=None)
    changed = msgspec.structs.replace(scheme, version=2, entitlements={"accident-policy": policy, "recuperation": trip})
    story.given(AdoptScheme(scheme=canonical(changed), effective_from=Day("2022-07-01"))).on("2022-07-02")
    people(story, WANG)
    story.given(redeem(WANG, POLICY, id="new"), redeem(WANG, id="late"))
    old, new = story.the(Entitlement, "old"), story.the(Entitlement, "new")
    assert (old.ends_on, new.ends_on) == ("2023-06-30", "2023-01-02")
    assert (old.cost is None, new.cost is None) == (False, True)
    story.refuses(cancel("late"), NotEligible(reason="not-refundable"))
    story.given(cancel("trip"))
    assert story.the(Entitlement, EntitlementId("trip")).status == "cancelled"

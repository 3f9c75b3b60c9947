"""Proposals: one person wishes, another allows; the content, the time and the people are bound (R08)."""

import msgspec
import pytest

from ledger.approvals.commands import ApproveProposal, MakeProposal, NameDelegate, RejectProposal
from ledger.approvals.content import command_of, content_of, digest_of
from ledger.approvals.entities import Proposal
from ledger.approvals.facts import ProposalApproved, ProposalExpired, ProposalMade, ProposalRejected
from ledger.periods.entities import Books
from ledger.points.commands import GrantPoints
from ledger.points.facts import PointsEarned
from ledger.refusals import (
    AlreadyDecided,
    ApprovalExpired,
    LimitExceeded,
    Malformed,
    NotEligible,
    NotFound,
    ProposalMismatch,
    SelfApproval,
    UnknownSchemeTerm,
)
from ledger.requests.entities import Cause
from ledger.room import By, Command
from ledger.rooms import Registry
from ledger.scheme.loading import load_scheme
from ledger.values import AccountId, Day, Instant, ProposalId, UnitCode
from tests.behaviours.site import account, check_in, hazard, missed_punch, noon, proposed, site
from tests.given import COUNTER, LEADER, SUPERVISOR, Story

DEPUTY = By(principal="person:deputy", subject="person:deputy")
LAPTOP = By(principal="client:laptop", subject="person:supervisor")


def approve(proposal: ProposalId, *, digest: str | None = None, for_leader: bool = False) -> ApproveProposal:
    """An approval, in the leader's place if so."""
    absent = "person:leader" if for_leader else None
    return ApproveProposal(proposal=proposal, digest=digest, on_behalf_of=absent)


@pytest.fixture(name="story")
def _story() -> Story:
    return site(initial=False)


@pytest.fixture(name="waiting")
def _waiting(story: Story) -> ProposalId:
    return proposed(story, hazard())


# Making ------------------------------------------------------------------------------------------------------


def test_a_proposal_carries_its_command_with_the_digest_that_binds_it(story: Story, waiting: ProposalId) -> None:
    (made,) = story.facts(ProposalMade)
    assert command_of(made.command) == hazard()
    assert (made.digest, made.kind, made.holder) == (digest_of(content_of(hazard())), "behaviour", "wang")
    assert (made.maker, waiting) == (SUPERVISOR, ProposalId(story.tx))
    assert made.expires_at == "2022-06-30T16:00:00.000000Z"


def test_nothing_moves_until_it_is_approved(story: Story, waiting: ProposalId) -> None:
    assert story.book.row(("account", "holder:wang/safety_point")) is None
    assert story.the(Proposal, waiting).status == "open"


def test_any_command_can_be_proposed(story: Story) -> None:
    grant = GrantPoints(to=AccountId("holder:wang"), unit=UnitCode("safety_point"), amount=7, reason="correction")
    (made,) = story.when(MakeProposal(command={"type": "grant", **msgspec.to_builtins(grant)}))
    assert isinstance(made, ProposalMade)
    assert (made.why, made.kind, made.holder) == ("proposed", "grant", "wang")
    story.when(approve(made.proposal), by=LEADER)
    assert account(story).balance == 7


def test_every_command_survives_being_carried_as_data() -> None:
    """Its route leads back to its class: a room whose command were shadowed by another's route would show here."""
    for route, command in Registry().commands.items():
        assert Command.routes[route] is command


def test_a_proposal_about_nobody_names_no_holder(story: Story) -> None:
    (made,) = story.when(MakeProposal(command={"type": "books", "period": "2022-06"}))
    assert isinstance(made, ProposalMade)
    assert made.holder is None
    story.when(approve(made.proposal), by=LEADER)
    assert story.the(Books, Books.ID).period == "2022-06"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"type": ""},
        {"type": "dancing"},
        {"type": "grant", "to": "holder:wang"},
        {"type": "behaviour", "holder": "wang", "behaviour": "check-in", "points": 1000},
        {"type": "approval", "proposal": "tx0004"},
        {"type": "proposal", "command": {}},
    ],
)
def test_what_is_no_command_cannot_be_proposed(story: Story, content: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        story.when(MakeProposal(command=content))


def test_what_no_state_can_accept_is_refused_at_once(story: Story) -> None:
    story.refuses(MakeProposal(command=content_of(check_in("nobody"))), NotFound(kind="holder", id="nobody"))
    unknown = msgspec.structs.replace(check_in(), behaviour="dancing")
    story.refuses(MakeProposal(command=content_of(unknown)), UnknownSchemeTerm(term="behaviour", value="dancing"))


def test_what_the_present_state_refuses_may_be_proposed_for_another(story: Story) -> None:
    story.given(check_in())
    (made,) = story.when(MakeProposal(command=content_of(check_in())))
    assert isinstance(made, ProposalMade)
    refusal = LimitExceeded(rule="check-in", limit=1, used=1, offered=0, period="2022-06-01")
    story.refuses(approve(made.proposal), refusal, by=LEADER)
    assert story.the(Proposal, made.proposal).status == "open"


def test_proposed_or_sent_at_once_a_command_has_one_scope_for_its_causes() -> None:
    for command in (check_in(), missed_punch(), hazard("li")):
        assert MakeProposal(command=content_of(command)).cause_scope() == command.cause_scope()


# Approving ---------------------------------------------------------------------------------------------------


def test_approved_it_is_carried_out_in_the_makers_name_at_the_makers_time(story: Story) -> None:
    story.on("2022-06-20")
    waiting = proposed(story, hazard(), on=noon(10))
    made_at = story.journal[-1].pos
    approved, earned, _ = story.on("2022-06-22").when(approve(waiting), by=LEADER)
    assert isinstance(approved, ProposalApproved)
    assert isinstance(earned, PointsEarned)
    envelope = story.journal[-2]
    assert (envelope.by, envelope.occurred_at) == (SUPERVISOR, noon(10))
    assert envelope.appr is not None
    assert (envelope.appr.proposal, envelope.appr.by, envelope.appr.position) == (waiting, "person:leader", made_at)
    assert story.journal[-3].by == LEADER


def test_no_fact_but_those_carried_out_bears_an_approval(story: Story, waiting: ProposalId) -> None:
    story.given(approve(waiting), by=LEADER).given(check_in("li"))
    assert [item.type for item in story.journal if item.appr is not None] == [
        "points-earned.v1",
        "behaviour-recorded.v1",
    ]


@pytest.mark.parametrize("same", [SUPERVISOR, LAPTOP, By(principal="client:supervisor", subject="person:other")])
def test_nobody_approves_what_he_made_whatever_he_signs_in_with(story: Story, waiting: ProposalId, same: By) -> None:
    story.refuses(approve(waiting), SelfApproval(maker="person:supervisor"), by=same)


def test_a_scheme_may_let_maker_and_checker_be_one_and_the_fact_says_so() -> None:
    scheme = load_scheme("safety-supermarket")
    rules = msgspec.structs.replace(scheme.approvals, maker_may_check=True)
    story = site(msgspec.structs.replace(scheme, approvals=rules))
    approved = story.when(approve(proposed(story, hazard())), by=SUPERVISOR)[0]
    assert isinstance(approved, ProposalApproved)
    assert approved.by_maker
    other = story.when(approve(proposed(story, hazard())), by=LEADER)[0]
    assert isinstance(other, ProposalApproved)
    assert not other.by_maker


def test_a_client_alone_approves_nothing(story: Story, waiting: ProposalId) -> None:
    story.refuses(approve(waiting), NotEligible(reason="person-needed"), by=COUNTER)


def test_an_approval_is_of_the_content_that_was_seen(story: Story, waiting: ProposalId) -> None:
    digest = story.the(Proposal, waiting).digest
    story.refuses(approve(waiting, digest="0" * 64), ProposalMismatch(digest=digest), by=LEADER)
    story.when(approve(waiting, digest=digest), by=LEADER)
    assert account(story).balance == 10


def test_a_proposal_is_decided_once(story: Story, waiting: ProposalId) -> None:
    story.given(approve(waiting), by=LEADER)
    position = next(item.pos for item in story.journal if isinstance(item.data, ProposalApproved))
    refusal = AlreadyDecided(decision="approved", position=position)
    story.refuses(approve(waiting), refusal, by=LEADER)
    story.refuses(RejectProposal(proposal=waiting, reason="duplicate"), refusal, by=LEADER)
    assert account(story).balance == 10


def test_an_unknown_proposal_is_not_found(story: Story) -> None:
    story.refuses(approve(ProposalId("tx9999")), NotFound(kind="proposal", id="tx9999"), by=LEADER)


def test_of_two_proposals_for_one_day_the_second_is_refused_and_stays_open(story: Story) -> None:
    first, second = proposed(story, missed_punch()), proposed(story, missed_punch())
    story.given(approve(first), by=LEADER)
    refusal = LimitExceeded(rule="check-in", limit=1, used=1, offered=0, period="2022-06-01")
    story.refuses(approve(second), refusal, by=LEADER)
    assert story.the(Proposal, second).status == "open"


# Rejecting and expiring ------------------------------------------------------------------------------------------


def test_a_rejection_gives_its_reason(story: Story, waiting: ProposalId) -> None:
    reject = RejectProposal(proposal=waiting, reason="evidence-missing", note="note:0198f9")
    assert story.when(reject, by=LEADER) == (
        ProposalRejected(proposal=waiting, reason="evidence-missing", note="note:0198f9"),
    )
    refusal = AlreadyDecided(decision="rejected", position=story.journal[-1].pos)
    story.refuses(approve(waiting), refusal, by=LEADER)


def test_a_reason_is_one_of_the_schemes_and_a_note_is_a_reference(story: Story, waiting: ProposalId) -> None:
    unknown = RejectProposal(proposal=waiting, reason="dancing")
    story.refuses(unknown, UnknownSchemeTerm(term="reason", value="dancing"), by=LEADER)
    with pytest.raises(Malformed):
        story.when(RejectProposal(proposal=waiting, reason="other", note="他不在场"), by=LEADER)


def test_a_maker_may_withdraw_and_a_client_alone_may_not_reject(story: Story, waiting: ProposalId) -> None:
    reject = RejectProposal(proposal=waiting, reason="duplicate")
    story.refuses(reject, NotEligible(reason="person-needed"), by=COUNTER)
    story.when(reject, by=SUPERVISOR)
    assert story.the(Proposal, waiting).status == "rejected"


def test_a_cause_stays_used_after_a_rejection(story: Story) -> None:
    (made,) = story.when(hazard(), cause="mac-of-paper-slip-8")
    assert isinstance(made, ProposalMade)
    story.when(RejectProposal(proposal=made.proposal, reason="duplicate"), by=LEADER)
    assert story.the(Cause, "mac-of-paper-slip-8").position == 4


def test_a_cause_is_not_needed_again_for_the_approval(story: Story) -> None:
    (made,) = story.when(missed_punch(), cause="mac-of-gate-row-17")
    assert isinstance(made, ProposalMade)
    story.when(approve(made.proposal), by=LEADER)
    assert [item.cause for item in story.journal[-2:]] == [None, None]


def test_an_undecided_proposal_lapses_by_itself_at_its_instant(story: Story, waiting: ProposalId) -> None:
    story.on("2022-06-30T15:59:59.999999Z").let_time_act()
    assert story.the(Proposal, waiting).status == "open"
    story.on("2022-06-30T16:00:00.000000Z").let_time_act()
    assert isinstance(story.journal[-1].data, ProposalExpired)
    assert story.journal[-1].by.principal == "system"
    refusal = ApprovalExpired(expired_at=Instant("2022-06-30T16:00:00.000000Z"))
    story.refuses(approve(waiting), refusal, by=LEADER)
    story.refuses(RejectProposal(proposal=waiting, reason="duplicate"), refusal, by=LEADER)


# Delegates ---------------------------------------------------------------------------------------------------


def named(*, absent: str = "person:leader", delegate: str = "person:deputy") -> NameDelegate:
    """The leader is away from 10 to 12 June."""
    return NameDelegate(absent=absent, delegate=delegate, from_on=Day("2022-06-10"), to_on=Day("2022-06-12"))


@pytest.mark.parametrize("at", ["2022-06-09T16:00:00.000000Z", "2022-06-12T15:59:59.999999Z"])
def test_a_delegate_approves_within_his_dates_and_the_fact_says_for_whom(
    story: Story, waiting: ProposalId, at: str
) -> None:
    story.given(named(), by=LEADER).on(at)
    fact = story.when(approve(waiting, for_leader=True), by=DEPUTY)[0]
    assert isinstance(fact, ProposalApproved)
    assert fact.on_behalf_of == "person:leader"


@pytest.mark.parametrize("at", ["2022-06-09T15:59:59.999999Z", "2022-06-12T16:00:00.000000Z"])
def test_outside_his_dates_a_delegate_is_nobody(story: Story, waiting: ProposalId, at: str) -> None:
    story.given(named(), by=LEADER).on(at)
    story.refuses(approve(waiting, for_leader=True), NotEligible(reason="no-delegation"), by=DEPUTY)


def test_a_delegation_is_for_one_person(story: Story, waiting: ProposalId) -> None:
    story.given(named(), by=LEADER).on("2022-06-11")
    other = By(principal="person:other", subject="person:other")
    story.refuses(approve(waiting, for_leader=True), NotEligible(reason="no-delegation"), by=other)


def test_a_delegate_approves_neither_his_own_entries_nor_those_of_whom_he_stands_in_for(story: Story) -> None:
    story.given(named(), by=LEADER).on("2022-06-11")
    own, leaders = proposed(story, hazard(), by=DEPUTY), proposed(story, hazard(), by=LEADER)
    story.refuses(approve(own, for_leader=True), SelfApproval(maker="person:deputy"), by=DEPUTY)
    story.refuses(approve(leaders, for_leader=True), SelfApproval(maker="person:leader"), by=DEPUTY)


def test_nobody_makes_himself_a_delegate(story: Story) -> None:
    story.refuses(named(), SelfApproval(maker="person:deputy"), by=DEPUTY)


def test_a_delegation_names_two_people_and_days_in_order(story: Story) -> None:
    wrong = (
        named(delegate="person:leader"),
        msgspec.structs.replace(named(), to_on=Day("2022-06-09")),
        msgspec.structs.replace(named(), from_on=Day("2022-02-30")),
        msgspec.structs.replace(named(), from_on=Day("20220610")),
        named(absent="李 队长"),
    )
    for command in wrong:
        with pytest.raises(Malformed):
            story.when(command, by=LEADER)


def test_a_scheme_may_know_no_delegates() -> None:
    scheme = load_scheme("safety-supermarket")
    rules = msgspec.structs.replace(scheme.approvals, delegates=False)
    story = site(msgspec.structs.replace(scheme, approvals=rules))
    story.refuses(named(), NotEligible(reason="no-delegation"), by=LEADER)

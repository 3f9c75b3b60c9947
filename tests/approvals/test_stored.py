"""Behaviours and proposals on a real ledger: what is named is loaded, what is stored comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.approvals.commands import (
    AppealDeduction,
    ApproveProposal,
    DecideAppeal,
    MakeProposal,
    NameDelegate,
    RejectProposal,
)
from ledger.approvals.content import content_of
from ledger.approvals.entities import Delegation, Proposal
from ledger.approvals.facts import ProposalMade
from ledger.behaviours.facts import EvaluationSuspended
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Cause, Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Submission
from ledger.people.commands import RegisterPerson
from ledger.people.entities import Holder
from ledger.points.entities import Account
from ledger.refusals import ApprovalExpired, CauseAlreadyUsed, SelfApproval
from ledger.room import By
from ledger.values import Day, HolderId, Instant, ProposalId
from tests.behaviours.site import check_in, hazard, missed_punch, no_harness, noon
from tests.given import LEADER, SUPERVISOR
from tests.ledgers import opened


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], name="ledger")
def _ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A site with one worker, on each database."""
    if request.param == "sqlite":
        storage = Storage.sqlite(tmp_path / "journal.db", "site")
    else:
        storage = Storage.postgres(request.getfixturevalue("fresh_database"), "site")
    storage.create(zone="Asia/Shanghai", scheme="safety-supermarket", created_at="2022-06-01T00:00:00.000000Z")
    with opened(storage, scheme="safety-supermarket") as ledger:
        ledger.submit(RegisterPerson(holder=HolderId("wang")), by=SUPERVISOR)
        yield ledger


def propose(ledger: Ledger, key: str, *, on: int = 10) -> ProposalId:
    """A hazard of that day, waiting."""
    outcome = ledger.submit(hazard(), by=SUPERVISOR, key=key, occurred_at=Instant(noon(on)))
    made = outcome.envelopes[0].data
    assert isinstance(made, ProposalMade)
    return made.proposal


def balance(ledger: Ledger) -> int:
    return ledger.the(Account, "holder:wang/safety_point").balance


def test_late_check_ins_and_approvals_read_nothing_one_by_one(ledger: Ledger) -> None:
    """Every counter is named by the day on which it happened, also those of what an approval carries out."""
    waiting = propose(ledger, "first")
    punch = ledger.submit(missed_punch(), by=SUPERVISOR, occurred_at=Instant(noon(4))).tx
    ledger.book.forget()
    before = ledger.book.on_demand
    ledger.submit(check_in(), by=SUPERVISOR, occurred_at=Instant(noon(3)))
    ledger.book.forget()
    ledger.submit(ApproveProposal(proposal=waiting), by=LEADER)
    ledger.book.forget()
    ledger.submit(ApproveProposal(proposal=ProposalId(punch)), by=LEADER)
    ledger.book.forget()
    ledger.submit(RejectProposal(proposal=propose(ledger, "second"), reason="duplicate"), by=LEADER)
    assert ledger.book.on_demand == before
    assert balance(ledger) == 12


def test_a_proposal_comes_back_from_its_bytes_and_is_approved_by_another_process(ledger: Ledger) -> None:
    waiting = propose(ledger, "first")
    ledger.book.forget()
    stored = ledger.the(Proposal, waiting)
    assert (stored.status, stored.maker, stored.command["behaviour"]) == ("open", SUPERVISOR, "hazard")
    ledger.submit(ApproveProposal(proposal=waiting, digest=stored.digest), by=LEADER)
    assert (ledger.the(Proposal, waiting).status, balance(ledger)) == ("approved", 10)


def test_a_self_approval_is_recorded_and_the_proposal_stays_open(ledger: Ledger) -> None:
    waiting = propose(ledger, "first")
    with pytest.raises(SelfApproval):
        ledger.submit(ApproveProposal(proposal=waiting), by=SUPERVISOR, key="own")
    (last,) = ledger.storage.facts(ledger.storage.head().position - 1, 1)
    assert last.topic == "command-refused.v1"
    assert ledger.the(Proposal, waiting).status == "open"


def test_an_approval_sent_twice_awards_once(ledger: Ledger) -> None:
    waiting = propose(ledger, "first")
    first = ledger.submit(ApproveProposal(proposal=waiting), by=LEADER, key="approve")
    second = ledger.submit(ApproveProposal(proposal=waiting), by=LEADER, key="approve")
    assert (second.replayed, second.tx, balance(ledger)) == (True, first.tx, 10)


def test_a_punch_put_right_uses_up_the_cause_of_the_gate(ledger: Ledger) -> None:
    day = Cause(type="gate", id="wang 2022-06-03")
    ledger.submit(missed_punch(), by=SUPERVISOR, cause=day, occurred_at=Instant(noon(3)))
    with pytest.raises(CauseAlreadyUsed):
        ledger.submit(check_in(), by=SUPERVISOR, cause=day, occurred_at=Instant(noon(3)))


def test_suspensions_and_delegations_come_back_from_their_bytes(ledger: Ledger) -> None:
    waiting = ledger.submit(no_harness(), by=SUPERVISOR).tx
    ledger.submit(
        NameDelegate(absent="person:leader", delegate="person:li", from_on=Day("2022-06-10"), to_on=Day("2022-06-20")),
        by=LEADER,
    )
    ledger.submit(ApproveProposal(proposal=ProposalId(waiting)), by=LEADER)
    ledger.book.forget()
    assert ledger.the(Holder, "wang").suspended == ("2022-06",)
    assert ledger.the(Delegation, "person:leader").covers("person:li", Day("2022-06-15"))


def test_members_of_one_group_make_proposals_and_suspensions_of_their_own(ledger: Ledger) -> None:
    ledger.submit(RegisterPerson(holder=HolderId("li")), by=SUPERVISOR)
    grave = [ledger.wish(no_harness(name), by=SUPERVISOR) for name in ("wang", "li")]
    made = ledger.writer.ask(Submission(wishes=tuple(grave))).envelopes
    waiting = [item.data.proposal for item in made]
    assert len(set(waiting)) == 2
    approvals = [ledger.wish(ApproveProposal(proposal=id), by=LEADER) for id in waiting]
    facts = [item.data for item in ledger.writer.ask(Submission(wishes=tuple(approvals))).envelopes]
    suspensions = [fact.suspension for fact in facts if isinstance(fact, EvaluationSuspended)]
    assert len(set(suspensions)) == 2
    assert [ledger.the(Holder, name).suspended for name in ("wang", "li")] == [("2022-06",)] * 2


def test_an_undecided_proposal_lapses_in_the_turn_that_names_it(ledger: Ledger) -> None:
    waiting = propose(ledger, "first")
    expires_at = ledger.the(Proposal, waiting).expires_at
    assert isinstance(ledger.clock, ManualClock)
    ledger.clock.move_to(expires_at)
    assert ledger.the(Proposal, waiting).status == "expired"
    with pytest.raises(ApprovalExpired) as caught:
        ledger.submit(ApproveProposal(proposal=waiting), by=LEADER)
    assert caught.value.expired_at == expires_at
    (last,) = ledger.storage.facts(ledger.storage.head().position - 1, 1)
    assert last.topic == "proposal-expired.v1"


def test_an_appeal_runs_from_proposal_to_reversal(ledger: Ledger) -> None:
    chair, worker = By(principal="person:chair", subject="person:chair"), By(principal="client:kiosk")
    made = ledger.submit(MakeProposal(command=content_of(no_harness())), by=SUPERVISOR)
    deputy = By(principal="person:li", subject="person:li")
    dates = {"from_on": Day("2022-06-10"), "to_on": Day("2022-06-20")}
    ledger.submit(NameDelegate(absent="person:leader", delegate="person:li", **dates), by=LEADER)
    approval = ApproveProposal(proposal=ProposalId(made.tx), on_behalf_of="person:leader")
    deduction = ledger.submit(approval, by=deputy).tx
    assert balance(ledger) == -10
    ledger.submit(AppealDeduction(of=deduction), by=worker)
    decision = DecideAppeal(appeal=deduction, granted=True, reason="appeal-granted")
    with pytest.raises(SelfApproval):
        ledger.submit(decision, by=deputy)
    ledger.submit(decision, by=chair)
    assert (balance(ledger), ledger.the(Holder, "wang").suspended) == (0, ())

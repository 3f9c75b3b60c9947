"""Break-glass: one's own proposal carried out alone, where the scheme allows it, and never silently."""

import msgspec
import pytest

from ledger.approvals.commands import BreakGlass, MakeProposal
from ledger.approvals.content import content_of
from ledger.approvals.entities import Proposal
from ledger.approvals.facts import GlassBroken
from ledger.points.commands import GrantPoints
from ledger.points.facts import PointsEarned
from ledger.refusals import (
    AlreadyDecided,
    ApprovalExpired,
    Malformed,
    NotEligible,
    NotFound,
    ProposalMismatch,
    UnknownSchemeTerm,
)
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Scheme
from ledger.values import AccountId, ProposalId, UnitCode
from tests.given import COUNTER, LEADER, SUPERVISOR, Story
from tests.redemptions.shop import WANG, shop

GRANT = GrantPoints(to=AccountId("holder:" + WANG), unit=UnitCode("A"), amount=7, reason="correction")


def allowing(*, glass: bool = True) -> Scheme:
    scheme = load_scheme("conformance")
    return msgspec.structs.replace(scheme, approvals=msgspec.structs.replace(scheme.approvals, break_glass=glass))


def proposed(scheme: Scheme) -> tuple[Story, BreakGlass]:
    """A grant that waits, and the wish of its maker not to wait."""
    story = shop(scheme).on("2022-06-01")
    story.when(MakeProposal(command=content_of(GRANT)))
    id = ProposalId(story.tx)
    digest = story.the(Proposal, id).digest
    return story, BreakGlass(proposal=id, digest=digest, reason="correction", note="note-1")


@pytest.fixture(name="waiting")
def _waiting() -> tuple[Story, BreakGlass]:
    return proposed(allowing())


def test_the_maker_carries_it_out_and_a_fact_says_so(waiting: tuple[Story, BreakGlass]) -> None:
    story, alone = waiting
    broken, earned = story.when(alone)
    assert broken == GlassBroken(proposal=alone.proposal, digest=alone.digest, reason="correction", note="note-1")
    assert isinstance(earned, PointsEarned)
    envelope = story.journal[-1]
    assert envelope.appr is not None
    assert (envelope.appr.by, envelope.by) == ("person:supervisor", SUPERVISOR)
    story.refuses(
        alone, AlreadyDecided(decision="approved", position=story.the(Proposal, alone.proposal).decided_position)
    )


def test_where_the_scheme_does_not_say_so_nobody_does() -> None:
    story, alone = proposed(allowing(glass=False))
    story.refuses(alone, NotEligible(reason="break-glass-not-allowed"))
    assert load_scheme("safety-supermarket").approvals.break_glass is False


def test_whoever_did_not_make_it_approves_it_instead(waiting: tuple[Story, BreakGlass]) -> None:
    story, alone = waiting
    story.refuses(alone, NotEligible(reason="not-the-maker"), by=LEADER)
    story.refuses(alone, NotEligible(reason="person-needed"), by=COUNTER)


def test_what_is_wrong_is_said(waiting: tuple[Story, BreakGlass]) -> None:
    story, alone = waiting
    other = msgspec.structs.replace(alone, digest="0" * 64)
    story.refuses(other, ProposalMismatch(digest=alone.digest))
    story.refuses(msgspec.structs.replace(alone, reason="none"), UnknownSchemeTerm(term="reason", value="none"))
    none = msgspec.structs.replace(alone, proposal=ProposalId("none"))
    story.refuses(none, NotFound(kind="proposal", id="none"))
    expires_at = story.the(Proposal, alone.proposal).expires_at
    story.on("2022-12-01").refuses(alone, ApprovalExpired(expired_at=expires_at))


def test_it_is_not_proposed_to_anybody(waiting: tuple[Story, BreakGlass]) -> None:
    story, alone = waiting
    wish = MakeProposal(command=content_of(alone))
    story.refuses(wish, Malformed(errors=["command.type: break-glass cannot be proposed"]))

"""A site with a few workers, and short words for what happens on it."""

from pathlib import Path

import msgspec

from ledger.approvals.commands import ApproveProposal
from ledger.approvals.facts import ProposalMade
from ledger.behaviours.commands import RecordBehaviour
from ledger.people.commands import RegisterPerson
from ledger.points.commands import OpenInitial
from ledger.points.entities import Account
from ledger.room import By, Fact
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Scheme
from ledger.values import AccountId, HolderId, ProposalId
from tests.given import LEADER, SUPERVISOR, Story

SECOND_VERSION = Path(__file__).parent.parent / "scheme" / "safety-supermarket-v2.toml"
PHOTO = "sha256:5be1c07d"


def site(scheme: str | Scheme = "safety-supermarket", *, initial: bool = True) -> Story:
    """A site with 王钦力 and a colleague, each with the month's 100 points unless `initial` is false."""
    story = Story(scheme)
    for name in ("wang", "li"):
        story.given(RegisterPerson(holder=HolderId(name)))
        if initial:
            story.given(OpenInitial(account=AccountId("holder:" + name)))
    return story


def with_rule(code: str, **changes: object) -> Scheme:
    """The site's scheme with one behaviour changed."""
    scheme = load_scheme("safety-supermarket")
    changed = msgspec.structs.replace(scheme.behaviours[code], **changes)
    return msgspec.structs.replace(scheme, behaviours={**scheme.behaviours, code: changed})


def with_negative(policy: str) -> Scheme:
    """The site's scheme under another negative policy."""
    scheme = load_scheme("safety-supermarket")
    unit = msgspec.structs.replace(scheme.units["safety_point"], negative=policy)
    return msgspec.structs.replace(scheme, units={"safety_point": unit})


def check_in(holder: str = "wang") -> RecordBehaviour:
    return RecordBehaviour(holder=HolderId(holder), behaviour="check-in")


def talk(holder: str = "wang") -> RecordBehaviour:
    return RecordBehaviour(holder=HolderId(holder), behaviour="pre-shift-talk")


def missed_punch(holder: str = "wang") -> RecordBehaviour:
    return RecordBehaviour(holder=HolderId(holder), behaviour="missed-punch", counts_as="check-in")


def hazard(holder: str = "wang") -> RecordBehaviour:
    return RecordBehaviour(holder=HolderId(holder), behaviour="hazard", target="facility", evidence=PHOTO)


def no_helmet(holder: str = "wang") -> RecordBehaviour:
    return RecordBehaviour(holder=HolderId(holder), behaviour="no-helmet", target="person", evidence=PHOTO)


def no_harness(holder: str = "wang") -> RecordBehaviour:
    return RecordBehaviour(holder=HolderId(holder), behaviour="no-harness", target="person", evidence=PHOTO)


def opening(amount: int | None, holder: str = "wang") -> RecordBehaviour:
    return RecordBehaviour(
        holder=HolderId(holder), behaviour="opening-balance", amount=amount, evidence="paper-cards-2022-05"
    )


def proposed(story: Story, command: RecordBehaviour, *, by: By = SUPERVISOR, on: str | None = None) -> ProposalId:
    """Record what waits for approval; the proposal's id."""
    (made,) = story.when(command, by=by, occurred_at=on)
    assert isinstance(made, ProposalMade)
    return made.proposal


def approved(story: Story, command: RecordBehaviour, *, on: str | None = None) -> tuple[Fact, ...]:
    """Record it and let the safety leader approve it; the facts of the approval."""
    return story.when(ApproveProposal(proposal=proposed(story, command, on=on)), by=LEADER)


def account(story: Story, holder: str = "wang") -> Account:
    return story.the(Account, f"holder:{holder}/safety_point")


def noon(day: int, month: int = 6) -> str:
    """Local noon of a day of 2022."""
    return f"2022-{month:02d}-{day:02d}T04:00:00.000000Z"

"""Proposing: any other write, read as a batch reads it, waits for a second person."""

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from api.bodies.approvals import ProposalBody
from api.bodies.strict import shaped
from api.routes.table import TERMS, Arrival, Made, Write, always
from ledger import refusals as no
from ledger.approvals.commands import MakeProposal
from ledger.approvals.content import content_of
from ledger.refusals import Malformed
from ledger.room import Command

NEVER_PROPOSED: Final = frozenset(
    {
        *("approval", "rejection", "delegate", "appeal", "appeal-decision"),
        # The vault would be written, or a PIN be tried, before anybody has approved.
        *("person", "contact", "pin", "pin-reset", "redemption"),
        # It waits for a second person whoever asks for it.
        "merchant-payee",
        # Who walks says so on the way; who reviews is a second person already.
        *("claim", "give-back", "start", "resume", "point", "finish"),
        *("patrol-approval", "patrol-rejection", "patrol-appeal", "patrol-appeal-decision"),
        "aid-approval",
    }
)


def proposing(others: Iterable[Write]) -> Write:
    """The row that proposes any of the other rows, under the permission of the row that is proposed."""
    table = {write.type: write for write in others if write.type not in NEVER_PROPOSED}
    return Write(
        path="/proposals",
        command=MakeProposal,
        body=ProposalBody,
        make=partial(proposal, table),
        permission="grant",
        summary="Propose a command to another person 提交申请",
        refusals=(*TERMS, no.UnitMismatch, no.AmountOutOfRange),
        blocking=always,
    )


def proposal(table: dict[str, Write], body: ProposalBody, arrival: Arrival) -> MakeProposal:
    """The command is read as a batch reads it, under its own route's permission."""
    write = table.get(str(body.command.get("type")))
    if write is None:
        raise Malformed(errors=["/command/type: unknown-value"])
    arrival.caller.must(write.permission)
    try:
        inner: Any = shaped({name: part for name, part in body.command.items() if name != "type"}, write.body)
    except Malformed as error:
        raise Malformed(errors=["/command" + place for place in error.errors]) from None
    if inner.cause is not None or inner.occurred_at is not None:
        # They belong to the proposal, which hands them on.
        raise Malformed(errors=["/command/cause: unknown-field"])
    made = write.make(inner, arrival)
    command: Command = made.command if isinstance(made, Made) else made
    return MakeProposal(command=content_of(command))

"""What issuing a batch would come to, asked before anybody approves it; and issuing all of one that was approved."""

from typing import Any, Final

from msgspec import Struct

from api.coupons.books import Real, Rehearsal
from api.coupons.issuing import issue, rehearse
from api.routes.acting import Action
from api.routes.reading import Asked
from ledger import refusals as no
from ledger.coupons.entities import Batch
from ledger.coupons.facts import LineRefused

MOST_SHOWN: Final = 1_000


class DryRunBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to choose: every line that waits is tried."""


def dry_run(asked: Asked, _body: DryRunBody) -> dict[str, Any]:
    """Issue the batch on a book that is thrown away: what caps, leaving and the fund would refuse, with the figures."""
    ledger, id = asked.served.ledger, asked.params["batch"]
    batch = ledger.the(Batch, id)
    trial = rehearse(Rehearsal(ledger), [id])
    refused = [line for one in trial.issued for line in one.refused]
    budget = next(iter(trial.budgets), None)
    return {
        "batch": id,
        "digest": batch.digest,
        "coupons": sum(one.coupons for one in trial.issued),
        "amount": sum(one.amount for one in trial.issued),
        "fund": None if budget is None else {**budget._asdict(), "short": budget.short},
        "refused": len(refused),
        "refusals": [_refusal(line) for line in refused[:MOST_SHOWN]],
    }


def _refusal(line: LineRefused) -> dict[str, Any]:
    names = ("holder", "amount", "code", "reason", "rule", "region", "limit", "used", "offered")
    return {name: getattr(line, name) for name in names}


class IssueAllBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to choose: every line that waits is issued, without codes."""


def issue_all(asked: Asked, _body: IssueAllBody) -> dict[str, Any]:
    """Issue every line of an approved batch in the bulk lane; sent again after a break it goes on, after its end reads.

    Coupons with codes are issued by `…/issue`, which is told them: no answer of a server is kept as safely as a file.
    """
    done = issue(Real(asked.served.ledger), asked.params["batch"], by=asked.caller.by)
    return {
        "batch": done.batch,
        "coupons": done.coupons,
        "amount": done.amount,
        "before": done.before,
        "refused": len(done.refused),
        "refusals": [_refusal(line) for line in done.refused[:MOST_SHOWN]],
        "status": done.status,
    }


ACTIONS: Final = (
    Action(
        path="/coupon-batches/{batch}/issue-all",
        name="coupon-batch-issue-all",
        body=IssueAllBody,
        act=issue_all,
        permission="coupon:issue",
        summary="Issue all of an approved batch 整批发放",
        refusals=(no.NotEligible, no.ClockUntrusted, no.QueueFull),
    ),
    Action(
        path="/coupon-batches/{batch}/dry-run",
        name="coupon-batch-dry-run",
        body=DryRunBody,
        act=dry_run,
        permission="coupon:strike",
        summary="What issuing a batch would come to 试算",
        refusals=(no.NotEligible,),
    ),
)

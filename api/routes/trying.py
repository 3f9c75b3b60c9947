"""What issuing a batch would come to, asked before anybody approves it; nothing is written."""

from typing import Any, Final

from msgspec import Struct

from api.coupons.books import Rehearsal
from api.coupons.issuing import rehearse
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
    names = ("holder", "amount", "code", "rule", "limit", "used", "offered")
    return {name: getattr(line, name) for name in names}


ACTIONS: Final = (
    Action(
        path="/coupon-batches/{batch}/dry-run",
        name="coupon-batch-dry-run",
        body=DryRunBody,
        act=dry_run,
        permission="read",
        summary="What issuing a batch would come to 试算",
        refusals=(no.NotEligible,),
    ),
)

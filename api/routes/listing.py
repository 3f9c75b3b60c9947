"""A list of members handed in for a batch that was begun: its rows become lines, or say what they would come to."""

from pathlib import Path
from typing import Any, Final

import msgspec

from api.auth import Caller
from api.coupons.drafting import Faces
from api.coupons.loading import Loaded, Sheet, load
from api.imports.profiles.coupon_list import NAME
from api.routes.reading import TEXT, Parameter
from api.site import Served
from ledger.coupons.commands import DraftBatch
from ledger.coupons.entities import Batch
from ledger.refusals import Malformed
from ledger.values import MAX_AMOUNT

LIST: Final = NAME
"""The profile's name in the address."""
_WHOLE: Final = {"type": "string", "pattern": "^[1-9][0-9]{0,15}$"}
QUERY: Final = (
    Parameter("batch", "`coupon-list`: the batch, which was drafted before.", dict(TEXT)),
    Parameter("total", "`coupon-list`: shared equally, in the unit's smallest step.", dict(_WHOLE)),
    Parameter("face", "`coupon-list`: what each gets, in the unit's smallest step.", dict(_WHOLE)),
    Parameter("column", "`coupon-list`: the heading of the amounts.", dict(TEXT)),
)


def listed(served: Served, caller: Caller, query: dict[str, str], path: Path) -> Loaded:
    """Load the list into the batch that the query names. Raises UnreadableFile, Malformed, NotFound, AlreadyExists."""
    if "batch" not in query:
        raise Malformed(errors=["/?batch: missing"])
    batch = served.ledger.the(Batch, query["batch"])
    faces = Faces(_whole(query, "total"), _whole(query, "face"))
    terms = DraftBatch(id=batch.id, kind=batch.kind, occasion=batch.occasion, of=batch.of)
    file = Sheet(path, query.get("column"), query.get("sheet"))
    # The batch was named on purpose: that the file went into another one before is said, and does not stop it.
    dry = query.get("dry_run") == "true"
    return load(served.opened, file, terms, faces, by=caller.by, again=True, dry_run=dry)


def said(loaded: Loaded) -> dict[str, Any]:
    """What the report has beside its rows."""
    found: dict[str, Any] = {
        "batches": [one._asdict() for one in loaded.batches],
        "units": [
            {"unit": unit, "members": members, "amount": amount} for unit, (members, amount) in loaded.units.items()
        ],
        "total": loaded.total,
    }
    if loaded.trial is not None:
        found["trial"] = {
            "coupons": sum(one.coupons for one in loaded.trial.issued),
            "amount": sum(one.amount for one in loaded.trial.issued),
            "refused": [msgspec.to_builtins(line) for one in loaded.trial.issued for line in one.refused],
            "budgets": [{**one._asdict(), "short": one.short} for one in loaded.trial.budgets],
        }
    return found


def _whole(query: dict[str, str], name: str) -> int | None:
    typed = query.get(name)
    if typed is None:
        return None
    if not (typed.isascii() and typed.isdecimal() and 1 <= int(typed[:17]) <= MAX_AMOUNT):
        raise Malformed(errors=[f"/?{name}: wrong-form"])
    return int(typed)

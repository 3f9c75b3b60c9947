"""The past and the future of accounts: as of an instant, as it was known at another, and what will lapse when."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from api.bodies.shapes import instant_of
from api.routes.reading import Asked, Parameter
from ledger.calendar import end_of_day, local_day
from ledger.journal.ledger import Ledger
from ledger.refusals import Malformed
from ledger.scheme.entities import Adopted, Version
from ledger.scheme.loading import from_canonical
from ledger.scheme.model import Unit
from ledger.values import AccountId, Instant, PeriodName, UnitCode
from projections.effects import NO_END
from projections.history import When, account_at
from projections.instants import Timeline
from projections.lines import PROJECTION
from projections.passing import HoldThen, PoolThen, Standing

MOMENT: Final = {"type": "string", "format": "date-time"}
AS_OF: Final = Parameter("as_of", "What had happened by this instant, inclusive, whenever it was recorded.", MOMENT)
KNOWN_AT: Final = Parameter("known_at", "As it was known at this instant, inclusive.", MOMENT)
FORECAST: Final = Parameter(
    "forecast", "`true`: `as_of` may lie in the future; what will lapse until then, and when.", {"type": "boolean"}
)
MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class Past(NamedTuple):
    """What was asked: both instants as they were meant, and the position that `known_at` is."""

    as_of: Instant | None
    known_at: Instant | None
    known: int | None
    """None: the present knowledge."""

    def shown(self, position: int) -> dict[str, Any]:
        """As an answer names it."""
        said = {"as_of": self.as_of, "known_at": self.known_at}
        return {"position": position} | {name: at for name, at in said.items() if at is not None}


def timeline_of(ledger: Ledger) -> Timeline:
    """The journal, for questions about the past."""
    return Timeline(ledger.storage, ledger.mapper)


def past_asked(asked: Asked, *, forecast: bool = False) -> Past | None:
    """The instants of the query, None where none is named. Raises Malformed, for the future too unless forecast."""
    query, ledger = asked.query, asked.served.ledger
    now = max(asked.served.now(), Instant(ledger.storage.head().recorded_at))
    as_of, known_at = moment_asked(query, "as_of"), moment_asked(query, "known_at")
    errors = [f"/?{name}: future" for name, at in (("known_at", known_at),) if at is not None and at > now]
    if as_of is not None and as_of > now and not forecast:
        errors.append("/?as_of: future")
    if forecast and as_of is None:
        errors.append("/?as_of: missing")
    if errors:
        raise Malformed(errors=errors)
    if as_of is None and known_at is None:
        return None
    return Past(as_of, known_at, None if known_at is None else timeline_of(ledger).known(known_at))


def moment_asked(query: Mapping[str, str], name: str) -> Instant | None:
    """An instant of the query, or None. Raises Malformed."""
    said = query.get(name)
    if said is None:
        return None
    try:
        # In a query a plus sign stands for a space: +08:00 is commonly sent bare.
        moment = datetime.fromisoformat(said.replace(" ", "+"))
    except ValueError:
        raise Malformed(errors=[f"/?{name}: wrong-form"]) from None
    if moment.tzinfo is None:
        raise Malformed(errors=[f"/?{name}: zone-missing"])
    return instant_of(moment, f"/?{name}")


def month_asked(query: Mapping[str, str]) -> PeriodName | None:
    """`period`, a month, or None. Raises Malformed."""
    said = query.get("period")
    if said is not None and not MONTH.fullmatch(said):
        raise Malformed(errors=["/?period: wrong-form"])
    return None if said is None else PeriodName(said)


def flag_asked(query: Mapping[str, str], name: str) -> bool:
    """`true` or `false`. Raises Malformed."""
    said = query.get(name, "false")
    if said not in {"true", "false"}:
        raise Malformed(errors=[f"/?{name}: unknown-value"])
    return said == "true"


# Accounts ------------------------------------------------------------------------------------------------------


def account_then(asked: Asked, name: AccountId, code: UnitCode, past: Past, included: set[str]) -> dict[str, Any]:
    """The account object as asked, under the policy that was known and in force then."""
    ledger, zone = asked.served.ledger, asked.served.ledger.zone
    with asked.served.projected() as reading:
        known = reading.position(PROJECTION) if past.known is None else past.known
        at = past.as_of or past.known_at or asked.served.now()
        found = account_at(reading, timeline_of(ledger), name, code, When(known, past.as_of), at=at, zone=zone)
    shown = _counters(found, unit_then(ledger, code, known, at)) | past.shown(known)
    if past.as_of is not None:
        shown["unfunded"] = found.unfunded
    if found.frozen_at is not None:
        shown["frozen_at"] = found.frozen_at
    if "lots" in included:
        shown["lots"] = [lot_then(found, pool, zone) for pool in found.lots]
    if "holds" in included:
        shown["holds"] = [_hold(hold) for hold in found.holds if not hold.incoming]
    if flag_asked(asked.query, "forecast"):
        shown["lapses"] = [lapse._asdict() for lapse in sorted(found.lapses)]
        shown["ending"] = [_named(ended.hold) | {"amount": ended.amount, "at": ended.at} for ended in found.ended]
    return shown


def _counters(found: Standing, unit: Unit) -> dict[str, Any]:
    return {
        "account": found.account,
        "unit": found.unit,
        "received": found.received,
        "spent": found.spent,
        "lapsed": found.lapsed,
        "balance": found.balance,
        "spendable": found.spendable(unit),
        "held": found.held,
        "incoming": found.incoming,
        "available": found.available(unit),
        "debt": found.debt,
    }


def lot_then(found: Standing, pool: PoolThen, zone: str) -> dict[str, Any]:
    """An open pool, as the account's present shows it."""
    last = found.last_day(pool)
    return {
        "pool": pool.pool,
        "remaining": pool.open,
        "kind": pool.kind,
        "expires_on": pool.expires_on,
        "expires_at": None if last is None else end_of_day(last, zone),
        "grants": pool.grants,
    }


def _hold(hold: HoldThen) -> dict[str, Any]:
    ends_at = None if hold.ends_at == NO_END else hold.ends_at
    return _named(hold.hold) | {"remaining": hold.amount, "expires_at": ends_at}


def _named(hold: str) -> dict[str, str]:
    kind, _, id = hold.partition(":")
    return {kind: id}


def unit_then(ledger: Ledger, code: UnitCode, known: int, at: Instant) -> Unit:
    """The unit by the scheme that was in force on that day, as far as it was adopted by that position."""
    day, view = local_day(at, ledger.zone), ledger.view()
    rows = ledger.storage.facts_of(f"{Adopted.KIND}:{Adopted.ID}")
    if rows[-1].position <= known:
        return view.scheme(day).unit(code)
    # The first one prices whatever came before it too.
    adoptions = (ledger.mapper.decode(row.state).data for row in rows if row.position <= max(known, rows[0].position))
    versions = (Version(fact.effective_from, from_canonical(fact.scheme)) for fact in adoptions)
    return Adopted(versions=tuple(sorted(versions, key=lambda it: it.effective_from))).in_force(day).unit(code)

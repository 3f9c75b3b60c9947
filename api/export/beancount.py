"""Beancount: the journal as a plain-text ledger that `bean-check` accepts, closed by a balance check per account."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from api.commands.history import envelopes
from api.ledgers import OpenLedger
from ledger import chart
from ledger.calendar import day_after, local_day
from ledger.room import Envelope
from ledger.values import AccountId, Day

BOOKS: Final = {
    chart.ISSUED: "Equity:Issued",
    chart.DEDUCTED: "Equity:Deducted",
    chart.LAPSED: "Equity:Lapsed",
    chart.REDEEMED: "Income:Redeemed",
}
ROOTS: Final = {
    "holder": "Liabilities:Holders",
    "account": "Liabilities:Accounts",
    "payable": "Liabilities:Payable",
    "cost": "Expenses:Entitlements",
}
"""Value in somebody's hands is what the programme owes; what an entitlement costs is owed to who provides it."""
_PART: Final = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")
_COMMODITY: Final = re.compile(r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]")


def account_name(account: str) -> str:
    """An account of ours as beancount may spell it; two of ours never become one."""
    if account in BOOKS:
        return BOOKS[AccountId(account)]
    namespace, _, id = account.partition(":")
    root = ROOTS.get(namespace, "Equity:Other")
    id = id or namespace
    if _PART.fullmatch(id):
        return f"{root}:{id}"
    return f"{root}:X{hashlib.sha256(id.encode()).hexdigest()[:20]}"


def commodity(unit: str) -> str:
    """A unit as beancount may spell it."""
    name = re.sub(r"[^A-Z0-9._-]", "-", unit.upper())[:20].strip("-._") + "-U"
    plain = unit.upper()
    return plain if _COMMODITY.fullmatch(plain) else f"U{name}"


def write_beancount(path: Path, opened: OpenLedger) -> int:
    """Write it; gives the transactions written. Two passes, so that accounts are opened before they are used."""
    with path.open("w", encoding="utf-8") as file:
        first, last = _days(opened)
        file.write(f'option "title" "{_text(opened.name)}"\n')
        file.writelines(f"{day} open {account}\n" for account, day in sorted(first.items()))
        sums: dict[tuple[str, str], int] = {}
        count = 0
        for envelope in _booked(opened):
            file.write(_transaction(envelope, opened.zone, sums))
            count += 1
        for (account, unit), amount in sorted(sums.items()):
            file.write(f"{day_after(last, 1)} balance {account} {amount} {unit}\n")
    return count


def _booked(opened: OpenLedger) -> Iterator[Envelope]:
    return (envelope for envelope in envelopes(opened) if envelope.data.entry() is not None)


def _days(opened: OpenLedger) -> tuple[dict[str, Day], Day]:
    first: dict[str, Day] = {}
    last = Day("1970-01-01")
    for envelope in _booked(opened):
        day = local_day(envelope.occurred_at, opened.zone)
        last = max(last, day)
        for leg in envelope.data.entry().postings:
            name = account_name(leg.account)
            first[name] = min(first.get(name, day), day)
    return first, last


def _transaction(envelope: Envelope, zone: str, sums: dict[tuple[str, str], int]) -> str:
    what = getattr(envelope.data, "behaviour", None) or ""
    lines = [
        f'{local_day(envelope.occurred_at, zone)} * "{_text(envelope.type)}" "{_text(what)}"',
        f"  position: {envelope.pos}",
        f'  tx: "{_text(envelope.tx)}"',
        f'  period: "{_text(envelope.period)}"',
    ]
    for leg in envelope.data.entry().postings:
        # Beancount's liabilities are negative where ours are credits.
        key = account_name(leg.account), commodity(leg.unit)
        sums[key] = sums.get(key, 0) - leg.amount
        lines.append(f"  {key[0]}  {-leg.amount} {key[1]}")
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")

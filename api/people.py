"""Registering people: what is personal goes to the vault first, the fact follows, and a retry makes nobody twice."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from api.imports import ImportReport, Item
from api.imports.profiles.roster import RosterRow
from ledger.journal.ledger import Ledger
from ledger.journal.turn import Outcome, Submission
from ledger.people.commands import RegisterPerson
from ledger.people.entities import Badge, Holder
from ledger.refusals import AlreadyExists, StorageUnavailable
from ledger.room import By
from ledger.values import BadgeNumber, HolderId, Instant
from ledger.vault import PersonalData, Vault

CHUNK: Final = 200
"""Rows of a roster that are written to the vault in one transaction."""
_TRIES: Final = 8
"""Ids that one key may lead to: one more for each crash between a person's key and row in the vault."""


# The vault first ---------------------------------------------------------------------------------------------------


def kept(ledger: Ledger, vault: Vault, data: PersonalData, origin: Sequence[str]) -> tuple[HolderId, dict[str, str]]:
    """Under which id the vault keeps these data now, with the commitments for the fact that is still to come."""
    known = None if data.reference is None else vault.holder_by_reference(data.reference)
    if known is not None:
        return known, _taken_over(ledger, vault, known, data)
    for attempt in range(_TRIES):
        holder = derived(ledger, *origin, str(attempt))
        if vault.person(holder) is not None or ledger.get(Holder, holder) is not None:
            return holder, _taken_over(ledger, vault, holder, data)
        try:
            return holder, vault.register(holder, data)
        except AlreadyExists as taken:
            if taken.id != holder:
                return HolderId(taken.id), _taken_over(ledger, vault, HolderId(taken.id), data)
            # A crash left this id's key without its row, or another request is between the two: on to the next id.
    raise StorageUnavailable


def all_kept(
    ledger: Ledger, vault: Vault, people: Sequence[tuple[Sequence[str], PersonalData]]
) -> list[tuple[HolderId, dict[str, str]]]:
    """The same for many, in one transaction of the vault; one by one where a crash has left some of them there."""
    try:
        pds = vault.register_many({derived(ledger, *origin, "0"): data for origin, data in people})
    except AlreadyExists:
        return [kept(ledger, vault, data, origin) for origin, data in people]
    return [(HolderId(holder), pd) for holder, pd in pds.items()]


def _taken_over(ledger: Ledger, vault: Vault, holder: HolderId, data: PersonalData) -> dict[str, str]:
    """Nothing for one who is registered: the turn will say so. A row that no fact speaks of becomes this person's."""
    # The holder first: one who has a key of his own, or reviews others, is no staff for that.
    if ledger.get(Holder, holder) is not None:
        return {}
    if vault.principals.get("person:" + holder) is not None:
        raise AlreadyExists(kind="staff", id=holder)
    return vault.change(holder, **data.given())


def derived(ledger: Ledger, *origin: str) -> HolderId:
    """An id that tells an outsider nothing and that a retry of the same request gets again: a UUID of version 8."""
    digits = ledger.secret.mac("holder", *origin)
    variant = "89ab"[int(digits[16], 16) % 4]
    return HolderId(f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}")


def sweep_orphans(ledger: Ledger, vault: Vault, *, before: Instant) -> list[HolderId]:
    """Erase what the vault keeps of people whom neither a fact nor a key of staff speaks of; answers whom.

    `before` must lie further back than any command waits (see Vault.orphans): an hour is ample.
    """

    def known(holders: Sequence[HolderId]) -> set[HolderId]:
        rows = ledger.storage.book([(Holder.KIND, holder) for holder in holders])
        there = {HolderId(id) for _, id in rows}
        # Those of the book alone need no second look: a union has thirty thousand of them, and staff of twenty.
        others = (holder for holder in holders if holder not in there)
        return there | {holder for holder in others if vault.principals.get("person:" + holder) is not None}

    return vault.orphans(known, before=before)


# Rosters -------------------------------------------------------------------------------------------------------


def register_rows(
    ledger: Ledger,
    vault: Vault,
    rows: Iterable[Item],
    report: ImportReport,
    *,
    by: By,
    grant_initial: bool = False,
) -> None:
    """Rows of a roster as registrations of the bulk lane; each row's end goes into the report."""
    source = iter(rows)
    while chunk := [row for row in islice(source, CHUNK) if isinstance(row, RosterRow)]:
        known = ledger.storage.book([(Badge.KIND, row.badge) for row in chunk])
        fresh = [row for row in chunk if (Badge.KIND, row.badge) not in known]
        report.settle("already-known", len(chunk) - len(fresh))
        submissions = _registrations(ledger, vault, fresh, by, grant_initial=grant_initial)
        for row, outcome in zip(fresh, ledger.writer.ask_all(submissions), strict=True):
            settle_registration(report, row, outcome)


def _registrations(
    ledger: Ledger, vault: Vault, rows: Sequence[RosterRow], by: By, *, grant_initial: bool
) -> Iterator[Submission]:
    people = [(("roster", row.badge), _personal(row)) for row in rows]
    for row, (holder, pd) in zip(rows, all_kept(ledger, vault, people), strict=True):
        command = RegisterPerson(
            holder=holder,
            badge=BadgeNumber(row.badge),
            crew=row.crew or None,
            joined_on=row.joined_on,
            grant_initial=grant_initial,
        )
        yield Submission(wishes=(ledger.wish(command, by=by, pd=pd),))


def _personal(row: RosterRow) -> PersonalData:
    return PersonalData(name=row.private.name, phone=row.private.phone or None, notes=row.trade or None)


def settle_registration(report: ImportReport, row: Item, outcome: Outcome) -> None:
    """The end of a row in its report. Raises what is no answer about it: the database is away, too much is waiting."""
    refusal = outcome.refusal
    if refusal is None:
        report.settle("credited")
    elif isinstance(refusal, AlreadyExists):
        report.settle("already-known")
    elif refusal.status in {429, 500, 503}:
        raise refusal
    else:
        report.refuse(row, refusal.code)

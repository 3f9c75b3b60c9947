"""Registering people: what is personal goes to the vault first, the fact follows, and a retry makes nobody twice."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from api.imports import PROFILES, ImportReport, Item, Terms, read
from api.imports.profiles.roster import RosterRow
from ledger.journal.ledger import Ledger, fingerprint_of
from ledger.journal.turn import Outcome, Submission
from ledger.people.commands import RegisterPerson
from ledger.people.entities import Badge, Holder
from ledger.people.facts import PersonRegistered
from ledger.refusals import AlreadyExists, StorageUnavailable
from ledger.room import By
from ledger.values import BadgeNumber, Day, HolderId, Instant
from ledger.vault import PersonalData, Vault

CHUNK: Final = 200
"""Rows of a roster that are written to the vault in one transaction."""
_TRIES: Final = 8
"""Ids that one key may lead to: one more for each crash between a person's key and row in the vault."""
_canonical = msgspec.json.Encoder(order="sorted")
Progress = Callable[[int], None]
"""Told the number of rows that are through."""


class Registered(NamedTuple):
    """Who it is, and whether this very request had been answered before."""

    holder: HolderId
    badge: BadgeNumber | None
    replayed: bool


def register_person(  # noqa: PLR0913 - what is known of a person, and the circumstances of saying so
    ledger: Ledger,
    vault: Vault,
    data: PersonalData,
    *,
    by: By,
    key: str,
    badge: BadgeNumber | None = None,
    crew: str | None = None,
    joined_on: Day | None = None,
    grant_initial: bool = False,
    fingerprint: str | None = None,
    lang: str = "zh-CN",
) -> Registered:
    """Make a holder. The same key gives the same holder, whatever crashed in between.

    Raises AlreadyExists naming the holder whose `reference` is known, or the badge that is taken; KeyReused when the
    key was used for another person; Malformed. What a refused wish left in the vault is swept, or taken over by the
    next registration of that reference.
    """
    holder, pd = kept(ledger, vault, data, (by.principal, key))
    command = RegisterPerson(holder=holder, badge=badge, crew=crew, joined_on=joined_on, grant_initial=grant_initial)
    outcome = ledger.submit(
        command,
        by=by,
        key=key,
        fingerprint=fingerprint or _fingerprint(ledger, command, data),
        lang=lang,
        pd=pd,
    )
    registered = outcome.envelopes[0].data
    if not isinstance(registered, PersonRegistered):
        raise TypeError(f"the key of a registration led to {outcome.envelopes[0].type}")
    return Registered(registered.holder, registered.badge, outcome.replayed)


def _fingerprint(ledger: Ledger, command: RegisterPerson, data: PersonalData) -> str:
    # Without the holder's id, which a retry after a crash may find to be another; personal data only as a MAC.
    mac = ledger.secret.mac("person", *(f"{field}={value}" for field, value in data.given().items()))
    body = {"badge": command.badge, "crew": command.crew, "joined_on": command.joined_on, "data": mac}
    return fingerprint_of(command.ROUTE, _canonical.encode({**body, "grant_initial": command.grant_initial}))


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


def import_roster(
    ledger: Ledger,
    vault: Vault,
    path: Path,
    *,
    by: By,
    progress: Progress | None = None,
    grant_initial: bool = False,
) -> ImportReport:
    """Register everybody of a roster whose badge is new; badges that are known are counted and left alone.

    Raises UnreadableFile before anything is written. Cut short, it is simply run again.
    """
    reading = read(path, PROFILES["roster"], Terms(zone=ledger.zone))
    rows = reading.items()
    register_rows(ledger, vault, rows, reading.report, by=by, progress=progress, grant_initial=grant_initial)
    return reading.report


def register_rows(
    ledger: Ledger,
    vault: Vault,
    rows: Iterable[Item],
    report: ImportReport,
    *,
    by: By,
    progress: Progress | None = None,
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
            _settle(report, row, outcome)
        if progress is not None:
            progress(report.rows)


def _registrations(
    ledger: Ledger, vault: Vault, rows: Sequence[RosterRow], by: By, *, grant_initial: bool
) -> Iterator[Submission]:
    for row, (holder, pd) in zip(rows, _all_kept(ledger, vault, rows), strict=True):
        command = RegisterPerson(
            holder=holder,
            badge=BadgeNumber(row.badge),
            crew=row.crew or None,
            joined_on=row.joined_on,
            grant_initial=grant_initial,
        )
        yield Submission(wishes=(ledger.wish(command, by=by, pd=pd),))


def _all_kept(ledger: Ledger, vault: Vault, rows: Sequence[RosterRow]) -> list[tuple[HolderId, dict[str, str]]]:
    """All rows in one transaction of the vault; one by one where a crash has left some of them there."""
    people = [(("roster", row.badge), _personal(row)) for row in rows]
    try:
        pds = vault.register_many({derived(ledger, *origin, "0"): data for origin, data in people})
    except AlreadyExists:
        return [kept(ledger, vault, data, origin) for origin, data in people]
    return [(HolderId(holder), pd) for holder, pd in pds.items()]


def _personal(row: RosterRow) -> PersonalData:
    return PersonalData(name=row.private.name, phone=row.private.phone or None, notes=row.trade or None)


def _settle(report: ImportReport, row: RosterRow, outcome: Outcome) -> None:
    """Raises what is no answer about the row: the database is away, too much is waiting."""
    refusal = outcome.refusal
    if refusal is None:
        report.settle("credited")
    elif isinstance(refusal, AlreadyExists):
        report.settle("already-known")
    elif refusal.status in {429, 500, 503}:
        raise refusal
    else:
        report.refuse(row, refusal.code)

"""A person registered without HTTP, as the API does it: the vault first, then the fact, both under one key."""

from typing import Any

import msgspec

from api.people import kept
from ledger.journal.ledger import Ledger, fingerprint_of
from ledger.people.commands import RegisterPerson
from ledger.room import By
from ledger.values import HolderId
from ledger.vault import PersonalData, Vault


def registered(ledger: Ledger, vault: Vault, data: PersonalData, *, by: By, key: str, **told: Any) -> HolderId:
    """Whom the key has registered, now or before. Raises what the registration is refused with."""
    # Of what was asked, not of the command: after a crash a retry may find another id.
    asked = fingerprint_of(RegisterPerson.ROUTE, msgspec.json.encode([data.given(), told]))
    holder, pd = kept(ledger, vault, data, (by.principal, key))
    outcome = ledger.submit(RegisterPerson(holder=holder, **told), by=by, key=key, fingerprint=asked, pd=pd)
    made: HolderId = outcome.envelopes[0].data.holder
    return made

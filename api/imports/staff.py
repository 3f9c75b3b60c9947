"""Staff: the people who record and approve, known in files by an alias such as 群安员001."""

from collections.abc import Iterable

import uuid_utils

from ledger.refusals import AlreadyExists
from ledger.vault import Vault
from ledger.vault.personal import PersonalData
from ledger.vault.principals import Principal


def add_staff(vault: Vault, alias: str, roles: Iterable[str], *, name: str | None = None) -> Principal:
    """A person who can hold keys, under a random id; the alias and the name are for the vault only.

    Raises AlreadyExists for an alias that is taken, Malformed for a role that is none.
    """
    if (taken := vault.holder_by_reference(alias)) is not None:
        raise AlreadyExists(kind="staff", id=taken)
    id = str(uuid_utils.uuid7())
    principal = vault.principals.add(Principal(id="person:" + id, roles=tuple(roles)))
    vault.register(id, PersonalData(name=name, reference=alias))
    return principal


def subject_of(vault: Vault, alias: str) -> str | None:
    """The subject behind an alias, or None: nobody, or a person who may not act here."""
    id = vault.holder_by_reference(alias)
    principal = None if id is None else vault.principals.get("person:" + id)
    return None if principal is None else principal.subject

"""From whatever went wrong to an answer: refusals by their own words, storage errors as 503, defects as 500."""

import logging
import sqlite3
import uuid

from sqlalchemy.exc import InterfaceError, OperationalError

from api.answers import Answer, problem
from ledger.journal.storage import LedgerUnknownError, StorageError
from ledger.refusals import InternalError, NotFound, Refusal, StorageUnavailable
from ledger.vault import VaultError

log = logging.getLogger("jifen.api")


def answer_to(error: Exception, lang: str) -> Answer:
    """The answer to an exception; what nobody expected is logged under an incident number and shown by it alone."""
    return problem(refusal_for(error), lang)


def refusal_for(error: Exception) -> Refusal:
    """The refusal that an exception amounts to."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, LedgerUnknownError):
        return NotFound(kind="ledger", id="")
    if (why := away(error)) is not None:
        log.warning("storage unavailable: %s", why)
        return StorageUnavailable()
    if isinstance(error, VaultError):
        log.error("vault unavailable: %s", error)
        return StorageUnavailable()
    incident = uuid.uuid4().hex[:12]
    log.error("incident %s", incident, exc_info=error)
    return InternalError(incident=incident)


def away(error: Exception) -> str | None:
    """What a store says that cannot be used now; None where the error is another.

    The journal has words of its own. The vault and the projections leave their driver's, without the statement here:
    it may hold a name. An error in a statement itself is a defect, on SQLite too, which gives it the same class.
    """
    if isinstance(error, StorageError):
        return str(error)
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return None
    return " ".join(str(error.orig).split())

"""From whatever went wrong to an answer: refusals by their own words, storage errors as 503, defects as 500."""

import logging
import uuid

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
    if isinstance(error, StorageError):
        log.warning("storage unavailable: %s", error)
        return StorageUnavailable()
    if isinstance(error, VaultError):
        log.error("vault unavailable: %s", error)
        return StorageUnavailable()
    incident = uuid.uuid4().hex[:12]
    log.error("incident %s", incident, exc_info=error)
    return InternalError(incident=incident)

"""PINs at the counter: the vault knows the hash, the ledger counts the tries, and neither learns the other's part."""

from ledger.journal.ledger import Ledger
from ledger.journal.turn import Outcome, Submission
from ledger.people.commands import CountPinAttempt, ResetPin, SetPin
from ledger.people.facts import PinFailed
from ledger.people.pins import unlocked
from ledger.people.standing import living
from ledger.refusals import NotEligible, PinLocked, PinWrong
from ledger.room import By
from ledger.values import HolderId, Instant, instant
from ledger.vault import Vault


def check_pin(ledger: Ledger, vault: Vault, holder: HolderId, pin: str, *, by: By, key: str) -> None:
    """Return when the PIN is right. Blocking, about 40 ms: call it off the event loop.

    Raises NotFound, HolderMerged, NotEligible `no-pin`, PinLocked with the instant of its end (a locked PIN is not
    even compared), PinWrong with the tries that are left. A request that is sent again under its key counts once.
    """
    unlocked(living(ledger, holder), Instant(instant(ledger.clock.wall())))
    if not vault.has_pin(holder):
        raise NotEligible(reason="no-pin")
    right = vault.check_pin(holder, pin)
    # Counted before it is told, and decided in a turn: of many guesses at once, those after the lock learn nothing.
    outcome = _count(ledger, CountPinAttempt(holder=holder, right=right), by, None if right else _try(vault, key, pin))
    if outcome.refusal is not None:
        raise outcome.refusal
    if not right:
        raise _answer(outcome)


def _try(vault: Vault, key: str, pin: str) -> str:
    # With the PIN in it: under one key, another guess is another try, or a caller could guess for ever under one key.
    return "pin:" + vault.secret.mac("pin-attempt", key, pin)


def _count(ledger: Ledger, command: CountPinAttempt, by: By, key: str | None) -> Outcome:
    return ledger.writer.ask(Submission(wishes=(ledger.wish(command, by=by, key=key),)))


def _answer(outcome: Outcome) -> PinWrong | PinLocked:
    (failed,) = (item.data for item in outcome.envelopes if isinstance(item.data, PinFailed))
    if failed.locked_until_at is not None:
        return PinLocked(until=failed.locked_until_at)
    return PinWrong(tries_left=failed.tries_left)


def set_pin(ledger: Ledger, vault: Vault, holder: HolderId, pin: str, *, by: By, key: str) -> None:
    """Give or replace a PIN, and record that and by whom. Raises NotFound, HolderMerged, WeakPin."""
    living(ledger, holder)
    vault.set_pin(holder, pin)
    ledger.submit(SetPin(holder=holder), by=by, key=key)


def reset_pin(ledger: Ledger, vault: Vault, holder: HolderId, *, by: By, key: str) -> None:
    """Take the PIN away, and record that and by whom. Raises NotFound, HolderMerged."""
    living(ledger, holder)
    vault.reset_pin(holder)
    ledger.submit(ResetPin(holder=holder), by=by, key=key)

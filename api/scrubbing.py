"""The scrub at work: what somebody edited in the book by hand is frozen by a command, kept as an alarm and logged."""

import logging
from collections.abc import Callable
from typing import Final

from ledger.journal.ledger import Ledger
from ledger.points.commands import FreezeAccount
from ledger.refusals import AccountFrozen, Refusal
from ledger.room import By
from ledger.values import AccountId, UnitCode
from projections.alarms import Alarm
from projections.scrub import NO_ROW, Scrub
from projections.store import Store

log = logging.getLogger("jifen.scrub")
SCRUB: Final = By(principal="system")
"""Who freezes: the facts about the account already say otherwise than its row."""
REASON: Final = "correction"
"""The one reason that every scheme has."""


def scrub_of(ledger: Ledger, store: Store) -> Scrub:
    """A scrub of this ledger that freezes accounts through its writer."""

    def freeze(alarm: Alarm) -> None:
        if alarm.expected == NO_ROW:
            return  # a fact about an account that facts do not know could not be replayed: the alarm must do
        owner, _, unit = alarm.subject.rpartition("/")
        try:
            ledger.submit(FreezeAccount(account=AccountId(owner), unit=UnitCode(unit), reason=REASON), by=SCRUB)
        except AccountFrozen:
            return
        except Refusal as refusal:
            log.critical("alarm: %s %s could not be frozen: %s", alarm.kind, alarm.subject, refusal.code)

    return Scrub(ledger.storage, store, zone=ledger.zone, freeze=freeze, registry=ledger.registry)


def stepping(scrub: Scrub) -> Callable[[], int]:
    """One chunk more at each call; gives how many new alarms it raised, each of them logged by name."""

    def step() -> int:
        alarms = scrub.step()
        for alarm in alarms:
            log.critical("alarm: %s %s was changed by hand: %s by its facts, found %s", *alarm[:2], *alarm[3:])
        return len(alarms)

    return step

"""What the serving process does by itself: it wakes the loop once for many answers, and clears up after crashes."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from api.bridge import Bridge
from api.imports.staff import add_staff, subject_of
from api.ledgers import create_ledger
from api.settings import Settings
from api.site import Served
from ledger.journal.clock import ManualClock
from ledger.journal.turn import Outcome, Submission
from ledger.journal.writer import Writer
from ledger.people.commands import RegisterPerson
from ledger.people.entities import Holder
from ledger.room import By
from ledger.values import HolderId, Instant, TxId
from ledger.vault import PayeeAccount, PersonalData


class Held:
    """Keeps what is handed in, until its answers are given all at once."""

    def __init__(self) -> None:
        self.answers: list[Callable[[Outcome], None]] = []

    def submit(self, _submission: Submission, answer: Callable[[Outcome], None], *, bulk: bool = False) -> None:
        del bulk
        self.answers.append(answer)


def test_a_batch_of_answers_wakes_the_loop_once() -> None:
    async def scene() -> tuple[int, list[int]]:
        loop, held, woken = asyncio.get_running_loop(), Held(), 0
        threadsafe = loop.call_soon_threadsafe

        def counted(*arguments: Any) -> Any:
            nonlocal woken
            woken += 1
            return threadsafe(*arguments)

        loop.call_soon_threadsafe = counted  # type: ignore[method-assign,assignment] # counting is what this test is for
        bridge = Bridge(cast("Writer", held), loop)
        futures = [bridge.submit(Submission(wishes=())) for _ in range(100)]
        futures[3].cancel()  # a caller who has gone must not hold up the others
        for position, answer in enumerate(held.answers):
            answer(Outcome(TxId("t"), position, ()))
        return woken, [(await future).position for future in futures if not future.cancelled()]

    woken, positions = asyncio.run(scene())
    assert woken == 1
    assert positions == [position for position in range(100) if position != 3]


def test_a_registration_that_broke_off_is_forgotten_after_a_day_and_staff_is_not(tmp_path: Path) -> None:
    settings, clock = Settings(data=tmp_path), ManualClock(Instant("2022-06-01T00:00:00.000000Z"))
    with create_ledger(settings, "demo", "conformance", "Asia/Shanghai", clock=clock) as opened:
        loop = asyncio.new_event_loop()
        served = Served(opened, loop, settings)
        for holder in ("kept", "broken"):
            opened.vault.register(holder, PersonalData(name=holder))
        # No fact speaks of those who record and approve: what knows them is their key.
        staff = add_staff(opened.vault, "群安员001", ["supervisor"], name="张三")
        opened.ledger.submit(RegisterPerson(holder=HolderId("kept")), by=By(principal="client:test"))

        at_once = served.forget_orphans()
        clock.move_to(Instant("2022-06-02T00:00:01.000000Z"))
        later = served.forget_orphans()

        assert (at_once, later) == (0, 1)
        assert opened.vault.person("broken") is None
        assert opened.vault.person("kept") == PersonalData(name="kept")
        assert opened.ledger.get(Holder, "kept") is not None
        assert subject_of(opened.vault, "群安员001") == staff.id
        served.stop()
        loop.close()


def test_a_merchants_account_whose_proposal_broke_off_is_forgotten_after_a_day(tmp_path: Path) -> None:
    settings, clock = Settings(data=tmp_path), ManualClock(Instant("2022-06-01T00:00:00.000000Z"))
    with create_ledger(settings, "demo", "conformance", "Asia/Shanghai", clock=clock) as opened:
        loop = asyncio.new_event_loop()
        served = Served(opened, loop, settings)
        broken = opened.vault.payees.keep("corner", PayeeAccount(bank="工商银行", number="1", name="街角店")).id

        at_once = served.forget_orphans()
        clock.move_to(Instant("2022-06-02T00:00:01.000000Z"))

        assert (at_once, served.forget_orphans()) == (0, 1)
        assert opened.vault.payees.known([broken]) == {}
        served.stop()
        loop.close()


def test_staff_of_whom_no_fact_speaks_yet_stays_in_the_vault(tmp_path: Path) -> None:
    settings, clock = Settings(data=tmp_path), ManualClock(Instant("2022-06-01T00:00:00.000000Z"))
    with create_ledger(settings, "demo", "conformance", "Asia/Shanghai", clock=clock) as opened:
        loop = asyncio.new_event_loop()
        served = Served(opened, loop, settings)
        staff = add_staff(opened.vault, "群安员001", ["supervisor"], name="张三")
        clock.move_to(Instant("2022-06-09T00:00:00.000000Z"))

        assert served.forget_orphans() == 0
        assert subject_of(opened.vault, "群安员001") == staff.subject
        served.stop()
        loop.close()

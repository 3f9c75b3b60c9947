"""Registering, rosters and PINs on a real ledger and vault: nothing personal in a fact, nobody twice, none lost."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.imports import PROFILES, Terms, read
from api.imports.engine import run_import
from api.imports.profiles.roster import RosterRow
from api.imports.staff import add_staff
from api.ledgers import OpenLedger, create_ledger
from api.people import derived, sweep_orphans
from api.pins import check_pin, reset_pin, set_pin
from api.settings import Settings
from ledger.journal.clock import ManualClock
from ledger.people.commands import LeaveSite, MergeHolders, RegisterPerson, ReissueBadge
from ledger.people.entities import Badge, Holder
from ledger.people.facts import PinAccepted, PinFailed, PinSet
from ledger.people.standing import holder_of
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed, PointsEarned
from ledger.refusals import (
    AlreadyExists,
    BadgeRevoked,
    HolderMerged,
    KeyReused,
    Malformed,
    NotEligible,
    NotFound,
    PinLocked,
    PinWrong,
    Refusal,
    WeakPin,
)
from ledger.room import By, Envelope
from ledger.values import BadgeNumber, Day, HolderId, Instant, UnitCode, holder_account
from ledger.vault import PersonalData, Principal
from tests.registering import registered

DESK = By(principal="client:desk", subject="person:clerk")
ROSTER = Path(__file__).parents[2] / "api" / "demo" / "data" / "workers.xlsx"
WANG = PersonalData(name="王钦力", phone="13800000042", reference="G-42")
CARD = BadgeNumber("YK-0042")
LATER = Instant("2099-01-01T00:00:00.000000Z")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(Instant("2022-06-01T01:00:00.000000Z"))


@pytest.fixture
def site(tmp_path: Path, clock: ManualClock) -> Iterator[OpenLedger]:
    settings = Settings(data=tmp_path)
    with create_ledger(settings, "site", "safety-supermarket", "Asia/Shanghai", period="2022-06", clock=clock) as made:
        yield made


def register(site: OpenLedger, key: str = "k1", data: PersonalData = WANG, badge: str | None = CARD) -> HolderId:
    number = BadgeNumber(badge) if badge else None
    told = {"badge": number, "crew": "梁板预制队", "joined_on": Day("2022-06-01")}
    return registered(site.ledger, site.vault, data, by=DESK, key=key, **told)


def facts(site: OpenLedger) -> list[Envelope]:
    return [site.ledger.mapper.decode(row.state) for row in site.ledger.storage.facts(0, 1_000_000)]


def people(site: OpenLedger) -> list[Envelope]:
    return [envelope for envelope in facts(site) if envelope.type == "person-registered.v1"]


# Registering ---------------------------------------------------------------------------------------------------


def test_a_person_is_in_the_vault_and_committed_to_by_the_fact(site: OpenLedger) -> None:
    holder = register(site)
    (fact,) = people(site)
    assert site.vault.person(holder) == WANG
    assert site.ledger.the(Badge, CARD).holder == holder
    assert set(fact.pd) == {"name", "phone", "reference"}
    assert site.vault.verify(holder, "name", "王钦力", fact.pd["name"])


def test_the_same_key_gives_the_same_holder_and_one_fact(site: OpenLedger) -> None:
    assert register(site) == register(site)
    assert len(people(site)) == 1


def test_the_same_key_for_another_person_is_refused(site: OpenLedger) -> None:
    register(site)
    with pytest.raises(KeyReused):
        register(site, data=PersonalData(name="李四", reference="G-42"))
    assert len(people(site)) == 1


def test_a_known_reference_is_refused_naming_its_holder_and_finally_so(site: OpenLedger) -> None:
    holder = register(site)
    for _ in range(2):
        with pytest.raises(AlreadyExists) as caught:
            register(site, "k2", badge="YK-0043")
        assert caught.value == AlreadyExists(kind="holder", id=holder)
    assert site.vault.person(holder) == WANG


def test_a_taken_badge_is_refused_and_the_reference_is_free_for_the_next_try(site: OpenLedger) -> None:
    register(site)
    li = PersonalData(name="李四", reference="G-43")
    with pytest.raises(AlreadyExists) as caught:
        register(site, "k2", li)
    assert caught.value == AlreadyExists(kind="badge", id="YK-0042")
    holder = register(site, "k3", li, badge="YK-0043")
    assert site.vault.person(holder) == li


def test_a_crash_between_vault_and_ledger_makes_nobody_twice_and_loses_nobody(site: OpenLedger) -> None:
    crashed = derived(site.ledger, DESK.principal, "k1", "0")
    site.vault.register(crashed, WANG)
    assert register(site) == crashed
    assert len(people(site)) == 1


def test_a_crash_under_another_key_leaves_a_reference_that_is_taken_over(site: OpenLedger) -> None:
    crashed = derived(site.ledger, DESK.principal, "lost", "0")
    site.vault.register(crashed, WANG)
    holder = register(site)
    assert holder == crashed
    assert register(site) == holder
    (fact,) = people(site)
    assert site.vault.verify(holder, "name", "王钦力", fact.pd["name"])


def test_a_crash_between_key_and_row_of_the_vault_does_not_block_a_retry(site: OpenLedger) -> None:
    site.vault._keystore.make(["person:" + derived(site.ledger, DESK.principal, "k1", "0")])
    holder = register(site)
    assert register(site) == holder
    assert site.vault.person(holder) == WANG
    assert len(people(site)) == 1


def test_many_at_once_under_one_key_are_one_person(site: OpenLedger) -> None:
    answers: list[HolderId] = []
    threads = [threading.Thread(target=lambda: answers.append(register(site))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert len(people(site)) == 1


def test_staff_is_not_taken_over_as_a_worker(site: OpenLedger) -> None:
    add_staff(site.vault, "G-42", ["supervisor"], name="王钦力")
    with pytest.raises(AlreadyExists) as caught:
        register(site)
    assert caught.value.kind == "staff"


def test_sweeping_forgets_those_whom_nothing_speaks_of_and_nobody_else(site: OpenLedger) -> None:
    holder = register(site)
    staff = add_staff(site.vault, "群安员001", ["supervisor"], name="张三")
    site.vault.register("orphan", PersonalData(name="李四"))
    assert sweep_orphans(site.ledger, site.vault, before=LATER) == ["orphan"]
    assert site.vault.person(holder) == WANG
    assert site.vault.person(staff.id.removeprefix("person:")) is not None


def test_sweeping_looks_for_keys_of_those_alone_whom_the_book_does_not_know(
    site: OpenLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(site)
    staff = add_staff(site.vault, "群安员001", ["supervisor"], name="张三")
    asked: list[str] = []
    get = site.vault.principals.get

    def noting(principal: str) -> Principal | None:
        asked.append(principal)
        return get(principal)

    monkeypatch.setattr(site.vault.principals, "get", noting)
    assert sweep_orphans(site.ledger, site.vault, before=LATER) == []
    assert asked == [staff.id]


def test_what_is_malformed_is_refused_and_leaves_no_fact(site: OpenLedger) -> None:
    with pytest.raises(Malformed):
        registered(site.ledger, site.vault, WANG, by=DESK, key="k1", badge=BadgeNumber("0042"))
    assert people(site) == []
    assert register(site) == site.ledger.the(Badge, CARD).holder


# Rosters -------------------------------------------------------------------------------------------------------


def roster() -> list[RosterRow]:
    rows = read(ROSTER, PROFILES["roster"], Terms(zone="Asia/Shanghai")).items()
    return [row for row in rows if isinstance(row, RosterRow)]


def test_a_roster_makes_600_holders_once_and_no_name_reaches_a_fact(site: OpenLedger) -> None:
    first = run_import(site, "roster", ROSTER, by=DESK)
    assert (first.rows, first.counts["credited"], first.bad_rows) == (600, 600, 0)
    again = run_import(site, "roster", ROSTER, by=DESK)
    assert (again.counts["credited"], again.counts["already-known"]) == (0, 600)
    assert len(people(site)) == 600
    assert len({fact.data.holder for fact in people(site)}) == 600
    check_names(site)


def check_names(site: OpenLedger) -> None:
    names = {row.badge: row.private.name for row in roster()}
    assert sum(any(len(letter.encode("gb18030")) == 4 for letter in name) for name in names.values()) == 2
    journal = b"".join(row.state for row in site.ledger.storage.facts(0, 1_000_000))
    everything = b"".join(path.read_bytes() for path in sorted(Path(site.directory or ".").glob("*.db*")))
    for badge, name in names.items():
        holder = site.ledger.the(Badge, badge).holder
        assert (site.vault.person(holder) or PersonalData()).name == name
        assert name.encode() not in journal
        assert name.encode() not in everything


def test_a_roster_that_was_cut_short_is_finished_by_the_next_run(site: OpenLedger) -> None:
    row = roster()[0]
    crashed = derived(site.ledger, "roster", row.badge, "0")
    site.vault.register(crashed, PersonalData(name=row.private.name))
    done = roster()[1]
    site.ledger.submit(RegisterPerson(holder=HolderId("by-hand"), badge=BadgeNumber(done.badge)), by=DESK)
    report = run_import(site, "roster", ROSTER, by=DESK)
    assert (report.counts["credited"], report.counts["already-known"]) == (599, 1)
    assert site.ledger.the(Badge, row.badge).holder == crashed


def test_a_roster_can_grant_the_initial_lot_on_joining_and_reads_no_row_one_by_one(site: OpenLedger) -> None:
    run_import(site, "roster", ROSTER, by=DESK, grant_initial=True)
    assert sum(envelope.data.amount for envelope in facts(site) if isinstance(envelope.data, PointsEarned)) == 60_000
    assert site.ledger.book.on_demand == 0


def test_one_who_left_is_settled_by_the_sweep_and_his_card_says_since_when(
    site: OpenLedger, clock: ManualClock
) -> None:
    holder = register(site)
    grant = GrantPoints(to=holder_account(holder), unit=UnitCode("safety_point"), amount=12)
    site.ledger.submit(grant, by=DESK)
    site.ledger.submit(ReissueBadge(holder=holder, badge=CARD), by=DESK)
    site.ledger.submit(LeaveSite(holder=holder, left_on=Day("2022-06-01")), by=DESK)
    with pytest.raises(BadgeRevoked):
        holder_of(site.ledger, CARD)
    clock.move_to(Instant("2022-06-08T16:00:00.000000Z"))
    assert site.ledger.the(Account, f"holder:{holder}/safety_point").balance == 0
    assert site.ledger.writer.sweep() == 1
    (lapse,) = [envelope for envelope in facts(site) if isinstance(envelope.data, LotsLapsed)]
    assert (lapse.data.cause, lapse.data.amount, lapse.by.principal) == ("left", 12, "system")
    assert lapse.occurred_at == "2022-06-08T16:00:00.000000Z"


# PINs --------------------------------------------------------------------------------------------------------


@pytest.fixture
def wang(site: OpenLedger) -> HolderId:
    holder = register(site)
    set_pin(site.ledger, site.vault, holder, "2580", by=DESK, key="pin")
    return holder


def typed(site: OpenLedger, holder: HolderId, pin: str, key: str) -> Refusal | None:
    try:
        check_pin(site.ledger, site.vault, holder, pin, by=DESK, key=key)
    except Refusal as refusal:
        return refusal
    return None


def count(site: OpenLedger, kind: type) -> int:
    return sum(isinstance(envelope.data, kind) for envelope in facts(site))


def test_the_right_pin_is_accepted_and_leaves_no_fact(site: OpenLedger, wang: HolderId) -> None:
    before = len(facts(site))
    assert typed(site, wang, "2580", "s1") is None
    assert len(facts(site)) == before
    assert count(site, PinSet) == 1


def test_a_wrong_pin_says_how_many_tries_are_left_and_counts_once_for_a_key(site: OpenLedger, wang: HolderId) -> None:
    assert typed(site, wang, "1379", "s1") == PinWrong(tries_left=4)
    assert typed(site, wang, "1379", "s1") == PinWrong(tries_left=4)
    assert typed(site, wang, "1379", "s2") == PinWrong(tries_left=3)
    assert typed(site, wang, "2580", "s3") is None
    assert (count(site, PinFailed), count(site, PinAccepted)) == (2, 1)
    assert typed(site, wang, "1379", "s4") == PinWrong(tries_left=4)


def test_another_guess_under_the_same_key_is_another_try(site: OpenLedger, wang: HolderId) -> None:
    left = [typed(site, wang, f"13{number}9", "s1") for number in range(4)]
    assert left == [PinWrong(tries_left=tries) for tries in (4, 3, 2, 1)]


def test_the_last_try_locks_and_then_even_the_right_pin_waits(
    site: OpenLedger, wang: HolderId, clock: ManualClock
) -> None:
    locked = PinLocked(until=Instant("2022-06-01T01:15:00.000000Z"))
    answers = [typed(site, wang, "1379", f"s{number}") for number in range(5)]
    assert answers[-1] == locked
    assert typed(site, wang, "1379", "s4") == locked
    assert typed(site, wang, "2580", "s9") == locked
    clock.move_to(Instant("2022-06-01T01:15:00.000000Z"))
    assert typed(site, wang, "2580", "s10") is None


def test_guesses_in_parallel_gain_nothing(site: OpenLedger, wang: HolderId) -> None:
    guesses = [f"13{number:02}" for number in range(10, 26)]
    answers: list[Refusal | None] = []
    threads = [
        threading.Thread(target=lambda guess=guess: answers.append(typed(site, wang, guess, "p" + guess)))
        for guess in guesses
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(site, PinFailed) == 5
    assert sum(isinstance(answer, PinWrong) for answer in answers) == 4


def test_without_a_pin_nothing_is_counted(site: OpenLedger, wang: HolderId) -> None:
    reset_pin(site.ledger, site.vault, wang, by=DESK, key="reset")
    assert typed(site, wang, "2580", "s1") == NotEligible(reason="no-pin")
    assert count(site, PinFailed) == 0


def test_a_pin_stands_in_no_fact_and_a_weak_one_is_not_recorded(site: OpenLedger, wang: HolderId) -> None:
    with pytest.raises(WeakPin):
        set_pin(site.ledger, site.vault, wang, "1234", by=DESK, key="weak")
    assert count(site, PinSet) == 1
    (fact,) = [envelope for envelope in facts(site) if isinstance(envelope.data, PinSet)]
    assert fact.by == DESK
    assert b'"2580"' not in b"".join(row.state for row in site.ledger.storage.facts(0, 1000))


def test_nobody_and_a_merged_record_have_no_pin(site: OpenLedger, wang: HolderId) -> None:
    assert typed(site, HolderId("nobody"), "2580", "s1") == NotFound(kind="holder", id="nobody")
    site.ledger.submit(RegisterPerson(holder=HolderId("other")), by=DESK)
    site.ledger.submit(MergeHolders(old=wang, into=HolderId("other"), reason="duplicate"), by=DESK)
    assert typed(site, wang, "2580", "s2") == HolderMerged(holder=wang, into="other")
    assert site.ledger.the(Holder, wang).merged_into == "other"

"""The vault keeps people's data, finds them, and forgets them."""

import hmac
import threading
from collections.abc import Callable, Iterable
from hashlib import sha256

import pytest

from ledger.refusals import AlreadyExists, NotFound
from ledger.values import HolderId, Instant
from ledger.vault import PersonalData, Vault, VaultPlace, create_vault
from ledger.vault.personal import commitment
from tests.vault.conftest import LEDGER, MASTER, Clock

WANG = PersonalData(
    name="王钦力", phone="13800000001", id_number="330102199001011234", reference="gate-17", notes="夜班"
)
LI = PersonalData(name="小李", phone="13800000001", reference="gate-18")


def test_what_is_registered_can_be_read_again(vault: Vault, another: Callable[[], Vault]) -> None:
    vault.register("h1", WANG)
    vault.register("h2", LI)
    assert another().person("h1") == WANG
    assert another().people(["h1", "h2", "h3"]) == {"h1": WANG, "h2": LI}


def test_a_commitment_is_made_for_each_given_field_and_for_no_other(vault: Vault) -> None:
    made = vault.register("h2", LI)
    assert set(made) == {"name", "phone", "reference"}
    assert all(len(bytes.fromhex(one)) == 32 for one in made.values())


def test_a_commitment_opens_for_its_own_value_only(vault: Vault) -> None:
    made = vault.register("h1", WANG)
    assert vault.verify("h1", "name", "王钦力", made["name"])
    assert not vault.verify("h1", "name", "王钦刀", made["name"])
    assert not vault.verify("h1", "notes", "王钦力", made["name"])
    assert not vault.verify("h9", "name", "王钦力", made["name"])


def test_equal_values_of_two_people_make_unlike_commitments(vault: Vault) -> None:
    assert vault.register("h1", WANG)["phone"] != vault.register("h2", LI)["phone"]


def test_a_commitment_is_the_documented_hmac() -> None:
    nonce = bytes(range(32))
    expected = hmac.new(nonce, b"pd/v1\x00name\x00" + "小李".encode(), sha256).hexdigest()
    assert commitment(nonce, "name", "小李") == expected


def test_nonces_come_from_the_injected_randomness(place: VaultPlace, clock: Clock) -> None:
    vault = create_vault(LEDGER, place, clock=clock, environ=MASTER, random=lambda size: b"\x07" * size)
    assert vault.register("h2", LI)["name"] == commitment(b"\x07" * 32, "name", "小李")
    vault.close()


def test_a_person_is_found_by_the_outside_reference(vault: Vault) -> None:
    vault.register("h1", WANG)
    assert vault.holder_by_reference("gate-17") == "h1"
    assert vault.holder_by_reference("gate-1") is None


def test_a_known_reference_names_its_holder(vault: Vault) -> None:
    vault.register("h1", WANG)
    with pytest.raises(AlreadyExists) as refused:
        vault.register("h2", PersonalData(name="另一人", reference="gate-17"))
    assert refused.value == AlreadyExists(kind="person", id="h1")
    assert vault.person("h2") is None


def test_a_known_holder_is_not_overwritten(vault: Vault) -> None:
    vault.register("h1", WANG)
    with pytest.raises(AlreadyExists):
        vault.register("h1", LI)
    assert vault.person("h1") == WANG


def test_one_reference_twice_in_a_roster_registers_nobody(vault: Vault) -> None:
    twice = {"h1": WANG, "h2": PersonalData(name="同号", reference="gate-17")}
    with pytest.raises(AlreadyExists) as refused:
        vault.register_many(twice)
    assert refused.value.id == "h2"
    assert vault.people(twice) == {}


def test_a_roster_of_six_hundred_is_one_call(vault: Vault) -> None:
    roster = {f"h{n:04}": PersonalData(name=f"工人{n}", reference=f"YK-{n:04}") for n in range(600)}
    made = vault.register_many(roster)
    assert set(made) == set(roster)
    assert vault.people(roster) == roster
    assert vault.holder_by_reference("YK-0599") == "h0599"


def test_a_change_commits_anew_and_leaves_the_old_commitment_true(vault: Vault) -> None:
    before = vault.register("h1", WANG)
    after = vault.change("h1", phone="13900000002", notes=None)
    assert set(after) == {"phone"}
    assert after["phone"] != before["phone"]
    assert vault.verify("h1", "phone", "13900000002", after["phone"])
    assert vault.verify("h1", "phone", "13800000001", before["phone"])
    assert not vault.verify("h1", "phone", "13900000002", before["phone"])
    person = vault.person("h1")
    assert person is not None
    assert (person.name, person.phone, person.notes) == ("王钦力", "13900000002", None)


def test_a_changed_reference_moves_the_look_up(vault: Vault) -> None:
    vault.register("h1", WANG)
    vault.change("h1", reference="gate-99")
    assert vault.holder_by_reference("gate-17") is None
    assert vault.holder_by_reference("gate-99") == "h1"


def test_a_change_cannot_take_another_persons_reference(vault: Vault) -> None:
    vault.register("h1", WANG)
    vault.register("h2", LI)
    with pytest.raises(AlreadyExists) as refused:
        vault.change("h2", reference="gate-17")
    assert refused.value.id == "h1"
    assert vault.person("h2") == LI


def test_a_stranger_cannot_be_changed(vault: Vault) -> None:
    with pytest.raises(NotFound):
        vault.change("h9", phone="1")
    with pytest.raises(TypeError, match="shoe_size"):
        vault.change("h9", shoe_size="43")


def test_two_changes_at_once_both_count(vault: Vault) -> None:
    vault.register("h1", WANG)
    changes: list[dict[str, str]] = [{"phone": "1"}, {"notes": "2"}, {"name": "3"}, {"id_number": "4"}]
    threads = [threading.Thread(target=vault.change, args=("h1",), kwargs=change) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert vault.person("h1") == PersonalData(name="3", phone="1", id_number="4", notes="2", reference="gate-17")


def test_one_reference_registered_by_many_at_once_belongs_to_one(vault: Vault) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(8)

    def register(holder: str) -> None:
        together.wait(60)
        try:
            vault.register(holder, PersonalData(name=holder, reference="gate-17"))
            outcomes.append("registered " + holder)
        except AlreadyExists as refusal:
            outcomes.append("names " + refusal.id)

    threads = [threading.Thread(target=register, args=(f"h{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    owner = vault.holder_by_reference("gate-17")
    assert sorted(outcomes) == sorted(["registered " + str(owner)] + ["names " + str(owner)] * 7)


def test_a_name_is_found_by_a_part_of_it_in_any_case(vault: Vault) -> None:
    vault.register_many({"h1": WANG, "h2": LI, "h3": PersonalData(name="Li Wei"), "h4": PersonalData(phone="1")})
    assert vault.search_name("钦") == ["h1"]
    assert vault.search_name("LI") == ["h3"]
    assert vault.search_name("赵") == []


def test_a_search_stops_at_its_limit(vault: Vault) -> None:
    vault.register_many({f"h{n}": PersonalData(name="王") for n in range(5)})
    assert vault.search_name("王", limit=2) == ["h0", "h1"]


def test_an_erased_person_is_gone_and_the_others_are_not(vault: Vault, another: Callable[[], Vault]) -> None:
    made = vault.register("h1", WANG)
    vault.register("h2", LI)
    vault.set_pin("h1", "2580")
    vault.erase("h1")
    elsewhere = another()
    assert elsewhere.person("h1") is None
    assert elsewhere.holder_by_reference("gate-17") is None
    assert not elsewhere.verify("h1", "name", "王钦力", made["name"])
    assert not elsewhere.has_pin("h1")
    assert elsewhere.person("h2") == LI


def test_erasing_again_is_nothing_new(vault: Vault) -> None:
    vault.register("h1", WANG)
    vault.erase("h1")
    vault.erase("h1")
    vault.erase("never-known")
    assert vault.person("h1") is None


def test_a_restored_row_without_its_key_stays_erased(vault: Vault) -> None:
    vault.register("h1", WANG)
    vault._keystore.destroy(["person:h1"])
    assert vault.person("h1") is None
    assert vault.search_name("王") == []
    with pytest.raises(NotFound):
        vault.change("h1", phone="2")


def test_orphans_of_a_crash_are_swept_and_known_people_are_not(vault: Vault, clock: Clock) -> None:
    vault.register("h1", WANG)
    vault.register("h2", LI)
    clock.pass_seconds(3600)
    vault.register("h3", PersonalData(name="刚到"))

    def in_the_book(holders: list[HolderId]) -> Iterable[str]:
        return {"h1"} & set(holders)

    assert vault.orphans(in_the_book, before=clock.at) == ["h2"]
    assert set(vault.people(["h1", "h2", "h3"])) == {"h1", "h3"}


def test_keys_that_a_crash_left_without_a_row_are_swept(vault: Vault, clock: Clock) -> None:
    vault.register("h1", WANG)
    vault._keystore.make(["person:h2"])
    clock.pass_seconds(3600)
    vault._keystore.make(["person:h3"])
    vault.orphans(lambda holders: holders, before=clock.at)
    assert set(vault._keystore.keys(["person:h1", "person:h2", "person:h3"])) == {"person:h1", "person:h3"}


def test_two_ledgers_in_one_database_know_nothing_of_each_other(place: VaultPlace, clock: Clock, vault: Vault) -> None:
    other = create_vault("site-b", place, clock=clock, environ=MASTER)
    vault.register("h1", WANG)
    other.register("h1", PersonalData(name="别处的人", reference="gate-17"))
    vault.erase("h1")
    assert vault.person("h1") is None
    assert other.holder_by_reference("gate-17") == "h1"
    assert other.secret.mac("key", "a") != vault.secret.mac("key", "a")
    other.close()


def test_personal_data_shows_no_value_when_printed() -> None:
    assert repr(WANG) == "PersonalData(name, phone, id_number, reference, notes)"
    assert "13800000001" not in f"{[WANG]}"


def test_rows_say_when_they_were_written(vault: Vault, clock: Clock) -> None:
    clock.at = Instant("2022-06-09T01:02:03.000000Z")
    vault.register("h1", WANG)
    assert vault.orphans(lambda _: [], before=Instant("2022-06-09T01:02:03.000000Z")) == []
    assert vault.orphans(lambda _: [], before=Instant("2022-06-09T01:02:03.000001Z")) == ["h1"]

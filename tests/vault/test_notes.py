"""Notes: free text beside the facts."""

import pytest

from ledger.refusals import NotFound
from ledger.vault import PersonalData, Vault


def test_a_note_is_read_by_its_id_and_proved_by_its_commitment(vault: Vault) -> None:
    note = vault.note("扣分有误，当天在休假")
    assert vault.read_note(note.id) == "扣分有误，当天在休假"
    assert vault.verify_note(note.id, "扣分有误，当天在休假", note.commitment)
    assert not vault.verify_note(note.id, "扣分无误", note.commitment)
    assert not vault.verify_note(note.id, "扣分有误，当天在休假", "00" * 32)


def test_an_erased_note_is_gone(vault: Vault) -> None:
    note, other = vault.note("一"), vault.note("二")
    vault.erase_note(note.id)
    assert vault.read_note(note.id) is None
    assert not vault.verify_note(note.id, "一", note.commitment)
    assert vault.read_note(other.id) == "二"


def test_notes_about_a_person_are_forgotten_with_the_person(vault: Vault) -> None:
    vault.register("h1", PersonalData(name="王钦力"))
    about, general = vault.note("他的腰受过伤", about="h1"), vault.note("盘点少一件")
    assert vault.read_note(about.id) == "他的腰受过伤"
    vault.erase("h1")
    assert vault.read_note(about.id) is None
    assert vault.read_note(general.id) == "盘点少一件"


def test_a_note_about_a_stranger_is_refused(vault: Vault) -> None:
    with pytest.raises(NotFound):
        vault.note("谁", about="h9")

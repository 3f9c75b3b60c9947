"""A changed phone: the ledger says which fields changed and when, and nothing of what they say."""

import pytest

from ledger.people.commands import ChangeContact, MergeHolders, RegisterPerson
from ledger.people.entities import Holder
from ledger.people.facts import ContactChanged
from ledger.refusals import HolderMerged, Malformed, NotFound
from ledger.values import HolderId
from tests.given import Story

LI, OLD = HolderId("li"), HolderId("li-of-before")
FIELDS = "fields: of name, phone, reference, each once"


def known() -> Story:
    return Story().given(RegisterPerson(holder=LI), RegisterPerson(holder=OLD))


def test_a_changed_phone_is_a_fact_about_its_person_without_the_number() -> None:
    story = known()
    before = story.the(Holder, LI)
    (fact,) = story.when(ChangeContact(holder=LI, fields=("phone",)))
    assert fact == ContactChanged(holder=LI, fields=("phone",))
    assert story.the(Holder, LI) == before


@pytest.mark.parametrize("fields", [(), ("phone", "phone"), ("id_number",)])
def test_what_changed_is_said_by_known_names_each_once(fields: tuple[str, ...]) -> None:
    known().refuses(ChangeContact(holder=LI, fields=fields), Malformed(errors=[FIELDS]))


def test_it_is_of_somebody_who_is_there_and_answers_for_himself() -> None:
    story = known().given(MergeHolders(old=OLD, into=LI, reason="correction"))
    story.refuses(ChangeContact(holder=HolderId("none"), fields=("phone",)), NotFound(kind="holder", id="none"))
    story.refuses(ChangeContact(holder=OLD, fields=("phone",)), HolderMerged(holder=OLD, into=LI))

"""Keys and causes: the same request has one effect and one answer, for ever."""

import pytest
from msgspec import structs

from ledger.deciding import Wish
from ledger.journal.ledger import Cause, Ledger
from ledger.journal.rebuilding import key_rows
from ledger.journal.storage import Storage
from ledger.journal.turn import Submission
from ledger.people.commands import CountPinAttempt
from ledger.points.commands import GrantPoints
from ledger.refusals import CauseAlreadyUsed, InsufficientFunds, KeyReused, NotFound
from ledger.values import AccountId, HolderId
from tests.ledgers import COUNTER, POINT, asked, balance, log_of, on_shelf, opened, sale


def test_the_same_request_under_the_same_key_is_answered_again_and_done_once(shop: Ledger) -> None:
    first = asked(shop, sale(), key="sale")
    again = asked(shop, sale(), key="sale")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.envelopes == first.envelopes
    assert balance(shop) == 90


def test_the_same_key_in_one_turn_is_done_once(shop: Ledger) -> None:
    submission = Submission(wishes=(shop.wish(sale(), by=COUNTER, key="sale"),))
    outcomes = shop.writer.runner.run([submission, submission, submission])
    assert [outcome.replayed for outcome in outcomes] == [False, True, True]
    assert len({outcome.tx for outcome in outcomes}) == 1
    assert on_shelf(shop) == 9


def test_another_request_under_a_used_key_is_refused(shop: Ledger) -> None:
    asked(shop, sale(), key="sale")
    assert asked(shop, sale(pieces=2), key="sale").refusal == KeyReused()
    assert balance(shop) == 90


def test_keys_of_two_clients_never_meet(shop: Ledger) -> None:
    asked(shop, sale(), key="sale")
    other = COUNTER.__class__(principal="client:counter-2")
    assert not asked(shop, sale(), key="sale", by=other).replayed
    assert balance(shop) == 80


def test_a_recorded_refusal_is_final_even_when_the_state_changes_back(shop: Ledger) -> None:
    refused = asked(shop, sale(pieces=11), key="too much")
    assert refused.refusal == InsufficientFunds(required=110, available=100, missing=10)
    asked(shop, GrantPoints(to=AccountId("holder:h0"), unit=POINT, amount=100), key="more")
    again = asked(shop, sale(pieces=11), key="too much")
    assert (again.refusal, again.replayed) == (refused.refusal, True)
    assert again.envelopes == refused.envelopes


def test_a_refusal_that_is_not_recorded_leaves_the_key_free(shop: Ledger) -> None:
    head = shop.storage.head().position
    assert asked(shop, sale(item="nothing"), key="sale").refusal == NotFound(kind="item", id="nothing")
    assert shop.storage.head().position == head
    assert asked(shop, sale(), key="sale").refusal is None


def test_keys_survive_a_restart(shop: Ledger, storage: Storage) -> None:
    first = asked(shop, sale(), key="sale")
    shop.close()
    with opened(storage) as reopened:
        again = asked(reopened, sale(), key="sale")
        assert (again.tx, again.envelopes, again.replayed) == (first.tx, first.envelopes, True)


def test_a_command_that_changes_nothing_leaves_its_key_free(shop: Ledger) -> None:
    nothing = CountPinAttempt(holder=HolderId("h0"), right=True)
    for _ in range(2):
        outcome = asked(shop, nothing, key="pin")
        assert (outcome.refusal, outcome.envelopes, outcome.replayed) == (None, (), False)


def caused(shop: Ledger, id: str, *, to: str = "h0", key: str | None = None) -> Wish:
    command = GrantPoints(to=AccountId("holder:" + to), unit=POINT, amount=20)
    return shop.wish(command, by=COUNTER, cause=Cause("patrol", id), key=key)


def test_a_cause_pays_one_account_once_whatever_keys_are_used(shop: Ledger) -> None:
    first = shop.writer.ask(Submission(wishes=(caused(shop, "8812", key="a"),)))
    second = shop.writer.ask(Submission(wishes=(caused(shop, "8812", key="b"),)))
    assert second.refusal == CauseAlreadyUsed(fact=first.position)
    assert balance(shop) == 120


def test_a_cause_pays_once_within_one_turn(shop: Ledger) -> None:
    twice = [Submission(wishes=(caused(shop, "8812"),)) for _ in range(2)]
    outcomes = shop.writer.runner.run(twice)
    assert [type(outcome.refusal) for outcome in outcomes] == [type(None), CauseAlreadyUsed]
    assert balance(shop) == 120


def test_a_refusal_without_a_key_makes_no_fact(shop: Ledger) -> None:
    """R07: further check-ins of a day credit nothing and leave no trace in the journal."""
    shop.writer.ask(Submission(wishes=(caused(shop, "8812"),)))
    head = shop.storage.head().position
    shop.writer.ask(Submission(wishes=(caused(shop, "8812"),)))
    assert shop.storage.head().position == head


@pytest.mark.parametrize("secret", ["sale of the day", "8812"])
def test_neither_key_nor_cause_stands_in_the_journal(shop: Ledger, secret: str) -> None:
    asked(shop, sale(), key="sale of the day")
    shop.writer.ask(Submission(wishes=(caused(shop, "8812"),)))
    assert not [state for state in log_of(shop) if secret.encode() in state]


def test_the_keys_of_a_groups_members_follow_from_its_facts(shop: Ledger) -> None:
    wishes = [shop.wish(sale(), by=COUNTER, key=f"member {n}", fingerprint="group") for n in range(3)]
    group = shop.wish(sale(), by=COUNTER, key="group", fingerprint="group").key
    first = wishes[0].key
    assert group is not None
    assert first is not None
    wishes[0] = structs.replace(wishes[0], key=structs.replace(group, member=first.mac))
    outcome = shop.writer.ask(Submission(wishes=tuple(wishes)))
    macs = [shop.secret.mac("key", COUNTER.principal, key) for key in ("group", "member 0", "member 1", "member 2")]
    stored = shop.storage.keys([(COUNTER.principal, mac) for mac in macs])
    assert {row.key_mac: row for row in key_rows(outcome.envelopes)} == {mac: row for (_, mac), row in stored.items()}
    assert len(stored) == 4
    assert asked(shop, sale(), key="member 1").refusal == KeyReused()

"""Accounts of merchants: sealed, proved by their commitments, never in a file, a log or a fact."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from ledger.values import Instant
from ledger.vault import PayeeAccount, Vault, VaultPlace, create_vault, open_vault
from ledger.vault.engines import open_engine
from ledger.vault.errors import VaultDamaged
from ledger.vault.payees import ProposedPayee
from ledger.vault.tables import payees
from tests.vault.conftest import LEDGER, MASTER, Clock
from tests.vault.test_privacy import readable

OURS = PayeeAccount(bank="工商银行理县支行", number="6222020200112233445", name="理县帮扶馆")
OTHER = PayeeAccount(bank="工商银行理县支行", number="6222020200112233446", name="理县帮扶馆")


def test_an_account_is_read_by_its_id_also_by_another_process(vault: Vault, another: Callable[[], Vault]) -> None:
    kept = vault.payees.keep("lixian", OURS)
    known = another().payees.known([kept.id, "none"])
    assert list(known) == [kept.id]
    assert (known[kept.id].account, known[kept.id].merchant) == (OURS, "lixian")


def test_its_commitment_proves_it_and_no_other(vault: Vault) -> None:
    kept, again = vault.payees.keep("lixian", OURS), vault.payees.keep("lixian", OURS)
    assert vault.payees.verify(kept.id, OURS, kept.commitment)
    assert not vault.payees.verify(kept.id, OTHER, kept.commitment)
    assert not vault.payees.verify(kept.id, OURS, again.commitment)
    assert kept.commitment != again.commitment


def test_its_repr_and_its_mask_say_four_digits_at_most() -> None:
    assert repr(OURS) == "PayeeAccount(...)"
    assert OURS.masked == "**** 3445"


def test_an_erased_account_is_gone_and_the_others_stay(vault: Vault) -> None:
    kept, other = vault.payees.keep("lixian", OURS), vault.payees.keep("lixian", OTHER)
    vault.payees.erase(kept.id)
    assert list(vault.payees.known([kept.id, other.id])) == [other.id]
    assert not vault.payees.verify(kept.id, OURS, kept.commitment)


def test_orphans_of_a_crash_are_swept_and_what_a_fact_names_is_not(vault: Vault, clock: Clock) -> None:
    named, orphan = vault.payees.keep("lixian", OURS), vault.payees.keep("corner", OTHER)
    vault._keystore.make(["payee:without-a-row"])
    clock.pass_seconds(3600)
    young = vault.payees.keep("lixian", OTHER)
    asked: list[ProposedPayee] = []

    def known(rows: list[ProposedPayee]) -> set[str]:
        asked.extend(rows)
        return {named.id}

    assert vault.payees.orphans(known, before=clock.at) == [orphan.id]
    assert asked == [(named.id, "lixian"), (orphan.id, "corner")]
    assert set(vault.payees.known([named.id, orphan.id, young.id])) == {named.id, young.id}
    later = Instant("2022-07-01T00:00:00.000000Z")
    assert set(vault._keystore.owners("payee:", before=later)) == {"payee:" + named.id, "payee:" + young.id}


def test_no_file_holds_a_number_or_a_name(tmp_path: Path, clock: Clock) -> None:
    vault = create_vault(LEDGER, VaultPlace.in_directory(tmp_path), clock=clock, environ={})
    kept = vault.payees.keep("lixian", OURS)
    words = [OURS.number, OURS.name, OURS.bank]
    assert readable(tmp_path, words) == []
    vault.payees.erase(kept.id)
    assert readable(tmp_path, words) == []
    vault.close()


def test_a_row_given_to_another_merchant_does_not_open(vault: Vault, place: VaultPlace) -> None:
    kept = vault.payees.keep("lixian", OURS)
    rows = open_engine(place.rows)
    with rows.begin() as connection:
        connection.execute(update(payees).values(merchant="corner"))
    rows.dispose()
    with pytest.raises(VaultDamaged):
        vault.payees.known([kept.id])


def test_a_vault_of_before_there_were_accounts_gets_their_table(vault: Vault, place: VaultPlace, clock: Clock) -> None:
    rows = open_engine(place.rows)
    payees.drop(rows)
    rows.dispose()
    opened = open_vault(LEDGER, place, clock=clock, environ=MASTER)
    assert opened.payees.known([opened.payees.keep("lixian", OURS).id])
    opened.close()

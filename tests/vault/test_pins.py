"""PINs: weak ones are refused, right ones open, nobody else's do."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from ledger.refusals import NotFound, WeakPin
from ledger.vault import PersonalData, Vault
from ledger.vault.pins import weakness

SHAPES = ["", "123", "258", "123456789", "25 80", "258O", "-2580", "二五八零", "2580\n", "²580"]
REPEATED = ["0000", "1111", "99999999", "1212", "123123", "25802580"]
SEQUENTIAL = ["1234", "0123", "4321", "7890", "9012", "3210", "12345678", "98765432"]
FAIR = ["2580", "1357", "1213", "1235", "20220601", "90125"]


@pytest.fixture
def worker(vault: Vault) -> str:
    vault.register("h1", PersonalData(name="王钦力"))
    return "h1"


@pytest.mark.parametrize(
    ("pin", "reason"),
    [(pin, "shape") for pin in SHAPES]
    + [(pin, "repeated") for pin in REPEATED]
    + [(pin, "sequential") for pin in SEQUENTIAL]
    + [(pin, None) for pin in FAIR],
)
def test_pins_are_judged(pin: str, reason: str | None) -> None:
    assert weakness(pin) == reason


@given(st.text(alphabet="0123456789", min_size=4, max_size=8))
def test_a_refused_pin_is_also_refused_backwards(pin: str) -> None:
    assert (weakness(pin) is None) == (weakness(pin[::-1]) is None)


def test_a_weak_pin_is_refused_without_being_repeated_in_the_refusal(vault: Vault, worker: str) -> None:
    with pytest.raises(WeakPin) as refused:
        vault.set_pin(worker, "1234")
    assert refused.value == WeakPin(reason="sequential")
    assert (refused.value.code, refused.value.status) == ("weak-pin", 422)
    assert not vault.has_pin(worker)


def test_the_right_pin_opens_and_a_wrong_one_does_not(vault: Vault, worker: str) -> None:
    vault.set_pin(worker, "2580")
    assert vault.check_pin(worker, "2580")
    assert vault.check_pin(worker, "２５８０")
    assert not vault.check_pin(worker, "2581")
    assert not vault.check_pin(worker, "")
    assert not vault.check_pin("h2", "2580")


def test_a_new_pin_replaces_the_old(vault: Vault, worker: str) -> None:
    vault.set_pin(worker, "2580")
    vault.set_pin(worker, "1357")
    assert not vault.check_pin(worker, "2580")
    assert vault.check_pin(worker, "1357")


def test_a_reset_takes_the_pin_away(vault: Vault, worker: str) -> None:
    vault.set_pin(worker, "2580")
    vault.reset_pin(worker)
    assert not vault.has_pin(worker)
    assert not vault.check_pin(worker, "2580")


def test_a_stranger_gets_no_pin(vault: Vault) -> None:
    with pytest.raises(NotFound):
        vault.set_pin("h9", "2580")


def test_one_persons_hash_is_of_no_use_to_another(vault: Vault, worker: str) -> None:
    vault.register("h2", PersonalData(name="小李"))
    vault.set_pin(worker, "2580")
    vault.set_pin("h2", "1357")
    with vault._rows.begin() as connection:
        swap = "UPDATE vault_pins SET sealed = (SELECT sealed FROM vault_pins WHERE holder = 'h2') WHERE holder = 'h1'"
        connection.execute(text(swap))
    with pytest.raises(Exception, match="does not open under its key"):
        vault.check_pin(worker, "1357")


def test_the_cost_of_a_check_is_printed(vault: Vault, worker: str) -> None:
    vault.set_pin(worker, "2580")
    started = time.perf_counter()
    assert not vault.check_pin(worker, "1357")
    print(f"{(time.perf_counter() - started) * 1000:.0f} ms a check")

"""Macs under the ledger's secret."""

import hmac
import time
from hashlib import sha256

from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.vault import LedgerSecret

SECRET = LedgerSecret(bytes(range(32)))
PARTS = st.lists(st.text(alphabet='ab",[]\\0', max_size=4), max_size=4)


def test_a_mac_is_the_documented_hmac() -> None:
    message = '["key","client:counter-1","键"]'.encode()
    assert SECRET.mac("key", "client:counter-1", "键") == hmac.new(bytes(range(32)), message, sha256).hexdigest()[:40]


@given(PARTS, PARTS)
def test_unlike_parts_have_unlike_macs(one: list[str], other: list[str]) -> None:
    assume(one != other)
    assert SECRET.mac("key", *one) != SECRET.mac("key", *other)


def test_purposes_and_secrets_do_not_meet() -> None:
    assert SECRET.mac("key", "a") != SECRET.mac("cause", "a")
    assert SECRET.mac("key", "a") != SECRET.mac("keya")
    assert SECRET.mac("key", "a") != LedgerSecret(bytes(32)).mac("key", "a")


def test_a_secret_shows_nothing_when_printed() -> None:
    assert repr(SECRET) == "LedgerSecret(…)"


def test_a_mac_costs_microseconds() -> None:
    started = time.process_time()
    for number in range(10_000):
        SECRET.mac("key", "client:counter-1", str(number))
    # Printed, not judged: a timed test fails on a busy machine. The bound only catches a slow way of hashing.
    print(f"{(time.process_time() - started) * 100:.2f} µs a mac")
    assert time.process_time() - started < 1

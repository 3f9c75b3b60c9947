"""The tree hash against the reference leaves of RFC 6962's first implementation."""

import hashlib

import pytest

from projections.merkle import leaf_hash, node_hash, root
from projections.seal import line, seal_of

LEAVES = [bytes.fromhex(leaf) for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))


def by_definition(entries: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word: split at the largest power of two below n."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1 << (len(entries) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + by_definition(entries[:split]) + by_definition(entries[split:])).digest()


def test_eight_reference_leaves_have_the_reference_root() -> None:
    assert root(LEAVES).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 6, 7, 8, 13, 100])
def test_every_size_is_hashed_as_the_definition_says(size: int) -> None:
    entries = [str(number).encode() for number in range(size)]
    assert root(iter(entries)) == by_definition(entries)


def test_leaves_and_nodes_are_told_apart() -> None:
    assert leaf_hash(b"ab") != node_hash(b"a", b"b")


def test_a_seal_does_not_depend_on_the_order_in_which_accounts_come() -> None:
    lines = [line("holder:b", "p", 5, 0), line("holder:a", "p", -5, 5), line("holder:a", "a", 0, 0)]
    assert lines[1] == b"holder:a\tp\t-5\t5\n"
    assert seal_of(lines) == seal_of(sorted(lines)) == (root(sorted(lines)).hex(), 3)

"""RFC 6962 Merkle tree hashes (SHA-256) in one pass, in memory of the tree's height."""

import hashlib
from collections.abc import Iterable


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(entries: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of the entries in their order; of none: SHA-256 of nothing (RFC 6962, 2.1)."""
    full: list[tuple[int, bytes]] = []
    for entry in entries:
        size, node = 1, leaf_hash(entry)
        while full and full[-1][0] == size:
            node = node_hash(full.pop()[1], node)
            size *= 2
        full.append((size, node))
    if not full:
        return hashlib.sha256().digest()
    _, node = full.pop()
    while full:
        node = node_hash(full.pop()[1], node)
    return node

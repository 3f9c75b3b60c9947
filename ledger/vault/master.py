"""The master key: wraps every other key, and stands in no database."""

import base64
import binascii
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from ledger.vault.errors import MasterKeyMissing, MasterKeyUnsafe

VARIABLE = "JIFEN_MASTER_KEY"
FILE = "master.key"
KEY_BYTES = 32


def find_master_key(directory: Path | None, environ: Mapping[str, str] = os.environ) -> bytes:
    """The 32 bytes from `JIFEN_MASTER_KEY`, else from `master.key` in `directory`.

    Raises MasterKeyMissing when there is neither, MasterKeyUnsafe when it is malformed or others can read the file.
    """
    if text := environ.get(VARIABLE, ""):
        return key_from_text(text, VARIABLE)
    if directory is None or not (directory / FILE).exists():
        raise MasterKeyMissing(f"set {VARIABLE}, or put the file {FILE} back beside the ledger's databases")
    return _from_file(directory / FILE)


def make_master_key(directory: Path, environ: Mapping[str, str] = os.environ) -> bytes:
    """The key for a new ledger: the environment's if it has one, else a new file, readable by its owner alone."""
    if VARIABLE in environ or (directory / FILE).exists():
        return find_master_key(directory, environ)
    key = os.urandom(KEY_BYTES)
    # O_EXCL and the mode at creation: a chmod afterwards would leave a moment in which others can read it.
    descriptor = os.open(directory / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.urlsafe_b64encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def key_from_text(text: str, source: str) -> bytes:
    """Read 32 bytes written as base64 (either alphabet) or as 64 hexadecimal digits."""
    bare = text.strip()
    try:
        key = bytes.fromhex(bare) if len(bare) == 2 * KEY_BYTES else _base64(bare)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise MasterKeyUnsafe(f"{source} must be {KEY_BYTES} bytes in base64 or hexadecimal")
    return key


def _base64(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)


def _from_file(path: Path) -> bytes:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        raise MasterKeyUnsafe(f"{path.name} has mode {mode:04o}; only its owner may read it: chmod 600")
    return key_from_text(path.read_text("ascii", "replace"), path.name)

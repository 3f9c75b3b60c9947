"""Kinds: what a file is by its bytes, whatever its name says."""

import zipfile
from pathlib import Path
from typing import BinaryIO, Final, Literal

from api.imports.encodings import is_wide
from api.imports.unreadable import UnreadableFile
from api.imports.wording import FILE_KINDS

EXCEL: Final = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
TEXT: Final = frozenset({".csv", ".txt", ".tsv"})
MOST_MEGABYTES: Final = 1024
"""What an Excel file may unpack to: a small file that unpacks to more is a bomb, or belongs in a CSV."""
STRAYS: Final = 50
"""A text may have one control character in so many bytes; in noise, pictures and programs every tenth is one."""

_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_HEAD: Final = 4096
_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27})


def kind_of(path: Path, file: BinaryIO) -> Literal["excel", "text"]:
    """`excel` or `text`; raises UnreadableFile for anything else, and for a name that says the opposite."""
    head = file.read(_HEAD)
    if not head.strip():
        raise UnreadableFile(path.name, "empty-file")
    kind = _by_bytes(path, file, head)
    extension = path.suffix.lower()
    wanted = "excel" if extension in EXCEL else "text" if extension in TEXT else None
    if kind == "other":
        raise UnreadableFile(path.name, "not-a-spreadsheet")
    if kind != wanted:
        raise UnreadableFile(path.name, "wrong-extension", extension=extension or "?", kind=FILE_KINDS[kind])
    return kind


def _by_bytes(path: Path, file: BinaryIO, head: bytes) -> Literal["excel", "text", "other"]:
    if head.startswith(_COMPOUND):
        return _compound(path, file)
    if head.startswith(_ZIP):
        return _zipped(path, file)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"%pdf", b"<!doctype", b"<html", b"<?xml", b"<table", b"{\\rtf")):
        # Many systems export a web page under the name .xls; Excel opens it, a reader of cells cannot.
        return "other"
    return "other" if _is_binary(head) else "text"


def _is_binary(head: bytes) -> bool:
    """Whether control characters are more than strays: a gate that lost power leaves some in its text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or is_wide(head):
        return False
    return sum(head.count(byte) for byte in _CONTROLS) > max(1, len(head) // STRAYS)


def _compound(path: Path, file: BinaryIO) -> Literal["excel"]:
    file.seek(0)
    if _ENCRYPTED in file.read():
        raise UnreadableFile(path.name, "password-protected")
    return "excel"


def _zipped(path: Path, file: BinaryIO) -> Literal["excel", "other"]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        raise UnreadableFile(path.name, "truncated") from None
    if sum(entry.file_size for entry in entries) > MOST_MEGABYTES << 20:
        raise UnreadableFile(path.name, "too-large", limit=MOST_MEGABYTES)
    names = {entry.filename for entry in entries}
    is_sheet = any(name.startswith("xl/") for name in names) or {"content.xml", "mimetype"} <= names
    return "excel" if is_sheet else "other"

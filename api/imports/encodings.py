"""Encodings: which of the usual Chinese encodings a text file is written in."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final

import charset_normalizer

CHUNK: Final = 1 << 18
HEAD: Final = 1 << 16
ZEROS: Final = 8
"""One byte in so many must be zero before a text counts as UTF-16: its digits and separators have one each."""
MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def candidates(head: bytes) -> Iterator[str]:
    """The encodings worth trying, likeliest first; a byte order mark leaves one.

    GB18030 is tried, never GB2312 or GBK: only it has the rare characters of names (four bytes each).
    """
    for mark, encoding in MARKS:
        if head.startswith(mark):
            yield encoding
            return
    if is_wide(head):
        yield "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
        return
    yield "utf-8"
    yield "gb18030"
    guess = charset_normalizer.from_bytes(head).best()
    if guess is not None and guess.encoding not in {"utf_8", "gb18030", "ascii"}:
        yield guess.encoding


def is_wide(head: bytes) -> bool:
    """Whether every other byte is zero often enough for UTF-16 without a mark; a stray zero is a spoilt cell."""
    return max(head[::2].count(0), head[1::2].count(0)) >= max(1, len(head) // ZEROS)


def head_text(head: bytes, encoding: str) -> str | None:
    """The beginning of the file as text without a character cut at its end, or None if `encoding` is not its own."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None


def fits(file: BinaryIO, encoding: str) -> bool:
    """Whether the whole file can be decoded, read in pieces."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(CHUNK):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True

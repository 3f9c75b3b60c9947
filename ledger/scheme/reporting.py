"""The part of a scheme for figures that others reported: what kinds there are, and in which unit each is counted."""

from msgspec import Struct

from ledger.scheme.words import Names


class Reported(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of figure (S23): purchases, donations and what visitors spend are never added up with each other."""

    code: str
    names: Names
    unit: str
    """In which unit of the scheme it is counted, money or heads."""

"""Imports: from a file to typed rows and named bad rows; nothing here writes to the ledger."""

from api.imports.outcomes import BadRow, Item, Private, Result, Skipped
from api.imports.profile import Profile, Terms
from api.imports.profiles import PROFILES
from api.imports.reading import Reading, read
from api.imports.report import ImportReport, report_path
from api.imports.unreadable import UnreadableFile

__all__ = [
    "PROFILES",
    "BadRow",
    "ImportReport",
    "Item",
    "Private",
    "Profile",
    "Reading",
    "Result",
    "Skipped",
    "Terms",
    "UnreadableFile",
    "read",
    "report_path",
]

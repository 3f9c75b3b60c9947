"""Bodies of wishes about the accounts that merchants are paid to."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from api.bodies.shapes import Id, Name, WriteBody

Number = Annotated[
    str,
    Meta(
        pattern="^[0-9A-Za-z][0-9A-Za-z -]{4,62}[0-9A-Za-z]$",
        description="An account's number, with or without spaces.",
    ),
]


class PayeeBody(WriteBody, frozen=True, kw_only=True):
    """Pay a merchant to another account from a day on; nothing of it stands in the journal."""

    merchant: Id
    bank: Name
    """The bank and its branch."""
    number: Number
    name: Name
    """Whose account it is, as the bank has it."""
    from_on: date | None = None
    """None: from the day of its approval on."""

"""Causes: what in the world led to a credit, in words that a re-exported file cannot change."""

from ledger.values import Day, Instant

# A cause never names a file or a row: the same gate data exported again has other rows and must not pay again.


def check_in(holder: str, on: Day) -> str:
    """A person was on site on a local day; a missed punch that is corrected has the same cause."""
    return f"check-in:{holder}:{on}"


def talk(holder: str, on: Day) -> str:
    """A person attended the pre-shift talk of a local day."""
    return f"talk:{holder}:{on}"


def behaviour(occurred_at: Instant, holder: str, code: str, recorder: str) -> str:
    """A recorder saw a person do something at a time."""
    return f"behaviour:{occurred_at}:{holder}:{code}:{recorder}"


def opening_balance(holder: str, unit: str) -> str:
    """What a person brought along in a unit: once in a ledger's life."""
    return f"opening-balance:{holder}:{unit}"


def goods_receipt(document: str, item: str) -> str:
    """One item on one delivery note."""
    return f"goods-receipt:{document}:{item}"


def shelf_item(item: str) -> str:
    """The opening stock of an item: importing the shelf again does not set stock again."""
    return f"shelf:{item}"

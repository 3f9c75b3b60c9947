"""A change of an account's bounds that its day will bring, as the account itself keeps it."""

from msgspec import UNSET, Struct, UnsetType

from ledger.values import Day


class DatedBounds(Struct, frozen=True, kw_only=True):
    """From the first instant of a local day the floor, the ceiling or both are these; None is without bound."""

    effective_on: Day
    floor: int | UnsetType | None = UNSET
    ceiling: int | UnsetType | None = UNSET
